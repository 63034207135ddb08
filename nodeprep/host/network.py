"""What the network tells: names, ports of peers, HTTP over a local socket or to a registry. Nothing is sent that changes anything."""
from typing import Any, Dict, List, NamedTuple

from nodeprep.model import CannotTell

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
        import socket
        try:
            found = socket.getaddrinfo(name, None, 0, socket.SOCK_STREAM)
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
        except socket.gaierror as error:
            raise CannotTell(f'{address}: {(error.strerror or "").lower()}', 'getaddrinfo(3)') from None
        except OSError:
            return UNREACHABLE
        return REACHED

    def unix_http(self, socket_path: str, target: str, timeout: float = 2.0) -> Reply:
        """GET over a UNIX socket. Look at the unit's state first: a connection wakes a socket-activated daemon."""
        import http.client
        import socket
        connection = http.client.HTTPConnection('localhost', timeout=timeout)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(timeout)
        try:
            connection.sock.connect(self._below(socket_path))       # type: ignore[attr-defined]  # from Files
            connection.request('GET', target, headers={'Host': 'localhost', 'Connection': 'close'})
            return _reply(connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            said = getattr(error, 'strerror', None) or str(error) or type(error).__name__
            raise CannotTell(f'{socket_path}: {said.lower()}', f'{socket_path} GET {target}') from None
        finally:
            connection.close()

    def https(self, url: str, proxy: str = '', timeout: float = 2.0) -> Reply:
        """GET of an http or https address, through `proxy` alone when given; the environment's proxies are not used.

        An answer with any status is a Reply, a redirect too; no answer is CannotTell with what went wrong.
        """
        import http.client
        import urllib.error
        import urllib.request
        opener = urllib.request.OpenerDirector()       # just these: the default one also opens file: and ftp:
        for handler in (urllib.request.ProxyHandler({'http': proxy, 'https': proxy} if proxy else {}),
                        urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(),
                        urllib.request.HTTPErrorProcessor(), urllib.request.HTTPDefaultErrorHandler(),
                        urllib.request.UnknownHandler()):
            opener.add_handler(handler)
        try:
            with opener.open(url, timeout=timeout) as answer:
                return _reply(answer)
        except urllib.error.HTTPError as error:
            return Reply(error.code, {name.lower(): value for name, value in error.headers.items()}, b'')
        except (OSError, ValueError, http.client.HTTPException) as error:
            said = str(getattr(error, 'reason', '') or error)
            raise CannotTell(f'{url}: {said}', f'GET {url}') from None


def _reply(answer: Any) -> Reply:
    import http.client
    headers = {name.lower(): value for name, value in answer.getheaders()}
    body = answer.read(MOST)
    length = headers.get('content-length', '')
    if length.isdigit() and len(body) < min(int(length), MOST):
        raise http.client.IncompleteRead(body)
    return Reply(answer.status, headers, body)
