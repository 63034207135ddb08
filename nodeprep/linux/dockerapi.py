"""What a container engine says of itself over its socket: the Docker Engine API, and how Podman's look-alike differs.

Sources: Docker Engine API reference, GET /_ping, /version, /info; Podman answers the same paths with a
Libpod-API-Version header and `Server: Libpod/...`, and names its component 'Podman Engine'.
"""
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Tuple

DOCKER, PODMAN = 'Docker Engine', 'Podman'
_MOST = 400               # characters of one text that is passed on


class Engine(NamedTuple):
    """`product` is DOCKER or PODMAN; `api` is a (major, minor) tuple, (0, 0) when it does not say."""

    product: str
    version: str
    api: Tuple[int, int]
    source: str


class Info(NamedTuple):
    """What GET /info tells; `running` counts containers; `driver_type` is containerd's when it keeps the images."""

    driver: str
    driver_type: str
    cgroup_driver: str
    cgroup_version: str            # '1', '2', '' from an engine before 20.10
    mirrors: Tuple[str, ...]
    warnings: Tuple[str, ...]
    running: int
    source: str


def engine(host: Any, socket: str, guard: Callable[[], None]) -> Engine:
    """Who answers at a socket. CannotTell for no answer, a late one, or one that no engine gives.

    `guard` is called before each connection, see dockersocket.
    """
    guard()
    ping = host.unix_http(socket, '/_ping')
    source = f'{socket} GET /_ping'
    if 'libpod-api-version' in ping.headers or ping.headers.get('server', '').lower().startswith('libpod'):
        return Engine(PODMAN, ping.headers.get('libpod-api-version', '')[:40], (0, 0), source)
    if ping.status != 200 or ping.body.strip() != b'OK':
        raise CannotTell(f'{socket}: answered {ping.status} {_shown(ping.body)}, which no healthy engine says', source)
    source = f'{socket} GET /version'
    guard()
    said = _object(host.unix_http(socket, '/version'), source)
    version = _text(said, 'Version', source)
    components = said.get('Components') or []        # Docker 1.13 of EL7 has none
    names = [part.get('Name') for part in components if isinstance(part, dict)] if isinstance(components, list) else []
    if 'Podman Engine' in names:
        return Engine(PODMAN, version, (0, 0), source)
    if names and 'Engine' not in names:
        raise CannotTell(f'{socket}: neither Docker nor Podman: {_shown(str(names).encode())}', source)
    return Engine(DOCKER, version, api_version(_text(said, 'ApiVersion', source)), source)


def info(host: Any, socket: str, guard: Callable[[], None]) -> Info:
    """How the engine at a socket is set up. CannotTell for anything that is not of the shape that Docker answers."""
    source = f'{socket} GET /info'
    guard()
    said = _object(host.unix_http(socket, '/info', 5.0), source)      # it looks at every storage and network driver
    registry = said.get('RegistryConfig') or {}
    running = said.get('ContainersRunning', 0)
    status = said.get('DriverStatus') or []
    if not isinstance(registry, dict) or not isinstance(running, int) or not isinstance(status, list):
        raise CannotTell(f'{source}: the answer is not of the shape that Docker gives', source)
    kinds = [pair[1] for pair in status if isinstance(pair, list) and len(pair) == 2 and pair[0] == 'driver-type']
    return Info(_text(said, 'Driver', source), str(kinds[0])[:_MOST] if kinds else '',
                _text(said, 'CgroupDriver', source), _text(said, 'CgroupVersion', source, default=''),
                tuple(_texts(registry.get('Mirrors'), source)), tuple(_texts(said.get('Warnings'), source)),
                running, source)


def api_version(text: str) -> Tuple[int, int]:
    """A version of the API as numbers that compare.

    >>> api_version('1.41'), api_version('soon'), api_version('1.\u00b2')
    ((1, 41), (0, 0), (0, 0))
    """
    major, _, minor = text.partition('.')
    if not (major.isdecimal() and minor.isdecimal() and len(text) < 12):
        return 0, 0
    return int(major), int(minor)


def same_address(one: str, other: str) -> bool:
    """Whether two mirrors are the same: dockerd puts a slash behind each, and scheme and host have no case.

    >>> same_address('https://M.example', 'https://m.example/'), same_address('https://a/', 'https://b/')
    (True, False)
    """
    return one.rstrip('/').lower() == other.rstrip('/').lower()


def _object(reply: Any, source: str) -> Dict[str, Any]:
    import json
    try:
        found = json.loads(reply.body.decode('utf-8', 'replace')) if reply.status == 200 else None
    except (ValueError, RecursionError):
        raise CannotTell(f'{source}: the answer is not JSON: {_shown(reply.body)}', source) from None
    if not isinstance(found, dict):
        raise CannotTell(f'{source}: answered {reply.status} {_shown(reply.body)}', source)
    return found


def _text(said: Dict[str, Any], key: str, source: str, default: Any = None) -> str:
    value = said.get(key, default)
    if not isinstance(value, str) or default is None and not value:
        raise CannotTell(f'{source}: the answer has no {key}', source)
    return value[:_MOST]


def _texts(value: Any, source: str) -> List[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CannotTell(f'{source}: the answer is not of the shape that Docker gives', source)
    return [item[:_MOST] for item in value]


def _shown(body: bytes) -> str:
    """The beginning of an answer, fit to be printed.

    >>> _shown(bytes([0, 65, 255]) + b'b' * 100)
    "'\\\\x00A\\\\xffbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'"
    """
    return repr(body[:40])[1:]
