"""The folders in which a node keeps its data, as the configuration of each program names them."""
import re

from nodeprep.linux import dockerd
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List, Tuple

KUBELET, DOCKER, CONTAINERD, ETCD, LOG = ('/var/lib/kubelet', '/var/lib/docker', '/var/lib/containerd', '/var/lib/etcd',
                                          '/var/log')
IMAGES, NODE, OTHER = 'images', 'node', 'other'
_CONTAINERD_CONFIG = '/etc/containerd/config.toml'


class DataDir(NamedTuple):
    """A folder, what it is for, and the file that names it ('' for the default).

    IMAGES holds images and containers (kubelet's imagefs), NODE what pods write (its nodefs), OTHER neither.
    """

    path: str
    use: str
    source: str


def data_dirs(host: Any, role: str, profile: str) -> Tuple[List[DataDir], List[CannotTell]]:
    """The folders of this role and profile, and what kept one from being told; the default stands in for it then."""
    troubles: List[CannotTell] = []
    runtime = _containerd if profile == 'containerd' else _docker
    try:
        images = runtime(host)
    except CannotTell as error:
        troubles.append(error)
        images = DataDir(CONTAINERD if profile == 'containerd' else DOCKER, IMAGES, '')
    found = [images, DataDir(KUBELET, NODE, '')]
    if role == 'control-plane':
        found.append(DataDir(ETCD, OTHER, ''))
    return found + [DataDir(LOG, OTHER, ''), DataDir('/', OTHER, '')], troubles


def uses_overlay(host: Any) -> bool:
    """Whether Docker would use overlay: it does unless it is told another driver."""
    try:
        drivers = [value.value for value in dockerd.next_start(host).values('storage-driver')]
    except CannotTell:
        return True
    return not drivers or drivers[-1] in ('overlay', 'overlay2')


def _docker(host: Any) -> DataDir:
    start = dockerd.next_start(host)
    for value, source in (start.values('data-root') or start.values('graph'))[-1:]:
        if not isinstance(value, str) or not value.startswith('/') or '\0' in value:
            raise CannotTell(f'data-root {value!r} is no absolute path', source)
        return DataDir(_plain(value), IMAGES, source)
    return DataDir(DOCKER, IMAGES, '')


def _containerd(host: Any) -> DataDir:
    """The `root` at the top of containerd's configuration, before its first table: containerd-config.toml(5)."""
    for number, line in enumerate(host.read(_CONTAINERD_CONFIG, missing='').split('\n'), 1):
        if line.lstrip().startswith('['):
            break
        match = re.match(r'^\s*root\s*=\s*["\']([^"\'\0]*)["\']\s*(?:#.*)?$', line)
        if match:
            if not match.group(1).startswith('/'):
                raise CannotTell(f'root {match.group(1)!r} is no absolute path', f'{_CONTAINERD_CONFIG}:{number}')
            return DataDir(_plain(match.group(1)), IMAGES, f'{_CONTAINERD_CONFIG}:{number}')
    return DataDir(CONTAINERD, IMAGES, '')


def _plain(path: str) -> str:
    return '/' + '/'.join(part for part in path.split('/') if part not in ('', '.'))
