"""The agent as systemd runs it: its unit and sandbox, its journal, reload, watchdog, and what it sees happen."""
import json
import time

import pytest

from nodeprep.agent.outline import told as told_text
from tests.lab.clock import bounded
from tests.lab.node import Node
from tests.lab.units import install

CONFIG = '/etc/nodeprep/nodeprep.yaml'
CHRONY = 'server 127.0.0.1 iburst minpoll 0 maxpoll 0\ndriftfile /var/lib/chrony/drift\n'
BASE = 'interval: 5s\nrequirements:\n  time-sync: {advised_offset: 10s, required_offset: 10s}\n'


@pytest.fixture(scope='module')
def node(tmp_path_factory):
    """One node for all of them, with the agent running and reporting only."""
    one = Node(tmp_path_factory.mktemp('agent'))
    try:
        with bounded():
            one.boot()
            install(one)
            assert one.run(['systemctl', 'is-enabled', 'nodeprep'])[1] == 'disabled\n'     # installed is not enabled
            one.ask('systemctl', 'unmask', 'swap.target')        # else a line of fstab means nothing
            one.write('/etc/chrony.conf', CHRONY)
            one.ask('systemctl', 'restart', 'chronyd')
            one.ask('chronyc', 'waitsync', '60', '0', '0', '1')
            one.write(CONFIG, BASE)
            one.ask('systemctl', 'start', 'nodeprep')
            yield one
    finally:
        one.stop()


def until(what, seconds=60):
    """The first true value of what(); fails when there is none in time."""
    end = time.time() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.time() < end, 'it did not come to that'
        time.sleep(0.05)


def journal(node, since):
    """The agent's own entries after a cursor, the oldest first."""
    # Chosen here: journalctl with a match and --after-cursor leaves out the first when the cursor's own is no match.
    out = node.ask('journalctl', '-o', 'json', '--no-pager', *(['--after-cursor', since] if since else []))
    entries = [json.loads(line) for line in out.splitlines()]
    return [one for one in entries if one.get('SYSLOG_IDENTIFIER') == 'nodeprep']


def cursor(node):
    """The place in the journal where it ends now."""
    node.ask('journalctl', '--sync')
    return json.loads(node.ask('journalctl', '-o', 'json', '-n', '1', '--no-pager'))['__CURSOR']


def told(node, since, requirement, state=''):
    """Waits for a transition of a requirement in the journal and gives its entry."""
    return until(lambda: next((one for one in journal(node, since) if one.get('NODEPREP_REQUIREMENT') == requirement
                               and state in ('', one.get('NODEPREP_STATE'))
                               and 'NODEPREP_NOW' in one), None))


def property_of(node, name, unit='nodeprep'):
    return node.ask('systemctl', 'show', '-p', name, '--value', unit).strip()


def findings(tree):
    return {one['requirement']: [(seen['subject'], seen['when'], told_text(seen['found']), seen['met'])
                                 for seen in one['observations'] if 'inodes' not in seen['subject']]
            for one in tree['findings']}


def test_it_is_active_after_the_first_look_and_its_line_is_the_verdict(node):
    assert property_of(node, 'ActiveState') == 'active'
    assert property_of(node, 'StatusText').startswith('NOT FIT: ')
    entry = told(node, '', 'firewall', 'drifted')
    assert (entry['NODEPREP_NOW'], entry['NODEPREP_BOOT'], entry['PRIORITY']) == ('drifted', 'drifted', '4')
    assert len(entry['MESSAGE_ID']) == 32 and entry['_SYSTEMD_UNIT'] == 'nodeprep.service'


def test_in_its_sandbox_it_sees_what_is_so(node):
    outside = json.loads(node.run(['nodeprep', 'check', '-o', 'json'])[1])
    line = node.read('/var/lib/nodeprep/spool/0000000000000001.jsonl').splitlines()[-1]
    inside = json.loads(line)
    assert findings(inside) == findings(outside)
    assert inside['boot_id'] == outside['boot_id'] and inside['node'] == outside['node']


def test_anybody_may_ask_how_it_stands(node):
    nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    code, out, err = node.run(nobody + ['nodeprep', 'status'])
    assert (code, err) == (0, '') and 'NOT FIT' in out and 'firewalld.service: active' in out
    code, _, err = node.run(nobody + ['ls', '/var/lib/nodeprep'])
    assert code != 0 and 'Permission denied' in err


@pytest.mark.parametrize('path, requirement, wrong', [
    ('/etc/fstab', 'swap', '/dev/vdz9 none swap defaults 0 0\n'),
    ('/etc/sysctl.d/zz-lab.conf', 'forwarding', 'net.ipv4.ip_forward = 1\n'),
    ('/etc/selinux/config', 'selinux', 'SELINUX=enforcing\nSELINUXTYPE=targeted\n')])
def test_an_edit_a_replacement_and_a_deletion_are_told(node, path, requirement, wrong):
    node.ask('mkdir', '-p', path.rpartition('/')[0])
    states = []

    def then(*command):
        since = cursor(node)
        node.ask(*command)
        entry = told(node, since, requirement)
        states.append((entry['NODEPREP_NOW'], entry['NODEPREP_BOOT']))
    before = node.run(['cat', path])
    try:
        node.write('/root/wrong', wrong)
        then('sh', '-c', f'cat /root/wrong >>{path}')                       # an edit in place
        then('sh', '-c', f': >{path}')
        then('sh', '-c', f'cp /root/wrong {path}.new && mv {path}.new {path}')       # as an editor does it
        then('rm', path)
    finally:
        if before[0] == 0:
            node.write(path, before[1])
    assert states[0] == states[2] and states[1] == states[3] != states[0]


def test_units_that_are_started_and_stopped_are_told(node):
    for unit, requirement in (('chronyd.service', 'time-sync'), ('firewalld.service', 'firewall')):
        since = cursor(node)
        node.ask('systemctl', 'stop', unit)
        stopped = told(node, since, requirement)['NODEPREP_NOW']
        since = cursor(node)
        node.ask('systemctl', 'start', unit)
        assert told(node, since, requirement)['NODEPREP_NOW'] != stopped


def test_docker_that_stops_is_told(node):
    since = cursor(node)
    node.ask('systemctl', 'start', 'docker.service')
    node.ask('systemctl', 'stop', 'docker.service', 'docker.socket')
    until(lambda: any('docker.service: inactive' in said for one in status(node)['requirements']
                      if one['requirement'] == 'docker' for said in one['says']))
    assert cursor(node) != since


def status(node):
    return json.loads(node.run(['nodeprep', 'status', '-o', 'json'])[1])


def test_a_sysctl_that_has_no_event_is_seen_at_the_next_round(node):
    since = cursor(node)
    node.ask('sysctl', '-qw', 'net.ipv4.ip_forward=1')
    assert told(node, since, 'forwarding')['NODEPREP_NOW'] == 'met'
    since = cursor(node)
    node.ask('sysctl', '-qw', 'net.ipv4.ip_forward=0')
    assert told(node, since, 'forwarding')['NODEPREP_NOW'] == 'drifted'


def test_a_reload_and_one_with_a_bad_file(node):
    pid = property_of(node, 'MainPID')
    node.write(CONFIG, BASE + 'role: boss\n')
    node.ask('systemctl', 'reload', 'nodeprep')
    until(lambda: 'boss' in status(node)['config']['problem'])
    assert property_of(node, 'ActiveState') == 'active' and status(node)['interval'] == 5.0
    node.write(CONFIG, BASE.replace('5s', '4s') + 'role: control-plane\n')
    node.ask('systemctl', 'reload', 'nodeprep')
    until(lambda: status(node)['role'] == 'control-plane')
    assert status(node)['interval'] == 4.0 and status(node)['config']['problem'] == ''
    assert property_of(node, 'MainPID') == pid
    node.write(CONFIG, BASE)
    node.ask('systemctl', 'reload', 'nodeprep')
    until(lambda: status(node)['role'] == 'worker')


def test_one_that_hangs_is_ended_and_begins_again_with_all_it_knew(node):
    pid, before = property_of(node, 'MainPID'), status(node)
    node.ask('mkdir', '-p', '/run/systemd/system/nodeprep.service.d')
    node.write('/run/systemd/system/nodeprep.service.d/soon.conf', '[Service]\nWatchdogSec=3\nRestartSec=1\n')
    node.ask('systemctl', 'daemon-reload')
    node.ask('systemctl', 'restart', 'nodeprep')
    pid = property_of(node, 'MainPID')
    node.ask('kill', '-STOP', pid)
    until(lambda: property_of(node, 'MainPID') not in ('0', pid) and property_of(node, 'ActiveState') == 'active')
    assert property_of(node, 'NRestarts') == '1'
    after = status(node)
    was = {one['requirement']: (one['state'], one['since']) for one in before['requirements']}
    for one in after['requirements']:
        state, since = was[one['requirement']]
        assert one['state'] != state or one['since'] == since, one['requirement']
    assert after['spool']['first'] == before['spool']['first'] and after['spool']['last'] > before['spool']['last']
    node.ask('rm', '/run/systemd/system/nodeprep.service.d/soon.conf')
    node.ask('systemctl', 'daemon-reload')


def test_stopped_it_says_so_and_starts_again(node):
    node.ask('systemctl', 'restart', 'nodeprep')
    since = cursor(node)
    node.ask('systemctl', 'stop', 'nodeprep')
    assert property_of(node, 'Result') == 'success'
    code, out, _ = node.run(['nodeprep', 'status'])
    assert code == 3 and out.startswith('The agent does not run: it was stopped')
    node.ask('systemctl', 'start', 'nodeprep')
    assert [one['MESSAGE'] for one in journal(node, since)][:2] == [
        'the agent ends', 'the agent begins; it looks every 5 s and at each change']
    assert not [one for one in journal(node, since) if one.get('NODEPREP_REQUIREMENT') == 'firewall'], 'no news'


def test_mode_approve_waits_and_mode_fix_has_the_hand_mend_it(node):
    def mode(word):
        node.write(CONFIG, BASE + '  firewall: {mode: %s}\n' % word)
        node.ask('systemctl', 'reload', 'nodeprep')
    mode('approve')
    until(lambda: any('waits until the plan' in one['why'] for one in status(node)['hand']['waiting']))
    assert property_of(node, 'ActiveState', 'firewalld') == 'active'
    since = cursor(node)
    mode('fix')
    entry = until(lambda: next((one for one in journal(node, since) if 'NODEPREP_TRANSACTION' in one), None))
    assert entry['NODEPREP_REQUIREMENT'] == 'firewall' and entry['NODEPREP_TRANSACTION'] == '000001'
    assert property_of(node, 'ActiveState', 'firewalld') == 'inactive'
    assert property_of(node, 'ActiveState') == 'active'
    assert property_of(node, 'Result', 'nodeprep-fix@firewall') == 'success'
    (made,) = json.loads(node.ask('nodeprep', 'history', '-o', 'json'))['transactions']
    assert made['by']['how'] == 'policy' and made['by']['who'].startswith('/etc/nodeprep/nodeprep.yaml:')
    until(lambda: status(node)['hand']['done'])
    assert status(node)['hand']['done'][-1]['result'] == 'done'
    assert node.run(['nodeprep', 'undo', '--yes'])[0] in (0, 1)
    assert property_of(node, 'ActiveState', 'firewalld') == 'active'
    time.sleep(6)                           # a round and more: what a person took back is not done again
    assert property_of(node, 'ActiveState', 'firewalld') == 'active'
