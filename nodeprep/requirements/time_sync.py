"""One daemon keeps the clock, and keeps it right."""
import re

from nodeprep.linux import hostsfile, timedaemons, timesources, units
from nodeprep.linux.containers import only_told
from nodeprep.linux.member import membership
from nodeprep.linux.timedaemons import Kept
from nodeprep.linux.timestate import in_step, span, state
from nodeprep.model import CannotTell, Change, Folder, Observation, Requirement, Unit, Want, unknown
from nodeprep.typed import Any, Iterator, List, Tuple
from nodeprep.wanted import Option, duration, texts

_LIMIT = 16.0             # seconds: the kernel gives up its error bound here; NTP_PHASE_LIMIT of kernel/time/ntp.c

_LABEL = re.compile(r'[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?')


def _read_servers(value: Any) -> tuple:
    read: tuple = texts().read(value)
    for one in read:
        labels = one[:-1 if one.endswith('.') else None].split('.')
        # What ends with a number is an address that is wrong.
        named = len(one) < 255 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
        if not named and not hostsfile.address(re.sub('%[A-Za-z0-9_.-]{1,15}$', '', one)):
            raise ValueError('is neither a host name nor an address; write it as ntp1.example.com')
    return read


class TimeSync(Requirement):
    """One time daemon runs and starts at boot, and the clock is in step.

    Why: etcd's leases, certificates and tokens go by the clock; nodes that disagree by a second break in ways that
    look like something else. A daemon that runs without a source it can reach keeps nothing.
    Read: now: which of chronyd, ntpd, systemd-timesyncd, openntpd, phc2sys and timemaster runs; `chronyc tracking`,
    `ntpq -c rv` or systemd-timesyncd's mark; the kernel's error bound by adjtimex(2): 16 s and more means that nobody
    keeps the clock. STA_UNSYNC decides nothing: chronyd without rtcsync leaves it set. Boot: the units that start,
    which must be exactly one; the sources of its configuration with all that it includes; the wanted `servers`.
    Fix: install chrony, enable and start it; servers in a folder of sources or configuration that chrony.conf names,
    else in a marked block at its end; of two daemons the one that does not run is disabled; a step before joining.
    Left to a person: a source that cannot be reached; dead repositories; two daemons that both run; on a node that has
    joined a step of the clock and, without an approval or --force-live, to start or restart chronyd, which may step it.
    """

    id = 'time-sync'
    title = 'One time daemon keeps the clock in step'
    defaults = {
        'advised_offset': duration('100ms', 'the clock should be off by less than this'),
        'required_offset': duration('1s', 'the clock, and the bound of its error, must be off by less than this'),
        'stale_after': duration('2h', 'the last update must be younger than this, or than four of its intervals'),
        'servers': Option((), _read_servers, 'list of texts', 'time servers that must be among the configured ones'),
    }
    watches = tuple(Unit(unit) for daemon in timedaemons.DAEMONS for unit in daemon.units) + (
        Folder('/etc'), Folder('/etc/chrony'), Folder('/etc/systemd/system'))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """Who keeps the clock, and how well."""
        return only_told(host, _now(host, want))

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """Who will keep it, and from which sources."""
        return only_told(host, _boot(host, want))


def _now(host: Any, want: Want) -> Iterator[Observation]:
    kept = timedaemons.running(host)
    yield _one_runs(host, want, kept)
    for one in kept[:1]:
        try:
            said = state(host, one.daemon.name)
        except CannotTell as error:
            yield unknown('clock', 'follows a source', error)
            continue
        if said is not None:
            yield from in_step(host, want, said, one.daemon.name)
    try:
        clock = host.clock()
    except CannotTell as error:
        yield unknown('kernel clock', 'kept by a daemon', error)
        return
    met = clock.max_error < _LIMIT
    yield Observation('kernel clock', f'error bound {span(clock.max_error)}' if met else
                      'nobody keeps it: its error bound has reached 16 s', 'kept by a daemon', met, 'adjtimex(2)',
                      hint='' if met else 'a daemon that follows a source that it can reach keeps it')


def _one_runs(host: Any, want: Want, kept: List[Kept]) -> Observation:
    wanted = 'exactly one runs'
    if len(kept) > 1:
        return Observation('time daemon', _named(kept) + ' run side by side', wanted, False, kept[0].source,
                           hint='they pull the clock to and fro: keep one, and disable the rest')
    if kept:
        return Observation('time daemon', f'{kept[0].daemon.name} runs', wanted, True, kept[0].source)
    guest = timedaemons.hypervisor(host)
    found = 'none runs' + (f' ({guest}: the hypervisor helps the clock run, and never sets it)' if guest else '')
    stray = timedaemons.strays(host)
    if stray:
        found += f', but {stray[0].unit} does, outside of any unit'
    from nodeprep.linux import chronyplan  # a host as it should be does not pay for plans
    changes, hint = ((), 'stop it, and start its unit') if stray else chronyplan.bring_up(
        host, True, for_boot=False, servers=want['servers'])
    return Observation('time daemon', found, wanted, False, stray[0].source if stray else _where(host), changes, hint)


def _where(host: Any) -> str:
    return '/sys/fs/cgroup' if host.exists('/run/systemd/system') else '/proc'


def _named(kept: List[Kept]) -> str:
    return ' and '.join(one.daemon.name for one in kept)


def _boot(host: Any, want: Want) -> Iterator[Observation]:
    kept = timedaemons.enabled(host)
    yield _one_starts(host, want, kept)
    for one in kept:
        try:
            yield from timesources.boot(host, one)
        except CannotTell as error:
            yield unknown(f'sources of {one.daemon.name}', 'at least one', error)
    if want['servers']:
        yield from timesources.servers(host, want['servers'], kept)


def _one_starts(host: Any, want: Want, kept: List[Kept]) -> Observation:
    wanted = 'exactly one starts at boot'
    if len(kept) == 1:
        return Observation('time daemon', f'{kept[0].daemon.name} starts at boot', wanted, True, kept[0].source)
    runs = timedaemons.surely_running(host)
    if kept:
        rest = [one for one in kept if one.daemon not in runs]
        # The one that runs stays; an image keeps the first that it would start. Two that run are a person's choice.
        spare = rest if len(rest) == len(kept) - 1 else () if host.live else kept[1:]
        changes: Tuple[Change, ...] = tuple(units.disable(one.unit, now=False) for one in spare)
        return Observation('time daemon', f'{_named(kept)} start at boot', wanted, False, kept[0].source, changes,
                           '' if changes else 'keep one, and disable the rest')
    once = units.starts_at_boot(host, 'ntpdate.service')[0]
    found = 'none' + (' (ntpdate sets the clock once, which keeps nothing)' if once else '')
    if runs and runs[0].name != 'chrony':
        unit = timedaemons.installed(host, runs[0])[:1]
        changes, hint = tuple(units.enable(name, now=False) for name in unit), ''
    else:
        from nodeprep.linux import chronyplan
        changes, hint = chronyplan.bring_up(host, host.live and not runs and not membership(host), for_boot=True,
                                            servers=want['servers'])
    return Observation('time daemon', found, wanted, False, '/etc/systemd/system', changes, hint)
