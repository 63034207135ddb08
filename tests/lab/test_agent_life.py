"""The agent's unit from its start to its end: active when it has looked, reloaded, ended when it hangs, stopped."""
import re

import pytest

from tests.lab.agency import CONFIG, HOURLY, cursor, equipped, journal, property_of, reload, status, until

# It stands in for a program that the first look runs, and notes how the unit is while that goes on.
KUBELET = '''#!/bin/sh
[ -e /run/then ] || systemctl show -p ActiveState --value nodeprep >/run/then
echo Kubernetes v1.23.17
'''
DROP_IN = '/run/systemd/system/nodeprep.service.d'


@pytest.fixture(scope='module')
def node(tmp_path_factory):
    """One node for all of them, with the agent running, reporting only, and looking by itself once an hour."""
    with equipped(tmp_path_factory.mktemp('life')) as one:
        one.write('/usr/bin/kubelet', KUBELET)
        one.ask('chmod', '755', '/usr/bin/kubelet')
        one.write(CONFIG, HOURLY)
        one.ask('systemctl', 'start', 'nodeprep')
        yield one


def since_when(tree):
    """{requirement: (state, since when)} of a status."""
    return {one['requirement']: (one['state'], one['since']) for one in tree['requirements']}


def test_it_is_active_when_it_has_looked_and_not_before(node):
    assert node.read('/run/then') == 'activating\n'
    assert property_of(node, 'ActiveState') == 'active'
    shown = node.ask('systemctl', 'status', 'nodeprep')
    assert f'Status: "{status(node)["sentence"]}"' in shown and 'NOT FIT: ' in shown


def test_a_reload_and_one_with_a_bad_file(node):
    pid = property_of(node, 'MainPID')
    node.write(CONFIG, HOURLY + 'role: boss\n')
    node.ask('systemctl', 'reload', 'nodeprep')
    until(lambda: 'boss' in status(node)['config']['problem'] and property_of(node, 'ActiveState') == 'active')
    assert 'boss' in next(one['MESSAGE'] for one in journal(node) if 'configuration is wrong' in one['MESSAGE'])
    assert (property_of(node, 'ActiveState'), status(node)['role']) == ('active', 'worker')
    reload(node, HOURLY.replace('1h', '2h') + 'role: control-plane\n')
    assert (status(node)['interval'], status(node)['role']) == (7200.0, 'control-plane')
    reload(node, HOURLY)
    assert status(node)['role'] == 'worker' and property_of(node, 'MainPID') == pid


def test_one_that_hangs_is_ended_and_begins_again_with_all_it_knew(node):
    node.ask('mkdir', '-p', DROP_IN)
    node.write(DROP_IN + '/soon.conf', '[Service]\nWatchdogSec=10\nRestartSec=1\n')
    node.ask('systemctl', 'daemon-reload')
    node.ask('systemctl', 'restart', 'nodeprep')
    before, since = status(node), cursor(node)
    pid = property_of(node, 'MainPID')
    node.ask('kill', '-STOP', pid)
    until(lambda: property_of(node, 'MainPID') not in ('0', pid) and property_of(node, 'ActiveState') == 'active')
    assert property_of(node, 'NRestarts') == '1'
    after = status(node)
    assert since_when(after) == since_when(before)
    assert after['spool']['first'] == before['spool']['first'] and after['spool']['last'] > before['spool']['last']
    assert not [one for one in journal(node, since) if 'NODEPREP_STATE' in one], 'nothing of that is news'
    # dumped: where the kernel hands cores to a program, LimitCORE= does not count.
    assert re.search('code=(killed|dumped), status=6/ABRT', node.ask('journalctl', '-u', 'nodeprep', '--after-cursor',
                                                                     since))
    node.ask('rm', DROP_IN + '/soon.conf')
    node.ask('systemctl', 'daemon-reload')


def test_stopped_it_says_so_and_starts_again(node):
    node.ask('systemctl', 'restart', 'nodeprep')
    since = cursor(node)
    node.ask('systemctl', 'stop', 'nodeprep')
    assert (property_of(node, 'Result'), property_of(node, 'ExecMainStatus')) == ('success', '0')
    code, out, _ = node.run(['nodeprep', 'status'])
    assert code == 3 and out.startswith('The agent does not run: it was stopped')
    node.ask('systemctl', 'start', 'nodeprep')
    assert [one['MESSAGE'] for one in journal(node, since)][:2] == [
        'the agent ends', 'the agent begins; it looks every 3600 s and at each change']
    assert node.run(['nodeprep', 'status'])[0] == 0
