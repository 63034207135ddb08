"""Which file systems hold some folders, each once, how large they are, and what else lies on their disks."""
from nodeprep.linux import blockdev
from nodeprep.linux.blockdev import Device
from nodeprep.linux.datadirs import DataDir
from nodeprep.linux.mounts import Mount, holding, mounts, table
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, Iterator, List, Optional, Tuple

# A server that is gone makes statvfs(2) wait for ever, and looking at an automount point mounts it.
_ELSEWHERE = ('nfs', 'nfs4', 'cifs', 'smb3', 'smbfs', 'ceph', 'glusterfs', 'lustre', 'beegfs', '9p', 'afs', 'autofs')
IN_MEMORY = ('tmpfs', 'ramfs')
_DISK_KINDS = ('xfs', 'ext2', 'ext3', 'ext4', 'btrfs', 'f2fs', 'bcachefs', 'jfs', 'reiserfs')


class FileSystem(NamedTuple):
    """A file system and the folders on it, each with the mount that it is seen through.

    `mount` is the one with the shortest path: dockerd mounts its own folder on itself, and nobody knows it by that.
    """

    mount: Mount
    dirs: Tuple[DataDir, ...]
    through: Tuple[Mount, ...]

    def uses(self) -> List[str]:
        """What its folders are for."""
        return [one.use for one in self.dirs]

    def paths(self) -> str:
        """Its folders, for people."""
        return ', '.join(one.path for one in self.dirs)


class Space(NamedTuple):
    """Bytes and inodes; statvfs(3). `available` is what others than root may take. No inodes counted: 0."""

    size: int
    available: int
    inodes: int
    inodes_free: int


def holders(host: Any, dirs: Iterable[DataDir]) -> List[FileSystem]:
    """The file systems that hold these folders, or would: one that is not there yet belongs to its nearest parent."""
    found: Dict[str, FileSystem] = {}
    for one in dirs:
        mount = holding(mounts(host), host.resolve(one.path))
        known = found.get(mount.device, FileSystem(mount, (), ()))
        found[mount.device] = FileSystem(min(known.mount, mount, key=lambda seen: len(seen.point)),
                                         known.dirs + (one,), known.through + (mount,))
    return list(found.values())


def space(host: Any, mount: Mount) -> Space:
    """How large a mounted file system is. CannotTell for one that lies elsewhere, which is not asked."""
    if mount.kind in _ELSEWHERE or mount.kind.startswith('fuse'):
        raise CannotTell(f'{mount.kind} from {mount.source} is not asked for its size, since that may never end',
                         f'statvfs {mount.point}')
    seen = host.statvfs(mount.point)
    unit = seen.f_frsize or seen.f_bsize
    return Space(seen.f_blocks * unit, seen.f_bavail * unit, seen.f_files, seen.f_ffree)


def measured(host: Any, found: List[FileSystem]) -> Tuple[int, List[str], List[Device], List[str]]:
    """(bytes of these file systems together, for people how many each has, the disks below each once, where all of
    that was read). CannotTell when one cannot be measured.
    """
    disks: List[Device] = []
    total, where, sources = 0, [], [table(host)]      # type: int, List[str], List[str]
    for one in found:
        here = space(host, one.mount).size
        total += here
        where.append(f'{gb(here)} at {one.mount.point}')
        sources.append(f'statvfs {one.mount.point}')
        below = device(host, one.mount)
        for disk in blockdev.disks(host, below) if below is not None else ():
            if disk not in disks:
                disks.append(disk)
                sources.append(f'{disk.folder}/size')
    return total, where, disks, sources


def device(host: Any, mount: Mount) -> Optional[Device]:
    """The block device of a mount; None when it has none that can be seen."""
    return blockdev.device(host, mount.device) or (
        blockdev.named(host, mount.source) if mount.kind in _DISK_KINDS and mount.source.startswith('/dev/') else None)


def on_disk(mount: Mount) -> bool:
    """Whether it is a file system of a block device, as fstab lists them."""
    return mount.kind in _DISK_KINDS


def elsewhere(host: Any, taken: List[FileSystem], disks: List[Device]) -> Iterator[Tuple[Mount, Space]]:
    """Other file systems on these disks: where the rest of the space went."""
    seen = {one.mount.device for one in taken}
    folders = {disk.folder for disk in disks}
    for mount in mounts(host):
        if mount.device in seen or not on_disk(mount):
            continue
        seen.add(mount.device)
        here = device(host, mount)
        if here is not None and folders.intersection(disk.folder for disk in blockdev.disks(host, here)):
            try:
                yield mount, space(host, mount)
            except CannotTell:
                continue


def gb(size: float) -> str:
    """A size for people, as it is printed on disks.

    >>> gb(39705034752), gb(512000000)
    ('39.7 GB', '0.5 GB')
    """
    return f'{size / 1e9:.1f} GB'
