"""How far the kernel's tables of TCP sockets are read."""
import pytest

from nodeprep.linux import sockets, tcptables
from tests.linux.test_sockets import HEAD, QUIET, TCP, TCP6

HALF_OPEN = f'   1: 0500000A:280A 0600000A:C350 03 {QUIET}     0        0 0 1 00000000 20 4 30 10 -1\n'
FIRST, SECOND, CONNECTED = (line + '\n' for line in TCP.split('\n')[1:4])


@pytest.mark.parametrize('count, table, enough', [
    (None, HEAD, False), (None, HEAD + FIRST, False), (None, HEAD + FIRST + CONNECTED, True), (1, HEAD + FIRST, True),
    (2, HEAD + FIRST, False), (2, HEAD + FIRST + SECOND, True), (2, HEAD + FIRST + HALF_OPEN + HALF_OPEN, False),
    (2, HEAD + FIRST + SECOND[:-1], False), (None, HEAD + FIRST + CONNECTED[:-1], False), (3, '', False),
    (1, 'x', False)])
def test_how_far_a_table_is_read(count, table, enough):
    assert tcptables.enough(count, table.encode()) is enough


@pytest.mark.parametrize('text, count', [
    ('sockets: used 16\nTCP: inuse 7 orphan 0 tw 3\n', 7), ('TCP: inuse x\n', None), ('TCP: inuse\n', None), ('', None),
    ('UDP: inuse 5\n', None), ('TCP: inuse -1\n', None), (b'\xff', None), (None, None)])
def test_how_many_sockets_there_are(host, text, count):
    assert tcptables.in_use(host.files({'/proc/net/sockstat': text}), '/proc/net/tcp') == count


def test_a_count_that_may_not_be_read_only_costs_time(host):
    host.files({'/proc/net/tcp': TCP, '/proc/net/sockstat': 'TCP: inuse 0\n'}).denied.add('/proc/net/sockstat')
    assert len(sockets.listeners(host)) == 2


def test_a_table_without_sockets_is_not_read(host):
    host.files({'/proc/net/tcp': TCP, '/proc/net/tcp6': TCP6, '/proc/net/sockstat6': 'TCP6: inuse 0\n'})
    host.denied.add('/proc/net/tcp6')
    assert [one.source for one in sockets.listeners(host)] == ['/proc/net/tcp', '/proc/net/tcp']
