"""tools: see the class."""
from nodeprep.linux.packages import dead_repositories, install
from nodeprep.linux.release import release
from nodeprep.model import CannotTell, Change, Observation, Requirement, Want, unknown
from nodeprep.typed import Any, Dict, Iterator, Tuple

_REQUIRED = ('ip', 'iptables', 'mount', 'nsenter')
_ADVISED = ('ebtables', 'ethtool', 'socat', 'tc', 'touch')
_CONNTRACK = 'conntrack'
_NO_CONNTRACK = (1, 32)    # kubeadm asks for the program no more: kube-proxy talks to the kernel itself

# The package of each tool by EL major, 0 for those that are not named: centos.md chapter 12; iptables.spec and
# iproute.spec of EL8 and EL9 (ebtables moved into iptables-ebtables, then into iptables-nft; tc into iproute-tc).
_PACKAGES: Dict[str, Dict[int, str]] = {
    'ip': {0: 'iproute'}, 'iptables': {7: 'iptables', 8: 'iptables', 0: 'iptables-nft'}, 'mount': {0: 'util-linux'},
    'nsenter': {0: 'util-linux'}, 'conntrack': {0: 'conntrack-tools'},
    'ebtables': {7: 'ebtables', 8: 'iptables-ebtables', 0: 'iptables-nft'}, 'ethtool': {0: 'ethtool'},
    'socat': {0: 'socat'}, 'tc': {7: 'iproute', 0: 'iproute-tc'}, 'touch': {0: 'coreutils'}}


class Tools(Requirement):
    """The programs that kubeadm, the kubelet and kube-proxy run are installed.

    Why: the kubelet mounts volumes and enters namespaces with mount and nsenter, kube-proxy and the network plugins set
    up traffic with ip, iptables and conntrack. kubeadm stops without ip, iptables, mount, nsenter and, before
    Kubernetes 1.32, conntrack (it asks only where it knows the version, on `init`; kube-proxy needs it on each node, so
    it is required on each). It warns without ebtables, ethtool, socat (port forwarding), tc and touch.
    Read: an executable file of that name in the folders of root's PATH, sbin included, as kubeadm's FileExisting does.
    An image is told from the same files; on a running host the next boot finds the same ones.
    Fix: installs the package that this release keeps the tool in, one command for each.
    Left to a person: systems other than CentOS and its rebuilds, images, and repositories that no longer answer.
    """

    id = 'tools'
    title = 'The programs that Kubernetes runs are installed'
    kubeadm = tuple(f'FileExisting-{name}' for name in _REQUIRED + (_CONNTRACK,) + _ADVISED)

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """Each tool on the running host."""
        return _look(host, want)

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """Each tool of an image. A running host boots with the files it has, so nothing is told twice."""
        return iter(()) if host.live else _look(host, want)


def _look(host: Any, want: Want) -> Iterator[Observation]:
    conntrack = (_CONNTRACK,) if want['kubernetes'] < _NO_CONNTRACK else ()
    for name in _REQUIRED + conntrack + _ADVISED:
        yield _tool(host, name)._replace(advised=name in _ADVISED, kubeadm=f'FileExisting-{name}')


def _tool(host: Any, name: str) -> Observation:
    try:
        path = host.program(name)
    except CannotTell as error:
        return unknown(name, 'installed', error)
    if path:
        return Observation(name, path, 'installed', True, f'access {path}')
    fix, hint = _remedy(host, name)
    return Observation(name, 'not found', 'installed', False, 'the folders of the PATH, sbin included', fix, hint)


def _remedy(host: Any, name: str) -> Tuple[Tuple[Change, ...], str]:
    """The commands that install a tool, or what a person does."""
    try:
        here = release(host)
    except CannotTell as error:
        return (), f'install the package that has {name}; {error.reason}'
    if here.family != 'el' or not here.major:
        return (), f'install the package of {here.name} that has {name}'
    package = _PACKAGES[name].get(here.major, _PACKAGES[name][0])
    if not host.live:
        return (), f'install {package} in the image'
    try:
        dead = dead_repositories(host)
        return () if dead else install(host, package), dead
    except CannotTell as error:
        return install(host, package), error.reason
