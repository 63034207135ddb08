"""chronyd's configuration: its time sources with the line that gives each, and where more may be added.

Sources: chrony.conf(5); CNF_ParseLine(), search_dirs() and load_source_file() of conf.c in chrony.
"""
from nodeprep.linux.lines import numbered
from nodeprep.linux.unitcommand import command
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Sequence, Tuple

FILES = ('/etc/chrony.conf', '/etc/chrony/chrony.conf')            # EL, Debian
DHCP = '/run/chrony-dhcp'                                          # NetworkManager's dispatcher writes here
_NETWORK, _DEEPEST, _MOST = ('server', 'pool', 'peer'), 10, 1000   # MAX_INCLUDE_LEVEL


class Source(NamedTuple):
    """A time source: server, pool, peer or refclock, its name or driver, and the path:line that gives it."""

    kind: str
    name: str
    source: str


class Config(NamedTuple):
    """`path` is the main file; `confdirs`, `sourcedirs` and `includes` are what it reads besides."""

    path: str
    sources: Tuple[Source, ...]
    confdirs: Tuple[str, ...]
    sourcedirs: Tuple[str, ...]
    includes: Tuple[str, ...]
    local: str                 # path:line of a `local` directive, '' without one
    idle: str                  # where chronyd is told to leave the clock alone (-x), '' when nowhere


def read(host: Any, units: Tuple[str, ...]) -> Config:
    """What chronyd would read at its next start. CannotTell when its file is not there or may not be read."""
    words = next((found for found in (command(host, unit) for unit in units) if found), [])
    path, idle = '', ''
    for place, word in enumerate(words[1:], 1):
        if word.text.startswith('-f'):
            path = word.text[2:] or (words[place + 1].text if place + 1 < len(words) else '')
        elif word.text == '-x':
            idle = word.source
    return parse(host, path or next((path for path in FILES if host.exists(path)), FILES[0]))._replace(idle=idle)


def parse(host: Any, path: str) -> Config:
    """What one main file says, together with all that it reads besides."""
    found: Dict[str, List[Any]] = {name: [] for name in ('sources', 'confdir', 'sourcedir', 'include', 'local', 'seen')}
    _file(host, path, found, 0)
    for folder in found['sourcedir']:
        for sources in _files(host, [folder], '.sources'):
            _sources(host, sources, found)
    return Config(path, tuple(found['sources']), tuple(found['confdir']), tuple(found['sourcedir']),
                  tuple(found['include']), (found['local'] or [''])[-1], '')


def directives(text: str) -> Iterator[Tuple[int, List[str]]]:
    """(line number, words) of each directive, its name in lower case; comments start with ! ; # or %.

    >>> list(directives('# no\\n Server  a.example iburst\\n! server b\\n'))
    [(2, ['server', 'a.example', 'iburst'])]
    """
    for number, line in numbered(text):
        words = line.split()
        if words and words[0][0] not in '!;#%':
            yield number, [words[0].lower()] + words[1:]


def _file(host: Any, path: str, found: Dict[str, List[Any]], level: int) -> None:
    found['seen'].append(path)
    if level > _DEEPEST or len(found['seen']) > _MOST:
        raise CannotTell(f'{path}: too many files that include each other', path)
    for number, words in directives(host.read(path)):
        name, values = words[0], words[1:]
        if name in _NETWORK + ('refclock',) and values:
            found['sources'].append(Source(name, ' '.join(values[:2 if name == 'refclock' else 1]), f'{path}:{number}'))
        elif name == 'local':
            found['local'].append(f'{path}:{number}')
        elif name in ('include', 'confdir', 'sourcedir'):
            found[name].extend(values)
            if name != 'sourcedir':
                for more in _files(host, values, '.conf') if name == 'confdir' else _matching(host, ' '.join(values)):
                    _file(host, more, found, level + 1)


def _files(host: Any, folders: List[str], suffix: str) -> Iterator[str]:
    """The files of some folders by name; the same name in a later folder is left out."""
    chosen: Dict[str, str] = {}
    for folder in folders:
        for name in host.names(folder):
            if name.endswith(suffix) and not name.startswith('.'):          # they are found by glob(3)
                chosen.setdefault(name, f'{folder.rstrip("/")}/{name}')
    return iter(chosen[name] for name in sorted(chosen))


def _matching(host: Any, pattern: str) -> List[str]:
    """glob(3): a name that begins with a dot must be asked for."""
    return [path for path in host.glob(pattern)
            if not path.rpartition('/')[2].startswith('.') or pattern.rpartition('/')[2].startswith('.')]


def _sources(host: Any, path: str, found: Dict[str, List[Any]]) -> None:
    for number, words in directives(host.read(path)):
        if words[0] in _NETWORK and words[1:]:
            found['sources'].append(Source(words[0], words[1], f'{path}:{number}'))


def plain(name: str) -> str:
    """A server's name in the one form in which two are compared."""
    return name.rstrip('.').lower()


def missing(config: Config, servers: Sequence[str]) -> List[str]:
    """Those of the servers that are not among its sources."""
    there = {plain(one.name) for one in config.sources}
    return [server for server in servers if plain(server) not in there]


def from_dhcp(host: Any) -> str:
    """A file with servers that DHCP gave chronyd: EL7 and EL8 keep them with dhclient's leases; '' without one."""
    return next(iter(host.glob('/var/lib/dhclient/chrony.servers.*') + host.glob(DHCP + '/*.sources')), '')
