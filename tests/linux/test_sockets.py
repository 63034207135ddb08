"""The kernel's tables of TCP sockets, and who holds one."""
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import sockets
from nodeprep.linux.processes import Process
from nodeprep.model import CannotTell
from tests.fakes import Link

HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode      \n'
QUIET = '00000000:00000000 00:00000000 00000000'
TCP = HEAD + (
    f'   0: 00000000:280A 00000000:0000 0A {QUIET}     0        0 5001 1 00000000 100 0 0 10 0\n'
    f'   1: 0100007F:0277 00000000:0000 0A {QUIET}    25        0 5002 1 00000000 100 0 0 10 0\n'
    f'   2: 0500000A:280A 0600000A:C350 01 {QUIET}     0        0 5003 1 00000000 20 4 30 10 -1\n')
TCP6 = HEAD + ('   0: 00000000000000000000000000000000:192B 00000000000000000000000000000000:0000 0A 00000000:00000000 '
               '00:00000000 00000000  1000        0 6001 1 00000000 100 0 0 10 0\n'
               '   1: 0000000000000000FFFF00000500000A:1F90 0000000000000000FFFF00000600000A:C350 06 00000000:00000000 '
               '03:00000A5B 00000000     0        0 0 3 00000000\n')


def test_only_listening_sockets_count(host):
    host.files({'/proc/net/tcp': TCP, '/proc/net/tcp6': TCP6})
    found = sockets.listeners(host)
    assert [(one.port, one.uid, one.inode, one.source) for one in found] == [
        (10250, 0, 5001, '/proc/net/tcp'), (631, 25, 5002, '/proc/net/tcp'), (6443, 1000, 6001, '/proc/net/tcp6')]
    assert [one.everywhere for one in found] == [True, False, True]


def test_ipv6_may_be_off_but_tcp_must_be_there(host):
    with pytest.raises(CannotTell) as error:
        sockets.listeners(host)
    assert error.value.source == '/proc/net/tcp'
    host.files({'/proc/net/tcp': TCP})
    assert len(sockets.listeners(host)) == 2


@pytest.mark.skipif(sys.byteorder != 'little', reason='the sample is from a little-endian machine')
@pytest.mark.parametrize('address, shown', [
    ('0100007F', '127.0.0.1:22'), ('00000000', '0.0.0.0:22'), ('0' * 32, '[::]:22'),
    ('00000000000000000000000001000000', '[::1]:22'),
    ('000080FE00000000FF565002BD69B1FE', '[fe80::250:56ff:feb1:69bd]:22')])
def test_addresses_are_shown_as_people_write_them(address, shown):
    assert sockets.shown(sockets.Listener(address, 22, 0, 1, '')) == shown


@pytest.mark.parametrize('line', [
    '   0: 00000000:192B 00000000:0000 0A 00000000:00000000 00:00000000',            # ends before the inode
    '   0: 00000000:FFFFF 00000000:0000 0A 0:0 00:0 0 0 0 1 1', '   0: 0000:0016 00000000:0000 0A 0:0 00:0 0 0 0 1 1',
    '   0: 00000000:xx 00000000:0000 0A 0:0 00:0 0 0 0 1 1', ' 0A '])
def test_a_listening_line_that_cannot_be_read_makes_no_port_free(line):
    with pytest.raises(CannotTell):
        list(sockets.parse(HEAD + line, '/proc/net/tcp'))


def test_fifty_thousand_connections_do_not_hide_a_listener():
    busy = ''.join(f'{n:4d}: 0500000A:{n:04X} 0600000A:C350 01 00000000:00000000 00:00000000 00000000     0        0 '
                   f'{n} 1 00000000 20 4 30 10 -1\n' for n in range(50000))
    found = list(sockets.parse(TCP + busy + TCP6, '/proc/net/tcp'))
    assert [one.inode for one in found] == [5001, 5002, 6001]


@given(st.binary(max_size=400), st.integers(0, len(TCP)))
def test_any_bytes_give_facts_or_cannot_tell(noise, at):
    text = (TCP[:at].encode() + noise + TCP[at:].encode()).decode('utf-8', 'surrogateescape')
    try:
        for one in sockets.parse(text, '/proc/net/tcp'):
            assert 0 <= one.port <= 65535
            assert sockets.shown(one).endswith(f':{one.port}')
    except CannotTell as error:
        assert error.source == '/proc/net/tcp'


def test_owners_are_found_through_descriptors(host):
    host.files({'/proc/1/comm': 'systemd\n', '/proc/1/fd/3': Link('socket:[9]'), '/proc/812/comm': 'kubelet\n',
                '/proc/812/fd/0': Link('/dev/null'), '/proc/812/fd/11': Link('socket:[5001]'),
                '/proc/900/comm': 'nginx\n', '/proc/900/fd/6': Link('socket:[6001]'),
                '/proc/900/fd/x': Link('socket:[7]')})
    assert sockets.owners(host, {5001, 6001, 4}) == {5001: Process(812, 'kubelet'), 6001: Process(900, 'nginx')}


def test_those_named_first_are_looked_at_first(host):
    host.files({'/proc/1/comm': 'systemd\n', '/proc/1/fd/3': Link('socket:[5001]'), '/proc/812/comm': 'kubelet\n',
                '/proc/812/fd/11': Link('socket:[5001]')})
    assert sockets.owners(host, {5001}, {'kubelet'}) == {5001: Process(812, 'kubelet')}


def test_a_process_of_someone_else_is_passed_over(host):
    host.files({'/proc/1/comm': 'systemd\n', '/proc/812/comm': 'kubelet\n', '/proc/812/fd/11': Link('socket:[5001]')})
    host.denied.add('/proc/812/fd')
    assert sockets.owners(host, {5001}) == {}


def test_a_process_that_keeps_its_links_to_itself_hides_no_other(host, monkeypatch):
    """As root of a user namespace sees PID 1: the folder can be listed, its links cannot be read."""
    host.files({'/proc/1/comm': 'systemd\n', '/proc/1/fd/0': Link('socket:[1]'), '/proc/812/comm': 'kubelet\n',
                '/proc/812/fd/11': Link('socket:[5001]')})
    link = host.link

    def refuse(path):
        if path.startswith('/proc/1/'):
            raise CannotTell(f'{path}: permission denied', path)
        return link(path)
    monkeypatch.setattr(host, 'link', refuse)
    assert sockets.owners(host, {5001}) == {5001: Process(812, 'kubelet')}
