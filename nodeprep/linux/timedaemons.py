"""The daemons that keep a clock: which run, and which the next boot would start. centos.md chapter 6."""
from nodeprep.linux import processes, units
from nodeprep.linux.unitfiles import tree
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List, Tuple


class Daemon(NamedTuple):
    """One daemon under the names that releases give its unit, and the programs that it runs as."""

    name: str
    units: Tuple[str, ...]
    programs: Tuple[str, ...]


class Kept(NamedTuple):
    """A daemon, the unit (or, without systemd, the process) that it was found as, and where that shows."""

    daemon: Daemon
    unit: str
    source: str


# ptp4l alone sets the clock of a network card, not the system's: phc2sys or chronyd carries it over. timemaster runs
# a chronyd and others of its own inside its unit.
DAEMONS = (
    Daemon('chrony', ('chronyd.service', 'chrony.service'), ('chronyd',)),       # EL, Debian
    Daemon('ntpd', ('ntpd.service', 'ntp.service', 'ntpsec.service'), ('ntpd',)),
    Daemon('systemd-timesyncd', ('systemd-timesyncd.service',), ('systemd-timesyncd',)),
    Daemon('openntpd', ('openntpd.service',), ()),
    Daemon('phc2sys', ('phc2sys.service',), ('phc2sys',)),
    Daemon('timemaster', ('timemaster.service',), ('timemaster',)),
)
CHRONY = DAEMONS[0]
_HYPERVISORS = ('kvm-clock', 'xen', 'hyperv')
_CLOCKSOURCE = '/sys/devices/system/clocksource/clocksource0/current_clocksource'


def running(host: Any) -> List[Kept]:
    """The daemons that run, told by their units; without systemd by their processes. CannotTell without either."""
    try:
        return _by_units(host)
    except CannotTell:
        return by_processes(host)


def surely_running(host: Any) -> List[Daemon]:
    """Those that run, none in an image or when nobody can tell: said beside what the next boot would start."""
    try:
        return [one.daemon for one in running(host)] if host.live else []
    except CannotTell:
        return []


def _by_units(host: Any) -> List[Kept]:
    found = []
    units.active(host, DAEMONS[0].units[0])              # CannotTell when systemd does not run here
    for daemon in DAEMONS:
        for unit in installed(host, daemon):
            state, source = units.active(host, unit)
            if state == 'active':
                found.append(Kept(daemon, unit, source))
                break
    return found


def by_processes(host: Any) -> List[Kept]:
    """The daemons whose program runs, however it was started."""
    found = []
    for daemon in DAEMONS:
        for one in processes.named(host, *daemon.programs)[:1] if daemon.programs else ():
            found.append(Kept(daemon, f'process {one.name}', f'/proc/{one.pid}/comm'))
    return found


def strays(host: Any) -> List[Kept]:
    """The same, none when processes are hidden from who asks: said beside what units tell, which is enough."""
    try:
        return by_processes(host)
    except CannotTell:
        return []


def enabled(host: Any) -> List[Kept]:
    """The daemons that the next boot would start."""
    found = []
    for daemon in DAEMONS:
        for unit in installed(host, daemon):
            starts, source = units.starts_at_boot(host, unit)
            if starts:
                found.append(Kept(daemon, unit, source))
                break
    return found


def installed(host: Any, daemon: Daemon) -> List[str]:
    """The units of a daemon that are there, under their own names: chronyd.service is Debian's alias."""
    files = tree(host, at_boot=True)
    return list(dict.fromkeys(files.find(unit).name for unit in daemon.units if files.first(unit)))


def hypervisor(host: Any) -> str:
    """The clock source, when it is one that a hypervisor gives its guests; '' otherwise."""
    source = host.read(_CLOCKSOURCE, missing='').strip()[:60]
    return source if source.startswith(_HYPERVISORS) else ''
