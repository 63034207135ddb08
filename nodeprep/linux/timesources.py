"""Where a daemon that keeps the clock will take the time from, beside what is wanted."""
from nodeprep.linux import chronyconf, timedaemons
from nodeprep.linux.timedaemons import CHRONY, Kept
from nodeprep.linux.timestate import LOCAL
from nodeprep.model import CannotTell, Observation, unknown
from nodeprep.typed import Any, Iterator, List, Sequence


def boot(host: Any, kept: Kept) -> Iterator[Observation]:
    """The sources that a daemon is given, of which one will do. CannotTell when its configuration cannot be read."""
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
                           hint=LOCAL)
    if chronyconf.DHCP in config.sourcedirs and not host.live:
        return unknown(subject, wanted, CannotTell('none, and whether DHCP will give one shows at the next boot alone',
                                                   config.path))
    return Observation(subject, 'none', wanted, False, config.path,
                       hint=f'name time servers in the requirement (servers), or add them to {config.path}')


def servers(host: Any, wanted_servers: Sequence[str], kept: List[Kept]) -> Iterator[Observation]:
    """Each wanted server beside the configured ones of the daemons that the next boot would start."""
    wanted = 'a configured time server'
    daemon = kept[0].daemon if kept else CHRONY
    if daemon.name != 'chrony':
        for server in wanted_servers:
            yield unknown(server, wanted, CannotTell(f'servers are looked up for chronyd, here is {daemon.name}',
                                                     kept[0].source))
        return
    try:
        config = chronyconf.read(host, daemon.units)
    except CannotTell as error:
        if timedaemons.installed(host, CHRONY):
            for server in wanted_servers:
                yield unknown(server, wanted, error)
        return                                  # chrony is not there yet: its servers come after it
    there = {chronyconf.plain(one.name): one.source for one in config.sources}
    missing = chronyconf.missing(config, wanted_servers)
    unit = (timedaemons.installed(host, daemon) or daemon.units)[0]
    from nodeprep.linux import chronyplan
    changes, hint = ((), '') if not missing else chronyplan.add_servers(
        host, config, missing, unit, CHRONY in timedaemons.surely_running(host))
    for server in wanted_servers:
        where = there.get(chronyconf.plain(server), '')
        yield Observation(server, 'configured' if where else 'not configured', wanted, bool(where),
                          where or config.path, () if where else changes, '' if where else hint)
