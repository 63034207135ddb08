"""One daemon keeps the clock, and keeps it right."""
from nodeprep.linux import chronyconf, timedaemons, units
from nodeprep.linux.containers import only_told
from nodeprep.linux.member import membership
from nodeprep.linux.timedaemons import CHRONY, Daemon, Kept
from nodeprep.linux.timestate import State, state
from nodeprep.model import DISRUPTIVE, CannotTell, Change, Folder, Observation, Requirement, Run, Unit, Want, unknown
from nodeprep.typed import Any, Iterator, List, Tuple
from nodeprep.wanted import duration, texts

_LIMIT = 16.0             # seconds: the kernel gives up its error bound here; NTP_PHASE_LIMIT of kernel/time/ntp.c
_LOCAL = 'right only for the one machine that gives an offline site its time'
_MAKESTEP = Run(('chronyc', 'makestep'), (), DISRUPTIVE)


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
        'servers': texts((), 'time servers that must be among the configured ones'),
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
            yield from _in_step(host, want, said, one.daemon)
    try:
        clock = host.clock()
    except CannotTell as error:
        yield unknown('kernel clock', 'kept by a daemon', error)
        return
    met = clock.max_error < _LIMIT
    yield Observation('kernel clock', f'error bound {_span(clock.max_error)}' if met else
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


def _in_step(host: Any, want: Want, said: State, daemon: Daemon) -> Iterator[Observation]:
    wanted = 'follows a source'
    if not said.synchronised:
        yield Observation('clock', 'not synchronised', wanted, False, said.source, hint=_outside(said.look))
        return
    if said.local:
        yield Observation('clock', 'the daemon follows nothing but itself (local)', wanted, False, said.source,
                          advised=True, hint=_LOCAL)
    else:
        yield Observation('clock', 'synchronised' + f' with {said.reference}' * bool(said.reference) +
                          f', stratum {said.stratum}' * bool(said.stratum), wanted, True, said.source)
    yield _offset(host, want, said, daemon)
    if said.updated and not said.local:
        limit, age = max(want['stale_after'], 4 * said.interval), max(0.0, host.time() - said.updated)
        yield Observation('last update', f'{_span(age)} ago', f'less than {_span(limit)} ago', age < limit, said.source,
                          hint='' if age < limit else _outside(said.look))


def _offset(host: Any, want: Want, said: State, daemon: Daemon) -> Observation:
    advised, required = want['advised_offset'], want['required_offset']
    found = f'off by {_span(said.offset)}'
    if said.distance:
        found += f', by at most {_span(said.offset + said.distance)}'
    one = Observation('offset', found, f'below {_span(advised)} ({_span(required)} is required)',
                      said.offset < advised and said.distance < required, said.source)
    if one.met:
        return one
    if said.offset < required and said.distance >= required:
        return one._replace(hint='its source is far away or unsteady: choose nearer servers')
    if said.offset < required:
        return one._replace(advised=True, hint='the daemon slews it; look again later')
    joined = membership(host)
    if joined:
        return one._replace(hint=f'this node has joined a cluster ({joined}), whose clock is never stepped: drain it '
                                 'first; chronyd slews a second in 12 seconds at best')
    if daemon != CHRONY:
        return one._replace(hint='set the clock before this node joins a cluster')
    return one._replace(fix=(_MAKESTEP,), hint='the step cannot be taken back')


def _outside(look: str) -> str:
    return f'no source may be reachable: see `{look}`, DNS, and whether UDP port 123 is let out'


def _span(seconds: float) -> str:
    """A span of time in the unit that suits it: '0.012 ms', '35 ms', '1.5 s', '35 s', '12 min', '3.1 h'."""
    for size, unit, below in ((0.001, 'ms', 1.0), (1.0, 's', 120.0), (60.0, 'min', 7200.0)):
        if seconds < below:
            return f'{seconds / size:.3g} {unit}'
    return f'{seconds / 3600:.3g} h'


def _boot(host: Any, want: Want) -> Iterator[Observation]:
    kept = timedaemons.enabled(host)
    yield _one_starts(host, want, kept)
    for one in kept:
        try:
            yield from _sources(host, one)
        except CannotTell as error:
            yield unknown(f'sources of {one.daemon.name}', 'at least one', error)
    if want['servers']:
        yield from _servers(host, want, kept)


def _one_starts(host: Any, want: Want, kept: List[Kept]) -> Observation:
    wanted = 'exactly one starts at boot'
    if len(kept) == 1:
        return Observation('time daemon', f'{kept[0].daemon.name} starts at boot', wanted, True, kept[0].source)
    runs = _running(host)
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


def _running(host: Any) -> List[Daemon]:
    try:
        return [one.daemon for one in timedaemons.running(host)] if host.live else []
    except CannotTell:
        return []


def _sources(host: Any, kept: Kept) -> Iterator[Observation]:
    wanted, subject = 'at least one', f'sources of {kept.daemon.name}'
    if kept.daemon.name == 'chrony':
        config = chronyconf.read(host, kept.daemon.units)
        if config.idle:
            yield Observation('chronyd -x', 'it is told to leave the clock alone', 'it keeps the clock', False,
                              config.idle, hint='take -x off its options')
        yield _chrony_sources(host, config, subject, wanted)
        return
    from nodeprep.linux import ntp
    read = {'ntpd': ntp.ntpd_sources, 'systemd-timesyncd': ntp.timesyncd_sources, 'openntpd': ntp.openntpd_sources}
    if kept.daemon.name in read:
        found = read[kept.daemon.name](host)
        yield Observation(subject, ', '.join(one.name for one in found[:4]) or 'none', wanted, bool(found),
                          found[0].source if found else '/etc/ntp.conf', hint='' if found else 'add server lines')


def _chrony_sources(host: Any, config: chronyconf.Config, subject: str, wanted: str) -> Observation:
    if config.sources:
        return Observation(subject, ', '.join(one.name for one in config.sources[:4]), wanted, True,
                           config.sources[0].source)
    lease = chronyconf.from_dhcp(host) if host.live else ''
    if lease:
        return Observation(subject, 'only what DHCP gives', wanted, True, lease)
    if config.local:
        return Observation(subject, 'none but its own clock (local)', wanted, False, config.local, advised=True,
                           hint=_LOCAL)
    if chronyconf.DHCP in config.sourcedirs and not host.live:
        return unknown(subject, wanted, CannotTell('none, and whether DHCP will give one shows at the next boot alone',
                                                   config.path))
    return Observation(subject, 'none', wanted, False, config.path,
                       hint=f'name time servers in the requirement (servers), or add them to {config.path}')


def _servers(host: Any, want: Want, kept: List[Kept]) -> Iterator[Observation]:
    """Each wanted server beside the configured ones."""
    wanted = 'a configured time server'
    daemon = kept[0].daemon if kept else CHRONY
    if daemon.name != 'chrony':
        for server in want['servers']:
            yield unknown(server, wanted, CannotTell(f'servers are looked up for chronyd, here is {daemon.name}',
                                                     kept[0].source))
        return
    try:
        config = chronyconf.read(host, daemon.units)
    except CannotTell as error:
        if timedaemons.installed(host, CHRONY):
            for server in want['servers']:
                yield unknown(server, wanted, error)
        return                                  # chrony is not there yet: its servers come after it
    there = {chronyconf.plain(one.name): one.source for one in config.sources}
    missing = chronyconf.missing(config, want['servers'])
    unit = (timedaemons.installed(host, daemon) or daemon.units)[0]
    from nodeprep.linux import chronyplan
    changes, hint = ((), '') if not missing else chronyplan.add_servers(
        host, config, missing, unit, any(one.name == 'chrony' for one in _running(host)))
    for server in want['servers']:
        where = there.get(chronyconf.plain(server), '')
        yield Observation(server, 'configured' if where else 'not configured', wanted, bool(where),
                          where or config.path, () if where else changes, '' if where else hint)
