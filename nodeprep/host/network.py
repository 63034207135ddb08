"""What the network tells: names, ports of peers, HTTP over a local socket or to a registry. Nothing changes by it."""
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

MOST = 2**20              # bytes of an answer's body that are looked at
REACHED, REFUSED, TIMEOUT, UNREACHABLE = 'connected', 'refused', 'no answer', 'no route'


class Reply(NamedTuple):
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Dict[str, str]
    body: bytes


class Network:
    """Questions to the resolver, to peers and to local daemons."""

    root: str
    live: bool

    def addresses(self, name: str) -> List[str]:
        """The addresses that getaddrinfo(3) gives for a name, in order, each once. None found: CannotTell."""
        import _socket as socket  # the C half: the other makes enums of its constants first, which takes 2 ms
        try:
            # Bytes: for a text Python loads its tables of international names, which ASCII does not need.
            plain = all(ord(letter) < 128 for letter in name)
            found = socket.getaddrinfo(name.encode('ascii') if plain else name, None, 0, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            said = error.strerror if isinstance(error, OSError) else 'is not a name'
            raise CannotTell(f'{name}: {(said or str(error)).lower()}', 'getaddrinfo(3)') from None
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def connect(self, address: str, port: int, timeout: float) -> str:
        """How a TCP connection to a peer goes: REACHED, REFUSED (the peer answers), TIMEOUT or UNREACHABLE."""
        import socket
        try:
            socket.create_connection((address, port), timeout).close()
        except ConnectionRefusedError:
            return REFUSED
        except (socket.timeout, TimeoutError):
            return TIMEOUT
        except (socket.gaierror, UnicodeError) as error:
            said = getattr(error, 'strerror', None) or 'is not a name'
            raise CannotTell(f'{address}: {said.lower()}', 'getaddrinfo(3)') from None
        except OSError:
            return UNREACHABLE
        return REACHED

    def listening(self, version: int) -> Optional[List[Tuple[bytes, int, int, int]]]:
        """TCP sockets that listen over IPv4 or IPv6 (4, 6), as sockdiag has them; None where they are to be read.

        That is a host other than this very machine, a sandbox that allows no netlink, an answer that is in doubt.
        """
        from nodeprep.host import sockdiag
        try:
            return sockdiag.listening({4: sockdiag.IPV4, 6: sockdiag.IPV6}[version]) if self.root == '/' else None
        except (OSError, ValueError):
            return None

    def unix_http(self, socket_path: str, target: str, timeout: float = 2.0) -> Reply:
        """GET over a UNIX socket. Look at the unit's state first: a connection wakes a socket-activated daemon.

        `timeout` is for all of it, however slowly the daemon drips. HTTP/1.0, so that the answer comes in one piece:
        that is simple enough to be read here, where importing http.client would take 20 ms.
        """
        import _socket as socket
        import time
        source, end, raw = f'{socket_path} GET {target}', time.monotonic() + timeout, b''
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            connection.settimeout(timeout)
            connection.connect(self._below(socket_path))       # type: ignore[attr-defined]  # from Files
            connection.sendall(f'GET {target} HTTP/1.0\r\nHost: localhost\r\n\r\n'.encode('ascii'))
            while not _whole(raw):
                connection.settimeout(max(0.001, end - time.monotonic()))
                part = connection.recv(65536)
                if not part:
                    break
                raw += part
        except OSError as error:
            said = error.strerror or str(error) or type(error).__name__
            raise CannotTell(f'{socket_path}: {said.lower()}', source) from None
        finally:
            connection.close()
        try:
            return _parsed(raw)
        except ValueError as error:
            raise CannotTell(f'{socket_path}: {error}', source) from None

    def https(self, url: str, proxy: str = '', timeout: float = 2.0) -> Reply:
        """GET of an http or https address, through `proxy` alone when given; the environment's proxies are not used.

        An answer with any status is a Reply, a redirect too; no answer is CannotTell with what went wrong.
        """
        import http.client
        import urllib.error
        import urllib.request
        opener = urllib.request.OpenerDirector()       # just these: the default one also opens file: and ftp:
        for handler in (urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(),
                        urllib.request.HTTPErrorProcessor(), urllib.request.HTTPDefaultErrorHandler(),
                        urllib.request.UnknownHandler()):
            opener.add_handler(handler)
        try:
            request = urllib.request.Request(url)     # noqa: S310  # the opener above knows http and https alone
            if proxy:
                _through(request, proxy)
            with opener.open(request, timeout=timeout) as answer:
                return _reply(answer)
        except urllib.error.HTTPError as error:
            error.close()
            return Reply(error.code, {name.lower(): value for name, value in error.headers.items()}, b'')
        except (OSError, ValueError, http.client.HTTPException) as error:
            said = str(getattr(error, 'reason', '') or error)
            raise CannotTell(f'{url}: {said}', f'GET {url}') from None


def _through(request: Any, proxy: str) -> None:
    """Sends a request through a proxy. Not with a ProxyHandler: that one asks no_proxy of our own environment."""
    from urllib.parse import unquote_to_bytes, urlsplit
    split = urlsplit(proxy)
    user, at, place = split.netloc.rpartition('@')
    if not place or split.port == 0:            # .port raises ValueError for what is no port
        raise ValueError('the proxy has no host')
    if at:
        import base64
        request.add_header('Proxy-authorization', 'Basic ' + base64.b64encode(unquote_to_bytes(user)).decode())
    request.set_proxy(place, 'http')


def _reply(answer: Any) -> Reply:
    import http.client
    headers = {name.lower(): value for name, value in answer.getheaders()}
    body = answer.read(MOST)
    length = headers.get('content-length', '')
    if length.isdigit() and len(body) < min(int(length), MOST):
        raise http.client.IncompleteRead(body)
    return Reply(answer.status, headers, body)


def _whole(raw: bytes) -> bool:
    """Whether nothing more need be read: as much as is looked at, or as the answer announced."""
    head, blank, body = raw.partition(b'\r\n\r\n')
    length = re.search(rb'(?i)\r\ncontent-length:[ \t]*([0-9]{1,15})', head) if blank else None
    return len(body or head) > MOST or length is not None and len(body) >= int(length.group(1))


def _parsed(raw: bytes) -> Reply:
    r"""An HTTP/1 answer; ValueError with what is wrong when it is none, or not whole.

    >>> _parsed(b'HTTP/1.0 200 OK\r\nServer: Docker/24\r\n\r\nOK')
    Reply(status=200, headers={'server': 'Docker/24'}, body=b'OK')
    """
    head, blank, body = raw.partition(b'\r\n\r\n')
    lines = head.decode('latin-1').split('\r\n')
    status = re.match(r'^HTTP/1\.[01] ([0-9]{3})(?: |$)', lines[0])
    if not blank or not status or len(lines) > 100:
        raise ValueError('the answer is not HTTP' if raw else 'closed the connection without an answer')
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(':') for line in lines[1:])}
    length = headers.get('content-length', '')
    if 'transfer-encoding' in headers:
        raise ValueError('answers in chunks, which HTTP/1.0 does not have')
    if length.isdecimal() and len(body) < min(int(length), MOST):
        raise ValueError('the answer is cut off')
    return Reply(int(status.group(1)), headers, body[:MOST])
