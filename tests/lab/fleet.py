"""A fleet: a master and its nodes, each a system of its own, on a network that nobody else is on."""
import contextlib
from concurrent.futures import ThreadPoolExecutor

from tests.lab.collecting import collector
from tests.lab.files import network
from tests.lab.node import Node
from tests.lab.switch import Switch
from tests.lab.units import install

MASTER, NODES = 'master1', ('node1', 'node2', 'node3', 'node4', 'node5')
# Of RFC 5737.
ADDRESSES = {name: f'198.51.100.{number}' for number, name in enumerate((MASTER, *NODES), 10)}
# host0 is what systemd-nspawn calls the end of the cable. The firmware's number of this machine is that of no node.
_NETWORK = network('/usr/sbin/ip link set host0 name eth0', '/usr/sbin/ip addr add {address}/24 dev eth0',
                   '/usr/sbin/ip link set eth0 up',
                   "/bin/sh -c '[ ! -e {uuid} ] || mount --bind /etc/lab-uuid {uuid}'")
_UUID = '/sys/class/dmi/id/product_uuid'


def machine_id(name):
    """That of a machine, as long as its disk is its own."""
    return f'3d8f1c2b7a6e4f5d9c0b1a2f3e4d{list(ADDRESSES).index(name):04x}'


def disk(name):
    """What the disk of a machine has of its own."""
    number = list(ADDRESSES).index(name)
    return {'/etc/hostname': name + '\n', '/etc/machine-id': machine_id(name) + '\n',
            '/etc/lab-uuid': f'5f3c1f0e-6a0b-4a4e-9d0b-{number:012x}\n',
            '/etc/hosts': '127.0.0.1 localhost\n' + ''.join(f'{one} {other}\n' for other, one in ADDRESSES.items()),
            '/etc/systemd/system/lab-network.service': _NETWORK.format(address=ADDRESSES[name], uuid=_UUID)}


@contextlib.contextmanager
def fleet(folder):
    """{name: Node} of all of them, which run, each with nodeprep installed; nothing of it is started or enabled."""
    with contextlib.ExitStack() as held:
        switch = Switch()
        held.callback(switch.close)
        found = {}
        for name in ADDRESSES:
            found[name] = Node(folder, name, files=disk(name), switch=switch)
            held.callback(found[name].stop)
            found[name].begin()
        for one in found.values():
            one.booted()
        collector(found[MASTER])
        each([found[name] for name in NODES], install)
        yield found


def each(nodes, work):
    """What work(node) gives for each of some nodes, in their order; it is done to all of them at once."""
    with ThreadPoolExecutor(len(nodes)) as pool:
        return list(pool.map(work, nodes))
