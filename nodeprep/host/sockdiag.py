"""The TCP sockets that listen, asked of the kernel as ss(8) does: sock_diag(7) over netlink(7).

The tables of /proc/net end with a walk through the whole hash of connections, 2 to 4 ms each; this question is about
the listening sockets alone and takes some 20 us. Sources: include/uapi/linux/inet_diag.h, net/ipv4/inet_diag.c.

Whatever is not just as expected is in doubt and raises: there are the tables, which tell the same.
"""
import sys

from nodeprep.typed import Iterator, List, Tuple

IPV4, IPV6 = 2, 10                        # AF_INET, AF_INET6
Row = Tuple[bytes, int, int, int]         # address as it goes over the wire, port, user id, inode

_SOCK_DIAG, _BY_FAMILY, _TCP, _LISTEN = 4, 20, 6, 10       # NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, TCP_LISTEN
_REQUEST_DUMP, _MULTI, _DONE = 0x301, 2, 3                 # NLM_F_REQUEST | NLM_F_DUMP, NLM_F_MULTI, NLMSG_DONE
_HEAD, _WHOLE = 16, 16 + 72                                # struct nlmsghdr; with a struct inet_diag_msg
_ROOM = 65536                                              # the kernel fills 32 KiB at most: af_netlink.c
_MOST = 2**24                                              # bytes; some 180,000 sockets
_TRUNCATED = 0x20                                          # MSG_TRUNC
_SEQUENCE = 1


def listening(family: int) -> List[Row]:
    """The sockets of this network namespace that listen on TCP over IPV4 or IPV6, in the order of /proc/net.

    OSError when the kernel does not answer (a sandbox, no inet_diag), ValueError when the answer is in doubt.
    A kernel that has tcp_diag as a module loads it for this; whoever asks sees to that first. It never waits: the
    kernel puts an answer together within the call that asks for it.
    """
    import _socket as socket  # the C half: the other makes enums of its constants first, which takes 2 ms
    asking = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, _SOCK_DIAG)
    try:
        asking.sendto(_question(family), (0, 0))
        found: List[Row] = []
        taken = 0
        while True:
            part, _, flags, sender = asking.recvmsg(_ROOM)
            taken += len(part)
            if sender[0] != 0 or flags & _TRUNCATED or taken > _MOST:
                raise ValueError('not the kernel, or not whole')
            ended = read(part, family, found)
            if ended:
                return found
    finally:
        asking.close()


def _question(family: int) -> bytes:
    """struct nlmsghdr and struct inet_diag_req_v2: one family, TCP, the state LISTEN, any address (48 bytes of 0)."""
    return b''.join((_word(_HEAD + 56), _short(_BY_FAMILY), _short(_REQUEST_DUMP), _word(_SEQUENCE), _word(0),
                     bytes((family, _TCP, 0, 0)), _word(1 << _LISTEN), bytes(48)))


def read(part: bytes, family: int, found: List[Row]) -> bool:
    """Appends the sockets of one datagram to `found`; whether the answer ends with it. ValueError: in doubt."""
    for kind, message in _messages(part):
        if kind == _DONE:
            if len(message) >= _HEAD + 4 and any(message[_HEAD:_HEAD + 4]):
                raise ValueError('ended with an error')
            return True
        if kind != _BY_FAMILY or len(message) < _WHOLE or message[16] != family or message[17] != _LISTEN:
            raise ValueError('not a listening socket of this family')
        found.append((message[24:28] if family == IPV4 else message[24:40], int.from_bytes(message[20:22], 'big'),
                      _number(message, 80), _number(message, 84)))
    return False


def _messages(part: bytes) -> Iterator[Tuple[int, bytes]]:
    """(type, whole message) of each message in a datagram; lengths are rounded up to 4, netlink(7)."""
    at = 0
    if not part:
        raise ValueError('an empty datagram')
    while at < len(part):
        length = _number(part, at)
        message = part[at:at + length]
        if length < _HEAD or len(message) < length:
            raise ValueError('a message that is cut off')
        # Other flags: the list changed meanwhile (NLM_F_DUMP_INTR), or was filtered in a way not asked for.
        if message[6:8] != _short(_MULTI) or _number(message, 8) != _SEQUENCE:
            raise ValueError('not a part of this answer, or not whole')
        yield int.from_bytes(message[4:6], sys.byteorder), message
        at += (length + 3) & ~3


def _number(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at:at + 4], sys.byteorder)


def _word(value: int) -> bytes:
    return value.to_bytes(4, sys.byteorder)


def _short(value: int) -> bytes:
    return value.to_bytes(2, sys.byteorder)
