"""cpu: online decides, the rest is told beside it; what the next boot leaves."""
import pytest

from nodeprep.engine import examine
from nodeprep.requirements.cpu import Cpu
from tests.conftest import wants


def machine(host, online='0-3', present='', cmdline='quiet', affinity=None, **files):
    host.files({'/sys/devices/system/cpu/online': online + '\n',
                '/sys/devices/system/cpu/present': (present or online) + '\n',
                '/proc/cmdline': cmdline,
                '/proc/self/mountinfo': '30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
                '/proc/self/cgroup': '0::/x\n'})
    host.affinity = affinity or 4
    return host


def look(host, **changed):
    return examine(Cpu(), host, wants(Cpu(), **changed))


def test_two_are_enough(host):
    finding = look(machine(host, '0-1', affinity=2))
    assert (finding.now, finding.boot) == ('met', 'met')
    assert finding.observations[0][:6] == ('online CPUs', '2 CPUs', 'at least 2', True,
                                           '/sys/devices/system/cpu/online', ())


def test_one_is_not(host):
    finding = look(machine(host, '0', affinity=1))
    assert (finding.now, finding.boot) == ('drifted', 'drifted')
    assert finding.observations[0].kubeadm == 'NumCPU'
    assert 'more CPUs' in finding.observations[0].hint


def test_those_that_are_offline_are_named(host):
    finding = look(machine(host, '0', '0-2', affinity=1))
    assert '2 CPUs more are there but offline' in finding.observations[0].hint
    assert finding.boot == 'met'


def test_affinity_and_quota_are_told_and_decide_nothing(host):
    machine(host, affinity=1).files({'/sys/fs/cgroup/x/cpu.max': '50000 100000\n'})
    finding = look(host)
    online, affinity, quota = [seen for seen in finding.observations if seen.when == 'now']
    assert online.met
    assert (affinity.met, affinity.advised, affinity.source) == (False, True, 'sched_getaffinity(2)')
    assert (quota.found, quota.met, quota.advised) == ('0.5 CPUs of time', False, True)


def test_a_minimum_of_ones_own(host):
    assert look(machine(host), minimum=8).now == 'drifted'


def test_the_next_boot_loses_cpus(host):
    machine(host).files({'/boot/extlinux/extlinux.conf': 'LABEL a\nKERNEL /vmlinuz\nAPPEND nr_cpus=1\n'})
    finding = look(host)
    assert (finding.now, finding.boot) == ('met', 'drifted')
    boot = finding.observations[-1]
    assert (boot.subject, boot.source) == ('nr_cpus=1', '/boot/extlinux/extlinux.conf:3')


def test_the_next_boot_gets_them_back(host):
    machine(host, '0', cmdline='nr_cpus=1', affinity=1)
    host.files({'/boot/extlinux/extlinux.conf': 'LABEL a\nKERNEL /vmlinuz\nAPPEND quiet\n'})
    finding = look(host)
    assert (finding.now, finding.boot) == ('drifted', 'met')
    assert 'nr_cpus=1' in finding.observations[0].hint


@pytest.mark.parametrize('append, state', [('quiet', 'met'), ('maxcpus=1', 'drifted')])
def test_an_image(image, append, state):
    image.files({'/boot/extlinux/extlinux.conf': f'LABEL a\nKERNEL /vmlinuz\nAPPEND {append}\n'})
    finding = look(image)
    assert (finding.now, finding.boot) == ('not-applicable', state)


def test_what_is_not_there_is_unknown(host):
    finding = look(host.files({'/proc/cmdline': 'quiet'}))
    assert (finding.now, finding.boot) == ('unknown', 'unknown')
    assert finding.observations[0].source == '/sys/devices/system/cpu/online'
