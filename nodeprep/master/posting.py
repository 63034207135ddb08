"""A message by HTTP or HTTPS to one receiver: no redirects, no proxy, bounded in time and in what is read back."""
import hashlib
import hmac
import http.client
import ssl
import urllib.parse

from nodeprep import __version__
from nodeprep.record import NamedTuple

TIMEOUT = 10.0            # seconds without a word
_ANSWER = 65536           # bytes that are read of an answer


class Posted(NamedTuple):
    """`problem` is '' when the receiver took it. It never has the address in it, in which there may be a secret."""

    problem: str = ''


def post(url: str, body: bytes, secret: str, delivery: str, at: float) -> Posted:
    """Sends one. Signed with a secret as `Nodeprep-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of SECONDS, a dot and
    the body; `delivery` is the same for each try of one message.
    """
    parts = urllib.parse.urlsplit(url)
    headers = {'Content-Type': 'application/json', 'User-Agent': f'nodeprep/{__version__}',
               'Nodeprep-Delivery': delivery}
    if secret:
        headers['Nodeprep-Signature'] = signature(secret, body, int(at))
    connection = _connection(parts)
    try:
        connection.request('POST', (parts.path or '/') + (f'?{parts.query}' if parts.query else ''), body, headers)
        answer = connection.getresponse()
        answer.read(_ANSWER)
        return Posted('' if 200 <= answer.status < 300 else f'it answers {answer.status}')
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Posted(f'it cannot be reached: {getattr(error, "strerror", "") or type(error).__name__}')
    finally:
        connection.close()


def signature(secret: str, body: bytes, at: int) -> str:
    """What a receiver works out again to know who sent a message, and that it is not an old one.

    >>> signature('s', b'{}', 5)[:24]
    't=5,v1=773bda493dbd21f7b'
    """
    return f't={at},v1=' + hmac.new(secret.encode('utf-8'), f'{at}.'.encode('ascii') + body, hashlib.sha256).hexdigest()


def _connection(parts: urllib.parse.SplitResult) -> http.client.HTTPConnection:
    if parts.scheme == 'https':
        return http.client.HTTPSConnection(parts.hostname or '', parts.port, timeout=TIMEOUT,
                                           context=ssl.create_default_context())
    return http.client.HTTPConnection(parts.hostname or '', parts.port, timeout=TIMEOUT)


