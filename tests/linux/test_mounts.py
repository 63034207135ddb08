"""mountinfo as the kernel writes it, hostile bytes, and which mount holds a path."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import mounts
from nodeprep.linux.mounts import holding, parse
from nodeprep.model import CannotTell
from tests.fakes import Link

CENTOS7 = '''18 61 0:18 / /sys rw,nosuid,nodev,noexec,relatime shared:6 - sysfs sysfs rw,seclabel
19 61 0:3 / /proc rw,nosuid,nodev,noexec,relatime shared:5 - proc proc rw
61 1 253:0 / / rw,relatime shared:1 - xfs /dev/mapper/centos-root rw,seclabel,attr2,inode64,noquota
36 61 8:1 / /boot rw,relatime shared:28 - xfs /dev/sda1 rw,seclabel,attr2,inode64,noquota
40 61 253:2 / /var/lib/docker rw,noexec shared:30 master:2 - xfs /dev/mapper/centos-docker rw
41 40 0:40 / /var/lib/docker/overlay2/abc/merged rw - overlay overlay rw,lowerdir=/a:/b
'''


def test_reads_every_field(host):
    host.files({'/proc/self/mountinfo': CENTOS7})
    docker = mounts.mounts(host)[4]
    assert docker == (40, 61, '253:2', '/', '/var/lib/docker', ('rw', 'noexec'), 'xfs', '/dev/mapper/centos-docker',
                      ('rw',))


SANDBOX = CENTOS7.replace(' / / rw,', ' / / ro,').replace('/boot rw,', '/boot ro,')


def in_a_sandbox(host):
    host.files({'/proc/self/mountinfo': SANDBOX, '/proc/1/mountinfo': CENTOS7, '/proc/1/root': Link('../..'),
                '/proc/self/ns/mnt': Link('mnt:[4026532001]'), '/proc/1/ns/mnt': Link('mnt:[4026531840]')})


def test_in_a_sandbox_the_mounts_are_those_of_the_host(host):
    in_a_sandbox(host)
    assert mounts.table(host) == '/proc/1/mountinfo' and mounts.mounts(host)[2].options[0] == 'rw'
    host.files({'/proc/1/mountinfo': 'junk\n'})
    with pytest.raises(CannotTell) as told:
        mounts.mounts(host)
    assert told.value.source == '/proc/1/mountinfo:1'


@pytest.mark.parametrize('change', [
    {'/proc/1/ns/mnt': Link('mnt:[4026532001]')},                     # no sandbox
    {'/proc/1/ns/mnt': None},                                         # an old kernel
    {'/proc/1/root': Link('../../usr'), '/usr/bin/true': ''},         # another root: of a container, say
    {'/proc/1/root': None}])
def test_else_they_are_our_own(host, change):
    in_a_sandbox(host)
    assert mounts.table(host.files(change)) == '/proc/self/mountinfo'


def test_one_who_may_not_look_at_process_1_goes_by_his_own(host, monkeypatch):
    in_a_sandbox(host)
    link = host.link

    def refuse(path):
        if path.startswith('/proc/1/'):
            raise CannotTell(path + ': permission denied', path)
        return link(path)
    monkeypatch.setattr(host, 'link', refuse)
    assert mounts.table(host) == '/proc/self/mountinfo'


@pytest.mark.parametrize('path, point', [
    ('/', '/'), ('/var', '/'), ('/var/lib/docker', '/var/lib/docker'), ('/var/lib/dockerx', '/'),
    ('/var/lib/docker/overlay2', '/var/lib/docker'), ('/boot/grub2', '/boot'),
    ('/var/lib/docker/overlay2/abc/merged/etc', '/var/lib/docker/overlay2/abc/merged')])
def test_holding(path, point):
    assert holding(parse(CENTOS7), path).point == point


def test_a_later_mount_on_the_same_point_hides_the_first():
    both = parse('1 0 8:1 / / rw - xfs a rw\n2 1 8:2 / /var rw - xfs b rw\n3 2 8:3 / /var rw - xfs c rw\n')
    assert holding(both, '/var/lib').source == 'c'


def test_a_mount_on_a_parent_folder_hides_what_was_mounted_below_before():
    hidden = parse('1 0 8:1 / / rw - xfs a rw\n2 1 8:2 / /var/lib rw - xfs b rw\n3 1 8:3 / /var rw - xfs c rw\n')
    assert holding(hidden, '/var/lib/docker').source == 'c'


def test_mounts_that_are_each_others_parent_do_not_hang():
    circle = parse('1 0 8:1 / / rw - xfs a rw\n2 3 8:2 / /v rw - xfs b rw\n3 2 8:3 / /v rw - xfs c rw\n')
    assert holding(circle, '/v').source == 'a'


def test_an_empty_source_and_bytes_that_are_not_utf8():
    found = parse('1 0 0:5 / /m\udcff\\040x rw - tmpfs  rw\n')[0]
    assert (found.source, found.point) == ('', '/m\udcff x')


@pytest.mark.parametrize('line', ['x', '1 0 8:1 / / rw xfs a rw', 'a 0 8:1 / / rw - xfs a rw',
                                  '1 0 8:1 / / rw - xfs a'])
def test_a_line_that_is_not_one_names_its_place(line):
    with pytest.raises(CannotTell) as caught:
        parse(CENTOS7 + line + '\n')
    assert caught.value.source == '/proc/self/mountinfo:7'


@given(st.binary(max_size=300))
def test_any_bytes(junk):
    try:
        found = parse(junk.decode('utf-8', 'surrogateescape'))
    except CannotTell:
        return
    assert all(len(mount) == 9 for mount in found)
