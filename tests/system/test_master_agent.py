"""A real agent, real TLS and a real master, end to end: processes that know nothing of each other but what is said."""
import json
import os
import socket
import subprocess
import sys
import time

import pytest

from tests.system import private
from tests.system.agentprocess import QUIET, TOP, AgentProcess
from tests.system.masterprocess import MasterProcess, Person, nodeprep
from tests.tiers import need

NAME = socket.gethostname()
CONF = '/etc/sysctl.d/zz-nodeprep.conf'
BEATING = 'master: {heartbeat: 1s}\n' + QUIET


@pytest.fixture
def master(tmp_path):
    with MasterProcess(tmp_path) as made:
        yield made
        for line in made.lines:
            assert 'npu_' not in line and 'npn_' not in line and 'Traceback' not in line, line


def joined(master, folder, *more):
    return nodeprep(*master.join_words(*more), '--state-dir', f'{folder}/state')


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, 'it did not come to that'
        time.sleep(0.1)


def test_an_agent_joins_reports_and_leaves(master, tmp_path):
    admin, viewer = master.person(), master.person('ann', 'viewer')
    code, out, err = joined(master, tmp_path)
    assert (code, err) == (0, '') and f'joined {master.url} as {NAME}' in out
    assert [one['standing'] for one in viewer.get('/v1/nodes')['nodes']] == ['new']
    with AgentProcess(tmp_path, BEATING) as agent:
        until(lambda: [one for one in viewer.get('/v1/nodes')['nodes'] if one['standing'] != 'new'])

        def outcomes():
            cells = viewer.get('/v1/nodes')['nodes'][0]['requirements']
            return {name: cell['outcome'] for name, cell in cells.items()}
        # What changes on this machine meanwhile is told a moment later.
        until(lambda: outcomes() == {one['requirement']: one['outcome'] for one in agent.status()['requirements']})
        told = viewer.get('/v1/drift')['drift']
        drifted = {name for name, outcome in outcomes().items() if outcome == 'drifted'}
        assert {one['requirement'] for one in told} == drifted and {one['node'] for one in told} == {NAME}
        table = master.told('drift')
        assert all(name in table for name in drifted)
        assert f'{NAME}: ' in master.told('node', NAME) and NAME in master.told('nodes')
        until(lambda: agent.status()['spool']['waiting'] == 0 and agent.status()['master']['reached'])
        beat = until(lambda: admin.get(f'/v1/nodes/{NAME}')['skew_bound_ms'])
        assert beat < 5000
        code, out, err = nodeprep('leave', '--state-dir', f'{tmp_path}/state')
        assert (code, err) == (0, '')
    assert viewer.get('/v1/nodes')['nodes'] == []
    said = [one['what'] for one in admin.get('/v1/audit')['audit']]
    assert said == ['node left', 'node joined', 'token created', 'user created', 'user created']


def test_what_does_not_prove_itself_does_not_join(master, tmp_path):
    words = master.join_words()
    wrong = words[:-1] + ['sha256:' + '0' * 64]
    code, _, err = nodeprep(*wrong, '--state-dir', f'{tmp_path}/state')
    assert code == 1 and 'nothing secret was sent' in err
    code, _, err = nodeprep(*words[:3], 'abcdef.0123456789abcdef', *words[4:], '--state-dir', f'{tmp_path}/state')
    assert code == 1 and 'nodeprep master token create' in err
    once = master.join_words('--uses', '1')
    assert nodeprep(*once, '--state-dir', f'{tmp_path}/one', '--node-name', 'one')[0] == 0
    code, _, err = nodeprep(*once, '--state-dir', f'{tmp_path}/two', '--node-name', 'two')
    assert code == 1 and 'used up' in err
    code, _, err = nodeprep(*words, '--state-dir', f'{tmp_path}/three', '--node-name', 'one')
    assert code == 1 and 'nodeprep master forget one' in err
    assert master.told('token', 'delete', words[3]) == f'The token {words[3][:6]} is deleted.\n'
    code, _, err = nodeprep(*words, '--state-dir', f'{tmp_path}/four', '--node-name', 'four')
    assert code == 1
    names = [one['name'] for one in json.loads(master.told('nodes', '-o', 'json'))['nodes']]
    assert names == ['one']
    assert not os.path.exists(f'{tmp_path}/state/credential')


def test_a_node_that_is_forgotten_is_refused_and_says_so(master, tmp_path):
    assert joined(master, tmp_path)[0] == 0
    with AgentProcess(tmp_path, BEATING) as agent:
        until(lambda: agent.status()['master']['reached'])
        assert master.told('forget', NAME) == f'{NAME} is forgotten.\n'
        agent.until('401', seconds=40)
        assert f'was this node forgotten there? nodeprep leave --state-dir {tmp_path}/state, then' in agent.said()
        assert 'does not answer' not in agent.said()
        assert nodeprep('leave', '--state-dir', f'{tmp_path}/state')[0] == 0
        assert joined(master, tmp_path)[0] == 0
    with AgentProcess(tmp_path) as agent:
        until(lambda: json.loads(master.told('nodes', '-o', 'json'))['nodes'][0]['standing'] != 'new')


def test_of_three_nodes_on_this_machine_the_first_counts_and_the_others_are_told_until_somebody_decides(
        master, tmp_path):
    def folder(name):
        return tmp_path / name

    def standings():
        return {one['name']: one['standing'] for one in json.loads(master.told('nodes', '-o', 'json'))['nodes']}
    said = {}
    for name in ('n1', 'n2', 'n3'):
        code, said[name], err = nodeprep(*master.join_words(), '--state-dir', f'{folder(name)}/state', '--node-name',
                                         name)
        assert (code, err) == (0, '')
    assert 'quarantine' not in said['n1']
    assert 'This node is in quarantine at its master: n1 came first and has the same host name' in said['n2']
    assert '; n2 came first and has the same host name' in said['n3']
    before = json.loads(master.told('clones', '-o', 'json'))['clones']
    assert {(one['first'], one['later']) for one in before} == {('n1', 'n2'), ('n1', 'n3'), ('n2', 'n3')}
    with AgentProcess(folder('n3'), BEATING) as later:
        later.until('this node is in quarantine at its master: n1 came first')
        with AgentProcess(folder('n1'), BEATING) as first:
            until(lambda: standings()['n1'] not in ('new', 'quarantined'))
            assert standings()['n2'] == standings()['n3'] == 'quarantined'
            assert json.loads(master.told('clones', '-o', 'json'))['clones'] == before, 'all was known when they joined'
            until(lambda: first.status()['master']['reached'])
            assert first.status()['master']['quarantine'] is None and 'quarantine' not in first.said()
        told = until(lambda: later.status()['master']['quarantine'])
        assert [one['node'] for one in told['because']] == ['n1', 'n2'] and abs(told['since'] - time.time()) < 600
        shown = ' '.join(nodeprep('status', '--run-dir', later.run)[1].split())
        when = time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(told['since']))
        assert f'apart this node is in quarantine at its master since {when}: n1 came first and has the same' in shown
        assert f'`nodeprep master clones` there, or {master.url}/clones' in shown
        mine = {one['first']: [str(other['id']) for other in before if (other['later'], other['first']) == (
            'n3', one['first'])] for one in before}
        assert 'n3 stays in quarantine: ' in master.told('decide', 'keep-both', *mine['n1'])
        until(lambda: [one['node'] for one in later.status()['master']['quarantine']['because']] == ['n2'])
        assert master.told('decide', 'forget-first', mine['n2'][0]).endswith(
            'n2 is forgotten.\nn3 is released: what it reports counts.\n')
        later.until('the master has let this node out of quarantine')
        until(lambda: later.status()['master']['quarantine'] is None)
        assert 'quarantine' not in nodeprep('status', '--run-dir', later.run)[1]
        assert set(standings()) == {'n1', 'n3'} and standings()['n3'] not in ('new', 'quarantined')


def test_what_is_told_while_no_master_is_there_comes_later(master, tmp_path):
    viewer = master.person('ann', 'viewer')
    assert joined(master, tmp_path)[0] == 0
    assert master.stop() == 0
    with AgentProcess(tmp_path, BEATING) as agent:
        assert agent.status()['spool']['waiting'] >= 1
        master.listen = f'127.0.0.1:{master.port}'
        master.start()
        until(lambda: agent.status()['spool']['waiting'] == 0, 60)
        until(lambda: viewer.get('/v1/nodes')['nodes'][0]['standing'] != 'new')
        assert viewer.get(f'/v1/nodes/{NAME}/history')['events'][-1]['what'] == 'joined'


def test_a_plan_is_approved_by_command_and_the_agent_and_its_hand_learn_it(tmp_path):
    """On a machine of its own: forwarding drifts at boot, the plan waits, is approved, is done, and boot is met."""
    need('root')
    for name in private.PROGRAMS:
        need('program', name)
    done = subprocess.run(private.command(str(tmp_path), [sys.executable, '-m', 'tests.system.test_master_agent']),
                          cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert done.returncode == 0, done.stdout.decode()
    assert done.stdout.decode().endswith('all of it\n')


def read(path):
    try:
        with open(path, encoding='utf-8') as file:
            return file.read()
    except FileNotFoundError:
        return ''


def on_a_machine_of_its_own(folder):
    config = ('master: {heartbeat: 1s}\ninterval: 2s\nrequirements:\n  forwarding: {mode: approve}\n'
              '  os: {fix: true}\n  registry: {url: "https://127.0.0.1:9/v2/"}\n')
    with MasterProcess(folder) as master:
        admin = master.person()
        code, out, err = nodeprep(*master.join_words(), '--node-name', 'n1')
        assert (code, err) == (0, ''), (code, out, err)
        with AgentProcess(config=config) as agent:
            plan = until(lambda: admin.get('/v1/approvals')['approvals'])[0]
            assert (plan['node'], plan['requirement']) == ('n1', 'forwarding')
            assert 'forwarding' in master.told('approvals')
            assert 'done' not in nodeprep('hand', 'forwarding')[1] and not read(CONF), 'nothing is allowed yet'
            told = master.told('approve', 'n1', 'forwarding', '--reason', 'as agreed')
            assert CONF in told and 'Approved until' in told, told
            until(lambda: plan['digest'] in read('/var/lib/nodeprep/approvals.json'))
            code, out, err = nodeprep('hand', 'forwarding')
            assert 'forwarding: done (000001)' in out, (code, out, err, agent.said())
            assert 'net.ipv4.ip_forward = 1' in read(CONF)
            until(lambda: admin.get('/v1/nodes')['nodes'][0]['requirements']['forwarding']['boot'] == 'met')
            assert admin.get('/v1/approvals?state=all')['approvals'][0]['state'] == 'used'
            assert admin.get('/v1/audit')['audit'][0]['who'] == 'root (command line)'


def test_a_master_that_is_told_to_reload_takes_a_new_configuration(master, tmp_path):
    import signal
    with open(master.config, 'w') as file:
        file.write('heartbeat: 7s\nnames: [k8s-master.example.com]\n')
    master.process.send_signal(signal.SIGHUP)
    master.until('are in force')
    master.until('the certificate is a new one')
    words = master.told('token', 'create', '--print-join-command').split()
    assert words[2] == 'https://k8s-master.example.com:' + master.url.rpartition(':')[2]
    answer = Person(master).ask('POST', '/v1/join', {'token': words[4], 'name': 'x', 'request':
                                                     '00000000-0000-4000-8000-000000000000'})
    assert answer[0] == 201 and answer[1]['heartbeat'] == 7
    with open(master.config, 'w') as file:
        file.write('heartbaet: 7s\n')
    master.process.send_signal(signal.SIGHUP)
    master.until('the settings are wrong and not in force')
    assert 'did you mean heartbeat' in master.said()
    assert Person(master).ask('GET', '/healthz')[0] == 200


def test_systemd_is_told_when_it_serves_that_it_lives_and_when_it_ends(tmp_path, monkeypatch):
    place = str(tmp_path / 'notify')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(place)
        systemd.settimeout(20)
        monkeypatch.setenv('NOTIFY_SOCKET', place)
        monkeypatch.setenv('WATCHDOG_USEC', '600000')
        with MasterProcess(tmp_path) as master:
            monkeypatch.delenv('NOTIFY_SOCKET')
            assert systemd.recv(1000).decode() == f'READY=1\nSTATUS=serves {master.url}'
            assert [systemd.recv(1000) for _ in range(3)] == [b'WATCHDOG=1'] * 3
            assert master.stop() == 0
            told = b''
            while told != b'STOPPING=1':
                told = systemd.recv(1000)


def test_a_master_that_cannot_start_says_why_in_a_line(tmp_path):
    with MasterProcess(tmp_path) as master:
        for words, said in ((['--listen', f'127.0.0.1:{master.port}'], 'address already in use'),
                            (['--listen', 'nowhere'], 'nowhere'), (['--config', '/nowhere.yaml'], 'no such file')):
            code, out, err = nodeprep('master', 'serve', *master.places, *words)
            assert code == 2 and said in err.lower() and 'Traceback' not in err, err
    os.chmod(master.data, 0o755)
    assert 'chmod 0700' in nodeprep('master', 'serve', *master.places)[2]
    assert 'this host has no master' in nodeprep('master', 'nodes', '--data', f'{tmp_path}/none')[2]


if __name__ == '__main__':
    import tempfile
    on_a_machine_of_its_own(tempfile.mkdtemp(dir='/run'))
    print('all of it')
