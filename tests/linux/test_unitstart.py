"""When enabling a unit is a plan, and when a person must act."""
import pytest

from nodeprep.linux.unitstart import starting
from tests.fakes import Link

UNIT = '/usr/lib/systemd/system/x.service'
HERE = {'/etc/os-release': 'ID=centos\nVERSION_ID=9\n', '/run/systemd/system': {},
        UNIT: '[Service]\nExecStart=/x\n[Install]\nWantedBy=graphical.target\n'}


@pytest.mark.parametrize('now, argv', [(True, ('systemctl', 'enable', '--now', 'x.service')),
                                       (False, ('systemctl', 'enable', 'x.service'))])
def test_a_unit_that_is_disabled(host, now, argv):
    (run,), hint = starting(host.files(HERE), 'x.service', now, for_boot=True)
    assert run.argv == argv and hint == ''


def test_a_mask_is_somebodys_decision(host):
    host.files(dict(HERE, **{'/etc/systemd/system/x.service': Link('/dev/null')}))
    changes, hint = starting(host, 'x.service', True, for_boot=False)
    assert changes == () and 'unmask x.service' in hint


def test_enabling_once_more_is_no_plan(host):
    host.files(dict(HERE, **{'/etc/systemd/system/graphical.target.wants/x.service': Link(UNIT)}))
    changes, hint = starting(host, 'x.service', False, for_boot=True)
    assert changes == () and 'does not reach' in hint
    assert starting(host, 'x.service', True, for_boot=False)[0]


ENGINE = dict(HERE, **{
    UNIT: '[Unit]\nRequires=x.socket\nWants=y.service gone.service multi-user.target\n[Service]\nExecStart=/x\n'
          '[Install]\nWantedBy=multi-user.target\n',
    UNIT.replace('x.service', 'x.socket'): '[Socket]\nListenStream=%t/x.sock\n[Install]\nWantedBy=sockets.target\n',
    UNIT.replace('x.s', 'y.s'): '[Service]\nExecStart=/y\n', '/sys/fs/cgroup/cgroup.controllers': 'cpu\n',
    '/proc/net/unix': 'Num RefCount Protocol Flags Type St Inode Path\n'})
LISTENS = {'/proc/net/unix': ENGINE['/proc/net/unix'] + '0: 2 0 00010000 0001 01 9 /run/x.sock\n'}


@pytest.mark.parametrize('files, started', [
    ({}, ['y.service', 'x.socket']), (LISTENS, ['y.service']),
    ({'/sys/fs/cgroup/system.slice/y.service/cgroup.events': 'populated 1\n'}, ['x.socket']),
    ({'/etc/systemd/system/y.service': Link('/dev/null')}, ['x.socket']), ({'/proc/net/unix': None}, ['y.service'])])
def test_what_would_start_along_with_it_is_started_by_name(host, files, started):
    files = {path: text for path, text in dict(ENGINE, **files).items() if text is not None}
    changes, _ = starting(host.files(files), 'x.service', True, for_boot=False)
    assert [change.argv for change in changes] == [('systemctl', 'start', name) for name in started] + [
        ('systemctl', 'enable', '--now', 'x.service')]
    assert [change.undo for change in changes[:-1]] == [('systemctl', 'stop', name) for name in started]
    assert len(starting(host, 'x.service', False, for_boot=True)[0]) == 1


def test_without_systemd(host, image):
    files = {path: text for path, text in HERE.items() if not path.startswith('/run')}
    changes, hint = starting(host.files(files), 'x.service', True, for_boot=False)
    assert changes == () and hint == 'start x as this system starts its services'
    assert starting(image.files(files), 'x.service', False, for_boot=True)[0]
