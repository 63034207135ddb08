"""In its sandbox the agent sees what is so, and would mend what is to be mended; and it can do little else."""
import json
import os

import pytest

from nodeprep.agent.outline import told as as_told
from tests.lab.agency import CHRONY, CONFIG, TIME_SYNC, equipped, report, status
from tests.lab.units import FOLDER, probe
from tests.waiting import until

# What would be done about each requirement, with the digest that an approval must name, and what would be left.
DIGESTS = '''import json
from nodeprep import plandigest, round as rounds
from nodeprep.agent import proposal
from nodeprep.host import Host
from nodeprep.policy import load
policy = load(Host('/'))
parts = [proposal.part(Host('/'), policy, one) for one in rounds.look(Host('/'), policy, rounds.Asked(())).judged
         if one.finding.state == 'drifted']
print(json.dumps({part.requirement: plandigest.digest(part) for part in parts if part.changes}))
'''
# Of another user, and on a port of the kubelet.
HOLDER = "import socket, time; s = socket.create_server(('', 10250)); time.sleep(1e6)"
IDS = ('docker', 'firewall', 'forwarding', 'selinux', 'swap', 'tools')
# Where the mounts of the host are found, by one with a table of its own and by others.
TABLES = ('/proc/1/mountinfo', '/proc/self/mountinfo')


@pytest.fixture(scope='module')
def node(tmp_path_factory):
    """One node for all of them, on which much has drifted."""
    with equipped(tmp_path_factory.mktemp('sandbox')) as one:
        one.ask('systemctl', 'unmask', 'swap.target')
        one.ask('mkdir', '-p', '/etc/selinux')
        one.write('/etc/fstab', '/dev/vdz9 none swap defaults 0 0\n')
        one.write('/etc/selinux/config', 'SELINUX=enforcing\nSELINUXTYPE=targeted\n')
        one.write(CONFIG, 'interval: 1h\nrequirements:\n' + TIME_SYNC + ''.join(
            f'  {name}: {{mode: approve}}\n' for name in IDS))
        yield one


def findings(tree):
    """What was seen, without the amounts that change by themselves; and where."""
    return {(one['requirement'], seen['subject'], seen['when']):
            (as_told(seen['found']), seen['wanted'], seen['met'], seen['source'].replace(*TABLES))
            for one in tree['findings'] for seen in one['observations'] if 'inodes' not in seen['subject']}


def same(node):
    """The agent's report of its start is what `nodeprep check` says outside, and its proposals are the hand's."""
    node.ask('systemctl', 'restart', 'nodeprep')
    inside, outside = report(node), json.loads(node.run(['nodeprep', 'check', '-o', 'json'])[1])
    assert inside['why'] == 'start' and findings(inside) == findings(outside)
    assert inside['boot_id'] == outside['boot_id'] and inside['node'] == outside['node']
    assert '/proc/1/mountinfo' in str(inside) and '/proc/1/mountinfo' not in str(outside), 'it has a table of its own'
    proposals = {one['requirement']: one['proposal']['digest'] for one in inside['findings'] if 'proposal' in one}
    assert proposals == json.loads(node.ask('python3', '-c', DIGESTS))
    return inside, set(proposals)


def test_the_unit_without_drop_ins_as_systemd_219_has_it(node):
    node.ask('mv', FOLDER + '/nodeprep.service.d', '/root')
    node.ask('systemctl', 'daemon-reload')
    assert same(node)[1] == set(IDS)
    assert node.ask('stat', '-c', '%a %U', '/var/lib/nodeprep', '/run/nodeprep', '/run/nodeprep/status').split() == [
        '700', 'root', '755', 'root', '644', 'root']
    node.ask('systemctl', 'stop', 'nodeprep')
    assert status(node)['note'] == 'the agent does not run: it was stopped'
    node.ask('mv', '/root/nodeprep.service.d', FOLDER)
    node.ask('systemctl', 'daemon-reload')


def test_it_sees_what_is_so_and_would_do_what_the_hand_would(node):
    _, proposed = same(node)
    assert proposed == set(IDS)


def test_it_sees_what_others_than_root_hold(node):
    """The two capabilities: a socket of chronyd's user, and the process of another user that holds a port."""
    node.write('/etc/chrony.conf', CHRONY + 'cmdport 0\n')                          # by its socket alone
    node.ask('systemctl', 'restart', 'chronyd')
    node.ask('chronyc', 'waitsync', '60', '0', '0', '1')
    node.ask('systemctl', 'start', 'docker')
    node.ask('systemd-run', '--quiet', '--uid=65534', '--unit=holder', 'python3', '-c', HOLDER)
    until(lambda: node.ask('ss', '-Hltn', 'sport = :10250'))                        # started is not listening yet
    inside, proposed = same(node)
    said = {key[1]: found for key, found in findings(inside).items() if key[0] in ('ports', 'time-sync')}
    assert 'python3' in said['port 10250'][0], said
    assert all(found[2] is not None for found in said.values()), said
    assert 'docker' in proposed, 'it runs, and would not after a reboot'


def test_what_it_may_do_is_little(node):
    node.ask('systemctl', 'start', 'nodeprep')                                      # which makes its folders
    with open(os.path.join(os.path.dirname(__file__), 'attempts.py'), encoding='utf-8') as file:
        program = file.read()
    outside, inside = json.loads(node.ask('python3', '-c', program)), json.loads(probe(node, program))
    assert set(outside.values()) == {'done'}, 'each can be done on this node'
    assert {name for name, came in inside.items() if came == 'done'} == {
        'write in /run/nodeprep', 'write in /run/chrony', 'write in /var/lib/nodeprep', 'read what root alone may',
        'see the files of another process'}
    assert set(inside.values()) == {'done', 'EROFS', 'EPERM', 'EAFNOSUPPORT'}, inside
