"""What os, cpu, memory, disk and cgroup say of this very machine, beside the programs that people ask."""
import os
import re
import shutil
import subprocess

import pytest

from nodeprep.catalogue import load
from nodeprep.engine import examine
from nodeprep.host import Host
from nodeprep.linux import blockdev, filesystems, kernelargs
from nodeprep.linux.mounts import holding, mounts
from tests.conftest import wants
from tests.tiers import need

IDS = ('os', 'cpu', 'memory', 'disk', 'cgroup')


def look(requirement_id, **changed):
    requirement = load(requirement_id)
    return examine(requirement, Host(), wants(requirement, **changed))


def said(*argv):
    need('program', argv[0])
    return subprocess.run(argv, stdout=subprocess.PIPE, check=True, env={'LC_ALL': 'C', 'PATH': os.environ['PATH']}
                          ).stdout.decode()


@pytest.mark.parametrize('requirement_id', IDS)
def test_everything_of_this_machine_can_be_told_without_a_fault(requirement_id):
    need('root')
    finding = look(requirement_id)
    assert finding.observations
    for seen in finding.observations:
        assert 'fault in nodeprep' not in seen.hint
        assert seen.met is not None or seen.advised, seen


def test_cpus_are_those_of_nproc():
    online = look('cpu').observations[0]
    assert online.found.split()[0] == said('nproc', '--all').strip()


def test_the_affinity_is_that_of_nproc():
    mask = os.sched_getaffinity(0)
    if len(mask) < 2:
        pytest.skip('this process has one CPU alone')
    try:
        os.sched_setaffinity(0, {min(mask)})
        assert said('nproc').strip() == '1'
        affinity = next(seen for seen in look('cpu').observations if seen.subject == 'CPUs of this process')
    finally:
        os.sched_setaffinity(0, mask)
    assert (affinity.found, affinity.met, affinity.advised) == ('1 CPU by its affinity', False, True)


def test_memory_is_that_of_the_kernel():
    with open('/proc/meminfo', encoding='ascii') as source:
        kilobytes = int(re.search(r'^MemTotal: +(\d+) kB$', source.read(), re.MULTILINE).group(1))
    assert look('memory').observations[0].found.startswith(f'{round(kilobytes / 1024)} MiB')
    assert kilobytes * 1024 == os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE')


def test_more_memory_than_there_is_is_explained():
    seen = look('memory', minimum='9999GiB').observations[0]
    assert seen.met is False
    assert 'more memory' in seen.hint


@pytest.mark.parametrize('path', ['/', '/var/lib/kubelet', '/var/log', '/tmp', '/proc/self'])
def test_a_path_lies_where_findmnt_says(path):
    while not os.path.exists(path):
        path = os.path.dirname(path)
    mount = holding(mounts(Host()), os.path.realpath(path))
    assert mount.point == said('findmnt', '-n', '-o', 'TARGET', '--target',
                               os.path.realpath(path)).strip().split('\n')[-1]


def test_sizes_are_those_of_df():
    space = filesystems.space(Host(), holding(mounts(Host()), '/'))
    size, inodes = said('df', '-B1', '--output=size,itotal', '/').split('\n')[1].split()
    assert (space.size, space.inodes) == (int(size), int(inodes.replace('-', '0')))


def test_disks_are_those_of_lsblk():
    mount = holding(mounts(Host()), '/')
    device = filesystems.device(Host(), mount)
    if device is None:
        pytest.skip(f'the root file system ({mount.kind}) has no block device')
    need('program', 'lsblk')
    lines = said('lsblk', '-nsrbo', 'NAME,TYPE,SIZE', f'/dev/{device.name}').split('\n')
    disks = {tuple(line.split()[::2]) for line in lines if line.split()[1:2] == ['disk']}
    assert {(disk.name, str(disk.size)) for disk in blockdev.disks(Host(), device)} == disks


def test_kernel_arguments_are_those_of_the_kernel():
    with open('/proc/cmdline', encoding='utf-8', errors='surrogateescape') as source:
        plain = [word for word in source.read().split() if '"' not in word and word != '--']
    words = kernelargs.running(Host()).words
    assert [word for word in plain if word not in words] == []


def test_the_cgroup_version_is_that_of_stat():
    kind = said('stat', '-fc', '%T', '/sys/fs/cgroup').strip()
    assert look('cgroup').observations[0].found.startswith('v2' if kind == 'cgroup2fs' else 'v1')


def test_the_kernel_and_the_architecture_are_those_of_uname():
    by_subject = {seen.subject: seen for seen in look('os').observations if seen.when == 'now'}
    assert by_subject['kernel'].found == said('uname', '-r').strip()
    assert by_subject['architecture'].found == said('uname', '-m').strip()


# ---- a real disk image with partitions, LVM's place taken by device mapper where it is there

@pytest.fixture
def loop(tmp_path):
    """A loop device over a file of 64 MiB with an XFS or ext4 on it, mounted; taken away again."""
    need('root')
    need('program', 'losetup')
    need('program', 'mkfs.ext4')
    image, point = tmp_path / 'disk', tmp_path / 'mounted'
    point.mkdir()
    with open(str(image), 'wb') as out:
        out.truncate(64 * 2**20)
    subprocess.run(['mkfs.ext4', '-q', '-F', str(image)], check=True)
    done = subprocess.run(['losetup', '--show', '-f', str(image)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        pytest.skip('no loop device can be made: ' + done.stderr.decode().strip())
    device = done.stdout.decode().strip()
    try:
        subprocess.run(['mount', '-o', 'noexec', device, str(point)], check=True)
        try:
            yield device, str(point)
        finally:
            subprocess.run(['umount', str(point)], check=True)
    finally:
        subprocess.run(['losetup', '-d', device], check=True)
        shutil.rmtree(str(point), ignore_errors=True)


def test_a_file_system_of_a_loop_device(loop):
    device, point = loop
    host = Host()
    mount = holding(mounts(host), point + '/not/there/yet')
    assert (mount.point, mount.source, mount.kind) == (point, device, 'ext4')
    assert 'noexec' in mount.options
    found = filesystems.device(host, mount)
    assert (found.name, found.size) == (os.path.basename(device), 64 * 2**20)
    assert [disk.name for disk in blockdev.disks(host, found)] == [os.path.basename(device)]
    assert blockdev.named(host, device) == found
