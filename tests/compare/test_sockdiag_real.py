"""Listening sockets as sock_diag tells them beside /proc/net/tcp and tcp6, in a network namespace of their own."""
import json
import os
import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as some

from tests.tiers import need

HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Listens as told, and says whether both ways agree.
CHILD = '''
import json, os, socket, sys
from nodeprep.host import Host
from nodeprep.linux import sockets, tcpdiag
kept = []
for address, port, only6, shared, uid, peers in json.loads(sys.argv[1]):
    one = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET)
    if ':' in address:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only6)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, shared)
    try:
        one.bind((address, port))
        os.fchown(one.fileno(), uid, -1)
        one.listen(4)
    except OSError:        # taken by one before
        one.close()
        continue
    kept.append(one)
    for _ in range(peers):
        kept.append(socket.create_connection((address, port)))
bound = socket.socket()    # neither listens nor is connected: in no table
bound.bind(('127.0.0.1', 0))
host = Host()
told = [host.listening(version) for version in (4, 6)]
tables = [sockets.Listener(*one) for path in sockets.TABLES for one in sockets.parse(host.read(path), path)]
tcpdiag.answers = lambda host: True
asked = sockets.listeners(Host())
tcpdiag.answers = lambda host: False
print(json.dumps([None not in told, [len(one or ()) for one in told], asked == tables,
                  asked == sockets.listeners(Host()), len(asked), repr((asked, tables))]))
'''
ADDRESSES = ['0.0.0.0', '127.0.0.1', '127.0.0.2', '10.9.8.7', '::', '::1', 'fd00::1', '::ffff:127.0.0.1']
SOCKET = some.tuples(some.sampled_from(ADDRESSES), some.one_of(some.integers(30000, 30005), some.integers(1, 65535)),
                     some.integers(0, 1), some.integers(0, 1), some.sampled_from([0, 1000, 2**31 + 5]),
                     some.integers(0, 2))


def compare(wanted):
    """The numbers of listening sockets that were told of each family, after seeing that both ways say the same."""
    for what in ('root', 'netns', 'sock_diag'):
        need(what)
    ready = 'ip link set lo up && ip addr add 10.9.8.7/32 dev lo && ip addr add fd00::1/128 dev lo nodad && exec "$@"'
    done = subprocess.run(['unshare', '-n', 'sh', '-c', ready, 'sh', sys.executable, '-c', CHILD, json.dumps(wanted)],
                          cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=60)
    assert done.returncode == 0, done.stderr
    answered, told, as_tables, as_without, count, shown = json.loads(done.stdout)
    assert answered
    assert as_tables and as_without, shown
    assert sum(told) == count
    return told


@settings(deadline=None, max_examples=40)
@given(some.lists(SOCKET, max_size=12))
def test_the_same_sockets_in_the_same_order(wanted):
    compare(wanted)


def test_each_kind_of_address():
    assert compare([(address, 30000 + at, at % 2 * (address != ADDRESSES[-1]), 0, 0, 1)
                    for at, address in enumerate(ADDRESSES)]) == [4, 4]


def test_nothing_listens():
    assert compare([]) == [0, 0]


def test_more_than_one_datagram_holds():
    assert compare([('127.0.0.1', port, 0, 0, 0, 0) for port in range(20000, 20600)]) == [600, 0]
