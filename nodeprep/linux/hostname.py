"""The name of a host: what may be one, and what the next boot would set."""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any

PATH = '/etc/hostname'
UPPER = 'has upper-case letters'
_LETTERS = frozenset('abcdefghijklmnopqrstuvwxyz0123456789-')
_LOCAL = ('localhost', 'localhost4', 'localhost6')
_MOST = 64                # __NEW_UTS_LEN of the kernel; DNS itself would allow 253


class Kept(NamedTuple):
    """The name that the disk keeps, '' for none, and the line that says so."""

    name: str
    source: str


def kept(host: Any) -> Kept:
    """The static host name: hostname(5), the first line that is neither empty nor a comment.

    Read by systemd before anything else, and the same in 219 as in 257: read_etc_hostname() of src/shared.
    """
    for number, line in enumerate(host.read(PATH, missing='').split('\n'), 1):
        word = line.strip()
        if word and not word.startswith('#'):
            return Kept(word, f'{PATH}:{number}')
    return Kept('', PATH)


def placeholder(name: str) -> bool:
    """Whether a name stands for none, so that DHCP or cloud-init may set another: is_localhost() of systemd.

    >>> [placeholder(one) for one in ('', 'localhost', 'localhost.localdomain', 'localhost7')]
    [True, True, True, False]
    """
    return not name or name.lower().split('.')[0] in _LOCAL


def wrong(name: str) -> str:
    """Why Kubernetes cannot take this for a node's name; '' when it can. UPPER alone is put right by the kubelet.

    A node's name is an RFC 1123 subdomain. All digits and dots would be a number or an address to YAML and resolvers.

    >>> wrong('k8s-node1.example.com'), wrong('localhost.localdomain'), wrong('10.0.0.1'), wrong('Node1')
    ('', 'stands for no host in particular', 'has digits alone', 'has upper-case letters')
    >>> wrong('k8s_node1'), wrong('-a'), wrong('a..b')
    ("'k8s_node1' is no RFC 1123 label", "'-a' is no RFC 1123 label", "'' is no RFC 1123 label")
    """
    if placeholder(name):
        return 'stands for no host in particular' if name else 'is empty'
    if len(name) > _MOST:
        return f'is longer than {_MOST} characters'
    for label in name.lower().split('.'):
        if not 0 < len(label) < 64 or label.strip('-') != label or not _LETTERS.issuperset(label):
            return f'{label[:63]!r} is no RFC 1123 label'
    if not name.replace('.', '').strip('0123456789'):
        return 'has digits alone'
    return UPPER if name != name.lower() else ''
