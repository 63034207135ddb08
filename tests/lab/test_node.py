"""A node of the lab is what its tests take it for, and leaves nothing behind."""
import os
import signal
import subprocess
import sys

import pytest

from tests.lab.groups import sweep
from tests.lab.node import Node
from tests.lab.switch import Switch
from tests.waiting import until

CHILD = '''import sys, time
from tests.lab.node import Node
node = Node(sys.argv[1])
node.boot()
print(node.leader, flush=True)
time.sleep(60)
'''
_LINKS = ('lab', 'host', 'vb-', 've-')          # how those are called that a node, systemd-nspawn and a switch make
# For a moment after its link is up nobody is there: no route to host.
_ASK = '''import socket, time
end = time.monotonic() + 60
while True:
    try:
        socket.create_connection(("198.51.100.2", 9), 20)
        break
    except OSError as error:
        if isinstance(error, ConnectionRefusedError) or time.monotonic() > end:
            raise
        time.sleep(0.2)
'''


@pytest.fixture
def node(tmp_path):
    one = Node(tmp_path)
    try:
        yield one
    finally:
        one.stop()


def machine(folder, owner=0):
    """What a node of a process (0: this one) in a folder could leave behind on the machine: mounts on the folder and
    on /run, links, control groups, and what systemd-nspawn keeps. What else comes and goes meanwhile is of others.
    """
    with open('/proc/self/mounts') as file:
        found = sorted(line for line in file.read().splitlines()
                       if str(folder) in line or line.split()[1] == '/run')
    found += sorted(name for name in os.listdir('/sys/class/net') if name.startswith(_LINKS))
    for top, mark in (('/sys/fs/cgroup', f'nodeprep-lab-{owner or os.getpid()}-'), ('/run/systemd/nspawn', '')):
        found += sorted(path for path, _, _ in os.walk(top) if mark in path)
    return found


def test_a_node_is_a_machine_of_its_own(node, tmp_path):
    before = machine(tmp_path)
    node.boot()
    assert node.ask('systemctl', 'is-system-running').strip() == 'running', node.ask('systemctl', '--failed')
    looked = node.ask('python3', '-c', 'from nodeprep.host import Host\nfrom nodeprep.linux.containers import '
                      'in_container\nprint([in_container(Host("/"))])')
    assert looked == "['']\n", 'nodeprep would fix nothing in it'
    assert node.read('/etc/os-release').startswith('NAME="CentOS Stream"')
    node.write('/etc/motd', 'x\n')
    first = node.ask('cat', '/proc/sys/kernel/random/uuid', '/etc/motd').splitlines()
    assert first[1] == 'x'
    leader = node.leader
    node.reboot()
    assert node.leader != leader and node.read('/etc/motd') == 'x\n', 'what is on its disk stays'
    assert node.run(['false'])[0] == 1
    node.stop()
    assert node.leader == 0 and os.listdir(str(tmp_path)) == ['n1.log']
    assert machine(tmp_path) == before
    node.boot()
    assert node.read('/etc/motd') != 'x\n', 'a new start is a new disk'


def test_nodes_on_a_switch_reach_each_other_and_keep_what_lay_on_their_disks(tmp_path):
    before = machine(tmp_path)
    switch, nodes = Switch(), []
    try:
        for number in (1, 2):
            nodes.append(Node(tmp_path, f'n{number}', files={'/etc/hostname': f'node{number}\n'}, switch=switch))
            nodes[-1].begin()
        for number, one in enumerate(nodes, 1):
            one.booted()
            one.reboot()
            # One that is stopped before it answers leaves the rules behind that it has by then.
            until(lambda: one.run(['firewall-cmd', '--state'])[1] == 'running\n')
            one.ask('systemctl', 'stop', 'firewalld')
            one.ask('ip', 'address', 'add', f'198.51.100.{number}/24', 'dev', 'host0')
            one.ask('ip', 'link', 'set', 'host0', 'up')
        assert [one.ask('uname', '-n') for one in nodes] == ['node1\n', 'node2\n']
        asked = nodes[0].run(['python3', '-c', _ASK])
        assert asked[0] == 1 and 'ConnectionRefusedError' in asked[2], 'the other one is there, and nothing listens'
        assert '198.51.100.' not in str(subprocess.check_output(['ip', 'address'])), 'nobody else is'
    finally:
        for one in nodes:
            one.stop()
        switch.close()
    assert machine(tmp_path) == before and sorted(os.listdir(str(tmp_path))) == ['n1.log', 'n2.log']


def test_a_node_ends_with_who_started_it(tmp_path, node):
    assert node.name, 'the fixture skips where no node can run'
    child = subprocess.Popen([sys.executable, '-c', CHILD, str(tmp_path)], stdout=subprocess.PIPE)
    leader = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    until(lambda: not os.path.exists(f'/proc/{leader}'), said=lambda: 'it goes on')
    sweep()
    assert f'-{child.pid}-' not in str(machine(tmp_path, child.pid)), 'nor does a control group stay'
