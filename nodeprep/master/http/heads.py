"""Heads of requests that came before. Agents say the same each time, but for their secret and how long the body is.

A head that framing.py and the parser took as one of a whole request is remembered by its bytes around these two, which
are of letters and digits that mean nothing else to either of them. Whatever comes with the same bytes is the same
request, of another node or at another time, and is not parsed again.
"""
import re

from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Optional, Tuple

MOST, LONGEST = 1000, 2048               # heads that are remembered, and bytes of one: with what they mean, 6 MiB
_BEARER, _LENGTH, _END = b'\r\nAuthorization: Bearer ', b'\r\nContent-Length: ', b'\r\n\r\n'
_SECRET = re.compile(rb'npn_[A-Za-z0-9_-]{43}')
_SIZE = re.compile(rb'0|[1-9][0-9]{0,4}')
_LONG = 47                               # letters of a secret
_Key = Tuple[bytes, bytes, bytes]


class Found(NamedTuple):
    """What was remembered of a head, the secret in this one, where its body begins, and how many bytes it has."""

    meaning: Any
    secret: bytes
    body: int
    length: int


class Heads:
    """All are forgotten when they are too many."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: Dict[_Key, Any] = {}

    def find(self, data: bytes) -> Optional[Found]:
        """The head that some bytes begin with, when it was remembered."""
        cut = _cut(data)
        meaning = self._known.get(cut[0]) if cut is not None else None
        if cut is None or meaning is None:
            return None
        _, secret, size, end = cut
        return Found(meaning, secret, end, int(size)) if _SECRET.fullmatch(secret) and _SIZE.fullmatch(size) else None

    def remember(self, data: bytes, meaning: Any) -> None:
        """Remembers the head that some bytes begin with; not a long one, or one without a secret of a node that is all
        there is to its Authorization header.
        """
        cut = _cut(data)
        if cut is not None and cut[3] <= LONGEST and _SECRET.fullmatch(cut[1]) and _SIZE.fullmatch(cut[2]):
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[cut[0]] = meaning


def _cut(data: bytes) -> Optional[Tuple[_Key, bytes, bytes, int]]:
    """The head that some bytes begin with: what is around its secret and its length, these two, and where it ends."""
    end = data.find(_END) + len(_END)
    at, size = data.find(_BEARER, 0, end) + len(_BEARER), data.find(_LENGTH, 0, end) + len(_LENGTH)
    after, stop = at + _LONG, data.find(b'\r', size, end)
    if at < len(_BEARER) or size < len(_LENGTH) or data[after:after + 1] != b'\r':
        return None
    key = (data[:at], data[after:size], data[stop:end]) if at < size else (data[:size], data[stop:at], data[after:end])
    return key, data[at:after], data[size:stop], end
