"""cgroup: what each Kubernetes version makes of v1 and v2."""
import pytest

from nodeprep.engine import examine
from nodeprep.requirements.cgroup import Cgroup
from tests.conftest import wants
from tests.linux.test_cgroups import RELEASES, V1, V2

CGROUPS = 'cpuset 2 1 1\ncpu 3 1 1\ncpuacct 3 1 1\nmemory 4 1 1\ndevices 5 1 1\nfreezer 6 1 1\npids 7 1 1\n'


def machine(host, system, mounted, cmdline='quiet', boot='quiet'):
    return host.files({'/etc/os-release': RELEASES[system], '/proc/cmdline': cmdline, '/proc/self/mountinfo': mounted,
                       '/proc/cgroups': CGROUPS, '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n',
                       '/boot/extlinux/extlinux.conf': f'LABEL a\nAPPEND {boot}\n'})


def look(host, minor):
    return examine(Cgroup(), host, wants(Cgroup(), kubernetes=(1, minor)))


@pytest.mark.parametrize('system, mounted, minor, met, advised', [
    ('el7', V1, 23, True, False), ('el7', V1, 31, False, True), ('el7', V1, 35, False, False),
    ('el8', V1, 30, True, False), ('el8', V1, 34, False, True), ('el8', V1, 35, False, False),
    ('el9', V2, 23, True, False), ('el9', V2, 35, True, False), ('el10', V2, 36, True, False)])
def test_by_kubernetes_version(host, system, mounted, minor, met, advised):
    finding = look(machine(host, system, mounted), minor)
    for seen in (finding.observations[0], finding.observations[-1]):
        assert (seen.met, seen.advised, seen.kubeadm) == (met, advised, 'SystemVerification')
    assert finding.observations[0].source == '/proc/self/mountinfo'


def test_el8_is_told_the_argument_and_el7_that_there_is_none(host):
    assert '--args=systemd.unified_cgroup_hierarchy=1' in look(machine(host, 'el8', V1), 35).observations[0].hint
    assert 'newer release' in look(machine(host, 'el7', V1), 35).observations[0].hint


def test_a_member_is_drained_first(host):
    machine(host, 'el8', V1).files({'/etc/kubernetes/kubelet.conf': 'x'})
    assert 'drain this node first' in look(host, 35).observations[0].hint


def test_switched_for_the_next_boot(host):
    finding = look(machine(host, 'el8', V1, boot='systemd.unified_cgroup_hierarchy=1'), 35)
    assert (finding.now, finding.boot) == ('drifted', 'met')


def test_switched_back_for_the_next_boot(host):
    finding = look(machine(host, 'el9', V2, boot='systemd.unified_cgroup_hierarchy=0'), 35)
    assert (finding.now, finding.boot) == ('met', 'drifted')


def test_a_kubelet_that_is_told_to_take_v1(host):
    machine(host, 'el8', V1).files({'/var/lib/kubelet/config.yaml': 'a: 1\nfailCgroupV1: false\n'})
    seen = look(host, 35).observations[0]
    assert (seen.met, seen.advised) == (False, True)
    assert '/var/lib/kubelet/config.yaml:2' in seen.hint


def test_a_controller_that_an_argument_turned_off(host):
    machine(host, 'el9', V2, cmdline='cgroup_disable=memory', boot='cgroup_disable=memory')
    host.files({'/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io pids\n'})
    finding = look(host, 23)
    assert finding.observations[1].found == 'missing: memory'
    assert 'turn off memory' in finding.observations[1].hint
    assert (finding.observations[-1].when, finding.observations[-1].found) == ('boot', 'turned off: memory')


def test_an_image_is_judged_by_its_files(image):
    finding = look(machine(image, 'el8', V1), 35)
    assert (finding.now, finding.boot) == ('not-applicable', 'drifted')
    assert finding.observations[0].source == '/etc/os-release (the default of CentOS Stream)'


def test_no_cgroups_is_unknown(host):
    finding = look(machine(host, 'el9', ''), 23)
    assert (finding.now, finding.boot) == ('unknown', 'unknown')


def test_a_missing_controller_hides_nothing_of_the_version(host):
    """system-validators lets the one overwrite the other."""
    machine(host, 'el8', V1).files({'/proc/cgroups': CGROUPS.replace('pids 7 1 1', 'pids 7 1 0')})
    assert [seen.met for seen in look(host, 35).observations if seen.when == 'now'] == [False, False]
