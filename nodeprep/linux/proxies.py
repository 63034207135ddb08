"""The proxy that a container engine goes through: the environment of its unit, not of anybody's shell.

Sources: systemd.exec(5) (Environment=, EnvironmentFile=, whose values win), systemd-system.conf(5) DefaultEnvironment=;
golang.org/x/net/http/httpproxy for what Go programs make of HTTP_PROXY, HTTPS_PROXY and NO_PROXY;
docs.docker.com/engine/daemon/proxy: "proxies" of daemon.json wins over the environment, since Docker 23.
"""
from nodeprep.linux import unitfiles, unitsyntax
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, Tuple

_NAMES = frozenset(('HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'))
_DAEMON = {'http-proxy': 'HTTP_PROXY', 'https-proxy': 'HTTPS_PROXY', 'no-proxy': 'NO_PROXY'}


class Variable(NamedTuple):
    """A value of the environment, and the line that sets it."""

    value: str
    source: str


class Proxy(NamedTuple):
    """The proxy for one address ('' when it is reached directly), and what says so."""

    url: str
    source: str

    @property
    def shown(self) -> str:
        """The proxy without the password that may stand in it.

        >>> Proxy('http://user:secret@proxy:3128', '').shown
        'http://***@proxy:3128'
        """
        scheme, mark, rest = self.url.rpartition('://')
        user, at, host = rest.rpartition('@')
        return f'{scheme}{mark}{"***@" if at else ""}{host}'


def environment(host: Any, unit: str) -> Dict[str, Variable]:
    """The proxy variables of a unit as the next start would set them."""
    tree = unitfiles.tree(host)
    found: Dict[str, Variable] = {}
    for path in ['/etc/systemd/system.conf'] + list(host.glob('/etc/systemd/system.conf.d/*.conf')):
        for section, key, value, number in unitsyntax.settings(host.read(path, missing=''), path):
            if (section, key) == ('Manager', 'DefaultEnvironment'):
                _assign(value, f'{path}:{number}', found)
    unit_file = tree.find(unit)
    # The unit's own environment begins empty: what an empty Environment= takes away is its own, not the manager's.
    own: Dict[str, Variable] = {}
    files: Dict[str, str] = {}
    for path in ([unit_file.path] if unit_file.kind == unitfiles.REGULAR else []) + tree.drop_ins([f'{unit}.d']):
        for section, key, value, number in unitsyntax.settings(host.read(path, missing=''), path):
            if (section, key) == ('Service', 'Environment'):
                _assign(value, f'{path}:{number}', own)
            elif (section, key) == ('Service', 'EnvironmentFile'):
                _add_file(value, f'{path}:{number}', files)
    found.update(own)
    for path, source in files.items():
        found.update(_from_file(host, path, source))
    return found


def _assign(value: str, source: str, into: Dict[str, Variable]) -> None:
    if not value:
        into.clear()
    for word in unitsyntax.words(value):
        variable, equals, setting = word.partition('=')
        if equals and variable in _NAMES:       # %% is a percent sign: systemd.unit(5) "Specifiers"
            into[variable] = Variable(setting.replace('%%', '%'), source)


def _add_file(value: str, source: str, into: Dict[str, str]) -> None:
    if value:
        into[value.lstrip('-')] = source
    else:
        into.clear()


def _from_file(host: Any, pattern: str, source: str) -> Dict[str, Variable]:
    if not pattern.startswith('/'):
        raise CannotTell(f'{source}: {pattern!r} is not an absolute path', source)
    found = {}
    for path in host.glob(pattern):
        for name, variable in assignments(host.read(path, missing=''), path):
            if name in _NAMES:
                found[name] = variable
    return found


def assignments(text: str, path: str) -> Iterator[Tuple[str, Variable]]:
    r"""The lines NAME=value of an EnvironmentFile: no $ and no export, quotes taken off, # and ; begin a comment line.

    >>> list(assignments('# x\nHTTP_PROXY="http://p:3128"\nexport A=b\n', 'f'))[0]
    ('HTTP_PROXY', Variable(value='http://p:3128', source='f:2'))
    """
    for number, line in enumerate(text.split('\n'), 1):
        name, equals, value = line.strip().partition('=')
        value = value.strip()
        if equals and name[:1] not in ('#', ';'):
            if len(value) > 1 and value[0] == value[-1] and value[0] in '"\'':
                value = value[1:-1]
            yield name.strip(), Variable(value, f'{path}:{number}')


def of_daemon(host: Any, path: str = '/etc/docker/daemon.json') -> Dict[str, Variable]:
    """What "proxies" of daemon.json sets."""
    text = host.read(path, missing='')
    if '"proxies"' not in text:
        return {}
    import json
    try:
        proxies = json.loads(text)['proxies']
        return {_DAEMON[key]: Variable(value, path) for key, value in proxies.items()
                if key in _DAEMON and isinstance(value, str) and value}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CannotTell(f'{path}: {type(error).__name__}: {error}', path) from None


def choose(variables: Dict[str, Variable], scheme: str, name: str, port: int) -> Proxy:
    """The proxy that a Go program with these variables takes for an address.

    >>> choose({'HTTPS_PROXY': Variable('proxy:3128', 'f:1')}, 'https', 'registry.k8s.io', 443)
    Proxy(url='http://proxy:3128', source='f:1')
    """
    upper = 'HTTPS_PROXY' if scheme == 'https' else 'HTTP_PROXY'
    empty = Variable('', '')
    chosen = variables.get(upper, empty)
    chosen = chosen if chosen.value else variables.get(upper.lower(), empty)
    if not chosen.value:
        return Proxy('', '')
    without = variables.get('NO_PROXY', empty)
    without = without if without.value else variables.get('no_proxy', empty)
    if bypassed(without.value, name, port):
        return Proxy('', without.source)
    return Proxy(chosen.value if '://' in chosen.value else f'http://{chosen.value}', chosen.source)


def bypassed(no_proxy: str, name: str, port: int) -> bool:
    """Whether NO_PROXY lets an address be reached directly.

    >>> [bypassed(one, 'a.b.com', 443) for one in ('b.com', '.b.com', '*.b.com', 'a.b.com:80')]
    [True, True, True, False]
    >>> bypassed('.b.com', 'b.com', 443), bypassed('10.0.0.0/8,x', '10.1.2.3', 443), bypassed('*', 'a', 1)
    (False, True, True)
    """
    import ipaddress
    name = name.lower().rstrip('.')
    try:
        address: Any = ipaddress.ip_address(name)
    except ValueError:
        address = None
    if name == 'localhost' or (address is not None and address.is_loopback):
        return True
    return any(_matches(part.strip().lower(), name, port, address) for part in no_proxy.split(',') if part.strip())


def _matches(part: str, name: str, port: int, address: Any) -> bool:
    import ipaddress
    if part == '*':
        return True
    if '/' in part:
        try:
            return address is not None and address in ipaddress.ip_network(part, strict=False)
        except ValueError:
            return False
    if part.count(':') == 1 or part.startswith('['):
        part, _, only = part.rpartition(':') if not part.endswith(']') else (part, '', '')
        if only and only != str(port):
            return False
    part = part.strip('[]')
    if address is not None:
        try:
            return bool(ipaddress.ip_address(part) == address)
        except ValueError:
            return False
    part = part[1:] if part.startswith('*.') else part
    return bool(part) and (name.endswith(part) if part.startswith('.') else name == part or name.endswith('.' + part))
