"""units: the commands, and the answers through the one door that requirements use."""
import pytest

from nodeprep.linux import units
from nodeprep.model import DISRUPTIVE, HARMLESS, CannotTell
from tests.fakes import Link

SERVICE = '[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n'
BASE = {'/etc/os-release': 'ID="centos"\nVERSION_ID="9"\n',
        '/usr/lib/systemd/system/multi-user.target': '[Unit]\nDescription=x\n',
        '/usr/lib/systemd/system/default.target': Link('multi-user.target'),
        '/usr/lib/systemd/system/docker.service': SERVICE}
WANTS = '/etc/systemd/system/multi-user.target.wants/docker.service'


def test_enabled_and_started_by_its_link(host):
    host.files(BASE).files({WANTS: Link('/usr/lib/systemd/system/docker.service')})
    assert units.enablement(host, 'docker.service') == (
        'enabled', WANTS, '/usr/lib/systemd/system/docker.service')
    assert units.starts_at_boot(host, 'docker.service') == (True, WANTS)


def test_disabled_is_not_started(host):
    host.files(BASE)
    assert units.enablement(host, 'docker.service').state == 'disabled'
    assert units.starts_at_boot(host, 'docker.service') == (False, '/usr/lib/systemd/system/default.target')


def test_what_is_not_installed(host):
    host.files(BASE)
    assert units.enablement(host, 'podman.service').state == 'not-found'
    assert units.starts_at_boot(host, 'podman.service')[0] is False


@pytest.mark.parametrize('made, argv, undo, risk', [
    (units.enable('a.service'), 'systemctl enable --now a.service', 'systemctl disable --now a.service', HARMLESS),
    (units.enable('a.service', now=False), 'systemctl enable a.service', 'systemctl disable a.service', HARMLESS),
    (units.disable('a.service'), 'systemctl disable --now a.service', 'systemctl enable --now a.service', DISRUPTIVE),
    (units.disable('a.service', now=False), 'systemctl disable a.service', 'systemctl enable a.service', HARMLESS),
    (units.start('a.service'), 'systemctl start a.service', 'systemctl stop a.service', HARMLESS),
    (units.stop('a.service'), 'systemctl stop a.service', 'systemctl start a.service', DISRUPTIVE),
    (units.mask('a.service'), 'systemctl mask a.service', 'systemctl unmask a.service', HARMLESS),
])
def test_changes_have_their_way_back(made, argv, undo, risk):
    assert (' '.join(made.argv), ' '.join(made.undo), made.risk) == (argv, undo, risk)


def test_active_by_its_group(host):
    host.files({'/run/systemd/system': {}, '/sys/fs/cgroup/cgroup.controllers': 'cpu\n',
                '/sys/fs/cgroup/system.slice/docker.service/cgroup.events': 'populated 1\nfrozen 0\n'})
    assert units.active(host, 'docker.service') == (
        'active', '/sys/fs/cgroup/system.slice/docker.service/cgroup.events')
    assert units.active(host, 'kubelet.service') == ('inactive', '/sys/fs/cgroup/system.slice/kubelet.service')


def test_nothing_is_active_in_an_image(image):
    with pytest.raises(CannotTell):
        units.active(image, 'docker.service')
