"""TLS to a server whose CA is known, by the C half of ssl where that checks everything itself.

The other half makes hundreds of enums when it is loaded and brings socket, selectors, locale and more along: 2 MiB
that a daemon would hold for ever. Up to Python 3.6 it is needed, since it compares the names there.
"""
import functools
import sys

from nodeprep.typed import Any


def trusting(ca: str) -> Any:
    """The rules: TLS 1.2 or later, the server's name in its certificate, and that one signed by this CA (PEM).

    ValueError or OSError when `ca` holds no certificate.
    """
    if sys.version_info < (3, 7):
        import ssl
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
        old.load_verify_locations(cadata=ca)
        return old
    import _ssl
    context = _ssl._SSLContext(_ssl.PROTOCOL_TLS_CLIENT)
    if hasattr(context, 'minimum_version'):
        context.minimum_version = _ssl.PROTO_TLSv1_2
    else:                                # OpenSSL before 1.1
        context.options |= _ssl.OP_NO_TLSv1 | _ssl.OP_NO_TLSv1_1
    context.load_verify_locations(cadata=ca)
    if context.verify_mode != _ssl.CERT_REQUIRED or not context.check_hostname:
        raise ValueError('this Python does not check certificates by itself')
    return context


def believing() -> Any:
    """The rules that believe every server: only to be told a CA that is then held against what a person knows."""
    if sys.version_info < (3, 7):
        import ssl
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        return old
    import _ssl
    context = _ssl._SSLContext(_ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = _ssl.CERT_NONE
    return context


def endpoint(family: int, kind: int, protocol: int) -> Any:
    """A socket that TLS can begin on."""
    if sys.version_info < (3, 7):
        import socket
        return socket.socket(family, kind, protocol)
    return _connection()(family, kind, protocol)


@functools.lru_cache(None)
def _connection() -> Any:
    import _socket

    class Connection(_socket.socket):
        __slots__ = ('__weakref__',)     # _ssl refers to it weakly, and the class itself cannot be referred to so
    return Connection


def begin(context: Any, connection: Any, name: str) -> Any:
    """The connection with TLS on it, which `name` has proved to be at the other end of. OSError, ValueError."""
    if sys.version_info < (3, 7):
        return context.wrap_socket(connection, server_hostname=name)
    return Tls(context, connection, name)


def plain(name: str) -> Any:
    """A name as bytes: for a text Python loads its tables of international names, half a MiB that never goes again."""
    return name.encode('ascii') if sys.version_info >= (3, 7) else name


class Tls:
    """What ssl.SSLSocket is, as far as it is needed. Time limits are those of the connection beneath."""

    def __init__(self, context: Any, connection: Any, name: str) -> None:
        self._connection = connection
        self._tls = context._wrap_socket(connection, False, server_hostname=name)
        self._tls.do_handshake()

    def settimeout(self, seconds: float) -> None:
        """For each of the calls that follow."""
        self._connection.settimeout(seconds)

    def sendall(self, data: bytes) -> None:
        """Sends all of it. OSError."""
        left = memoryview(data)
        while left:
            left = left[self._tls.write(left):]

    def recv(self, most: int) -> bytes:
        """Some bytes; none when the other end has closed. OSError."""
        import _ssl
        try:
            part: bytes = self._tls.read(most)
            return part
        except _ssl.SSLError as error:
            if error.args[0] != _ssl.SSL_ERROR_EOF:
                raise
            return b''                    # closed without a goodbye, as ssl has it by default

    def close(self) -> None:
        """Lets the connection go."""
        self._connection.close()
