"""The TCP ports that this network namespace listens on, and who does: /proc/net/tcp and tcp6.

Source: net/ipv4/tcp_ipv4.c get_tcp4_sock() and tcp_ipv6.c get_tcp6_sock(). Each address is printed as 32-bit words of
the machine's own byte order, the port in plain hexadecimal; state 0A is TCP_LISTEN of include/net/tcp_states.h.
Listening sockets come first (tcp_get_idx()), before 4.4 each with its half-open connections (03) behind it. What
follows is dear: the kernel walks its whole hash of connections, 2 to 4 ms a table and more on a large machine, used or
not. So a table is read no further than the listening sockets go, and not at all when sockstat counts no socket for it.
"""
import sys
from functools import partial

from nodeprep.linux.processes import Process, processes
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Optional, Set

TABLES = ('/proc/net/tcp', '/proc/net/tcp6')
_COUNTS = {'/proc/net/tcp': ('/proc/net/sockstat', 'TCP:'), '/proc/net/tcp6': ('/proc/net/sockstat6', 'TCP6:')}
_LISTEN = ' 0A '
_EARLY = (b'st', b'0A', b'03')     # the head, listening, and SYN_RECV: listening sockets may still follow


class Listener(NamedTuple):
    """A listening socket. `address` is the hexadecimal of the table; shown() makes it readable."""

    address: str
    port: int
    uid: int
    inode: int
    source: str

    @property
    def everywhere(self) -> bool:
        """Whether it listens on every address."""
        return not self.address.strip('0')


def listeners(host: Any) -> List[Listener]:
    """Every listening TCP socket, IPv4 first. tcp6 is absent where IPv6 is off; CannotTell when tcp is."""
    found: List[Listener] = host.once('listeners', lambda: [
        one for path in TABLES for one in parse(_beginning(host, path), path)])
    return found


def _beginning(host: Any, path: str) -> str:
    """A table as far as its listening sockets go."""
    count = in_use(host, path)
    if count == 0 or (path == TABLES[1] and not host.exists(path)):
        return ''
    text: str = host.begin(path, partial(_enough, count))
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


def _enough(count: Optional[int], taken: bytes) -> bool:
    """Whether no listening socket can follow: a connection has come, or each socket there is listens and was seen."""
    end = taken.rfind(b'\n')
    last = taken[taken.rfind(b'\n', 0, max(end, 0)) + 1:max(end, 0)].split()
    if len(last) > 3 and last[3] not in _EARLY:
        return True
    return count is not None and taken.count(_LISTEN.encode(), 0, max(end, 0)) >= count


def parse(text: str, path: str) -> Iterator[Listener]:
    """The listening sockets of a table. It jumps from one ' 0A ' to the next: 50,000 connections cost one search.

    A line that has the state but cannot be read raises CannotTell: a port must not look free because of it.

    >>> line = '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 4711 1 0 100 0'
    >>> [(one.port, one.uid, one.inode) for one in parse(line, '/proc/net/tcp')]
    [(8080, 1000, 4711)]
    """
    at = text.find(_LISTEN)
    while at >= 0:
        begin, end = text.rfind('\n', 0, at) + 1, text.find('\n', at)
        end = len(text) if end < 0 else end
        fields = text[begin:end].split()
        if len(fields) < 4 or fields[3] == '0A':
            yield _listener(fields, path)
        at = text.find(_LISTEN, end)


def _listener(fields: List[str], path: str) -> Listener:
    try:
        address, _, port = fields[1].partition(':')
        if len(address) not in (8, 32):
            raise ValueError(address)
        bytes.fromhex(address)
        number = int(port, 16)
        if number > 0xffff:
            raise ValueError(port)
        return Listener(address, number, int(fields[7]), int(fields[9]), path)
    except (IndexError, ValueError):
        raise CannotTell(f'{path}: a listening socket that cannot be read: {" ".join(fields)[:80]!r}', path) from None


def shown(listener: Listener) -> str:
    """The address and port as ss(8) writes them, little-endian words put right.

    >>> shown(Listener('0100007F', 80, 0, 1, '')) if sys.byteorder == 'little' else '127.0.0.1:80'
    '127.0.0.1:80'
    >>> shown(Listener('0' * 32, 80, 0, 1, ''))
    '[::]:80'
    """
    import _socket as socket  # the C half: the other makes enums of its constants first, which takes 2 ms
    raw = bytes.fromhex(listener.address)
    if sys.byteorder == 'little':
        raw = b''.join(raw[at:at + 4][::-1] for at in range(0, len(raw), 4))
    if len(raw) == 4:
        return f'{socket.inet_ntop(socket.AF_INET, raw)}:{listener.port}'
    return f'[{socket.inet_ntop(socket.AF_INET6, raw)}]:{listener.port}'


def owners(host: Any, inodes: Set[int], first: Any = ()) -> Dict[int, Process]:
    """Who holds these sockets, from the links in /proc/PID/fd; an inode that nobody seen holds is left out.

    Only root may look into the processes of others. Processes called one of `first` are looked at before the rest,
    and low descriptors before high ones, so that it ends early on a node where the Kubernetes components hold them.
    """
    found: Dict[int, Process] = {}
    for process in sorted(processes(host), key=lambda one: one.name not in first):
        for inode in _held(host, process.pid):
            if inode in inodes:
                found.setdefault(inode, process)
        if len(found) == len(inodes):
            break
    return found


def _held(host: Any, pid: int) -> Iterator[int]:
    """The inodes of the sockets that a process holds, as far as it lets anybody look: proc(5), ptrace(2)."""
    try:
        for number in sorted(int(name) for name in host.names(f'/proc/{pid}/fd') if name.isdecimal()):
            link = host.link(f'/proc/{pid}/fd/{number}') or ''
            if link.startswith('socket:[') and link[8:-1].isdecimal():
                yield int(link[8:-1])
    except CannotTell:
        return                    # someone else's process, or one that has just ended; even root is kept out of some
