"""A kept HTTPS connection to one server whose CA is known, directly or through a proxy. It waits; it never hangs.

Sources: RFC 9110 9.3.6 (CONNECT), 9112 9.3 (a kept connection may be closed at any time: the request is sent again
once, on a new one, so whatever is asked for must do no harm when it is done twice).
"""
import re
import time

from nodeprep.host import http1, tls
from nodeprep.host.files import reason
from nodeprep.host.network import Reply
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Tuple

TIMEOUT = 30.0                   # seconds for a request and its answer; a name is looked up in the resolver's own time
CONNECTING = 10.0                # of which this much for a connection
MOST = 2**20                     # bytes of an answer


class Address(NamedTuple):
    """Where a server is: `https://NAME:PORT/PREFIX`."""

    name: str
    port: int
    prefix: str = ''


def address(url: str) -> Address:
    """The parts of an https address. ValueError when it is none.

    >>> address('https://k8s-master:9443/'), address('https://[fd00::1]').name
    (Address(name='k8s-master', port=9443, prefix=''), 'fd00::1')
    """
    found = re.match(r'https://(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?((?:/[!-~]*)?)$', url)
    if not found or not 0 < int(found.group(3) or 443) < 65536:
        raise ValueError(f'{url!r} is not an https address')
    return Address(found.group(1) or found.group(2), int(found.group(3) or 443), found.group(4).rstrip('/'))


class Https:
    """One connection to one server, made when it is needed and kept until either side closes it."""

    def __init__(self, server: Address, ca: str, proxy: str = '', timeout: float = TIMEOUT) -> None:
        """`ca`: the only certificates (PEM) that may have signed the server's. `proxy`: `http://[user:password@]host:port`."""
        self._server, self._ca, self._proxy, self._timeout = server, ca, proxy, timeout
        self.here = ''                   # our own address of the newest connection
        self._context: Any = None
        self._socket: Any = None
        self._answers: Any = None
        self._end = 0.0

    @property
    def connected(self) -> bool:
        """Whether a connection is kept."""
        return self._socket is not None

    def ask(self, method: str, path: str, headers: Dict[str, str], body: bytes = b'') -> Reply:
        """The answer to a request, with any status; redirects are not followed. CannotTell: there was none, and why."""
        name, port, prefix = self._server
        host = f'[{name}]:{port}' if ':' in name else f'{name}:{port}'
        whole = {'Host': host}
        whole.update(headers)
        data = http1.request(method, prefix + path, whole, body)
        self._end = time.monotonic() + self._timeout
        try:
            kept = self.connected
            try:
                return self._exchange(data)
            except (http1.Closed, OSError) as error:
                self.close()
                if not kept or _late(error):
                    raise
                return self._exchange(data)
        except (OSError, ValueError) as error:       # of ValueErrors NotHttp, and before Python 3.7 a wrong host name
            self.close()
            raise CannotTell(f'{host}: {_said(error)}', f'{method} https://{host}{prefix}{path}') from None

    def close(self) -> None:
        """Lets the connection go; the next request makes another."""
        connection, self._socket, self._answers = self._socket, None, None
        if connection is not None:
            connection.close()

    def _exchange(self, data: bytes) -> Reply:
        if self._socket is None:
            self._socket = self._connect()
            self._answers = http1.Answers(self._more, MOST)
        try:
            self._socket.settimeout(self._left())
            self._socket.sendall(data)
        except OSError as error:
            if _late(error):
                raise
            # A server that refuses a long body answers before it has read all, and closes.
            try:
                reply: Reply = self._answers.read()
            except (OSError, ValueError):
                raise error from None
            self.close()
            return reply
        reply = self._answers.read()
        if self._answers.last:
            self.close()
        return reply

    def _more(self) -> bytes:
        self._socket.settimeout(self._left())
        part: bytes = self._socket.recv(16384)
        return part

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _connect(self) -> Any:
        connection = self._through() if self._proxy else self._reach(self._server.name, self._server.port)
        try:
            connection.settimeout(min(CONNECTING, self._left()))
            here = str(connection.getsockname()[0])
            begun = tls.begin(self._trusting(), connection, self._server.name)
            self.here = here
            return begun
        except (OSError, ValueError):
            connection.close()
            raise

    def _trusting(self) -> Any:
        """The rules of TLS: 1.2 or later, the server's name in its certificate, and that one signed by our CA."""
        if self._context is None:
            self._context = tls.trusting(self._ca)
        return self._context

    def _through(self) -> Any:
        """A way through the proxy to the server."""
        name, port, credentials = _proxy(self._proxy)
        connection = self._reach(name, port)
        server = f'[{self._server.name}]' if ':' in self._server.name else self._server.name
        headers = {'Host': f'{server}:{self._server.port}'}
        if credentials:
            import base64
            headers['Proxy-Authorization'] = 'Basic ' + base64.b64encode(credentials).decode('ascii')

        def byte() -> bytes:                 # one at a time: what follows the head belongs to TLS
            connection.settimeout(min(CONNECTING, self._left()))
            part: bytes = connection.recv(1)
            return part
        try:
            connection.settimeout(min(CONNECTING, self._left()))
            connection.sendall(http1.request('CONNECT', headers['Host'], headers, b''))
            status = http1.Answers(byte, 0).status()
            if not 200 <= status < 300:
                raise http1.NotHttp(f'the proxy {name}:{port} answers {status}')
        except (OSError, ValueError):
            connection.close()
            raise
        return connection

    def _reach(self, name: str, port: int) -> Any:
        """A TCP connection to the first address of a name that takes one."""
        import _socket as socket
        found = socket.getaddrinfo(tls.plain(name), port, 0, socket.SOCK_STREAM)
        last = OSError('it has no address')
        for number, (family, kind, protocol, _, place) in enumerate(found):
            connection = tls.endpoint(family, kind, protocol)
            try:
                connection.settimeout(min(CONNECTING, self._left()) / (len(found) - number))
                connection.connect(place)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection
            except OSError as error:
                connection.close()
                last = error
        raise last


class Unproved(Https):
    """One to whoever answers at an address, who proves nothing: no secret may go over it, and no answer be believed
    that does not prove itself.
    """

    def _trusting(self) -> Any:
        if self._context is None:
            self._context = tls.believing()
        return self._context


def _proxy(url: str) -> Tuple[str, int, bytes]:
    """Host, port and user:password of a proxy.

    >>> _proxy('http://a:b%40c@proxy:3128/'), _proxy('http://proxy')
    (('proxy', 3128, b'a:b@c'), ('proxy', 80, b''))
    """
    found = re.match(r'http://(?:([^@/]*)@)?(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?/?$', url)
    if not found:
        raise ValueError('the proxy is not http://HOST:PORT')
    credentials = re.sub(rb'%([0-9A-Fa-f]{2})', lambda code: bytes([int(code.group(1), 16)]),
                         (found.group(1) or '').encode('utf-8'))
    return found.group(2) or found.group(3), int(found.group(4) or 80), credentials


def _late(error: Exception) -> bool:
    import _socket as socket
    return isinstance(error, (socket.timeout, TimeoutError))


def _said(error: Exception) -> str:
    if _late(error):
        return 'no answer in time'
    told = getattr(error, 'verify_message', '')
    if told:
        return f'its certificate is not accepted: {told}'
    return reason(error) if isinstance(error, OSError) else str(error)
