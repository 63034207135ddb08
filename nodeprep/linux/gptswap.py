"""GPT swap partitions that systemd-gpt-auto-generator turns on without anybody having asked for it.

Sources: systemd-gpt-auto-generator(8); gpt-auto-generator.c and dissect-image.c in the sources of EL7 (219), EL8 (239),
EL9 (252) and EL10 (257); the Discoverable Partitions Specification for the type and the flags.

It looks at the one disk that holds `/`, found through one layer of device mapper (an LVM volume on one physical volume)
on EL8 and later, not on EL7. All of a disk's swap partitions count on EL7, the first one later. EL8 and later leave
it alone while fstab has a line of type swap, be it noauto; EL7 does not look at fstab.

What the partitions are is read from udev's database (/run/udev/data/b<major>:<minor>, world-readable), which blkid
filled at boot; the disk itself is not opened.
"""
import re

from nodeprep.linux.mounts import holding, mounts, table
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List

TYPE = '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f'
_READ_ONLY, _NO_AUTO = 1 << 60, 1 << 63


class Partition(NamedTuple):
    """A swap partition that would be turned on."""

    device: str                    # '/dev/sda2'
    source: str                    # the file that tells its type


class Search(NamedTuple):
    """What was found on the root disk, and where it was looked for."""

    partitions: List[Partition]
    source: str
    where: str                     # for a reader: 'disk sda', 'no disk below /'


def search(host: Any, version: int) -> Search:
    """The GPT swap partitions on the root disk of a live host. CannotTell when udev does not know the partitions."""
    device = _root_device(host)
    if not device:
        return Search([], table(host), 'the root file system lies on no single disk')
    if version >= 230:
        device = _origin(host, device)
    if not host.exists(f'/sys/dev/block/{device}'):
        raise CannotTell(f'/sys does not show the device {device} of the root file system', f'/sys/dev/block/{device}')
    if not host.exists(f'/sys/dev/block/{device}/partition'):
        return Search([], f'/sys/dev/block/{device}', 'the root file system lies on no partition of a disk')
    disk = host.resolve(f'/sys/dev/block/{device}/..')
    name = disk.rpartition('/')[2]
    found = [part for part in _partitions(host, disk, name) if _is_swap(host, part, disk, version)]
    if version >= 230:
        del found[1:]
    devices = [Partition('/dev/' + part.name, part.source) for part in found]
    return Search(devices, f'{table(host)}, {disk}, /run/udev/data', f'disk {name}')


class _Part(NamedTuple):
    name: str
    source: str
    facts: Dict[str, str]


def _root_device(host: Any) -> str:
    """'major:minor' of what holds /; '' for a file system without one, such as NFS or an overlay."""
    root = holding(mounts(host), '/')
    if not root.device.startswith('0:'):
        return root.device
    if root.kind != 'btrfs' or not root.source.startswith('/dev/'):
        return ''
    node = host.resolve(root.source).rpartition('/')[2]
    device: str = host.read(f'/sys/class/block/{node}/dev', missing='').strip()
    return device


def _origin(host: Any, device: str) -> str:
    """The device below a device mapper one, when all below it are on one disk: block_get_originating()."""
    folder = f'/sys/dev/block/{device}/slaves'
    below = host.names(folder)
    parents = {host.read(f'{folder}/{name}/../dev', missing='').strip() for name in below} if len(below) > 1 else set()
    if not below or len(parents) > 1:
        return device
    origin: str = host.read(f'{folder}/{below[-1]}/dev', missing='').strip()
    return origin or device


def _partitions(host: Any, disk: str, name: str) -> List[_Part]:
    """The partitions of a disk by number, with what udev knows of each."""
    found = []
    for part in host.names(disk):
        if not part.startswith(name):
            continue
        number = host.read(f'{disk}/{part}/partition', missing='').strip()
        if number.isdecimal():
            source = '/run/udev/data/b' + host.read(f'{disk}/{part}/dev').strip()
            found.append((int(number), _Part(part, source, parse(host.read(source, missing='')))))
    return [part for _, part in sorted(found)]


def _is_swap(host: Any, part: _Part, disk: str, version: int) -> bool:
    scheme = part.facts.get('ID_PART_ENTRY_SCHEME') or _table(host, disk)
    if scheme and scheme != 'gpt':
        return False
    if not scheme or 'ID_PART_ENTRY_TYPE' not in part.facts:
        raise CannotTell(f'udev does not know of what type the partition {part.name} is', part.source)
    if part.facts['ID_PART_ENTRY_TYPE'].lower() != TYPE:
        return False
    flags = part.facts.get('ID_PART_ENTRY_FLAGS', '0')
    if not re.match(r'^(0x[0-9a-fA-F]{1,16}|[0-9]{1,20})$', flags):
        raise CannotTell(f'udev tells {part.name} has flags {flags!r}', part.source)
    bits = int(flags, 16 if flags.startswith('0x') else 10)
    return not bits & (_NO_AUTO if version >= 230 else _NO_AUTO | _READ_ONLY)


def _table(host: Any, disk: str) -> str:
    facts = parse(host.read('/run/udev/data/b' + host.read(f'{disk}/dev').strip(), missing=''))
    return facts.get('ID_PART_TABLE_TYPE', '')


def parse(text: str) -> Dict[str, str]:
    r"""The properties of a device in udev's database: its lines that begin with E:.

    >>> parse('S:disk/by-id/x\nE:ID_FS_TYPE=swap\nE:broken\nG:systemd\n')
    {'ID_FS_TYPE': 'swap'}
    """
    lines = (line[2:].partition('=') for line in text.split('\n') if line.startswith('E:'))
    return {name: value for name, equals, value in lines if equals}
