"""/proc/net/tcp and tcp6, read no further than needed.

Source: net/ipv4/tcp_ipv4.c. Listening sockets come first (tcp_get_idx()), before 4.4 each with its half-open
connections (03) behind it. What follows is dear: the kernel walks its whole hash of connections, 2 to 4 ms a table and
more on a large machine, used or not. So a table is read no further than the listening sockets go, and not at all when
sockstat counts no socket for it.
"""
from functools import partial

from nodeprep.linux.sockets import LISTEN, TABLES
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Optional

_COUNTS = {'/proc/net/tcp': ('/proc/net/sockstat', 'TCP:'), '/proc/net/tcp6': ('/proc/net/sockstat6', 'TCP6:')}
_EARLY = (b'st', b'0A', b'03')     # the head, listening, and SYN_RECV: listening sockets may still follow


def beginning(host: Any, path: str) -> str:
    """A table as far as its listening sockets go. tcp6 is absent where IPv6 is off; CannotTell when tcp is."""
    count = in_use(host, path)
    if count == 0 or (path == TABLES[1] and not host.exists(path)):
        return ''
    text: str = host.begin(path, partial(enough, count))
    return text


def in_use(host: Any, path: str) -> Optional[int]:
    """How many sockets, listening or connected, a table shows at least; None when sockstat does not tell.

    net/ipv4/proc.c sockstat_seq_show(): counted where a socket enters the hashes that the tables show.
    """
    where, key = _COUNTS[path]
    try:
        text = host.read(where, missing='')
    except CannotTell:
        return None               # it only spares work
    for line in text.split('\n'):
        words = line.split()
        if words[:2] == [key, 'inuse'] and len(words) > 2 and words[2].isdecimal() and len(words[2]) < 10:
            return int(words[2])
    return None


def enough(count: Optional[int], taken: bytes) -> bool:
    """Whether no listening socket can follow: a connection has come, or each socket there is listens and was seen."""
    end = taken.rfind(b'\n')
    last = taken[taken.rfind(b'\n', 0, max(end, 0)) + 1:max(end, 0)].split()
    if len(last) > 3 and last[3] not in _EARLY:
        return True
    return count is not None and taken.count(LISTEN.encode(), 0, max(end, 0)) >= count
