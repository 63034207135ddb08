"""Two real agents and a real master over TLS, each node at an address of its own: a node that joins changes what is
wanted on the other one, and a master that goes away takes nothing with it.
"""
import json
import os
import subprocess
import sys
import time

from nodeprep.agent import roster
from tests.system import private
from tests.system.agentprocess import TOP, AgentProcess
from tests.system.masterprocess import MasterProcess, nodeprep
from tests.system.test_master_agent import read, until
from tests.tiers import need

HERE, THERE = '10.99.0.254', '10.99.0.2'
BEATING = ('master: {heartbeat: 1s, supplies: [network, hosts]}\ninterval: 2s\nrequirements:\n  os: {fix: true}\n'
           '  registry: {url: "https://127.0.0.1:9/v2/"}\n')
KEPT = f'/var/lib/nodeprep/{roster.NAME}'
# The other node's network, which ends with the process in it.
OTHER = ('ip link add near type veth peer name far netns {0} && ip addr add {1}/24 dev near && ip link set near up && '
         'nsenter -t {0} -n sh -ec "ip link set lo up; ip addr add {2}/24 dev far; ip link set far up"')


def test_a_node_that_joins_changes_what_is_wanted_on_the_others(tmp_path):
    need('root')
    for name in private.PROGRAMS + ('nsenter',):
        need('program', name)
    done = subprocess.run(private.command(str(tmp_path), [sys.executable, '-m', 'tests.system.test_master_cluster']),
                          cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert done.returncode == 0, done.stdout.decode()
    assert done.stdout.decode().endswith('all of it\n')


class There(AgentProcess):
    """An agent in the network of another process."""

    def __init__(self, network, *args):
        self.way = ['nsenter', '-t', str(network.pid), '-n']
        super().__init__(*args)

    @property
    def argv(self):
        return self.way + super().argv


def finding(requirement):
    """What a check by hand says of a requirement."""
    code, out, err = nodeprep('check', requirement, '-o', 'json')
    assert code in (0, 1, 3) and err == '', (code, out, err)
    return json.loads(out)['findings'][0]


def state(agent, requirement):
    return next(one for one in agent.status()['requirements'] if one['requirement'] == requirement)['state']


def join(master, name, *before, more=()):
    words = master.join_words()
    words[1] = f'https://{HERE}:{master.port}'
    done = subprocess.run([*before, sys.executable, '-m', 'nodeprep', *words, '--node-name', name, *more], cwd=TOP,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == 0 and b'master: {supplies: [network, hosts]}' in done.stdout, done.stdout.decode()


def on_a_machine_of_its_own(folder):
    network = subprocess.Popen(['unshare', '-n', 'sleep', '600'])
    try:
        until(lambda: os.readlink(f'/proc/{network.pid}/ns/net') != os.readlink('/proc/self/ns/net'))
        subprocess.run(['sh', '-ec', OTHER.format(network.pid, HERE, THERE)], check=True)
        with MasterProcess(folder, listen='0.0.0.0:0') as master:
            join(master, 'n1')
            with AgentProcess(config=BEATING) as here:
                two_nodes(master, here, network, folder)
            restarted_without_a_master(master)
    finally:
        network.kill()
        network.wait()


def two_nodes(master, here, network, folder):
    admin, plain = master.person(), read('/etc/hosts')
    until(lambda: read(KEPT))
    found = finding('hosts')
    assert found['state'] == 'not-applicable' and 'entries from the master, as of 20' in found['note'], found
    assert [one['name'] for one in json.loads(read(KEPT))['list']['members']] == ['n1']
    os.makedirs(f'{folder}/n2/state', mode=0o700)
    join(master, 'n2', 'nsenter', '-t', str(network.pid), '-n', more=('--state-dir', f'{folder}/n2/state'))
    with There(network, f'{folder}/n2', BEATING) as there:
        # They are on one machine, so the later one is a clone to the master, and told to nobody.
        until(lambda: [one for one in admin.get('/v1/clones')['clones'] if one['kind'] == 'hostname'])
        assert admin.get('/v1/nodes/n2')['standing'] == 'quarantined'
        time.sleep(12)
        assert state(here, 'hosts') == state(here, 'network') == 'not-applicable'
        for clone in admin.get('/v1/clones')['clones']:
            status, said = admin.ask('POST', '/v1/clones', {'id': clone['id'], 'decision': 'keep-both'})
            assert status == 200, said
        until(lambda: state(here, 'hosts') == 'drifted', 60)
        # The other one answers, though no kubelet listens there; and is told of this one.
        until(lambda: state(here, 'network') == 'met', 60)
        peers = finding('network')
        assert {one['subject'] for one in peers['observations']} == {f'{THERE}:10250'}
        until(lambda: state(there, 'hosts') == 'drifted', 60)
        names = nodeprep('config', 'show')[1].splitlines()
        shown = next(line for line in names if line.startswith('requirements.hosts.entries: '))
        assert f'{{"{THERE}": ["n2"]}}' in shown and '# from the master, as of 20' in shown, shown
        # Told, and in the report; not done before somebody who may says so.
        told = until(lambda: admin.get('/v1/drift?requirement=hosts')['drift'])
        assert {one['node'] for one in told} == {'n1', 'n2'} and read('/etc/hosts') == plain
        assert 'hosts: not fixed: mode is report' in nodeprep('hand', 'hosts')[1] and read('/etc/hosts') == plain
        code, out, err = nodeprep('fix', 'hosts', '--yes')
        assert f'{THERE} n2\n' in read('/etc/hosts'), (code, out, err)
        assert nodeprep('undo', '--yes')[0] in (0, 1) and read('/etc/hosts') == plain
        here.configure(BEATING + '  hosts: {mode: fix}\n')
        code, out, err = nodeprep('hand', 'hosts')
        assert 'hosts: done (000002)' in out and f'{THERE} n2\n' in read('/etc/hosts'), (code, out, err)
        until(lambda: state(here, 'hosts') == 'met', 60)
        end_of_the_master(master, here)


def end_of_the_master(master, here):
    """It goes away: the last list counts, its age is told, and it counts no more when it is too old."""
    asked = os.stat(KEPT).st_mtime
    assert abs(time.time() - asked) < 15, 'it was asked every five heartbeats whether it is still so'
    master.stop()
    until(lambda: here.status()['master']['problem'])
    assert 'members   of the cluster, as the master told them ' in nodeprep('status')[1]
    assert finding('hosts')['state'] == 'met' and state(here, 'network') == 'met'
    for hours, said in ((3, ', 3 h'), (200, 'whose last list is too old: of 20')):
        os.utime(KEPT, (time.time() - hours * 3600,) * 2)
        found = finding('hosts')
        assert found['state'] == ('met' if hours == 3 else 'not-applicable') and said in found['note'], found
    os.utime(KEPT, (asked, asked))


def restarted_without_a_master(master):
    with AgentProcess(config=BEATING) as again:
        assert state(again, 'hosts') == 'met', again.said()
        code, out, err = nodeprep('leave', '--force')
        assert code == 0 and not os.path.exists(KEPT), (code, out, err)


if __name__ == '__main__':
    import tempfile
    on_a_machine_of_its_own(tempfile.mkdtemp(dir='/run'))
    print('all of it')
