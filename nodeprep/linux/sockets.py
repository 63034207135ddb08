"""The TCP ports that this network namespace listens on, and who does: /proc/net/tcp and tcp6.

Source: net/ipv4/tcp_ipv4.c get_tcp4_sock() and tcp_ipv6.c get_tcp6_sock(). Each address is printed as 32-bit words of
the machine's own byte order, the port in plain hexadecimal; state 0A is TCP_LISTEN of include/net/tcp_states.h.
Where the kernel tells the same without the walk that a table costs, it is asked instead: tcpdiag.
"""
import sys

from nodeprep.linux import tcpdiag
from nodeprep.linux.processes import Process, processes
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Set

TABLES = ('/proc/net/tcp', '/proc/net/tcp6')
LISTEN = ' 0A '                    # TCP_LISTEN of include/net/tcp_states.h


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
    """Every listening TCP socket, IPv4 first; CannotTell when nothing shows them.

    `source` is the table that shows a socket, also when the kernel was asked: there anyone may read it again.
    """
    found: List[Listener] = host.once('listeners', lambda: _of(host, 4, TABLES[0]) + _of(host, 6, TABLES[1]))
    return found


def _of(host: Any, version: int, path: str) -> List[Listener]:
    rows = tcpdiag.rows(host, version)
    if rows is None:
        from nodeprep.linux import tcptables  # nearly every kernel answers otherwise
        return list(parse(tcptables.beginning(host, path), path))
    return [Listener(*row, path) for row in rows]


def parse(text: str, path: str) -> Iterator[Listener]:
    """The listening sockets of a table. It jumps from one ' 0A ' to the next: 50,000 connections cost one search.

    A line that has the state but cannot be read raises CannotTell: a port must not look free because of it.

    >>> line = '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 4711 1 0 100 0'
    >>> [(one.port, one.uid, one.inode) for one in parse(line, '/proc/net/tcp')]
    [(8080, 1000, 4711)]
    """
    at = text.find(LISTEN)
    while at >= 0:
        begin, end = text.rfind('\n', 0, at) + 1, text.find('\n', at)
        end = len(text) if end < 0 else end
        fields = text[begin:end].split()
        if len(fields) < 4 or fields[3] == '0A':
            yield _listener(fields, path)
        at = text.find(LISTEN, end)


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
