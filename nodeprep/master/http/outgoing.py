"""An answer as bytes (RFC 9112), written in one go: so it is one record of TLS, and one segment when it is short."""
import time
from email.utils import formatdate
from http import HTTPStatus

from nodeprep.master.http.problem import Problem
from nodeprep.master.http.response import Response, problem
from nodeprep.typed import Any, Dict, Tuple

_HEADS: Dict[Tuple[int, str], bytes] = {}      # of answers without headers of their own
_MOST = 200
_STAMP: Any = [0, b'']                         # the second, and its Date


def written(answer: Response, head_only: bool, last: bool, old: bool, clock: Any = time.time) -> bytes:
    """The bytes of an answer. `last`: the connection ends after it; `old`: the client speaks HTTP/1.0. ValueError for
    a header that would be two.
    """
    kind = (answer.status, answer.kind)
    head = _HEADS.get(kind) if not answer.headers else None
    if head is None:
        head = _head(answer)
        if not answer.headers and len(_HEADS) < _MOST:
            _HEADS[kind] = head
    length = b'' if answer.status in (204, 304) else b'Content-Length: %d\r\n' % len(answer.body)
    connection = b'Connection: close\r\n\r\n' if last else b'Connection: keep-alive\r\n\r\n' if old else b'\r\n'
    return b''.join((head, length, _date(int(clock())), connection, b'' if head_only else answer.body))


def _head(answer: Response) -> bytes:
    lines = [f'HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}']
    for name, value in answer.whole():
        if name.lower() not in ('content-length', 'connection'):
            lines.append(f'{name}: {value}')
    if any('\r' in line or '\n' in line or '\0' in line for line in lines):
        raise ValueError('a header of an answer has the end of a line in it')
    return ('\r\n'.join(lines) + '\r\n').encode('latin-1')


def _date(now: int) -> bytes:
    """The Date header, which an origin server with a clock sends (RFC 9110 6.6.1)."""
    if _STAMP[0] != now:
        _STAMP[:] = now, f'Date: {formatdate(now, usegmt=True)}\r\n'.encode('ascii')
    found: bytes = _STAMP[1]
    return found


REFUSED = written(problem(Problem(400, 'This is no request of HTTP/1.1.')), False, True, False)
