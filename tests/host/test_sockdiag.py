"""Answers of sock_diag: those that are right, and everything else that might come."""
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.host import sockdiag
from nodeprep.host.sockdiag import IPV4, IPV6

DONE = struct.pack('=LHHLLl', 20, 3, 2, 1, 0, 0)


def message(address=bytes(4), port=6443, uid=0, inode=4711, kind=20, flags=2, sequence=1, state=10, family=None):
    """A struct nlmsghdr with a struct inet_diag_msg: family, state, timer, retrans; sockid; expires, rqueue, ..."""
    family = family or {4: IPV4, 16: IPV6}[len(address)]
    body = struct.pack('=BBBB', family, state, 0, 0) + struct.pack('!HH', port, 0)
    body += address.ljust(16, b'\0') + bytes(16) + struct.pack('=3L', 0, 7, 8)       # interface, cookie
    body += struct.pack('=5L', 0, 0, 8, uid, inode)
    body += struct.pack('=HHL', 8, 15, 0)                  # an attribute, as newer kernels add: INET_DIAG_MARK
    return struct.pack('=LHHLL', 16 + len(body), kind, flags, sequence, 99) + body


def read(raw, family=IPV4):
    found = []
    return sockdiag.read(raw, family, found), found


def test_what_is_asked():
    assert sockdiag._question(IPV6) == struct.pack('=LHHLLBBBxL48x', 72, 20, 0x301, 1, 0, 10, 6, 0, 1 << 10)


def test_listening_sockets_in_their_order():
    loopback = bytes((127, 0, 0, 1))
    assert read(message() + message(loopback, 80, 1000, 4712)) == (
        False, [(bytes(4), 6443, 0, 4711), (loopback, 80, 1000, 4712)])
    assert read(message(bytes(15) + b'\1', 65535, 2**32 - 2) + DONE, IPV6) == (
        True, [(bytes(15) + b'\1', 65535, 2**32 - 2, 4711)])
    assert read(DONE) == (True, [])
    assert read(DONE[:16].replace(b'\x14', b'\x10', 1)) == (True, [])      # older kernels end without a code


@pytest.mark.parametrize('raw', [
    b'', b'\0', bytes(16), message()[:-1], message()[:40], message() + b'x', message() + DONE[:-1],
    message(flags=0x12), message(flags=0), message(sequence=2), message(kind=21), message(state=1),
    message(bytes(16)), message(family=7),
    struct.pack('=LHHLLl', 20, 2, 2, 1, 0, -2), struct.pack('=LHHLLl', 20, 3, 2, 1, 0, -5),
    struct.pack('=LHHLLl', 20, 3, 0x12, 1, 0, 0), struct.pack('=LHHLL', 16, 20, 2, 1, 0),
    struct.pack('=LHHLL', 2**32 - 1, 20, 2, 1, 0), struct.pack('=LHHLL', 16, 1, 2, 1, 0)])
def test_whatever_is_not_as_expected_is_in_doubt(raw):
    with pytest.raises(ValueError):
        read(raw)


@given(some.binary(max_size=300), some.integers(0, 200), some.integers(0, 40))
def test_any_bytes_give_sockets_or_doubt(noise, at, lost):
    whole = message() + message(port=80) + DONE
    try:
        ended, found = read(whole[:at] + noise + whole[at + lost:])
    except ValueError:
        return
    assert ended in (True, False)
    for address, port, uid, inode in found:
        assert (len(address), 0 <= port <= 65535, 0 <= uid < 2**32, 0 <= inode < 2**32) == (4, True, True, True)


class Kernel:
    """A netlink socket whose answers are told: (data, flags, port id of the sender), or an error."""

    def __init__(self, *answers):
        self.answers, self.asked, self.closed = list(answers), [], 0

    def __call__(self, *kind):
        return self

    def sendto(self, raw, to):
        self.asked.append((len(raw), to))

    def recvmsg(self, room):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        raw, flags, sender = answer
        return raw, [], flags, (sender, 0)

    def close(self):
        self.closed += 1


@pytest.mark.parametrize('answers, error', [
    ([(message(), 0, 0), (DONE, 0, 0)], None), ([(DONE, 0, 4711)], ValueError),
    ([(message() + DONE, 0x20, 0)], ValueError), ([(message(), 0, 0), BlockingIOError(11, 'again')], OSError),
    ([OSError(105, 'no buffer space')], OSError), ([(message(), 0, 0), (b'', 0, 0)], ValueError),
    ([(message() * 600, 0, 0)] * 400, ValueError)])
def test_a_conversation(monkeypatch, answers, error):
    """In doubt: another sender, a cut datagram, an end that does not come, more than anyone listens on."""
    kernel = Kernel(*answers)
    monkeypatch.setattr('_socket.socket', kernel)
    if error:
        with pytest.raises(error):
            sockdiag.listening(IPV4)
    else:
        assert sockdiag.listening(IPV4) == [(bytes(4), 6443, 0, 4711)]
    assert (kernel.asked, kernel.closed) == ([(72, (0, 0))], 1)
