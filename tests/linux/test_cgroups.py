"""cgroup versions, now and as the next boot would have them, release by release."""
import pytest

from nodeprep.linux import cgroups
from nodeprep.linux.kernelargs import parse
from nodeprep.model import CannotTell

V1 = ('29 22 0:25 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n'
      '30 29 0:26 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n'
      '35 29 0:31 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n')
HYBRID = V1 + '41 29 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n'
V2 = '29 22 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n'
RELEASES = {
    'el7': 'ID="centos"\nVERSION_ID="7"\nNAME="CentOS Linux"\n',
    'el8': 'ID="centos"\nVERSION_ID="8"\nNAME="CentOS Stream"\nPLATFORM_ID="platform:el8"\n',
    'el9': 'ID="rocky"\nVERSION_ID="9.3"\nID_LIKE="rhel centos fedora"\nPLATFORM_ID="platform:el9"\n',
    'el10': 'ID="centos"\nVERSION_ID="10"\nPLATFORM_ID="platform:el10"\n',
    'debian10': 'ID=debian\nVERSION_ID="10"\n', 'debian12': 'ID=debian\nVERSION_ID="12"\n',
    'ubuntu20': 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="20.04"\n',
    'ubuntu22': 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\n',
    'suse': 'ID=sles\nVERSION_ID="15.5"\n'}


@pytest.mark.parametrize('mounted, number, hybrid',
                         [(V1, 1, False), (HYBRID, 1, True), (V2, 2, False), (V1 + V2, 2, False)])
def test_now(host, mounted, number, hybrid):
    host.files({'/proc/self/mountinfo': mounted})
    assert cgroups.version(host) == (number, hybrid, '/proc/self/mountinfo')


def test_nothing_mounted_cannot_be_told(host):
    host.files({'/proc/self/mountinfo': '28 1 253:0 / / rw - xfs /dev/dm-0 rw\n'})
    with pytest.raises(CannotTell):
        cgroups.version(host)


@pytest.mark.parametrize('system, line, number', [
    ('el7', 'quiet', 1), ('el7', 'systemd.unified_cgroup_hierarchy=1', 1),
    ('el8', 'quiet', 1), ('el8', 'systemd.unified_cgroup_hierarchy=1', 2),
    ('el8', 'systemd.unified_cgroup_hierarchy', 2),
    ('el8', 'cgroup_no_v1=all', 2), ('el8', 'cgroup_no_v1=memory', 1),
    ('el8', 'systemd.unified_cgroup_hierarchy=maybe', 1),
    ('el9', 'quiet', 2), ('el9', 'systemd.unified_cgroup_hierarchy=0', 1),
    ('el9', 'a systemd.unified_cgroup_hierarchy=no', 1),
    ('el10', 'quiet', 2), ('el10', 'systemd.unified_cgroup_hierarchy=0', 2),
    ('el10', 'systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1', 1),
    ('debian10', 'quiet', 1), ('debian12', 'quiet', 2), ('ubuntu20', 'quiet', 1), ('ubuntu22', 'quiet', 2)])
def test_at_boot(image, system, line, number):
    image.files({'/etc/os-release': RELEASES[system], '/boot/extlinux/extlinux.conf': f'LABEL a\nAPPEND {line}\n'})
    assert cgroups.version_at_boot(image).number == number


def test_a_systemd_that_lost_v1(image):
    image.files({'/etc/os-release': RELEASES['debian12'], '/usr/lib/systemd/libsystemd-shared-258.so': '',
                 '/boot/extlinux/extlinux.conf': 'LABEL a\nAPPEND systemd.unified_cgroup_hierarchy=0\n'})
    assert cgroups.version_at_boot(image).number == 2


def test_the_argument_is_named_as_the_source(image):
    image.files({'/etc/os-release': RELEASES['el8'],
                 '/boot/extlinux/extlinux.conf': 'LABEL a\nAPPEND systemd.unified_cgroup_hierarchy=1\n'})
    assert cgroups.version_at_boot(image).source == '/boot/extlinux/extlinux.conf:2 (systemd.unified_cgroup_hierarchy)'


def test_an_unknown_system_boots_as_it_runs_when_nothing_changes(host):
    host.files({'/etc/os-release': RELEASES['suse'], '/proc/cmdline': 'quiet', '/proc/self/mountinfo': HYBRID,
                '/boot/extlinux/extlinux.conf': 'LABEL a\nAPPEND quiet splash\n'})
    assert cgroups.version_at_boot(host)[:2] == (1, True)


def test_an_unknown_system_whose_arguments_change_cannot_be_told(host):
    host.files({'/etc/os-release': RELEASES['suse'], '/proc/cmdline': 'systemd.unified_cgroup_hierarchy=1',
                '/proc/self/mountinfo': V2, '/boot/extlinux/extlinux.conf': 'LABEL a\nAPPEND quiet\n'})
    with pytest.raises(CannotTell, match='not known'):
        cgroups.version_at_boot(host)


def test_controllers(host):
    host.files({'/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n',
                '/proc/cgroups': '#subsys_name\thierarchy\tnum_cgroups\tenabled\n'
                                 'cpu\t4\t1\t1\nmemory\t7\t1\t0\njunk\n'})
    assert cgroups.controllers(host, 2)[0] == {'cpuset', 'cpu', 'io', 'memory', 'pids', 'devices', 'freezer'}
    assert cgroups.controllers(host, 1) == ({'cpu'}, '/proc/cgroups')


@pytest.mark.parametrize('line, number, gone',
                         [('cgroup_disable=memory,pids cgroup_disable=cpu', 2, {'memory', 'pids', 'cpu'}),
                          ('cgroup_no_v1=memory', 1, {'memory'}),
                          ('cgroup_no_v1=memory', 2, set())])
def test_disabled(line, number, gone):
    assert cgroups.disabled(parse(line, '/x'), number) == gone
