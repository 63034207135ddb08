"""uvicorn's server with what it does not do itself: TLS that can be exchanged, bounds of connections, our signals."""
import asyncio
import asyncio.sslproto
import contextlib
import errno
import logging
import socket
import sys

import uvicorn

from nodeprep.master.http.connection import Connection, Crowd
from nodeprep.master.secret import redacted
from nodeprep.typed import Any, Callable, Dict, Iterator, List, Tuple

BACKLOG = 1024
HANDSHAKE = 10.0          # seconds for TLS to begin
GRACE = 10.0              # seconds for requests to end when the server does
EVERY = 60.0              # seconds between two lines of the log about the same
_OUT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
RESERVED = 200            # open files that are not connections
READ = 2**15              # bytes that TLS gives at once; since Python 3.11 each connection holds so many from its begin


class Server(uvicorn.Server):
    """Serves one application on one address. `ready` is called with (host, port) of each socket."""

    def __init__(self, app: Any, address: Tuple[str, int], tls: Any, log: Callable[[str], None],
                 ready: Callable[[List[Tuple[str, int]]], None]) -> None:
        crowd = Crowd(_files() - RESERVED)
        self.crowd, self.servers = crowd, []       # type: Crowd, List[Any]
        self._address, self._tls, self._log, self._ready = address, tls, log, ready
        self._told = float('-inf')
        self._made: Any = type('Bounded', (Connection,), {'crowd': crowd})
        config = uvicorn.Config(
            app, interface='asgi3', lifespan='off', http=self._made, ws='none',
            loop='asyncio', log_config=None, access_log=False, proxy_headers=False, server_header=False)
        super().__init__(config)
        logger = logging.getLogger('uvicorn.error')
        logger.setLevel(logging.ERROR)
        logger.handlers, logger.propagate = [_Lines(log)], False

    async def startup(self, sockets: Any = None) -> None:
        """Listens. OSError when the address cannot be had."""
        loop = asyncio.get_event_loop()
        loop.set_exception_handler(self._fault)
        tls_of_asyncio: Any = asyncio.sslproto.SSLProtocol
        tls_of_asyncio.max_size = READ
        more: Dict[str, Any] = {}
        if self._tls and sys.version_info >= (3, 7):
            more['ssl_handshake_timeout'] = HANDSHAKE
        elif self._tls:
            tls_of_asyncio.connection_made = _impatient
        await self.lifespan.startup()
        if self._address[0] == '::':
            more['sock'] = _both(self._address[1])
        else:
            more['host'], more['port'] = self._address
        made = await loop.create_server(self._connection, ssl=self._tls, backlog=BACKLOG, **more)
        self.servers = [made]
        self.started = True
        self._ready([one.getsockname()[:2] for one in made.sockets or ()])

    async def shutdown(self, sockets: Any = None) -> None:
        """Lets requests end, for a while."""
        self.config.timeout_graceful_shutdown = None
        late = asyncio.get_event_loop().call_later(GRACE, self._hurry)
        await super().shutdown(sockets)
        late.cancel()

    def install_signal_handlers(self) -> None:
        """Of uvicorn below 0.29: none."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Of uvicorn since 0.29: none."""
        yield

    def _connection(self) -> Any:
        return self._made(config=self.config, server_state=self.server_state)

    def _hurry(self) -> None:
        self.force_exit = True
        held: Any = self.server_state
        for connection in list(held.connections):
            connection.drop()

    def _fault(self, loop: Any, context: Dict[str, Any]) -> None:
        """asyncio: something that nobody waits for went wrong. Handshakes that fail are the client's affair."""
        error = context.get('exception')
        if isinstance(error, OSError) and error.errno in _OUT:
            now = loop.time()
            if now - self._told >= EVERY:
                self._told = now
                self._log(f'no further connection can be taken: {error.strerror}; LimitNOFILE= of the service allows '
                          f'more open files')
        elif not isinstance(error, (OSError, asyncio.CancelledError)):
            said = f'{type(error).__name__}: {error}' if error else ''
            self._log(redacted(f'{context.get("message", "")} {said}'.strip()[:500]))


class _Lines(logging.Handler):
    """What uvicorn logs, as lines of ours, without tracebacks and what might be secret."""

    def __init__(self, log: Callable[[str], None]) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """logging: one record."""
        error = record.exc_info[1] if record.exc_info else None
        said = record.getMessage().strip() + (f': {type(error).__name__}: {error}' if error else '')
        self._log(redacted(said[:500]))


_connection_made: Any = asyncio.sslproto.SSLProtocol.connection_made


def _impatient(tls: Any, transport: Any) -> None:
    """asyncio of Python 3.6: a connection was made, and waits for TLS for ever otherwise."""
    _connection_made(tls, transport)
    asyncio.get_event_loop().call_later(HANDSHAKE, lambda: tls._in_handshake and transport.abort())     # noqa: SLF001


def _both(port: int) -> Any:
    """A socket for IPv6 and IPv4 (ipv6(7)): asyncio binds `::` to IPv6 alone. OSError."""
    made = socket.socket(socket.AF_INET6)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        made.bind(('::', port))
    except OSError:
        made.close()
        raise
    return made


def _files() -> int:
    """How many files this process may have open, after it asked for as many as it is allowed."""
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return 65536 if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
