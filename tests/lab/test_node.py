"""A node of the lab is what its tests take it for, and leaves nothing behind."""
import os
import signal
import subprocess
import sys

import pytest

from tests.lab.node import Node, sweep
from tests.lab.waiting import until

CHILD = '''import sys, time
from tests.lab.node import Node
node = Node(sys.argv[1])
node.boot()
print(node.leader, flush=True)
time.sleep(60)
'''


@pytest.fixture
def node(tmp_path):
    one = Node(tmp_path)
    try:
        yield one
    finally:
        one.stop()


def machine():
    """What a node could leave behind on the machine: mounts, links, control groups, and what systemd-nspawn keeps."""
    with open('/proc/self/mounts') as file:
        found = sorted(file.read().splitlines())
    found += sorted(os.listdir('/sys/class/net'))
    for top in ('/sys/fs/cgroup', '/run/systemd/nspawn'):
        found += sorted(folder for folder, _, _ in os.walk(top) if 'nodeprep-lab' in folder or 'nspawn' in folder)
    return found


def test_a_node_is_a_machine_of_its_own(node, tmp_path):
    before = machine()
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
    assert machine() == before
    node.boot()
    assert node.read('/etc/motd') != 'x\n', 'a new start is a new disk'


def test_a_node_ends_with_who_started_it(tmp_path, node):
    assert node.name, 'the fixture skips where no node can run'
    child = subprocess.Popen([sys.executable, '-c', CHILD, str(tmp_path)], stdout=subprocess.PIPE)
    leader = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    until(lambda: not os.path.exists(f'/proc/{leader}'), 20, lambda: 'it goes on')
    sweep()
    assert f'-{child.pid}-' not in str(machine()), 'nor does a control group stay'
