"""Heads of requests that came before. Agents say the same each time, but for their secret and how long the body is.

A head that framing.py and the parser took as one of a whole request is remembered by its bytes without the secret, and
that is of letters which mean nothing to either of them. Whatever comes with the same bytes is the same request, of
another node or at another time, and is not parsed again.
"""
import re

from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Optional

MOST, LONGEST = 1000, 2048               # heads that are remembered, and bytes of one: together 2 MiB at most
_BEFORE = b'\r\nAuthorization: Bearer '
_SECRET = re.compile(rb'npn_[A-Za-z0-9_-]{43}')
_LONG, _END = 47, b'\r\n\r\n'


class Found(NamedTuple):
    """What was remembered of a head, the secret in this one, and where its body begins."""

    meaning: Any
    secret: bytes
    body: int


class Heads:
    """All are forgotten when they are too many."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: Dict[bytes, Any] = {}

    def find(self, data: bytes) -> Optional[Found]:
        """The head that some bytes begin with, when it was remembered."""
        end = data.find(_END) + len(_END)
        at = data.find(_BEFORE, 0, end) + len(_BEFORE)
        if at < len(_BEFORE):
            return None
        meaning = self._known.get(data[:at] + data[at + _LONG:end])
        if meaning is None or not _SECRET.fullmatch(data, at, at + _LONG):
            return None
        return Found(meaning, data[at:at + _LONG], end)

    def remember(self, data: bytes, meaning: Any) -> None:
        """Remembers the head that some bytes begin with; not one without a secret of a node, or a long one."""
        end = data.find(_END) + len(_END)
        at = data.find(_BEFORE, 0, end) + len(_BEFORE)
        if len(_BEFORE) <= at <= end - _LONG and end <= LONGEST and _SECRET.fullmatch(data, at, at + _LONG):
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[data[:at] + data[at + _LONG:end]] = meaning
