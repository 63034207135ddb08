"""The server: listens, takes connections over TLS that can be exchanged, bounds them, and ends in order."""
import asyncio
import asyncio.sslproto
import errno
import socket
import sys

from nodeprep.master.http.connection import Connection
from nodeprep.master.http.crowd import Crowd
from nodeprep.master.secret import redacted
from nodeprep.typed import Any, Callable, Dict, List, Tuple

BACKLOG = 1024
HANDSHAKE = 10.0          # seconds for TLS to begin
GRACE = 10.0              # seconds for requests to end when the server does
EVERY = 60.0              # seconds between two lines of the log about the same
LOOK = 0.25               # seconds between two looks at who takes too long
_OUT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
RESERVED = 200            # open files that are not connections
READ = 2**13              # bytes that TLS gives at once; since Python 3.11 each connection holds so many from its begin


class Server:
    """Serves one application (http.app.App) on one address. `ready` is called with (host, port) of each socket."""

    def __init__(self, app: Any, address: Tuple[str, int], tls: Any, log: Callable[[str], None],
                 ready: Callable[[List[Tuple[str, int]]], None]) -> None:
        self.crowd = Crowd(_files() - RESERVED)
        self.should_exit = False           # whoever sets it, also in a thread, ends the server
        self._app, self._address, self._tls, self._log, self._ready = app, address, tls, log, ready
        self._told = float('-inf')

    async def serve(self) -> None:
        """Until should_exit. OSError when the address cannot be had."""
        loop = asyncio.get_event_loop()
        loop.set_exception_handler(self._fault)
        listening = await self._listen(loop)
        self._ready([one.getsockname()[:2] for one in listening.sockets or ()])
        while not self.should_exit:
            await asyncio.sleep(LOOK)
            self.crowd.look(loop.time())
        listening.close()
        self.crowd.end()
        end = loop.time() + GRACE
        while self.crowd.all and loop.time() < end:
            await asyncio.sleep(0.02)
            self.crowd.look(loop.time())
        for one in list(self.crowd.all):
            one.drop()
        await asyncio.sleep(0)             # so that they hear of it

    async def _listen(self, loop: Any) -> Any:
        tls_of_asyncio: Any = asyncio.sslproto.SSLProtocol
        tls_of_asyncio.max_size = READ
        more: Dict[str, Any] = {}
        if self._tls and sys.version_info >= (3, 7):
            more['ssl_handshake_timeout'] = HANDSHAKE
        elif self._tls:
            tls_of_asyncio.connection_made = _impatient
        if self._address[0] == '::':
            more['sock'] = _both(self._address[1])
        else:
            more['host'], more['port'] = self._address
        return await loop.create_server(lambda: Connection(self._app, self.crowd, loop), ssl=self._tls,
                                        backlog=BACKLOG, **more)

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
