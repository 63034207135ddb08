"""Block devices as sysfs shows them: from a file system's device number down to the disks it lies on.

Sources: Documentation/ABI/testing/sysfs-block and sysfs-dev of the kernel; `size` is in sectors of 512 bytes whatever
the disk's own sectors are.
"""
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Set

_SECTOR = 512
_DEEPEST = 16             # layers of device mapper and md above each other


class Device(NamedTuple):
    """A block device: its folder in sysfs, its name as in /dev, its bytes."""

    folder: str
    name: str
    size: int


def device(host: Any, number: str) -> Optional[Device]:
    """The block device of a 'major:minor' number; None when there is none, as for tmpfs, overlay, NFS or ZFS."""
    if not all(part.isdecimal() for part in number.split(':')):
        return None
    return _at(host, host.resolve(f'/sys/dev/block/{number}'))


def named(host: Any, path: str) -> Optional[Device]:
    """The block device of a path below /dev, through its links: btrfs has no device number of its own in mountinfo."""
    real = host.resolve(path)
    if not real.startswith('/dev/'):
        return None
    # What is a folder below /dev (cciss/c0d0) is written with ! in sysfs.
    return _at(host, host.resolve('/sys/class/block/' + real[len('/dev/'):].replace('/', '!')))


def disks(host: Any, start: Device) -> List[Device]:
    """The disks below a device, each once: a partition's disk, what a logical volume or an encrypted one lies on.

    A RAID array and a multipath device count as the disk: what is below them is the same data more than once.
    """
    found: Dict[str, Device] = {}
    todo = [(start, 0)]
    seen: Set[str] = set()         # folders
    while todo:
        here, depth = todo.pop()
        if here.folder in seen or depth > _DEEPEST:
            continue
        seen.add(here.folder)
        below = [] if _whole(host, here) else slaves(host, here)
        if below:
            todo += [(one, depth + 1) for one in below]
            continue
        if host.exists(f'{here.folder}/partition'):
            here = _at(host, here.folder.rpartition('/')[0]) or here
        found[here.folder] = here
    return list(found.values())


def slaves(host: Any, here: Device) -> List[Device]:
    """What a device mapper or md device is made of."""
    return _linked(host, f'{here.folder}/slaves')


def holders(host: Any, here: Device) -> List[Device]:
    """What is made of a device: logical volumes of a physical one."""
    return _linked(host, f'{here.folder}/holders')


def partitions(host: Any, disk: Device) -> List[Device]:
    """The partitions of a disk."""
    found = [_at(host, f'{disk.folder}/{name}') for name in host.names(disk.folder) if name.startswith(disk.name)]
    return [one for one in found if one is not None and host.exists(f'{one.folder}/partition')]


def unallocated(host: Any, disk: Device) -> int:
    """Bytes of a disk that lie in no partition, and in its volume groups in no logical volume; 0 when unpartitioned.

    An extended partition shows as 1 KiB here, and the first and last MiB are tables, so small rests mean nothing.
    """
    parts = partitions(host, disk)
    if not parts:
        return 0
    free = disk.size - sum(part.size for part in parts)
    for part in parts:
        volumes = [one for one in holders(host, part) if host.exists(f'{one.folder}/dm')]
        # Only where each volume lies on this partition alone can it be said how much of it is used.
        if volumes and all(len(slaves(host, one)) == 1 for one in volumes):
            free += max(0, part.size - sum(one.size for one in volumes))
    return max(0, free)


def _whole(host: Any, here: Device) -> bool:
    if host.exists(f'{here.folder}/md'):
        return True
    return host.read(f'{here.folder}/dm/uuid', missing='').startswith('mpath-')


def _linked(host: Any, folder: str) -> List[Device]:
    names: Set[str] = set(host.names(folder))
    found = (_at(host, host.resolve(f'{folder}/{name}')) for name in sorted(names))
    return [one for one in found if one is not None]


def _at(host: Any, folder: str) -> Optional[Device]:
    said = host.read(f'{folder}/size', missing='').strip()
    if not said.isdecimal() or len(said) > 15:
        return None
    return Device(folder, folder.rpartition('/')[2].replace('!', '/'), int(said) * _SECTOR)
