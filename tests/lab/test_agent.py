"""The agent as systemd runs it, in its sandbox: what happens on its node is told at once, in the journal."""
import pytest

from tests.lab.agency import (
    CONFIG,
    HOURLY,
    cursor,
    equipped,
    property_of,
    reload,
    status,
    told,
    transitions,
    until,
)

# Ends as a dockerd with containers does: at once it takes no more connections, and is there until it is let go.
SLOW = '''#!/usr/bin/python3
import os, signal, socket, time
def end(*_):
    listener.close()
    while not os.path.exists('/root/go'):
        time.sleep(0.05)
    os._exit(0)
with open('/root/starts', 'a') as starts:
    starts.write('started\\n')
listener = socket.socket(fileno=3)
signal.signal(signal.SIGTERM, end)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])
while True:
    listener.accept()[0].close()
'''
NOBODY = ('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups')


@pytest.fixture(scope='module')
def node(tmp_path_factory):
    """One node for all of them, with the agent running, reporting only, and looking by itself once an hour."""
    with equipped(tmp_path_factory.mktemp('agent')) as one:
        one.ask('systemctl', 'unmask', 'swap.target')        # else a line of fstab means nothing
        one.write(CONFIG, HOURLY)
        one.ask('systemctl', 'start', 'nodeprep')
        yield one


def test_it_is_active_after_the_first_look_and_its_line_is_the_verdict(node):
    assert property_of(node, 'ActiveState') == 'active'
    assert property_of(node, 'StatusText').startswith('NOT FIT: ')
    entry = told(node, '', 'firewall', 'drifted')
    assert (entry['NODEPREP_NOW'], entry['NODEPREP_BOOT'], entry['PRIORITY']) == ('drifted', 'drifted', '4')
    assert len(entry['MESSAGE_ID']) == 32 and entry['_SYSTEMD_UNIT'] == 'nodeprep.service'


def test_anybody_may_ask_how_it_stands(node):
    code, out, err = node.run(NOBODY + ('nodeprep', 'status'))
    assert (code, err) == (0, '') and 'NOT FIT' in out and 'firewalld.service: active' in out
    code, _, err = node.run(NOBODY + ('ls', '/var/lib/nodeprep'))
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
        # A chronyd that has just begun is active and not in step yet, and nothing tells when it is.
        back = {'met': 'drifted', 'drifted': 'met'}[stopped]
        until(lambda: any(one['NODEPREP_NOW'] == back for one in transitions(node, since, requirement)))


def says(node, words):
    """Whether the agent says this of Docker."""
    return any(words in said for one in status(node)['requirements'] if one['requirement'] == 'docker'
               for said in one['says'])


def test_docker_that_stops_is_told(node):
    assert says(node, 'docker.service: inactive')
    node.ask('systemctl', 'start', 'docker.service')
    until(lambda: not says(node, 'docker.service: inactive'))
    node.ask('systemctl', 'stop', 'docker.service')
    until(lambda: says(node, 'docker.service: inactive'))
    assert property_of(node, 'ActiveState', 'docker.socket') == 'active', 'it would start for whoever connects'


def test_docker_that_takes_its_time_to_stop_is_not_woken(node):
    """Its socket listens on: whoever connects while it ends would have systemd start it again."""
    drop_in = '/run/systemd/system/docker.service.d'
    node.write('/root/slow', SLOW)
    node.ask('chmod', '755', '/root/slow')
    node.ask('mkdir', '-p', drop_in)
    node.write(drop_in + '/slow.conf', '[Service]\nExecStart=\nExecStart=/root/slow\nTimeoutStopSec=10min\n')
    node.ask('systemctl', 'daemon-reload')
    node.ask('systemctl', 'start', 'docker.service')
    until(lambda: not says(node, 'docker.service: inactive'))
    node.ask('systemctl', 'stop', '--no-block', 'docker.service')
    until(lambda: says(node, 'docker.service is deactivating'))
    assert 'docker.service is deactivating' in node.run(['nodeprep', 'check', '-o', 'json', 'docker'])[1]
    assert property_of(node, 'ActiveState', 'docker.service') == 'deactivating', 'both looked while it ended'
    node.ask('touch', '/root/go')
    until(lambda: property_of(node, 'ActiveState', 'docker.service') != 'deactivating')
    until(lambda: not node.ask('systemctl', 'list-jobs', '--no-legend').strip())
    assert node.read('/root/starts') == 'started\n'
    assert property_of(node, 'ActiveState', 'docker.service') == 'inactive'
    until(lambda: says(node, 'docker.service: inactive'))
    node.ask('systemctl', 'stop', 'docker.socket')
    node.ask('rm', '-r', drop_in)
    node.ask('systemctl', 'daemon-reload')


def test_what_docker_left_behind_is_not_taken_for_docker(node):
    """A stop ends dockerd alone (KillMode=process): with live-restore others go on in its control group."""
    node.ask('systemctl', 'start', 'docker.service')
    until(lambda: not says(node, 'docker.service: inactive'))
    below = property_of(node, 'ControlGroup', 'docker.service')
    named = '/sys/fs/cgroup/systemd' + below             # where systemd has a hierarchy of its own
    group = named if node.run(['test', '-d', named])[0] == 0 else '/sys/fs/cgroup' + below
    left = node.ask('sh', '-c', f'sleep 7200 >/dev/null 2>&1 & echo $! >{group}/cgroup.procs; echo $!').strip()
    node.ask('systemctl', 'stop', 'docker.service')
    until(lambda: says(node, 'docker.service: inactive'))
    assert node.read(f'{group}/cgroup.procs').split() == [left]
    code, out, _ = node.run(['nodeprep', 'check', '-o', 'csv', 'docker'])
    assert code == 1 and 'docker.service,inactive,active,false,/run/systemd/units/invocation:docker.service,' in out
    assert property_of(node, 'ActiveState', 'docker.service') == 'inactive', 'nobody woke it'
    node.ask('kill', left)
    node.ask('systemctl', 'stop', 'docker.socket')


def test_a_mount_is_told_although_the_agent_has_a_table_of_its_own(node):
    def options():
        return [said for one in status(node)['requirements'] if one['requirement'] == 'disk' for said in one['says']
                if '/var/lib/kubelet (options)' in said]
    node.ask('mkdir', '-p', '/var/lib/kubelet')
    assert not options()
    node.ask('mount', '-t', 'tmpfs', '-o', 'noexec', 'tmpfs', '/var/lib/kubelet')
    assert 'noexec' in until(options)[0]
    until(lambda: node.run(['umount', '/var/lib/kubelet'])[0] == 0)           # busy while the agent asks for its size
    until(lambda: not options())


def test_a_sysctl_that_has_no_event_is_seen_at_the_next_round(node):
    node.ask('sysctl', '-qw', 'net.ipv4.ip_forward=0')       # dockerd may have set it
    reload(node, HOURLY.replace('1h', '2s'))
    for value, verdict in (('1', 'met'), ('0', 'drifted')):
        since = cursor(node)
        node.ask('sysctl', '-qw', 'net.ipv4.ip_forward=' + value)
        assert told(node, since, 'forwarding')['NODEPREP_NOW'] == verdict
