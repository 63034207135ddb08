"""A master on a node of the lab, as docs/master.md has it installed, and a wire from one node to another."""
import contextlib
import re
import subprocess

from tests.lab.agency import property_of, until
from tests.lab.image import TOP
from tests.lab.node import Node
from tests.lab.units import install

UNIT, DATA, CONFIG = 'nodeprep-master', '/var/lib/nodeprep-master', '/etc/nodeprep/master.yaml'
HERE, THERE = '198.51.100.1', '198.51.100.2'      # of RFC 5737: the ends of the wire
# Asks over TLS that the master's CA has signed; says the status and what came.
_ASK = '''import ssl, sys, urllib.error, urllib.request
method, url, token = sys.argv[1:]
asked = urllib.request.Request(url, method=method, headers={"Authorization": "Bearer " + token} if token else {})
try:
    answer = urllib.request.urlopen(asked, context=ssl.create_default_context(cafile="%s/ca.crt"), timeout=20)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, answer.read().decode())
''' % DATA


@contextlib.contextmanager
def collecting(folder, name='m1'):
    """A node with the unit of a master, its user and open port by the commands of the docs. It is not begun."""
    one = Node(folder, name)
    try:
        one.boot()
        collector(one)
        yield one
    finally:
        one.stop()


def collector(one):
    """Gives a node that runs the unit of a master, its user and its open port."""
    install(one)
    with open(f'{TOP}/docs/master.md', encoding='utf-8') as file:
        commands = re.findall(r'`(useradd --system [^`]+|firewall-cmd [^`]+)`', file.read())
    assert len(commands) == 3, commands
    with open(f'{TOP}/packaging/rpm/files/{UNIT}.xml', encoding='utf-8') as file:
        one.write(f'/usr/lib/firewalld/services/{UNIT}.xml', file.read())
    one.ask('systemctl', 'restart', 'firewalld')
    for command in commands:
        one.ask('sh', '-c', command)
    assert one.run(['systemctl', 'is-enabled', UNIT])[1] == 'disabled\n'       # installed is not enabled


def of(node, name):
    """A property of the master's unit."""
    return property_of(node, name, UNIT)


def drop_in(node, text):
    """Gives the unit another drop-in until the node ends; '' takes it away. Nothing is started again."""
    folder = f'/run/systemd/system/{UNIT}.service.d'
    node.ask('mkdir', '-p', folder)
    node.write(folder + '/zz-lab.conf', text)
    node.ask('systemctl', 'daemon-reload')


def asked(node, path, token='', method='GET', host='localhost'):
    """(status, text) of a request from this node to its own master."""
    status, _, text = node.ask('python3', '-c', _ASK, method, f'https://{host}:9443{path}', token).partition(' ')
    return int(status), text


def anew(node, pid):
    """Waits until another process of the unit serves than that one."""
    until(lambda: of(node, 'MainPID') not in ('0', pid) and of(node, 'ActiveState') == 'active',
          said=lambda: node.ask('journalctl', '-u', UNIT, '--no-pager'))


def wired(one, other):
    """Puts a wire between two nodes, HERE at the one, THERE at the other."""
    subprocess.run(['ip', 'link', 'add', 'lab0', 'netns', str(one.leader), 'type', 'veth', 'peer', 'name', 'lab0',
                    'netns', str(other.leader)], check=True)
    for node, address in ((one, HERE), (other, THERE)):
        node.ask('ip', 'address', 'add', f'{address}/24', 'dev', 'lab0')
        node.ask('ip', 'link', 'set', 'lab0', 'up')
