"""disk: sizes that are enough, room, traps, and what the next boot mounts again."""
import pytest

from nodeprep.engine import examine
from nodeprep.model import CannotTell
from nodeprep.requirements.disk import Disk
from tests.conftest import wants
from tests.linux.test_blockdev import VIRTUAL, device, disk

GB = 10**9
ROOT = '28 1 253:0 / / rw,relatime - {} /dev/mapper/cl-root rw,attr2\n'
FSTAB = '/dev/mapper/cl-root / xfs defaults 0 0\n'


def machine(host, size=38 * GB, disk_size=43 * GB, free=None, kind='xfs', more='', fstab=FSTAB):
    """A CentOS with everything on one logical volume."""
    disk(host, 'sda', '8:0', disk_size, GB, disk_size - GB)
    device(host, f'{VIRTUAL}/dm-0', 'dm-0', '253:0', size, ['sda2'], 'LVM-x')
    host.files({'/proc/self/mountinfo': ROOT.format(kind) + more, '/etc/fstab': fstab,
                f'{VIRTUAL}/dm-0/dm/name': 'cl-root'})
    host.sizes = {'/': (size, size * 9 // 10 if free is None else free, 20 * 10**6, 19 * 10**6)}
    return host


def second(host, size, number='8:17', name='sdb', point='/var/lib/docker', options='rw', kind='xfs', listed=True):
    """A file system of its own on a second disk."""
    disk(host, name, number.replace(':17', ':16'), size + GB, size)
    line = f'40 28 {number} / {point} {options} - {kind} /dev/{name}1 rw\n'
    host.files({'/proc/self/mountinfo': host.read('/proc/self/mountinfo') + line})
    if listed:
        host.files({'/etc/fstab': host.read('/etc/fstab') + f'/dev/{name}1 {point} {kind} defaults 0 0\n'})
    host.sizes[point] = (size, size * 9 // 10, 10**6, 9 * 10**5)
    return host


def look(host, **changed):
    return examine(Disk(), host, wants(Disk(), **changed))


def seen(finding, subject, when='now'):
    return next(one for one in finding.observations if (one.subject, one.when) == (subject, when))


@pytest.mark.parametrize('size, disk_size, state', [
    (38 * GB, 43 * GB, 'met'),                       # a 40 GiB VM
    (25 * GB, 30 * GB, 'met'),                       # 30 GB as they are printed, less /boot and swap
    (27 * GB, 28 * GB, 'met'),                       # the file system alone is enough
    (24 * GB, 28 * GB, 'drifted'), (9 * GB, 10 * GB, 'drifted')])
def test_thirty_gigabytes(host, size, disk_size, state):
    finding = look(machine(host, size, disk_size))
    assert (finding.now, finding.boot) == (state, 'met')


def test_the_size_carries_its_evidence(host):
    capacity = look(machine(host)).observations[0]
    assert capacity.subject == '/var/lib/docker, /var/lib/kubelet'
    assert capacity.found == '38.0 GB at / (on sda of 43.0 GB)'
    assert capacity.source == '/proc/self/mountinfo, statvfs /, /sys/devices/pci0000:00/block/sda/size'


def test_a_minimum_of_ones_own(host):
    assert look(machine(host), minimum='100GB').now == 'drifted'


def test_two_disks_are_added_up_and_one_file_system_is_counted_once(host):
    second(machine(host, 14 * GB, 15 * GB), 14 * GB)
    capacity = look(host).observations[0]
    assert capacity.found == '14.0 GB at /var/lib/docker, 14.0 GB at / (on sdb of 15.0 GB, sda of 15.0 GB)'
    assert capacity.met


def test_the_shortfall_is_explained(host):
    machine(host, 10 * GB, 20 * GB)
    device(host, f'{VIRTUAL}/dm-1', 'dm-1', '253:1', 6 * GB, ['sda2'], 'LVM-y')
    host.files({f'{VIRTUAL}/dm-1/dm/name': 'cl-home', '/proc/self/mountinfo': ROOT.format('xfs') +
                '41 28 253:1 / /home rw - xfs /dev/mapper/cl-home rw\n'})
    host.sizes['/home'] = (6 * GB, 5 * GB, 10**6, 10**6)
    capacity = look(host).observations[0]
    assert not capacity.met
    assert '/home has 6.0 GB, 5.0 GB of it free; 3.0 GB of sda are in no partition or logical volume' in capacity.hint


def test_a_large_disk_of_which_little_is_there_for_containers_is_told(host):
    finding = look(machine(host, 10 * GB, 100 * GB))
    assert finding.observations[0].met
    assert (finding.observations[1].found, finding.observations[1].advised) == ('only 10.0 GB of 100.0 GB of disks',
                                                                                True)


@pytest.mark.parametrize('kind, free, met', [('xfs', 6 * GB, True), ('xfs', 5 * GB, False), ('ext4', 5 * GB, False)])
def test_free_space_is_above_the_line_of_the_images(host, kind, free, met):
    room = seen(look(machine(host, free=free, kind=kind)), '/')
    assert (room.met, room.advised, room.wanted) == (met, False, '15% free (5.7 GB); below it the kubelet evicts pods')


def test_the_kubelets_own_lines_count(host):
    machine(host, free=5 * GB).files({'/var/lib/kubelet/config.yaml': 'evictionHard:\n  imagefs.available: 5%\n'})
    assert seen(look(host), '/').met


def test_inodes(host):
    machine(host).sizes['/'] = (38 * GB, 30 * GB, 10**6, 10**4)
    inodes = seen(look(host), '/ (inodes)')
    assert (inodes.met, inodes.found) == (False, '10000 of 1000000 free (1 %)')


def test_btrfs_counts_no_inodes_and_has_no_device_number(host):
    machine(host, kind='btrfs').sizes['/'] = (38 * GB, 30 * GB, 0, 0)
    host.files({'/proc/self/mountinfo': '28 1 0:33 /root / rw - btrfs /dev/sda2 rw\n'})
    finding = look(host)
    assert finding.now == 'met'
    assert '(on sda of 43.0 GB)' in finding.observations[0].found
    assert not [one for one in finding.observations if 'inodes' in one.subject]


def test_a_disk_for_docker_alone_has_its_own_line(host):
    second(machine(host), 40 * GB)
    host.sizes['/'] = (38 * GB, 5 * GB, 10**6, 10**6)          # above 10 %, below 15 %
    assert seen(look(host), '/').met
    host.sizes['/var/lib/docker'] = (40 * GB, 5 * GB, 10**6, 10**6)
    assert not seen(look(host), '/var/lib/docker').met


def test_what_holds_no_container_data_is_only_advised(host):
    second(machine(host), 5 * GB, point='/var/log')
    host.sizes['/var/log'] = (5 * GB, GB // 10, 10**6, 10**6)
    assert (seen(look(host), '/var/log').met, seen(look(host), '/var/log').advised) == (False, True)
    assert look(host, role='control-plane').observations[0].met


def test_etcd_counts_on_a_control_plane(host):
    second(machine(host), 5 * GB, point='/var/lib/etcd')
    assert not [one for one in look(host).observations if one.subject == '/var/lib/etcd' and one.when == 'now']
    assert seen(look(host, role='control-plane'), '/var/lib/etcd').met


@pytest.mark.parametrize('options, found, advised', [
    ('rw,nosuid', 'none that hurts', False), ('rw,noexec,nodev', 'noexec, nodev', True), ('ro', 'ro', False)])
def test_options_of_the_mount(host, options, found, advised):
    trap = seen(look(second(machine(host), 40 * GB, options=options)), '/var/lib/docker (options)')
    assert (trap.found, trap.met, trap.advised) == (found, found == 'none that hurts', advised)


def test_an_xfs_without_ftype(host):
    machine(host).ftype = False
    trap = seen(look(host), '/ (XFS)')
    assert (trap.met, trap.found, trap.source) == (False, 'ftype=0', 'XFS_IOC_FSGEOMETRY /')


def test_ftype_does_not_matter_to_another_driver_or_another_file_system(host):
    machine(host).ftype = False
    host.files({'/etc/docker/daemon.json': '{"storage-driver": "devicemapper"}'})
    assert look(host).now == 'met'
    machine(host, kind='ext4').files({'/etc/docker/daemon.json': None})
    assert look(host).now == 'met'


def test_an_ftype_that_cannot_be_told_is_only_a_note(host):
    machine(host).ftype = CannotTell('no', 'XFS_IOC_FSGEOMETRY /')
    assert (seen(look(host), '/ (XFS)').met, seen(look(host), '/ (XFS)').advised) == (None, True)


def test_a_file_system_of_a_server_is_not_asked(host):
    machine(host, more='40 28 0:50 / /var/lib/docker rw - nfs4 server:/x rw\n')
    host.sizes['/var/lib/docker'] = None       # asking would fail
    finding = look(host)
    assert finding.now == 'unknown'
    assert 'nfs4 from server:/x is not asked' in finding.observations[0].found


def test_data_kept_in_memory(host):
    machine(host, more='40 28 0:50 / /var/lib/docker rw - tmpfs tmpfs rw\n')
    assert (seen(look(host), '/var/lib/docker (kind)').met,
            seen(look(host), '/var/lib/docker (kind)').advised) == (False, True)


def test_a_link_to_a_larger_disk_is_followed(host):
    from tests.fakes import Link
    second(machine(host, 10 * GB, 11 * GB), 40 * GB, point='/data')
    host.files({'/data/docker': {}, '/var/lib/docker': Link('/data/docker')})
    assert '40.0 GB at /data' in look(host).observations[0].found


# ---- boot

def test_mounted_again(host):
    again = seen(look(second(machine(host), 40 * GB)), '/var/lib/docker', 'boot')
    assert (again.met, again.source) == (True, '/etc/fstab:2')


def test_mounted_by_hand(host):
    finding = look(second(machine(host), 40 * GB, listed=False))
    again = seen(finding, '/var/lib/docker', 'boot')
    assert (finding.now, finding.boot) == ('met', 'drifted')
    assert (again.met, again.advised) == (False, False)
    assert '/dev/sdb1' in again.found and 'blkid /dev/sdb1' in again.hint


def test_mounted_by_a_unit(host):
    second(machine(host), 40 * GB, listed=False).files({'/etc/systemd/system/var-lib-docker.mount': '[Mount]\n'})
    assert look(host).boot == 'met'


def test_mounted_by_a_script_is_advised_against(host):
    second(machine(host), 40 * GB, listed=False).files({'/etc/rc.d/rc.local': 'mount /dev/sdb1 /var/lib/docker\n'})
    again = seen(look(host), '/var/lib/docker', 'boot')
    assert (again.met, again.advised) == (False, True)


def test_dockers_own_mount_of_its_folder_is_not_by_hand(host):
    machine(host, more='40 28 253:0 /var/lib/docker /var/lib/docker rw - xfs /dev/mapper/cl-root rw\n'
            '41 40 0:44 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw\n')
    finding = look(host)
    assert (finding.now, finding.boot) == ('met', 'met')
    assert finding.observations[0].found.startswith('38.0 GB at / ')


def test_what_mounts_it_is_not_always_known(host):
    machine(host, more='40 28 0:50 / /var/lib/docker rw - zfs tank/docker rw\n')
    again = seen(look(host), '/var/lib/docker', 'boot')
    assert (again.met, again.advised) == (None, True)


def test_a_line_that_would_hide_what_is_there_now(host):
    machine(host, fstab=FSTAB + '/dev/sdb1 /var/lib/docker xfs defaults 0 0\n')
    hidden = [one for one in look(host).observations if one.when == 'boot'][1]
    assert (hidden.met, hidden.advised, hidden.source) == (False, True, '/etc/fstab:2')


@pytest.mark.parametrize('options, state', [('defaults', 'met'), ('defaults,noexec', 'drifted')])
def test_an_image_is_told_by_its_fstab(image, options, state):
    image.files({'/etc/fstab': FSTAB + f'UUID=1 /var/lib/docker xfs {options} 0 0\n'})
    finding = look(image)
    assert (finding.now, finding.boot) == ('not-applicable', state)
    docker = finding.observations[0]
    assert (docker.subject, docker.source, docker.advised) == ('/var/lib/docker', '/etc/fstab:2', state == 'drifted')


def test_an_image_without_fstab(image):
    assert look(image).boot == 'not-applicable'


def test_in_a_container_the_boot_is_somebody_elses(host):
    machine(host).files({'/.dockerenv': ''})
    finding = look(host)
    assert (finding.boot, finding.note) == ('not-applicable',
                                            "what is mounted in a container is its manager's to say (/.dockerenv)")


# ---- what others got wrong

def test_blocks_that_are_kept_for_root_are_not_free(host):
    """f_bavail, not total less used: ext4 keeps 5 % for root."""
    machine(host, kind='ext4')
    told = host.statvfs('/')
    told.f_bfree, told.f_bavail = told.f_blocks * 16 // 100, told.f_blocks * 11 // 100
    host.statvfs = lambda path: told
    assert not seen(look(host), '/').met


def test_a_path_that_only_begins_like_a_mount_point_is_not_on_it(host):
    second(machine(host, 10 * GB, 11 * GB), 40 * GB, point='/var/lib/dock')
    assert look(host).now == 'drifted'


def test_a_root_that_is_read_only_and_full_is_as_it_should_be(host):
    """ostree and bootc: the root is an image, the data lie in /var."""
    second(machine(host), 40 * GB, point='/var')
    host.files({'/proc/self/mountinfo': host.read('/proc/self/mountinfo').replace('/ / rw,relatime',
                                                                                  '/ / ro,relatime')})
    host.sizes['/'] = (GB, 0, 10, 0)
    assert look(host).now == 'met'


def test_the_root_file_system_is_told_from_its_rootfs(host):
    machine(host)
    host.files({'/proc/self/mountinfo': '1 1 0:1 / / rw - rootfs rootfs rw\n' + host.read('/proc/self/mountinfo')})
    assert look(host).observations[0].found.startswith('38.0 GB at / (on sda')
