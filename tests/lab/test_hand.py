"""The hand as its unit runs it, started by the agent from within its sandbox: what it may, what it refuses, its end."""
import json

import pytest

from tests.lab.agency import CONFIG, HOURLY, cursor, equipped, journal, property_of, reload, said_by, status, until

UNIT = 'nodeprep-fix@firewall'
# firewalld takes until somebody lets it: a step that goes on.
SLOW = '''[Service]
ExecStop=/bin/sh -c 'touch /run/asked; while [ ! -e /run/go ]; do sleep 0.1; done'
'''
# systemd forgets an instance that ended well, and with it how that was.
NOTED = '[Service]\nExecStopPost=/bin/sh -c \'echo $$SERVICE_RESULT $$EXIT_STATUS >/run/ended\'\n'
HOLD = '''from nodeprep.host import Host
from nodeprep.lock import Lock
import sys
with Lock(Host('/'), 'a test'):
    open('/run/held', 'w').close()
    sys.stdin.read()
'''


@pytest.fixture
def node(tmp_path):
    """A node on which firewalld runs, with an agent that only reports, and by itself looks once an hour."""
    with equipped(tmp_path) as one:
        one.ask('mkdir', '-p', '/run/systemd/system/nodeprep-fix@.service.d')
        one.write('/run/systemd/system/nodeprep-fix@.service.d/noted.conf', NOTED)
        one.ask('systemctl', 'daemon-reload')
        one.write(CONFIG, HOURLY)
        one.ask('systemctl', 'start', 'nodeprep')
        yield one


def mode(node, word):
    reload(node, HOURLY + f'  firewall: {{mode: {word}}}\n')


def firewalld(node):
    return property_of(node, 'ActiveState', 'firewalld'), node.run(['systemctl', 'is-enabled', 'firewalld'])[1].strip()


def history(node):
    return json.loads(node.ask('nodeprep', 'history', '-o', 'json'))['transactions']


def ended(node):
    """How the unit of the hand last ended, in systemd's words, and the exit code; it may be about to."""
    until(lambda: property_of(node, 'ActiveState', UNIT) in ('inactive', 'failed'))
    return node.read('/run/ended').split()


def waits(node, word):
    """Waits until the agent says why it lets the firewall be."""
    until(lambda: any(word in one['why'] for one in status(node)['hand']['waiting']), said=lambda: status(node)['hand'])


def test_mode_approve_waits_and_in_mode_fix_the_hand_mends_it(node):
    mode(node, 'approve')
    waits(node, 'waits until the plan')
    assert firewalld(node) == ('active', 'enabled') and history(node) == []
    since = cursor(node)
    mode(node, 'fix')
    entry = until(lambda: next((one for one in journal(node, since) if 'NODEPREP_TRANSACTION' in one), None))
    assert (entry['NODEPREP_REQUIREMENT'], entry['NODEPREP_TRANSACTION']) == ('firewall', '000001')
    assert entry['_SYSTEMD_UNIT'] == 'nodeprep.service'
    assert firewalld(node) == ('inactive', 'disabled') and property_of(node, 'ActiveState') == 'active'
    assert ended(node) == ['success', '0']
    (made,) = history(node)
    assert made['by']['how'] == 'policy' and made['by']['who'].startswith(CONFIG + ':')
    until(lambda: [one['result'] for one in status(node)['hand']['done']] == ['done'])
    assert node.run(['nodeprep', 'undo', '--yes'])[0] in (0, 1)
    waits(node, 'somebody took that back')
    assert firewalld(node) == ('active', 'enabled') and len(history(node)) == 1


def test_what_it_refuses_and_whom_it_waits_for_is_no_failure_of_its_unit(node):
    node.ask('systemctl', 'start', UNIT)               # which waits, and fails when the unit does
    assert ended(node) == ['success', '1']
    assert 'not fixed: ' in said_by(node, UNIT)
    node.write('/root/hold.py', HOLD)
    node.write('/run/systemd/system/hold.service', '[Service]\nEnvironment=PYTHONPATH=/opt/nodeprep\n'
               'ExecStart=/bin/sh -c "sleep infinity | python3 /root/hold.py"\n')
    node.ask('systemctl', 'daemon-reload')
    node.ask('systemctl', 'start', 'hold')
    until(lambda: node.run(['test', '-e', '/run/held'])[0] == 0)
    node.ask('systemctl', 'start', UNIT)
    assert ended(node) == ['success', '75']
    assert '(pid ' in said_by(node, UNIT) and firewalld(node) == ('active', 'enabled')
    node.ask('systemctl', 'stop', 'hold')
    node.write(CONFIG, 'role: boss\n')
    assert node.run(['systemctl', 'start', UNIT])[0] == 1                        # a failure is one
    assert ended(node) == ['exit-code', '2']
    assert history(node) == []


def test_told_to_end_it_ends_after_the_step_in_hand_and_takes_it_back(node):
    node.ask('mkdir', '-p', '/run/systemd/system/firewalld.service.d')
    node.write('/run/systemd/system/firewalld.service.d/slow.conf', SLOW)
    node.ask('systemctl', 'daemon-reload')
    mode(node, 'fix')
    until(lambda: node.run(['test', '-e', '/run/asked'])[0] == 0)
    hand = property_of(node, 'MainPID', UNIT)
    at_work = node.ask('ps', '-o', 'pid=', '--ppid', hand).split()
    assert len(at_work) == 1, 'the command of its step'
    since = cursor(node)
    node.ask('systemctl', 'stop', '--no-block', UNIT)
    until(lambda: 'SIGTERM: stops after this step' in said_by(node, UNIT))
    assert property_of(node, 'ActiveState', UNIT) == 'deactivating'
    assert node.ask('ps', '-o', 'pid=', '--ppid', hand).split() == at_work
    reload(node, HOURLY)                               # the agent goes on meanwhile; nothing shall be tried again
    node.ask('touch', '/run/go')
    assert until(lambda: [one['MESSAGE'] for one in journal(node, since) if one.get('NODEPREP_TRANSACTION')]) == [
        'firewall: interrupted: stopped by SIGTERM; transaction 000001']
    assert ended(node) == ['exit-code', '4'] and property_of(node, 'ActiveState', UNIT) == 'failed'
    assert firewalld(node) == ('active', 'enabled')
    mode(node, 'fix')                                  # who stops one fix does not forbid the next
    until(lambda: [one['result'] for one in status(node)['hand']['done']] == ['interrupted', 'done'])
    assert ended(node) == ['success', '0'] and firewalld(node) == ('inactive', 'disabled')
