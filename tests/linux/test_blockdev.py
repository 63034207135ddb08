"""From a device number down to the disks, over partitions, LVM, encryption, RAID and multipath."""
import pytest

from nodeprep.linux import blockdev
from tests.fakes import Link

PCI = '/sys/devices/pci0000:00/block'
VIRTUAL = '/sys/devices/virtual/block'
GB = 10**9


def disk(host, name, number, size, *parts):
    """A disk with partitions, each a size; their numbers follow the disk's."""
    major, minor = (int(part) for part in number.split(':'))
    device(host, f'{PCI}/{name}', name, number, size)
    for index, part in enumerate(parts, 1):
        folder = f'{PCI}/{name}/{name}{index}'
        device(host, folder, f'{name}{index}', f'{major}:{minor + index}', part)
        host.files({f'{folder}/partition': f'{index}\n'})


def device(host, folder, name, number, size, slaves=(), uuid=''):
    host.files({f'{folder}/size': f'{size // 512}\n', f'/sys/dev/block/{number}': Link(folder), f'{folder}/dev': number,
                f'/sys/class/block/{name}': Link(folder), f'{folder}/slaves': {}, f'{folder}/holders': {}})
    if uuid:
        host.files({f'{folder}/dm/uuid': uuid + '\n'})
    for below in slaves:
        real = host.link(f'/sys/class/block/{below}')
        host.files({f'{folder}/slaves/{below}': Link(real), f'{real}/holders/{name}': Link(folder)})


def names(host, number):
    return sorted(one.name for one in blockdev.disks(host, blockdev.device(host, number)))


def test_a_partition_lies_on_its_disk(host):
    disk(host, 'sda', '8:0', 40 * GB, GB, 39 * GB)
    assert blockdev.device(host, '8:2') == (f'{PCI}/sda/sda2', 'sda2', 39 * GB)
    assert names(host, '8:2') == ['sda']


def test_a_logical_volume_over_two_disks_and_an_encrypted_one(host):
    disk(host, 'sda', '8:0', 40 * GB, GB, 39 * GB)
    disk(host, 'sdb', '8:16', 20 * GB)
    device(host, f'{VIRTUAL}/dm-0', 'dm-0', '253:0', 39 * GB, ['sda2'], 'CRYPT-LUKS2-x')
    device(host, f'{VIRTUAL}/dm-1', 'dm-1', '253:1', 50 * GB, ['dm-0', 'sdb'], 'LVM-x')
    assert names(host, '253:1') == ['sda', 'sdb']


def test_paths_to_one_disk_and_mirrors_are_not_added_up(host):
    disk(host, 'sda', '8:0', 40 * GB)
    disk(host, 'sdb', '8:16', 40 * GB)
    device(host, f'{VIRTUAL}/dm-0', 'dm-0', '253:0', 40 * GB, ['sda', 'sdb'], 'mpath-x')
    device(host, f'{VIRTUAL}/dm-1', 'dm-1', '253:1', 39 * GB, ['dm-0'], 'part1-mpath-x')
    device(host, f'{VIRTUAL}/md0', 'md0', '9:0', 40 * GB, ['sda', 'sdb'])
    host.files({f'{VIRTUAL}/md0/md/level': 'raid1\n'})
    assert names(host, '253:1') == ['dm-0']
    assert names(host, '9:0') == ['md0']


def test_a_circle_of_devices_ends(host):
    device(host, f'{VIRTUAL}/dm-0', 'dm-0', '253:0', GB)
    device(host, f'{VIRTUAL}/dm-1', 'dm-1', '253:1', GB, ['dm-0'])
    host.files({f'{VIRTUAL}/dm-0/slaves/dm-1': Link(f'{VIRTUAL}/dm-1')})
    assert names(host, '253:1') == []


@pytest.mark.parametrize('number', ['0:52', '8:9', '', 'x', '../../etc', '8:0\n'])
def test_no_device(host, number):
    disk(host, 'sda', '8:0', GB)
    assert blockdev.device(host, number) is None


@pytest.mark.parametrize('size', ['', 'x', '-1', '9' * 30])
def test_a_size_that_is_none(host, size):
    host.files({f'{PCI}/sda/size': size, '/sys/dev/block/8:0': Link(f'{PCI}/sda')})
    assert blockdev.device(host, '8:0') is None


def test_by_name_through_links(host):
    disk(host, 'sda', '8:0', 40 * GB, GB)
    device(host, f'{VIRTUAL}/dm-0', 'dm-0', '253:0', 39 * GB, ['sda1'], 'LVM-x')
    host.files({'/dev/mapper/vg-root': Link('../dm-0')})
    assert blockdev.named(host, '/dev/mapper/vg-root').name == 'dm-0'
    assert blockdev.named(host, '/etc/passwd') is None


def test_unallocated_space_of_the_disk_and_of_the_volume_group(host):
    disk(host, 'sda', '8:0', 100 * GB, GB, 89 * GB)
    device(host, f'{VIRTUAL}/dm-0', 'dm-0', '253:0', 20 * GB, ['sda2'], 'LVM-x')
    device(host, f'{VIRTUAL}/dm-1', 'dm-1', '253:1', 4 * GB, ['sda2'], 'LVM-y')
    for number in (0, 1):
        host.files({f'{VIRTUAL}/dm-{number}/dm/name': 'x'})
    assert blockdev.unallocated(host, blockdev.device(host, '8:0')) == pytest.approx((10 + 65) * GB, abs=2048)


def test_a_disk_without_partitions_has_nothing_unallocated(host):
    disk(host, 'sda', '8:0', 100 * GB)
    assert blockdev.unallocated(host, blockdev.device(host, '8:0')) == 0
