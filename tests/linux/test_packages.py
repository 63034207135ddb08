"""Packages are installed as the release does it, unless its repositories are known to be switched off."""
import pytest

from nodeprep.linux.packages import dead_repositories, install
from nodeprep.model import Run

CENTOS7 = 'ID="centos"\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7 (Core)"\n'
STOCK = '[base]\nmirrorlist=http://mirrorlist.centos.org/?release=$releasever\n#baseurl=http://mirror.centos.org/x\n'
DOCKER = '[docker-ce-stable]\nbaseurl=https://download.docker.com/linux/centos/7/\n'
VAULT = '[base]\nbaseurl=http://vault.centos.org/7.9.2009/os/\n'


@pytest.mark.parametrize('system, manager', [
    (CENTOS7, 'yum'), ('ID=rocky\nVERSION_ID="9.3"\nID_LIKE="rhel centos fedora"\n', 'dnf'),
    ('ID=debian\nVERSION_ID="12"\n', ''), ('ID=fedora\nVERSION_ID=40\n', '')])
def test_the_manager_is_the_releases_own(host, system, manager):
    host.files({'/etc/os-release': system})
    wanted = (Run((manager, '-y', 'install', 'a', 'b'), ('rpm', '-e', 'a', 'b')),) if manager else ()
    assert install(host, 'a', 'b') == wanted


def test_the_inverse_leaves_what_was_there_before(host):
    host.files({'/etc/os-release': CENTOS7})
    assert [one.undo for one in install(host, 'a', 'b', absent=['b'])] == [('rpm', '-e', 'b')]
    assert [one.undo for one in install(host, 'a', dependents=True)] == [('yum', '-y', 'remove', 'a')]


@pytest.mark.parametrize('system, files, dead', [
    (CENTOS7, {'CentOS-Base.repo': STOCK}, True),
    (CENTOS7, {'CentOS-Base.repo': STOCK, 'docker-ce.repo': DOCKER}, True),
    (CENTOS7, {'CentOS-Base.repo': VAULT}, False),
    (CENTOS7, {'own.repo': VAULT}, False),
    (CENTOS7, {}, False),
    (CENTOS7.replace('"7"', '"8"'), {'CentOS-Stream-BaseOS.repo': STOCK}, True),
    (CENTOS7.replace('"7"', '"9"'), {'CentOS-Base.repo': STOCK}, False),
    ('ID=rocky\nVERSION_ID="8.9"\n', {'CentOS-Base.repo': STOCK}, False),
])
def test_what_is_switched_off_is_told(host, system, files, dead):
    host.files({'/etc/os-release': system}).files({f'/etc/yum.repos.d/{name}': text for name, text in files.items()})
    assert ('vault.centos.org' in dead_repositories(host)) is dead
