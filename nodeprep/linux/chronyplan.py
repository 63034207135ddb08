"""What would make chronyd keep the clock: installed, enabled, given servers without touching a line that is there."""
from nodeprep.linux import chronyconf, packages, timedaemons
from nodeprep.linux.chronyconf import Config
from nodeprep.linux.lines import appended
from nodeprep.linux.member import membership
from nodeprep.linux.unitstart import starting
from nodeprep.model import DISRUPTIVE, CannotTell, Change, Run, Write
from nodeprep.typed import Any, List, Sequence, Tuple

_STEPS = ('this node has joined a cluster ({}), and a chronyd that starts may step the clock (makestep): that needs an '
          'approval or --force-live')
BEGIN, END = '# nodeprep: servers begin', '# nodeprep: servers end'
_RELOAD = Run(('chronyc', 'reload', 'sources'), ('chronyc', 'reload', 'sources'))       # since chrony 4.0


def bring_up(host: Any, now: bool, for_boot: bool, servers: Sequence[str] = ()) -> Tuple[Tuple[Change, ...], str]:
    """chrony installed, enabled and, with `now`, started; or why that is left to a person.

    The `servers` that its configuration lacks are written before it starts, for a chronyd that runs reads it no more.

    On a node of a cluster to start it is disruptive, since in its first updates it may step the clock (makestep).
    """
    changes, hint = _bring_up(host, now, for_boot, servers)
    joined = membership(host) if now and changes else ''
    if not joined:
        return changes, hint
    return tuple(one._replace(risk=DISRUPTIVE) if isinstance(one, Run) and one.argv[:1] == ('systemctl',) else one
                 for one in changes), (
        _STEPS.format(joined))


def _bring_up(host: Any, now: bool, for_boot: bool, servers: Sequence[str]) -> Tuple[Tuple[Change, ...], str]:
    there = timedaemons.installed(host, timedaemons.CHRONY)
    start, hint = starting(host, (there or timedaemons.CHRONY.units)[0], now, for_boot)
    if there and now and start:
        return _served(host, servers, there) + start, hint
    if there or not start:
        return start, hint
    try:
        hint = packages.dead_repositories(host)
        changes = () if hint else packages.install(host, 'chrony')
    except CannotTell as error:
        return (), f'install chrony ({error.reason})'
    if not changes:
        return (), hint or 'install chrony'
    return changes + start, ''


def _served(host: Any, servers: Sequence[str], there: List[str]) -> Tuple[Change, ...]:
    try:
        config = chronyconf.read(host, tuple(there))
    except CannotTell:
        return ()             # that it cannot be read is told with its servers
    lacking = chronyconf.missing(config, servers)
    return add_servers(host, config, lacking, there[0], runs=False)[0] if lacking else ()


def add_servers(host: Any, config: Config, servers: List[str], unit: str, runs: bool) -> Tuple[Tuple[Change, ...], str]:
    """(the file that gains `server` lines and what makes a running chronyd read it, what a person must know).

    A folder of sources comes first, since chronyd reads it again without a restart; then a folder of configuration;
    then a block of our own at the end of chrony.conf.
    """
    lines = ''.join(f'server {server} iburst\n' for server in servers)
    sources = _permanent(config.sourcedirs)
    folder = _permanent(config.confdirs) or _permanent([pattern[:-7] for pattern in config.includes
                                                        if pattern.endswith('/*.conf')])
    if sources:
        return (_extended(host, f'{sources}/nodeprep.sources', lines),) + ((_RELOAD,) if runs else ()), ''
    if folder:
        write = _extended(host, f'{folder}/nodeprep.conf', lines)
    else:
        text = host.read(config.path)
        write = Write(config.path, with_block(text, lines), was=text)
    if not runs:
        return (write,), ''
    joined = membership(host)
    return (write, Run(('systemctl', 'restart', unit), ('systemctl', 'restart', unit), DISRUPTIVE)), (
        _STEPS.format(joined) if joined else 'a restart of chronyd may step the clock in its first updates (makestep)')


def with_block(text: str, lines: str) -> str:
    r"""The text with these lines in the block of our own at its end, one that is there being extended.

    >>> with_block('pool a', 'server b\n')
    'pool a\n# nodeprep: servers begin\nserver b\n# nodeprep: servers end\n'
    >>> with_block('# nodeprep: servers begin\nserver b\n# nodeprep: servers end\nrtcsync\n', 'server c\n')
    '# nodeprep: servers begin\nserver b\nserver c\n# nodeprep: servers end\nrtcsync\n'
    """
    begin, found, rest = text.partition(END)
    if found and BEGIN in begin and begin.endswith('\n'):
        return begin + lines + END + rest
    return appended(text, f'{BEGIN}\n{lines}{END}\n')


def _permanent(folders: Any) -> str:
    return next((folder.rstrip('/') for folder in folders if folder.startswith('/etc/')), '')


def _extended(host: Any, path: str, lines: str) -> Write:
    there = host.read(path) if host.exists(path) else None
    return Write(path, appended(there or '', lines), was=there)
