"""Is this "host" a container? Then nothing is fixed in it: its kernel, clock and boot belong to another machine."""
from nodeprep.linux.mounts import holding, mounts
from nodeprep.model import CannotTell, Observation
from nodeprep.typed import Any, Iterator

# systemd's PID 1 writes it at each start from its $container (Container Interface of systemd).
_TOLD = '/run/systemd/container'
# Docker makes the first in each container, Podman the second. A machine whose disk was made from a container image
# keeps it, so they count only where the kernel does not show otherwise.
_MARKS = ('/.dockerenv', '/run/.containerenv')
# The namespaces that every kernel begins with: include/linux/proc_ns.h, PROC_IPC_INIT_INO and the following.
_FIRST = {'ipc': 'ipc:[4026531839]', 'uts': 'uts:[4026531838]', 'pid': 'pid:[4026531836]'}
_ENVIRONMENT = '/proc/1/environ'


def in_container(host: Any) -> str:
    """What shows that this host is a container, '' when nothing does; an image is none, nothing runs in it.

    Only what can be told is said: /proc/1/environ is root's alone, and without the right to read it a container
    that leaves none of the other marks is not seen.
    """
    found: str = host.once('in_container', lambda: _evidence(host) if host.live else '')
    return found


def _evidence(host: Any) -> str:
    if host.exists(_TOLD):
        kind = _first_word(host, _TOLD)
        return f'{_TOLD} ({kind})' if kind else _TOLD
    mark = next((path for path in _MARKS if host.exists(path)), '')
    if mark and not _own_kernel(host):
        return mark
    try:
        return manager(host.read(_ENVIRONMENT, missing=''))
    except CannotTell:
        return ''


def _own_kernel(host: Any) -> bool:
    """Whether this is surely no container: the kernel's first namespaces, and a root file system on a device."""
    if any(host.link(f'/proc/self/ns/{kind}') != first for kind, first in _FIRST.items()):
        return False
    try:
        return holding(mounts(host), '/').source.startswith('/dev/')
    except CannotTell:
        return False


def manager(environ: str) -> str:
    r"""Who runs PID 1, as its environment (NUL between its parts) tells.

    >>> manager('PATH=/bin\0container=lxc\0'), manager('container=\0'), manager('KUBERNETES_SERVICE_HOST=10.96.0.1')
    ('/proc/1/environ (container=lxc)', '', '/proc/1/environ (KUBERNETES_SERVICE_HOST)')
    """
    for part in environ.split('\0'):
        name, _, value = part.partition('=')
        if name == 'container' and value:
            return f'{_ENVIRONMENT} (container={value[:40]})'
        if name == 'KUBERNETES_SERVICE_HOST':       # a pod: containerd leaves no mark of its own
            return f'{_ENVIRONMENT} ({name})'
    return ''


def _first_word(host: Any, path: str) -> str:
    try:
        return (host.read(path, missing='').split() or [''])[0][:40]
    except CannotTell:
        return ''


def only_told(host: Any, observations: Iterator[Observation]) -> Iterator[Observation]:
    """The same observations, in a container without their changes: what is wanted there is its host's to give."""
    inside = in_container(host)
    for one in observations:
        yield one if not inside or one.met or not one.fix else one._replace(
            fix=(), hint=f'{one.hint + "; " if one.hint else ""}this is a container ({inside}): nothing is fixed in it')
