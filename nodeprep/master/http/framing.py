"""Where in what a client sends one request ends and the next begins, by the letter of RFC 9112.

The parser lets pass what is not quite HTTP, and other things in each of its versions: a line that ends with LF alone, a
header that goes on in the next line, something else than CRLF after a chunk. Whoever stands between the client and this
master may read other requests in the same bytes, and so let in what it should keep out (RFC 9112 11.2). So the parser
gets nothing but what can be read in one way.
"""
import re

from nodeprep.typed import Iterator, List, Tuple

_END = b'\r\n\r\n'
_VALUE = rb'[\t -~\x80-\xff]*'
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_FIELD = _TOKEN + b':' + _VALUE + rb'\r\n'
# Empty lines before a request are skipped (2.2). Which methods there are, the parser knows.
_HEAD = re.compile(rb'(?:\r\n)*(?:[A-Z-]+ [!-~]+ HTTP/1\.[01]\r\n(?:' + _FIELD + rb')*\r\n)?')
_TRAILER = re.compile(_FIELD)
_SIZE = re.compile(rb'([0-9A-Fa-f]{1,15})(?:;' + _TOKEN + b'(?:=(?:' + _TOKEN + rb'|"[\t !#-[\]-~]*"))?)*\r\n')
_AFTER = re.compile(rb'\r\n')
_LONGEST = 4096           # bytes of a line between chunks
_CHUNKS = -1
_LENGTH, _CODING = b'content-length', b'transfer-encoding'
_SIZES = (len(_LENGTH), len(_CODING))


class Malformed(Exception):
    """This is no HTTP/1.1, or can be read in two ways."""


class Framing:
    """That of one connection. What parts() gives is for the parser, which tells begin() and end() what it found."""

    def __init__(self) -> None:
        self._head = bytearray()               # of a head that is not complete
        self._rest = 0                         # bytes of a body that are to come, or _CHUNKS
        self._open = False                     # whether the parser is in a request
        self._data = 0                         # bytes of a chunk that are to come
        self._line = bytearray()               # of a line between chunks
        self._wanted = _SIZE                   # what such a line must be

    def parts(self, data: bytes) -> Iterator[bytes]:
        """What just came, cut where heads and bodies end. Malformed, when all before that was taken."""
        at, size = 0, len(data)
        while at < size:
            if self._rest == 0:
                end = self._in_head(data, at)
            elif self._rest == _CHUNKS:
                end = self._in_chunks(data, at)
            else:
                end = min(size, at + self._rest)
                self._rest -= end - at
            yield data[at:end]                 # which is no copy when it is all
            at = end
            if self._open != (self._rest != 0):
                raise Malformed('the parser sees an end where there is none, or none where there is one')

    @property
    def fresh(self) -> bool:
        """Whether what comes next begins a request."""
        return not self._rest and not self._open and not self._head

    def begin(self, headers: List[Tuple[bytes, bytes]], old: bool) -> None:
        """The parser has seen a head, `old` when it is of HTTP/1.0, which knows no chunks. Malformed."""
        self._open, self._rest = True, 0
        told = False
        for name, value in headers:
            if len(name) in _SIZES and name.lower() in (_LENGTH, _CODING):     # by length first, for it is each header
                if told:
                    raise Malformed('how long the body is, is told twice')
                told = True
                self._rest = _length(value) if len(name) == len(_LENGTH) else _chunked(value, old)

    def end(self) -> None:
        """The parser has seen the end of a request."""
        self._open = False

    def _in_head(self, data: bytes, at: int) -> int:
        """Where the head that `data` goes on with from `at` ends; all of it when it does not."""
        held = len(self._head)
        if not held:
            end = data.find(_END, at) + 4
            if end > 3:
                return self._whole(data[at:end], end)
        self._head += data[at:] if at else data
        end = self._head.find(_END, max(0, held - 3)) + 4
        if end > 3:
            whole, self._head = bytes(self._head[:end]), bytearray()
            return self._whole(whole, at + end - held)
        fresh = bytes(self._head[held - 1 if self._head[held - 1:held] == b'\r' else held:])
        ends = fresh.count(b'\r\n')
        if fresh.count(b'\n') != ends or fresh.count(b'\r') != ends + fresh.endswith(b'\r'):
            raise Malformed('a line ends with something else than CRLF')
        return len(data)

    @staticmethod
    def _whole(head: bytes, end: int) -> int:
        if not _HEAD.fullmatch(head):
            raise Malformed('the head is none of HTTP/1.1')
        return end

    def _in_chunks(self, data: bytes, at: int) -> int:
        """Where the body in chunks that `data` goes on with from `at` ends; all of it when it does not."""
        while at < len(data):
            if self._data:
                step = min(self._data, len(data) - at)
                self._data, at = self._data - step, at + step
                continue
            end = data.find(b'\n', at) + 1 or len(data)
            self._line += data[at:end]
            at = end
            if self._line[-1:] != b'\n':
                if len(self._line) > _LONGEST:
                    raise Malformed('a line between chunks is too long')
                break
            line, self._line = bytes(self._line), bytearray()
            if self._last(line):
                self._rest = 0
                break
        return at

    def _last(self, line: bytes) -> bool:
        """Whether a line between chunks is that after the last one."""
        if self._wanted is _TRAILER and line == b'\r\n':
            self._wanted = _SIZE
            return True
        found = self._wanted.fullmatch(line)
        if not found:
            raise Malformed('a chunk does not begin or end as it must')
        if self._wanted is _SIZE:
            self._data = int(found.group(1), 16)
            self._wanted = _AFTER if self._data else _TRAILER
        elif self._wanted is _AFTER:
            self._wanted = _SIZE
        return False


def _length(said: bytes) -> int:
    if not said.isdigit():
        raise Malformed('the length of the body is no number')
    return int(said)


def _chunked(said: bytes, old: bool) -> int:
    if said.lower() != b'chunked' or old:
        raise Malformed('the body is coded in another way than is known, or in chunks of HTTP/1.0')
    return _CHUNKS
