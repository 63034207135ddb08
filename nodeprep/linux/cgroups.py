"""Which version of control groups a host runs or would boot with, and which controllers it has.

Sources: cgroup_is_unified_wanted() of systemd's src/shared/cgroup-setup.c (239: src/basic/cgroup-util.c); NEWS of
systemd 256 and 258; cgroups(7); the cgroup validator of kubernetes/system-validators.
Per release: centos.md chapter 12.
"""
from nodeprep.linux.kernelargs import KernelArgs, at_boot, running
from nodeprep.linux.mounts import Mount, mounts, table
from nodeprep.linux.release import release
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Optional, Set, Tuple

POINT = '/sys/fs/cgroup'
ARGUMENT = 'systemd.unified_cgroup_hierarchy'
FORCE = 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE'
_DECIDING = (ARGUMENT, FORCE, 'systemd.legacy_systemd_cgroup_controller', 'cgroup_no_v1', 'cgroup_disable')
_TRUE = ('', '1', 'yes', 'y', 'true', 't', 'on')
_FALSE = ('0', 'no', 'n', 'false', 'f', 'off')
# The first release of each system whose systemd is built with the unified hierarchy as its default.
_UNIFIED_SINCE = {'debian': 11, 'ubuntu': 22, 'fedora': 31}


class Version(NamedTuple):
    """1 or 2, whether v2 is mounted beside v1 for systemd alone (hybrid), and what told it."""

    number: int
    hybrid: bool
    source: str


def version(host: Any) -> Version:
    """What is mounted at /sys/fs/cgroup now: cgroup2 is v2, a tmpfs with controllers in it is v1."""
    here: Optional[Mount] = None
    below = []
    for mount in mounts(host):
        if mount.point == POINT:
            here = mount           # the last one hides those before it
        elif mount.point.startswith(POINT + '/') and mount.kind in ('cgroup', 'cgroup2'):
            below.append(mount.kind)
    if here is not None and here.kind == 'cgroup2':
        return Version(2, False, table(host))
    if 'cgroup' in below:
        return Version(1, 'cgroup2' in below, table(host))
    raise CannotTell(f'no cgroups are mounted at {POINT}', table(host))


def version_at_boot(host: Any) -> Version:
    """What the next boot would mount.

    A live host whose next boot has the same arguments as this one gets the same again; else systemd's rules are
    followed, as far as the release's defaults are known. CannotTell otherwise.
    """
    found: Version = host.once('cgroup at boot', lambda: _version_at_boot(host))
    return found


def _version_at_boot(host: Any) -> Version:
    args = at_boot(host)
    if host.live and _same(args, running(host)):
        here = version(host)
        return here._replace(source=f'{here.source}; {args.source} changes nothing about it')
    system = release(host)
    major = system.systemd
    value = args.value(ARGUMENT)
    wanted = None if value is None else True if value.lower() in _TRUE else False if value.lower() in _FALSE else None
    place = f'{args.where(ARGUMENT)} ({ARGUMENT})'
    if system.family == 'el' and 0 < system.major <= 7:
        return Version(1, False, f'{system.source} ({system.name}: its kernel and systemd know v1 alone)')
    if major >= 258:
        return Version(2, False, f'{system.source} (systemd {major} knows v2 alone)')
    if major >= 256 and wanted is False and (args.value(FORCE) or '').lower() not in _TRUE[1:]:
        return Version(2, False, f'{system.source} (systemd {major} takes {ARGUMENT}=0 only with {FORCE}=1)')
    if wanted is not None:
        return Version(2 if wanted else 1, False, place)
    if args.value('cgroup_no_v1') == 'all':
        return Version(2, False, args.where('cgroup_no_v1') + ' (cgroup_no_v1=all)')
    since = 9 if system.family == 'el' else _UNIFIED_SINCE.get(system.id, 0)
    if not since or not system.major:
        raise CannotTell(f'the cgroup version that {system.name} boots with is not known', system.source)
    return Version(2 if system.major >= since else 1, False, f'{system.source} (the default of {system.name})')


def _same(one: KernelArgs, other: KernelArgs) -> bool:
    return all(one.values(name) == other.values(name) for name in _DECIDING)


def controllers(host: Any, number: int) -> Tuple[Set[str], str]:
    """(controllers that the kernel offers, where it says so). On v2, devices and freezer are part of the core."""
    if number == 2:
        path = f'{POINT}/cgroup.controllers'
        return {*host.read(path).split(), 'devices', 'freezer'}, path
    path, found = '/proc/cgroups', set()
    for line in host.read(path).split('\n'):
        fields = line.split()
        if len(fields) == 4 and fields[3] == '1':
            found.add(fields[0])
    return found, path


def disabled(args: KernelArgs, number: int) -> Set[str]:
    """Controllers that kernel arguments turn off: cgroup_disable=a,b; on v1 also cgroup_no_v1=a,b or all."""
    names = set()
    for argument in ('cgroup_disable',) + (('cgroup_no_v1',) if number == 1 else ()):
        for value in args.values(argument):
            names.update(value.split(','))
    return names
