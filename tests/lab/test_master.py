"""The master as systemd runs it, as a user of its own in its sandbox; and a node that joins it over a wire."""
import json
import re
import time

import pytest

from tests.lab.agency import CONFIG as AGENT
from tests.lab.agency import HOURLY, cursor, equipped, property_of, status, until
from tests.lab.collecting import CONFIG, DATA, HERE, UNIT, anew, asked, collecting, drop_in, of, wired
from tests.lab.image import TOP
from tests.lab.units import FOLDER


@pytest.fixture(scope='module')
def node(tmp_path_factory):
    """One node for all of them, whose master serves."""
    with collecting(tmp_path_factory.mktemp('master')) as one:
        one.ask('systemctl', 'start', UNIT)
        yield one


@pytest.fixture(scope='module')
def token(node):
    """Of somebody who may see all."""
    return node.ask('nodeprep', 'master', 'user', 'create', 'ann', '--role', 'admin').strip()


def journal(node, since):
    """What the unit and systemd said of it after a cursor, up to now."""
    node.ask('journalctl', '--sync')
    return node.ask('journalctl', '-u', UNIT, '--after-cursor', since)


def names(node, token):
    return sorted(one['name'] for one in json.loads(asked(node, '/v1/nodes', token)[1])['nodes'])


def joined(node, name):
    """A node that joined from here, by what the master prints; it has no agent."""
    words = node.ask('nodeprep', 'master', 'token', 'create', '--print-join-command').split()
    words[2] = 'https://localhost:9443'
    node.ask(*words, '--node-name', name, '--state-dir', f'/root/{name}')


def test_it_is_active_when_it_serves_and_its_files_are_its_own(node, token):
    node.ask('systemctl', 'restart', UNIT)                     # which returns when the unit says that it is ready
    assert asked(node, '/readyz') == (200, '{"status":"ok"}\n')
    assert (of(node, 'Type'), of(node, 'ActiveState'), of(node, 'NRestarts')) == ('notify', 'active', '0')
    assert of(node, 'StatusText').startswith('serves https://192.0.2.10:9443'), 'what others may reach it by'
    assert node.ask('ps', '-o', 'user:32=', '-p', of(node, 'MainPID')).strip() == 'nodeprep-master'
    modes = node.ask('find', DATA, '/var/log/nodeprep', '-printf', '%m %u:%g %p\n').splitlines()
    own = 'nodeprep-master:nodeprep-master'
    assert f'700 {own} {DATA}' in modes and f'755 {own} /var/log/nodeprep' in modes
    rest = {line.split()[2]: line.split()[:2] for line in modes if line.startswith(('6', '4'))}
    assert rest.pop(f'{DATA}/ca.crt') == ['644', own]
    assert len(rest) >= 3 and set(map(tuple, rest.values())) == {('600', own)}, rest


def test_systemd_finds_it_no_more_exposed_than_the_docs_say(node):
    said = node.ask('systemd-analyze', 'security', '--no-pager', f'{UNIT}.service')
    with open(f'{TOP}/docs/master.md', encoding='utf-8') as file:
        told = re.search(r'exposure level of ([0-9.]+) ', file.read()).group(1)
    assert float(re.search(r'Overall exposure level for \S+ ([0-9.]+)', said).group(1)) <= float(told)


def test_it_lives_on_while_its_loop_turns_and_begins_anew_with_all_it_knew_when_it_hangs(node, token):
    joined(node, 'n1')
    # As long as no busy machine keeps a loop from turning.
    drop_in(node, '[Service]\nWatchdogSec=12\nRestartSec=1\n')
    node.ask('systemctl', 'restart', UNIT)
    pid, end = of(node, 'MainPID'), time.monotonic() + 16
    while time.monotonic() < end:
        assert asked(node, '/healthz')[0] == 200
        time.sleep(0.5)
    assert (of(node, 'MainPID'), of(node, 'NRestarts')) == (pid, '0')
    since = cursor(node)
    node.ask('kill', '-STOP', pid)
    anew(node, pid)
    assert of(node, 'NRestarts') == '1'
    assert 'code=killed, status=6/ABRT' in journal(node, since)
    assert names(node, token) == ['n1']
    drop_in(node, '')


def test_one_that_is_killed_begins_anew_with_all_it_knew(node, token):
    joined(node, 'n2')
    pid = of(node, 'MainPID')
    node.ask('kill', '-KILL', pid)
    anew(node, pid)
    assert names(node, token) == ['n1', 'n2']
    code, out, _ = node.run(['nodeprep', 'master', 'doctor'])
    wrong = [line for line in out.splitlines() if line.startswith('WRONG')]
    assert (code, wrong) == (1, ['WRONG  nodes are in quarantine']), 'n2 is the same machine; nothing else is wrong'
    assert node.run(['find', DATA, '!', '-user', 'nodeprep-master'])[1] == '', 'commands of root leave nothing of root'


def test_a_reload_takes_new_settings_and_one_with_a_bad_file_does_not(node, token):
    pid, since = of(node, 'MainPID'), cursor(node)

    def told(words):
        until(lambda: words in journal(node, since))
    node.write(CONFIG, 'names: [k8s-master.example]\n')
    node.ask('systemctl', 'reload', UNIT)
    told('the certificate is a new one')
    assert node.ask('nodeprep', 'master', 'token', 'create', '--print-join-command').startswith(
        'nodeprep join https://k8s-master.example:9443 ')
    node.ask('sh', '-c', 'echo 127.0.0.1 k8s-master.example >>/etc/hosts')
    assert asked(node, '/healthz', host='k8s-master.example')[0] == 200
    node.write(CONFIG, 'naems: [k8s-master.example]\n')
    node.ask('systemctl', 'reload', UNIT)
    told('did you mean names')
    assert (of(node, 'ActiveState'), of(node, 'MainPID')) == ('active', pid)
    node.ask('rm', CONFIG)
    node.ask('systemctl', 'reload', UNIT)


def test_it_stops_within_its_time_and_starts_again(node, token):
    since, begun = cursor(node), time.time()
    node.ask('systemctl', 'stop', UNIT)
    assert time.time() - begun < 15
    assert (of(node, 'Result'), of(node, 'ExecMainStatus')) == ('success', '0')
    assert 'nodeprep master ends' in journal(node, since)
    node.ask('systemctl', 'start', UNIT)
    assert names(node, token) == ['n1', 'n2']


def test_the_unit_without_drop_ins_as_systemd_219_has_it(node, token):
    node.ask('mv', f'{FOLDER}/{UNIT}.service.d', '/root')
    node.ask('systemctl', 'daemon-reload')
    node.ask('systemctl', 'restart', UNIT)
    assert names(node, token) == ['n1', 'n2']
    node.ask('mv', f'/root/{UNIT}.service.d', FOLDER)
    node.ask('systemctl', 'daemon-reload')
    node.ask('systemctl', 'restart', UNIT)


def test_it_survives_a_reboot(node, token):
    node.ask('systemctl', 'enable', UNIT)
    node.reboot()
    until(lambda: of(node, 'ActiveState') == 'active')
    assert names(node, token) == ['n1', 'n2'] and of(node, 'NRestarts') == '0'


def test_another_node_joins_by_the_printed_command_reports_and_mends_what_is_approved(node, token, tmp_path):
    config = HOURLY + '  firewall: {mode: approve}\nmaster: {heartbeat: 1s}\n'

    def seen():
        (found,) = json.loads(asked(node, '/v1/nodes', token)[1])['nodes']
        return {name: cell['outcome'] for name, cell in found['requirements'].items()}
    for name in names(node, token):            # else it is taken for a clone of them: all have the image's machine-id
        node.ask('nodeprep', 'master', 'forget', name)
    with equipped(tmp_path) as other:
        wired(node, other)
        node.write(CONFIG, 'names: [k8s-master.example]\n')
        node.ask('systemctl', 'restart', UNIT)
        other.ask('sh', '-c', f'echo {HERE} k8s-master.example >>/etc/hosts')
        other.write(AGENT, config)
        other.ask('systemctl', 'start', 'nodeprep')
        words = node.ask('nodeprep', 'master', 'token', 'create', '--print-join-command').split()
        said = other.ask(*words, '--node-name', 'worker1')
        assert 'joined https://k8s-master.example:9443 as worker1' in said and 'started again' in said
        assert other.ask('stat', '-c', '%a %U', '/var/lib/nodeprep/credential').strip() == '600 root'
        until(lambda: property_of(other, 'ActiveState') == 'active')
        until(lambda: seen().get('firewall') == 'drifted', said=lambda: (seen(), status(other)['master']))
        until(lambda: status(other)['spool']['waiting'] == 0)
        until(lambda: seen() == {one['requirement']: one['outcome'] for one in status(other)['requirements']},
              said=lambda: (seen(), status(other)['requirements']))
        assert property_of(other, 'ActiveState', 'firewalld') == 'active', 'nothing is allowed yet'
        until(lambda: 'firewall' in node.ask('nodeprep', 'master', 'approvals'))
        assert 'firewalld' in node.ask('nodeprep', 'master', 'approve', 'worker1', 'firewall', '--reason', 'as agreed')
        until(lambda: seen()['firewall'] == 'met', said=lambda: (seen(), status(other)['hand']))
        assert property_of(other, 'ActiveState', 'firewalld') == 'inactive'
        (made,) = json.loads(other.ask('nodeprep', 'history', '-o', 'json'))['transactions']
        assert made['by']['how'] == 'approval', made
        other.ask('nodeprep', 'leave')
        assert names(node, token) == []
