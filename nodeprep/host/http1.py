"""HTTP/1.1 as one client needs it: one request, one answer, everything bounded. No sockets here.

http.client does it too, but holds 1.4 MiB more of memory for as long as the process lives (it brings the parser of
mails along), which for an agent at rest is a twentieth of all. Source: RFC 9112 (messages), RFC 9110 (semantics).
"""
import re

from nodeprep.host.network import Reply
from nodeprep.typed import Callable, Dict

HEAD, LINE = 32 * 2**10, 1024        # bytes of the head of an answer, and of a line that announces a chunk
_STATUS = re.compile(r'HTTP/1\.([01]) ([0-9]{3})(?: |$)')
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+$")


class NotHttp(ValueError):
    """What came is not a whole answer; says why."""


class Closed(NotHttp):
    """The connection was closed before a byte of the answer came: on an old connection, nobody saw the request."""


def request(method: str, target: str, headers: Dict[str, str], body: bytes) -> bytes:
    r"""The bytes of a request. ValueError when a header would end before its line does.

    >>> request('GET', '/', {'Host': 'a'}, b'')
    b'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n'
    """
    lines = [f'{method} {target} HTTP/1.1'] + [f'{name}: {value}' for name, value in headers.items()]
    lines.append(f'Content-Length: {len(body)}')
    if any(not all(' ' <= letter <= '~' for letter in line) for line in lines):
        raise ValueError('a header has a letter that HTTP does not allow')
    return '\r\n'.join(lines).encode('ascii') + b'\r\n\r\n' + body


class Answers:
    """Reads answers off one connection; `more` gives the next bytes of it, none at its end."""

    def __init__(self, more: Callable[[], bytes], most: int) -> None:
        """`most` bytes of a body are taken; a longer one is no answer."""
        self._more, self._most = more, most
        self._held = b''
        self._ended = False
        self.last = True                 # the connection has no answer after this one

    def read(self) -> Reply:
        """The next answer. NotHttp for what is none, for one that is too long or cut off; OSError of the connection."""
        self.last = True
        for _ in range(10):              # 100 Continue and the like come before the answer
            head = self._head()
            if head.status >= 200:
                break
        else:
            raise NotHttp('it answers only that an answer will come')
        if head.status == 101:
            raise NotHttp('it changes the protocol')
        minor, headers = head.body, head.headers
        body = self._body(head.status, headers)
        options = {option.strip().lower() for option in headers.get('connection', '').split(',')}
        if self._ended:
            self.last = True
        else:
            self.last = 'close' in options or minor == b'0' and 'keep-alive' not in options or bool(self._held)
        self._held = b''
        return Reply(head.status, headers, body)

    def status(self) -> int:
        """The status alone of an answer that has no body, as that of a proxy to CONNECT. NotHttp, OSError."""
        return self._head().status

    def _head(self) -> Reply:
        """Status and headers; as the body the minor version."""
        while b'\r\n\r\n' not in self._held:
            if len(self._held) > HEAD:
                raise NotHttp('the head of the answer is too long')
            if len(self._held) >= 5 and not self._held.startswith(b'HTTP/'):
                raise NotHttp('the answer is not HTTP')
            self._fill(Closed('it closed the connection without an answer') if not self._held
                       else NotHttp('the answer is cut off'))
        raw, _, self._held = self._held.partition(b'\r\n\r\n')
        if len(raw) > HEAD:
            raise NotHttp('the head of the answer is too long')
        lines = raw.decode('latin-1').split('\r\n')
        status = _STATUS.match(lines[0])
        if not status:
            raise NotHttp('the answer is not HTTP')
        headers: Dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(':')
            if not colon or not _NAME.match(name):
                raise NotHttp('a header of the answer is none')
            name, value = name.lower(), value.strip(' \t')
            if name in headers and name in ('content-length', 'transfer-encoding') and headers[name] != value:
                raise NotHttp('the answer has two lengths')
            headers[name] = value
        return Reply(int(status.group(2)), headers, status.group(1).encode())

    def _body(self, status: int, headers: Dict[str, str]) -> bytes:
        self._ended = False
        length, coding = headers.get('content-length'), headers.get('transfer-encoding')
        if status in (204, 304):
            return b''
        if coding is not None:
            if coding.lower() != 'chunked' or length is not None:
                raise NotHttp('how long the answer is cannot be told')
            return self._chunks()
        if length is not None:
            if not re.match(r'[0-9]{1,15}$', length):
                raise NotHttp('the length of the answer is no number')
            return self._take(int(length))
        while True:                      # until the connection ends
            if len(self._held) > self._most:
                raise NotHttp('the answer is too long')
            part = self._more()
            if not part:
                self._ended, body, self._held = True, self._held, b''
                return body
            self._held += part

    def _chunks(self) -> bytes:
        parts, size = [], 0
        while True:
            announced = self._line().partition(b';')[0].strip()
            if not re.match(rb'[0-9a-fA-F]{1,12}$', announced):
                raise NotHttp('a chunk of the answer has no length')
            length = int(announced, 16)
            if not length:
                break
            size += length
            if size > self._most:
                raise NotHttp('the answer is too long')
            parts.append(self._take(length))
            if self._line():
                raise NotHttp('a chunk of the answer is longer than it says')
        for _ in range(100):
            if not self._line():
                return b''.join(parts)
        raise NotHttp('the answer has too many trailers')

    def _line(self) -> bytes:
        while b'\r\n' not in self._held:
            if len(self._held) > LINE:
                raise NotHttp('a line of the answer is too long')
            self._fill(NotHttp('the answer is cut off'))
        line, _, self._held = self._held.partition(b'\r\n')
        return line

    def _take(self, length: int) -> bytes:
        if length > self._most:
            raise NotHttp('the answer is too long')
        parts, have = [self._held], len(self._held)
        while have < length:
            part = self._more()
            if not part:
                raise NotHttp('the answer is cut off')
            parts.append(part)
            have += len(part)
        whole = b''.join(parts)
        self._held = whole[length:]
        return whole[:length]

    def _fill(self, at_end: NotHttp) -> None:
        part = self._more()
        if not part:
            raise at_end
        self._held += part
