"""Counting CPUs, quotas of cgroup v1 and v2, and the arguments that take CPUs away."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import cpus
from nodeprep.linux.kernelargs import parse
from nodeprep.model import CannotTell

V2 = '30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n'
V1 = '30 1 0:26 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n'


@pytest.mark.parametrize('text, number', [('0\n', 1), ('0-1', 2), ('0-3,8,10-11\n', 7), ('', 0), ('0-', None),
                                          ('0-99999999', None),
                                          ('1,,2', None), ('0x1', None), ('²', None), ('9' * 70000, None)])
def test_size_of_a_kernel_list(text, number):
    assert cpus.size(text) == number


def test_a_list_that_is_none_names_its_file(host):
    host.files({'/sys/devices/system/cpu/online': 'many'})
    with pytest.raises(CannotTell) as caught:
        cpus.count(host, 'online')
    assert caught.value.source == '/sys/devices/system/cpu/online'


def test_the_narrowest_quota_of_v2_counts(host):
    host.files({'/proc/self/mountinfo': V2, '/proc/self/cgroup': '0::/a.slice/b.service\n',
                '/sys/fs/cgroup/a.slice/b.service/cpu.max': 'max 100000\n',
                '/sys/fs/cgroup/a.slice/cpu.max': '150000 100000\n'})
    assert cpus.quota(host) == (1.5, '/sys/fs/cgroup/a.slice/cpu.max')


def test_quota_of_v1(host):
    folder = '/sys/fs/cgroup/cpu,cpuacct/a.slice'
    host.files({'/proc/self/mountinfo': V1, '/proc/self/cgroup': '4:cpu,cpuacct:/a.slice\n3:pids:/\n',
                f'{folder}/cpu.cfs_quota_us': '50000\n', f'{folder}/cpu.cfs_period_us': '100000\n'})
    assert cpus.quota(host) == (0.5, f'{folder}/cpu.cfs_quota_us')


@pytest.mark.parametrize('cgroup, files', [
    ('', {}), ('0::/\n', {}), ('0::/../x\n', {}), ('0::/a\n', {'/sys/fs/cgroup/a/cpu.max': 'junk'}),
    ('0::/a\n', {'/sys/fs/cgroup/a/cpu.max': '1 0'})])
def test_no_quota(host, cgroup, files):
    host.files({'/proc/self/mountinfo': V2, '/proc/self/cgroup': cgroup, **files})
    assert cpus.quota(host) is None


@pytest.mark.parametrize('line, left', [
    ('quiet', None), ('nr_cpus=1', 1), ('nr_cpus=0', None), ('nr_cpus=x', None), ('nr_cpus=2 nr_cpus=8', 8),
    ('maxcpus=1', 1),
    ('maxcpus=0', 1), ('nosmp', 1), ('nr_cpus=0x4', 4), ('nr_cpus=010', 8), ('isolcpus=1-3', None),
    ('nr_cpus=4 maxcpus=2', 2),
    ('-- nr_cpus=1', None)])
def test_arguments(host, line, left):
    taken = cpus.taken_away(host, parse(line, '/x'))
    assert (taken and taken[0]) == left


def test_red_hats_udev_rule_turns_on_what_maxcpus_left_off(host):
    host.files({'/usr/lib/udev/rules.d/40-redhat.rules':
                'SUBSYSTEM=="cpu", ACTION=="add", TEST=="online", ATTR{online}="1"\n'})
    assert cpus.taken_away(host, parse('maxcpus=1', '/x')) is None
    assert cpus.taken_away(host, parse('maxcpus=0', '/x')) == (1, 'maxcpus=0', '/x')


@given(st.text(max_size=40))
def test_any_text(text):
    assert cpus.size(text) is None or cpus.size(text) >= 0
    cpus.limit_of(text, 'x')
    cpus._number(text)
