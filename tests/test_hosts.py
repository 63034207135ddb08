"""The fixture hosts are what they say: each tree hangs together, so that a wrong verdict is not the fixture's fault."""
import os
import re

import pytest

from nodeprep.linux.release import release
from tests import hosts

# Links of the real systems that lead to what no fixture can hold: devices, sockets and namespaces.
OUTSIDE = re.compile(r'^/(dev/|proc/\d+/(fd|ns)/|proc/self/ns/|run/docker\.sock|run/systemd/units/)|/device$')


@pytest.fixture(params=hosts.NAMES)
def name(request):
    return request.param


def test_there_are_eight_of_them():
    assert hosts.NAMES == ('alma9', 'centos7', 'debian12', 'rhel9', 'rocky9', 'stream10', 'stream8', 'stream9')


@pytest.mark.parametrize('name, family, major, systemd', [
    ('centos7', 'el', 7, 219), ('stream8', 'el', 8, 239), ('stream9', 'el', 9, 252), ('stream10', 'el', 10, 257),
    ('rocky9', 'el', 9, 252), ('alma9', 'el', 9, 252), ('rhel9', 'el', 9, 252), ('debian12', 'debian', 12, 252)])
def test_the_release_of_each(name, family, major, systemd, tmp_path):
    here = release(hosts.load(name, tmp_path))
    assert (here.family, here.major, here.systemd) == (family, major, systemd)


def test_every_link_leads_somewhere_within_the_host(name, tmp_path):
    host = hosts.load(name, tmp_path)
    for folder, folders, files in os.walk(host.root):
        for entry in folders + files:
            path = os.path.join(folder, entry)[len(host.root):]
            if os.path.islink(host.root + path) and not OUTSIDE.search(path):
                assert host.exists(path), f'{path} -> {os.readlink(host.root + path)}'


def test_the_running_kernel_is_the_one_of_the_files(name, tmp_path):
    host = hosts.load(name, tmp_path)
    version = host.uname().release
    assert host.exists(f'/lib/modules/{version}/modules.dep')
    assert version in host.read('/proc/cmdline')
    assert host.uname().nodename == host.read('/proc/sys/kernel/hostname').strip()


def test_the_disks_of_the_mounts_are_there(name, tmp_path):
    host = hosts.load(name, tmp_path)
    for line in host.read('/proc/self/mountinfo').splitlines():
        device = line.split()[2]
        if not device.startswith('0:'):
            assert host.read(f'/sys/dev/block/{device}/dev').strip() == device
            assert host.exists(f'/sys/dev/block/{device}/size')


def test_each_mount_lies_on_the_one_below_it(name, tmp_path):
    rows = [line.split() for line in hosts.load(name, tmp_path).read('/proc/self/mountinfo').splitlines()]
    points = {row[0]: row[4] for row in rows}
    for row in rows:
        if row[4] != '/':
            below = max((point for point in points.values() if point != row[4] and (row[4] + '/').startswith(
                point.rstrip('/') + '/')), key=len)
            assert points[row[1]] == below, row


def test_swap_and_memory_agree(name, tmp_path):
    host = hosts.load(name, tmp_path)
    rows = [line.split() for line in host.read('/proc/swaps').splitlines()[1:]]
    memory = dict(line.split(':') for line in host.read('/proc/meminfo').splitlines())
    assert sum(int(row[2]) for row in rows) == int(memory['SwapTotal'].split()[0])
    assert sum(int(row[3]) for row in rows) == int(memory['SwapTotal'].split()[0]) - int(memory['SwapFree'].split()[0])


def test_each_process_of_a_unit_has_a_name(name, tmp_path):
    host = hosts.load(name, tmp_path)
    named = {path.split('/')[2] for path in host.glob('/proc/*/comm')}
    listening = re.compile(r'^socket:\[\d+\]$')
    for path in host.glob('/proc/*/fd/*'):
        assert path.split('/')[2] in named and listening.match(host.link(path))


def test_an_image_has_no_kernel(tmp_path):
    host = hosts.load('centos7', tmp_path, live=False)
    assert not host.live and host.names('/proc') == [] and host.names('/run') == []
    assert 'centos-swap' in host.read('/etc/fstab')


def test_the_snapshot_sees_a_touched_file(tmp_path):
    host = hosts.load('centos7', tmp_path)
    before = hosts.snapshot(host.root)
    assert hosts.snapshot(host.root) == before
    os.utime(host.root + '/etc/fstab', (0, 0))
    assert hosts.snapshot(host.root) != before
