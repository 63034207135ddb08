"""The wire of D-Bus: what is sent, and what comes in pieces, or is none. The other side is a socket of the test."""
import socket

import jeepney
import pytest

from nodeprep.host.bus import ERROR, RETURN, SIGNAL, Bus, Gone, Said


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    bus = Bus(ours)
    yield bus, theirs
    bus.close()
    theirs.close()


def greeted(ends):
    bus, theirs = ends
    bus.flush()
    sent = theirs.recv(65536)
    theirs.sendall(b'OK 0123456789abcdef\r\n')
    return bus, theirs, sent


def signal(*body):
    address = jeepney.DBusAddress('/a', interface='x.y')
    message = jeepney.new_signal(address, 'Changed', 's' * len(body), body)
    message.header.fields[jeepney.HeaderFields.sender] = ':1.0'
    return message.serialise(serial=1)


def test_it_greets_and_calls_in_one_piece_and_starts_nothing(ends):
    bus, _ = ends
    serial = bus.call('org.x', '/x', 'org.x.Y', 'Do', 'one', 'two')
    _, _, sent = greeted(ends)
    hello, rest = sent.split(b'BEGIN\r\n', 1)
    assert hello.startswith(b'\0AUTH EXTERNAL 3')
    calls = jeepney.Parser().feed(rest)
    assert [call.header.fields[jeepney.HeaderFields.member] for call in calls] == ['Hello', 'Do']
    assert [call.header.serial for call in calls] == [1, serial]
    assert calls[1].body == ('one', 'two')
    assert all(call.header.flags & jeepney.MessageFlag.no_auto_start for call in calls)


def test_what_comes_in_single_bytes_is_put_together(ends):
    bus, theirs, _ = greeted(ends)
    said = []
    for at in range(len(signal('ä'))):
        theirs.sendall(signal('ä')[at:at + 1])
        said += bus.read()
    assert said == [Said(SIGNAL, ':1.0', '/a', 'x.y', 'Changed', 0, ('ä',))]
    assert bus.read() == []


def test_an_answer_and_an_error_name_their_call(ends):
    bus, theirs, sent = greeted(ends)
    (call,) = jeepney.Parser().feed(sent.split(b'BEGIN\r\n', 1)[1])
    theirs.sendall(jeepney.new_method_return(call, 's', (':1.7',)).serialise(serial=1))
    theirs.sendall(jeepney.new_error(call, 'org.x.No', 's', ('no',)).serialise(serial=2))
    theirs.sendall(call.serialise(serial=3))                                       # a call to us: nobody is at home
    assert [(said.kind, said.to, said.member, said.body) for said in bus.read()] == [
        (RETURN, 1, '', (':1.7',)), (ERROR, 1, 'org.x.No', ('no',))]


@pytest.mark.parametrize('greeting, why', [
    (b'REJECTED EXTERNAL\r\n', r'it does not let us in \(REJECTED EXTERNAL\)'),
    (b'x' * 2000, 'its greeting does not end'),
])
def test_a_greeting_that_is_none(ends, greeting, why):
    bus, theirs = ends
    theirs.sendall(greeting)
    with pytest.raises(Gone, match=why):
        bus.read()


@pytest.mark.parametrize('raw', [b'HTTP/1.1 400 Bad Request\r\n\r\n', b'\0' * 64,
                                 b'l\x04\0\1' + b'\xff' * 60 + b'\0' * 10**4])
def test_what_is_not_dbus_ends_it_and_raises_nothing_else(ends, raw):
    bus, theirs, _ = greeted(ends)
    theirs.sendall(raw)
    theirs.close()
    with pytest.raises(Gone):
        for _ in range(10):
            bus.read()


def test_every_byte_of_a_message_may_be_wrong(ends):
    whole = signal('one', 'two')
    for at in range(len(whole)):
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        bus = Bus(ours)
        theirs.sendall(b'OK 01\r\n' + whole[:at] + bytes([whole[at] ^ 0xff]) + whole[at + 1:])
        theirs.close()
        with pytest.raises(Gone):
            for _ in range(10):
                bus.read()
        bus.close()


def test_a_bus_that_does_not_read_is_gone(ends):
    bus, _ = ends
    bus.call('org.x', '/x', 'org.x.Y', 'Do', 'x' * 2**22)
    with pytest.raises(Gone, match='it does not read'):
        bus.flush()
