"""Ports that are really in use: the kernel's tables, the owners, and what binding as kubeadm does says."""
import json
import os
import socket
import subprocess
import sys

import pytest

from nodeprep.host import Host
from nodeprep.linux import sockets
from tests.tiers import need
from tests.waiting import until

HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Listens as told in a network namespace of its own and under a name of its own, then examines `ports`.
CHILD = '''
import json, os, socket, sys
from nodeprep.engine import examine
from nodeprep.host import Host
from nodeprep.requirements.ports import Ports
name, user, listen, role, pretend = json.loads(sys.argv[1])
with open('/proc/self/comm', 'w') as out:
    out.write(name)
kept = []
for address, port, only6 in listen:
    one = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_STREAM)
    if ':' in address:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only6)
    one.bind((address, port))
    one.listen(1)
    kept.append(one)

def free(port):
    """Go's net.Listen("tcp", ":port"): one socket for both families, address reuse on."""
    one = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(('::', port))
        one.listen(1)
        return True
    except OSError:
        return False
    finally:
        one.close()
want = {key: option.default for key, option in Ports.defaults.items()}
want.update(role=role, kubernetes=(1, 23), profile='docker')
bound = {port: free(port) for port in (6443, 10259, 10257, 10250, 2379, 2380)}
if user and os.fork():
    sys.exit(os.wait()[1])
if user:            # a process may always look at itself, so another one listens, and this one drops its rights
    for one in kept:
        one.close()
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
host = Host()
if pretend:         # that this namespace were the host's own
    host.once('netns', lambda: '')
found = examine(Ports(), host, want)
print(json.dumps([found.now, [[one.subject, one.found, one.met, one.source] for one in found.observations],
                  sorted(bound.items())]))
'''


def in_a_namespace(name='python', user=0, listen=(), role='worker', pretend=True):
    """The state now, observations by subject, and whether binding each port as kubeadm does would succeed."""
    need('root')
    need('netns')
    argument = json.dumps([name, user, listen, role, pretend])
    done = subprocess.run(['unshare', '-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', sys.executable, '-c',
                           CHILD, argument], cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=60)
    assert done.returncode == 0, done.stderr
    now, observations, bound = json.loads(done.stdout)
    return now, {one[0]: one[1:] for one in observations}, dict(bound)


@pytest.fixture
def listening():
    """A socket of this very process that listens on loopback."""
    here = socket.socket()
    here.bind(('127.0.0.1', 0))
    here.listen(1)
    yield here
    here.close()


def test_a_socket_of_this_process_is_seen_with_its_owner(listening):
    host, port = Host(), listening.getsockname()[1]
    mine = [one for one in sockets.listeners(host) if one.port == port]
    assert [(sockets.shown(one), one.uid, one.everywhere) for one in mine] == [
        (f'127.0.0.1:{port}', os.geteuid(), False)]
    assert mine[0].inode == os.fstat(listening.fileno()).st_ino
    assert sockets.owners(host, {mine[0].inode})[mine[0].inode].pid == os.getpid()


def test_a_connected_socket_is_none_that_listens(listening):
    with socket.create_connection(listening.getsockname()) as near:
        assert near.getsockname()[1] not in [one.port for one in sockets.listeners(Host())]


def test_the_same_listeners_as_ss_shows():
    need('program', 'ss')
    seen = []

    def the_same():
        """Once nobody else begins or ends to listen between the two looks."""
        shown = subprocess.run(['ss', '-ltnH'], stdout=subprocess.PIPE, universal_newlines=True, check=True).stdout
        theirs = sorted(int(line.split()[3].rpartition(':')[2]) for line in shown.splitlines())
        seen[:] = sorted(one.port for one in sockets.listeners(Host())), theirs
        return seen[0] == seen[1]
    until(the_same, said=lambda: seen)


MANY = '''
import socket, subprocess
from nodeprep.host import Host
from nodeprep.linux import sockets
kept = []
for port in range(20000, 20300):
    one = socket.socket(socket.AF_INET6 if port % 3 else socket.AF_INET)
    one.bind(('::' if port % 3 else '127.0.0.1', port))
    one.listen(8)
    near = socket.create_connection(('127.0.0.1', port))
    kept += [one, near] + ([one.accept()[0]] if port % 2 else [])
    if port % 50 == 0:
        got = sorted(sockets.listeners(Host()), key=lambda found: found.port)
        assert [found.port for found in got] == list(range(20000, port + 1)), (port, got)
whole = [one for path in sockets.TABLES for one in sockets.parse(Host().read(path), path)]
assert sorted(whole) == sorted(sockets.listeners(Host()))
assert len(whole) == 300
'''


def test_among_hundreds_of_connections_every_listener_is_seen():
    """The tables are read no further than the listening sockets go: none may be missed."""
    need('root')
    need('netns')
    subprocess.run(['unshare', '-n', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', sys.executable, '-c', MANY],
                   cwd=HERE, check=True, timeout=60)


def test_an_empty_namespace_has_all_ports_free():
    now, found, bound = in_a_namespace(role='control-plane')
    assert now == 'met'
    assert all(bound.values())
    assert found['port 6443'][0] == 'free'


LISTEN = [('0.0.0.0', 10250, 0), ('127.0.0.1', 10250, 0), ('::', 10250, 0), ('::', 10250, 1), ('::1', 10250, 1)]


@pytest.mark.parametrize('listen', LISTEN)
def test_what_kubeadm_could_not_bind_is_told_with_its_process(listen):
    now, found, bound = in_a_namespace('nginx', listen=[listen])
    assert bound[10250] is False
    assert now == 'drifted'
    said, met, source = found['port 10250']
    assert met is False
    assert 'held by nginx (pid ' in said
    assert source.startswith('/proc/net/tcp6, /proc/' if ':' in listen[0] else '/proc/net/tcp, /proc/')


def test_what_is_told_free_can_be_bound_and_the_rest_cannot():
    listen = [('127.0.0.1', 2379, 0), ('::1', 2380, 1), ('0.0.0.0', 10257, 0), ('0.0.0.0', 31000, 0)]
    _, found, bound = in_a_namespace('java', listen=listen, role='control-plane')
    assert {port: found[f'port {port}'][0] == 'free' for port in bound} == bound
    assert 'held by java' in found['node port 31000'][0]


def test_the_kubelet_on_its_own_port_is_right():
    now, found, bound = in_a_namespace('kubelet', listen=[('::', 10250, 0)])
    assert (now, bound[10250]) == ('met', False)
    assert 'held by kubelet' in found['port 10250'][0]


def test_a_plain_user_cannot_tell_whose_port_it_is():
    now, found, _ = in_a_namespace('kubelet', user=65534, listen=[('0.0.0.0', 10250, 0)])
    assert now == 'unknown'
    assert 'in use by user id 0; only root can see by which process' in found['port 10250'][0]


def test_in_a_namespace_of_its_own_nothing_is_said_of_the_host():
    now, found, _ = in_a_namespace(pretend=False)
    assert now == 'unknown'
    assert [(one[1], one[2]) for one in found.values()] == [(None, '/proc/self/ns/net')]
