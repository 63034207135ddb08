"""Kernels: which are installed, which Kubernetes accepts, and with which options one was built."""
from nodeprep.linux import versions
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

FOLDER = '/lib/modules'
FINE, WARNS, FAILS = 'fine', 'kubeadm warns', 'kubeadm refuses'

# Required kernel options of kubernetes/system-validators (validators/types_unix.go). One of each group is enough.
REQUIRED: Tuple[Tuple[str, ...], ...] = (
    ('NAMESPACES',), ('NET_NS',), ('PID_NS',), ('IPC_NS',), ('UTS_NS',), ('CGROUPS',), ('CPUSETS',), ('MEMCG',),
    ('INET',),
    ('EXT4_FS',), ('PROC_FS',), ('NETFILTER_XT_TARGET_REDIRECT', 'IP_NF_TARGET_REDIRECT'),
    ('NETFILTER_XT_MATCH_COMMENT',), ('FAIR_GROUP_SCHED',), ('CGROUP_PIDS',), ('CGROUP_SCHED',))
REQUIRED_V1 = (('CGROUP_CPUACCT',), ('CGROUP_DEVICE',), ('CGROUP_FREEZER',))
REQUIRED_V2 = (('CGROUP_BPF',),)


class Verdict(NamedTuple):
    """FINE, WARNS or FAILS, and which kernels are wanted, in words."""

    state: str
    wanted: str


def accepted(release: str, kubernetes: Tuple[int, int]) -> Verdict:
    """What `kubeadm` of a Kubernetes version says about a kernel: SystemVerification.

    centos.md chapter 1 has the list of each version of kubernetes/system-validators; which Kubernetes carries which
    is known to within a minor version.

    >>> accepted('3.10.0-1160.el7.x86_64', (1, 23)).state, accepted('4.18.0-553.el8.x86_64', (1, 32)).state
    ('fine', 'kubeadm refuses')
    >>> accepted('5.14.0-427.el9.x86_64', (1, 34)).state, accepted('6.12.0-55.el10.x86_64', (1, 34)).state
    ('kubeadm warns', 'fine')
    """
    kernel = versions.first_two(release)
    if kernel == (0, 0):
        raise CannotTell(f'{release!r} is no kernel release', 'uname(2)')
    if kubernetes <= (1, 31):
        return Verdict(FINE if kernel >= (3, 10) else FAILS, '3.10 or later')
    if kubernetes <= (1, 33):
        return Verdict(FINE if kernel >= (4, 19) else FAILS, '4.19 or later')
    known = kernel >= (6, 0) or kernel in ((5, 4), (5, 10), (5, 15))
    return Verdict(FINE if known else WARNS if kernel >= (3, 10) else FAILS, '5.4, 5.10, 5.15, 6.0 or later')


def installed(host: Any) -> List[str]:
    """Releases of the kernels whose modules are complete below /lib/modules, oldest first."""
    found: List[str] = host.once('kernels', lambda: sorted(
        (name for name in host.names(FOLDER) if host.exists(f'{FOLDER}/{name}/modules.dep')), key=versions.key))
    return found


def newest(releases: List[str]) -> str:
    """The newest of some releases in rising order: what grubby and kernel-install make the default.

    Variants with a name of their own (+debug, +rt) do not become the default by being newer.

    >>> newest(['5.14.0-70.el9.x86_64', '5.14.0-427.el9.x86_64', '5.14.0-427.el9.x86_64+debug'])
    '5.14.0-427.el9.x86_64'
    """
    plain = [release for release in releases if '+' not in release]
    return (plain or releases or [''])[-1]


def of_the_release(release: str) -> bool:
    """Whether a kernel was built by an EL distribution for its own release: its options are then known to be there.

    >>> of_the_release('4.18.0-553.6.1.el8_10.x86_64'), of_the_release('6.9.7-1.el9.elrepo.x86_64')
    (True, False)
    """
    return (release.startswith(('3.10.0-', '4.18.0-', '5.14.0-', '6.12.0-')) and 'elrepo' not in release
            and release.partition('.el')[2][:1].isdigit())


def options(host: Any, release: str) -> Tuple[Dict[str, str], str]:
    """({name: 'y' or 'm'} of those options asked about here that are built in or modules; the file that says so).

    CannotTell when there is no such file. A running kernel's options are what they are until it ends.
    """
    found: Tuple[Dict[str, str], str] = host.for_life(('kernel options', release), lambda: _options(host, release))
    return found


def _options(host: Any, release: str) -> Tuple[Dict[str, str], str]:
    for path in (f'/boot/config-{release}', f'{FOLDER}/{release}/config', '/proc/config.gz'):
        text = host.read(path, missing='')
        if text:
            break
    else:
        raise CannotTell('no file tells how this kernel was built', f'/boot/config-{release}')
    if path.endswith('.gz'):
        text = _unpacked(text, path)
    # Find each of a few names instead of reading 10,000 lines: a fifth of the time.
    found = {}
    for name in [name for group in REQUIRED + REQUIRED_V1 + REQUIRED_V2 for name in group]:
        at = text.find(f'\nCONFIG_{name}=')
        how = text[at + len(name) + 9:at + len(name) + 10]
        if at >= 0 and how in ('y', 'm'):
            found[name] = how
    return found, path


def missing(found: Dict[str, str], cgroup_version: int) -> List[str]:
    """The required options that are not among those found; `cgroup_version` is 1 or 2, 0 when it is not known."""
    groups = REQUIRED + {1: REQUIRED_V1, 2: REQUIRED_V2}.get(cgroup_version, ())
    return [' or '.join(group) for group in groups if not any(name in found for name in group)]


def _unpacked(text: str, path: str) -> str:
    import zlib
    try:
        unpacker = zlib.decompressobj(31)
        return unpacker.decompress(text.encode('utf-8', 'surrogateescape'), 4 * 2**20).decode('utf-8',
                                                                                              'surrogateescape')
    except zlib.error:
        raise CannotTell(f'{path}: is not what gzip makes', path) from None
