"""unitactive: a service runs when its control group holds a process."""
import pytest

from nodeprep.linux.unitactive import active
from nodeprep.model import CannotTell
from tests.fakes import Link

V1, V2 = '/sys/fs/cgroup/systemd/system.slice/', '/sys/fs/cgroup/system.slice/'
USR = '/usr/lib/systemd/system/'
EL7 = {'/etc/os-release': 'ID="centos"\nVERSION_ID="7"\n', '/run/systemd/system': {}, '/sys/fs/cgroup/systemd': {}}
EL8 = dict(EL7, **{'/etc/os-release': 'ID="rocky"\nVERSION_ID="8.9"\nPLATFORM_ID="platform:el8"\n'})
EL9 = {'/etc/os-release': 'ID="centos"\nVERSION_ID="9"\n', '/run/systemd/system': {},
       '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n'}
ONESHOT = {USR + 'nftables.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/sbin/nft\n'}
HELD = {USR + 'd.service': '[Service]\nKillMode=process\n', V2 + 'd.service/cgroup.events': 'populated 1\n'}
LEFT = dict(HELD, **{'/run/systemd/units': {}})
LINK = {'/run/systemd/units/invocation:nftables.service': Link('0123')}


@pytest.mark.parametrize('release, files, name, state', [
    (EL7, {V1 + 'a.service/cgroup.procs': '1\n2\n'}, 'a.service', 'active'),
    (EL7, {V1 + 'a.service/cgroup.procs': ''}, 'a.service', 'inactive'),
    (EL7,
     {V1 + 'a.service/tasks': '', V1 + 'a.service/cgroup.procs': '', V1 + 'a.service/init.scope/cgroup.procs': '5\n'},
     'a.service', 'active'),
    (EL7, {'/sys/fs/cgroup/memory/system.slice/a.service/cgroup.procs': '5\n'}, 'a.service', 'inactive'),
    (EL9, {V2 + 'a.service/cgroup.events': 'populated 1\nfrozen 0\n'}, 'a.service', 'active'),
    (EL9, {V2 + 'a.service/cgroup.events': 'populated 0\nfrozen 0\n', V2 + 'a.service/x/cgroup.procs': '5\n'},
     'a.service',
     'inactive'),
    (EL9, {}, 'a.service', 'inactive'),
    (EL9, {V2 + 'system-t.slice/t@x.service/cgroup.events': 'populated 1\n'}, 't@x.service', 'active'),
    (EL9, {V2 + 'system-a\\x2db.slice/a-b@x.service/cgroup.events': 'populated 1\n'}, 'a-b@x.service', 'active'),
    (EL9, {USR + 'a.service': '[Service]\nSlice=kube-low.slice\n',
           '/sys/fs/cgroup/kube.slice/kube-low.slice/a.service/cgroup.events': 'populated 1\n'}, 'a.service', 'active'),
    (EL9,
     {USR + 'a.service': '[Service]\nSlice=x.slice\n',
      '/etc/systemd/system/a.service.d/s.conf': '[Service]\nSlice=y.slice\n',
           '/sys/fs/cgroup/y.slice/a.service/cgroup.events': 'populated 1\n'}, 'a.service', 'active'),
    (EL9, {USR + 'a.service': '[Service]\nSlice=-.slice\n', '/sys/fs/cgroup/a.service/cgroup.events': 'populated 1\n'},
     'a.service', 'active'),
    (EL9, {USR + 'a.service': '[Service]\nSlice=../../x.slice\n', V2 + 'a.service/cgroup.events': 'populated 1\n'},
     'a.service',
     'active'),
    (EL9, {USR + 'a.service': '[Service]\nExecStart=/x\n', '/etc/systemd/system/old.service': Link(USR + 'a.service'),
           V2 + 'a.service/cgroup.events': 'populated 1\n'}, 'old.service', 'active'),
    # One that only loads something and stays active: since 235 systemd leaves a link while it is.
    (EL8, dict(ONESHOT, **LINK), 'nftables.service', 'active'),
    (EL9, dict(ONESHOT, **LINK), 'nftables.service', 'active'),
    (EL9, ONESHOT, 'nftables.service', 'inactive'),
    # One that waits to be started again has the link as well, and does not run.
    (EL9, {'/run/systemd/units/invocation:kubelet.service': Link('0123')}, 'kubelet.service', 'inactive'),
    (EL9, {V2 + 'a.socket/cgroup.events': 'populated 1\n'}, 'a.socket', 'active'),
    # One of which a stop ends the main process alone leaves others behind, and no link: it does not run any more.
    (EL9, LEFT, 'd.service', 'inactive'), (EL9, dict(LEFT, **{USR + 'd.service': '[Service]\nKillMode=none\n'}),
                                           'd.service', 'inactive'),
    (EL9, HELD, 'd.service', 'active'),                # no systemd keeps its links here: nothing is told by them
    (EL9, dict(LEFT, **{'/run/systemd/units/invocation:d.service': Link('0123')}), 'd.service', 'active'),
    (EL9, dict(LEFT, **{USR + 'd.service': '[Service]\nKillMode=mixed\n'}), 'd.service', 'active'),
    (EL7, {USR + 'd.service': LEFT[USR + 'd.service'], V1 + 'd.service/cgroup.procs': '7\n'}, 'd.service', 'active')])
def test_what_runs(host, release, files, name, state):
    assert active(host.files(release).files(files), name)[0] == state


@pytest.mark.parametrize('files, name, source', [
    ({'/etc/os-release': 'ID=x\n'}, 'a.service', '/run/systemd/system'),
    ({'/etc/os-release': 'ID=x\n', '/run/systemd/system': {}}, 'a.service', '/sys/fs/cgroup'),
    (EL9, 'docker.socket', 'docker.socket'), (EL9, 'a.mount', V2 + 'a.mount'),
    (dict(EL7, **ONESHOT), 'nftables.service', V1 + 'nftables.service')])
def test_what_cannot_be_told(host, files, name, source):
    with pytest.raises(CannotTell) as error:
        active(host.files(files), name)
    assert error.value.source == source


def test_a_group_that_may_not_be_read_cannot_be_told(host):
    host.files(EL9).files({V2 + 'a.service/cgroup.events': 'populated 1\n'}).denied = {V2 + 'a.service/cgroup.events'}
    with pytest.raises(CannotTell, match='denied'):
        active(host, 'a.service')


UNIX = 'Num RefCount Protocol Flags Type St Inode Path\n0: 2 0 00010000 0001 01 9 {}\n'


@pytest.mark.parametrize('listens, state', [('/run/a.sock', 'active'), ('/var/run/a.sock', 'active'),
                                            ('/run/b.sock', 'inactive')])
def test_a_socket_is_told_by_who_listens(host, listens, state):
    host.files(dict(EL9, **{USR + 'a.socket': '[Socket]\nListenStream=/var/run/a.sock\n',
                            '/proc/net/unix': UNIX.format(listens)}))
    assert active(host, 'a.socket') == (state, '/proc/net/unix')


@pytest.mark.parametrize('text', ['[Socket]\nListenStream=127.0.0.1:80\n', '[Socket]\nListenStream=/run/%i\n',
                                  '[Socket]\nListenStream=/run/a\nListenStream=\n'])
def test_a_socket_without_a_plain_path_cannot_be_told(host, text):
    host.files(dict(EL9, **{USR + 'a.socket': text, '/proc/net/unix': UNIX.format('/run/a')}))
    with pytest.raises(CannotTell):
        active(host, 'a.socket')
