"""The kubelet that is installed, where one would come from, and what fits together."""
import re

from nodeprep.linux.release import release
from nodeprep.model import CannotTell, Run
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Optional, Tuple

Version = Tuple[int, int, int]
_SAID = 'kubelet --version'
_REPOSITORIES = '/etc/yum.repos.d'


def version(host: Any) -> Optional[Version]:
    """(major, minor, patch) of the installed kubelet; None when none is. CannotTell in an image, or when it is mute.

    `kubelet --version` prints 'Kubernetes v1.23.5' and nothing else: staging/src/k8s.io/component-base/version/verflag.
    No file says it.
    """
    found: Optional[Version] = host.once('kubelet version', lambda: _version(host))
    return found


def _version(host: Any) -> Optional[Version]:
    if not host.program('kubelet'):
        return None
    answer = host.ask(('kubelet', '--version'))
    found = parse(answer.out)
    if answer.code or found is None:
        words = (answer.out.strip() or answer.err.strip())[:80]
        raise CannotTell(f'{_SAID} does not say a version, but {words!r}', _SAID)
    return found


def parse(text: str) -> Optional[Version]:
    r"""The version in the kubelet's answer; None when there is none.

    >>> parse('Kubernetes v1.23.5\n'), parse('Kubernetes v1.31.0-rc.1'), parse('oops')
    ((1, 23, 5), (1, 31, 0), None)
    """
    match = re.match(r'^Kubernetes v(\d{1,3})\.(\d{1,3})\.(\d{1,4})(?:[-+][\w.+-]{1,60})?$', text.strip())
    return (int(match.group(1)), int(match.group(2)), int(match.group(3))) if match else None


def oldest_kubelet(kubernetes: Tuple[int, int]) -> Tuple[int, int]:
    """The oldest minor of the kubelet that a control plane may have: three behind since 1.28, two before.

    https://kubernetes.io/releases/version-skew-policy/

    >>> oldest_kubelet((1, 27)), oldest_kubelet((1, 28))
    ((1, 25), (1, 25))
    """
    major, minor = kubernetes
    return major, max(0, minor - (3 if kubernetes >= (1, 28) else 2))


class Repository(NamedTuple):
    """A package repository that has Kubernetes. `minor` is None when its address does not tell."""

    id: str
    minor: Optional[Tuple[int, int]]
    source: str
    dead: bool


def repository(host: Any) -> Optional[Repository]:
    """The first enabled repository of yum or dnf that has Kubernetes, by its address; None without one.

    pkgs.k8s.io holds one repository a minor, /core:/stable:/v1.29/rpm/; packages.cloud.google.com/yum is gone.
    """
    for name in host.names(_REPOSITORIES):
        if not name.endswith('.repo'):
            continue
        path = f'{_REPOSITORIES}/{name}'
        for section, body in _sections(host.read(path, missing='')):
            address = re.search(r'^(?:baseurl|mirrorlist|metalink)\s*=\s*(\S+)', body, re.MULTILINE)
            if address is None or not re.search('k8s|kubernetes', section + address.group(1), re.IGNORECASE):
                continue
            if re.search(r'^enabled\s*=\s*(0|no|false)\s*$', body, re.MULTILINE | re.IGNORECASE):
                continue
            minor = re.search(r'/v(\d{1,2})\.(\d{1,3})(?:/|$)', address.group(1))
            return Repository(section, (int(minor.group(1)), int(minor.group(2))) if minor else None, path,
                              'packages.cloud.google.com' in address.group(1))
    return None


def _sections(text: str) -> Any:
    parts = re.split(r'^\[([^\]\n]*)\]', text, flags=re.MULTILINE)
    return zip(parts[1::2], parts[2::2])


def install(host: Any, source: Repository, *names: str) -> Tuple[Run, ...]:
    """The command that installs these from that repository, past the `exclude=` that its own instructions put there."""
    here = release(host)
    if here.family != 'el' or not here.major:
        return ()
    manager = 'yum' if here.major <= 7 else 'dnf'
    add = (manager, '-y', f'--disableexcludes={source.id}', 'install') + names
    return (Run(add, (manager, '-y', 'remove') + names),)
