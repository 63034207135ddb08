"""Thirty gigabytes of disk, and room on it."""
from nodeprep.linux import blockdev, datadirs, evictionlines, filesystems, mountboot
from nodeprep.linux.blockdev import Device
from nodeprep.linux.containers import in_container
from nodeprep.linux.evictionlines import strictest
from nodeprep.linux.filesystems import FileSystem, gb
from nodeprep.linux.fstab import PATH as FSTAB
from nodeprep.linux.mounts import SOURCE, holding, mounts, table
from nodeprep.model import CannotTell, Folder, NotApplicable, Observation, Pollable, Requirement, Want, unknown
from nodeprep.typed import Any, Iterator, List
from nodeprep.wanted import size

_OF_DISK, _OF_FILE_SYSTEM = 0.95, 0.9      # of the nominal size: 28.5 GB of a disk, 27 GB of file systems for 30 GB
_HARDLY = 2 / 3                            # of the nominal size: less, and most of the disk lies elsewhere
_WORTH = 10**9                             # bytes: smaller rests explain nothing
_DATA = (datadirs.IMAGES, datadirs.NODE)


class Disk(Requirement):
    """The disks under the container data are large enough, and have room: 30 GB nominal unless configured.

    Why: images, containers and logs fill a small disk within days; the kubelet then evicts pods and removes images, and
    a full root file system stops the host itself. An exact 30 GiB is nothing to ask for: of a disk sold as 30 GB,
    /boot, swap and rounding leave about 26 GiB of file system. So 95 % of the nominal size as disks or 90 % as file
    systems will do.

    Read: now, /proc/self/mountinfo for the file systems that hold the data of the runtime (data-root of Docker, root of
    containerd), the kubelet, etcd on a control plane, and logs; statvfs(2) for their sizes, sysfs for the disks below,
    each counted once; the kubelet's evictionHard for the lines that free space and inodes must be above; ftype of XFS,
    which overlay2 needs. At boot, /etc/fstab and mount units: would the same file systems be there again?

    Fix: none.

    Left to a person: a larger disk, growing a volume (what lies in /home or in nothing is told), freeing space, a
    line in /etc/fstab. XFS cannot shrink, and its ftype is set when it is made.
    """

    id = 'disk'
    title = 'There is enough disk, and room on it'
    defaults = {'minimum': size('30GB', 'nominal size of the disks under the container data')}
    watches = (Pollable(SOURCE), Folder('/etc'))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """Sizes, then for each file system its room and its traps."""
        dirs, troubles = datadirs.data_dirs(host, want['role'], want['profile'])
        for trouble in troubles:
            yield unknown('data folder', 'known', trouble, advised=True)
        found = filesystems.holders(host, dirs)
        yield from _capacity(host, want['minimum'], [one for one in found if set(_DATA).intersection(one.uses())])
        lines = evictionlines.lines(host)
        for one in found:
            yield from _room(host, one, lines)
            if set(_DATA).intersection(one.uses()):
                yield from _traps(host, one, want['profile'])

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """Whether the next boot brings the same file systems."""
        inside = in_container(host)
        if inside:
            raise NotApplicable(f'what is mounted in a container is its manager\'s to say ({inside})')
        dirs, _ = datadirs.data_dirs(host, want['role'], want['profile'])
        if not host.live:
            yield from _of_image(host, dirs)
            return
        seen = set()
        for one in dirs:
            path = host.resolve(one.path)
            mount = holding(mounts(host), path)
            if mount.point not in seen:
                seen.add(mount.point)
                yield mountboot.again(host, one.path, mount)
            yield from mountboot.not_yet(host, one.path, path, mount)


def _capacity(host: Any, minimum: int, found: List[FileSystem]) -> Iterator[Observation]:
    wanted = (f'{gb(minimum)} nominal: {gb(minimum * _OF_DISK)} of disks or '
              f'{gb(minimum * _OF_FILE_SYSTEM)} of file systems')
    try:
        total, where, disks, sources = filesystems.measured(host, found)
    except CannotTell as error:
        yield unknown('container data', wanted, error)
        return
    of_disks = sum(disk.size for disk in disks)
    met = total >= minimum * _OF_FILE_SYSTEM or of_disks >= minimum * _OF_DISK
    on = f' (on {", ".join(f"{disk.name} of {gb(disk.size)}" for disk in disks)})' if disks else ''
    subject = ', '.join(one.path for fs in found for one in fs.dirs if one.use in _DATA)
    rest = _elsewhere(host, found, disks) if total < minimum * _OF_FILE_SYSTEM else ''
    yield Observation(subject, ', '.join(where) + on, wanted, met, ', '.join(sources), hint='' if met else
                      'Give the machine a larger disk' + (f', or use what is there: {rest}.' if rest else '.'))
    if met and total < minimum * _HARDLY:
        yield Observation(subject, f'only {gb(total)} of {gb(of_disks)} of disks', f'most of {gb(minimum)}', False,
                          ', '.join(sources), advised=True,
                          hint=f'The rest is elsewhere: {rest}.' if rest else 'Grow the volume that holds them.')


def _elsewhere(host: Any, found: List[FileSystem], disks: List[Device]) -> str:
    """Where the rest of the disks is, for people; '' when nothing is worth telling."""
    parts = [f'{mount.point} has {gb(space.size)}, {gb(space.available)} of it free'
             for mount, space in filesystems.elsewhere(host, found, disks) if space.size >= _WORTH]
    for disk in disks:
        free = blockdev.unallocated(host, disk)
        if free >= _WORTH:
            parts.append(f'{gb(free)} of {disk.name} are in no partition or logical volume')
    return '; '.join(parts)


def _room(host: Any, one: FileSystem, lines: Any) -> Iterator[Observation]:
    """Free space and inodes against the lines at which the kubelet evicts."""
    signals = [signal for use, signal in ((datadirs.NODE, 'nodefs'), (datadirs.IMAGES, 'imagefs')) if use in one.uses()]
    point, advised = one.mount.point, not signals
    if advised and 'ro' in one.mount.options + one.mount.super_options[:1]:
        return                     # an image that is always full: the root of a system that ostree or bootc put there
    try:
        space = filesystems.space(host, one.mount)
        named = signals or ['nodefs']
        bytes_line, bytes_at = strictest(lines, [f'{name}.available' for name in named], space.size)
        inodes_line, inodes_at = strictest(lines, [f'{name}.inodesFree' for name in named], space.inodes)
    except CannotTell as error:
        yield unknown(point, 'room for container data', error, advised=advised)
        return
    for_what = 'below it the kubelet evicts pods' if signals else 'for ' + one.paths()
    met = space.available >= bytes_at
    yield Observation(point, f'{gb(space.available)} of {gb(space.size)} free{_share(space.available, space.size)}',
                      f'{bytes_line} free ({gb(bytes_at)}); {for_what}', met, f'statvfs {point}',
                      advised=advised and not met, hint='' if met else f'Free space below {one.paths()}.')
    if space.inodes:               # btrfs and others count none
        met = space.inodes_free >= inodes_at
        yield Observation(f'{point} (inodes)', f'{space.inodes_free} of {space.inodes} free'
                          f'{_share(space.inodes_free, space.inodes)}', f'{inodes_line} free; {for_what}', met,
                          f'statvfs {point}', advised=advised and not met,
                          hint='' if met else f'Remove small files below {one.paths()}.')


def _share(part: int, whole: int) -> str:
    return f' ({100 * part // whole} %)' if whole else ''


def _traps(host: Any, one: FileSystem, profile: str) -> Iterator[Observation]:
    """What makes a file system unfit for container data whatever its size."""
    mount = one.mount
    for seen in dict.fromkeys(seen for use, seen in zip(one.uses(), one.through) if use in _DATA):
        bad = [name for name in ('ro', 'noexec', 'nodev') if name in seen.options + mount.super_options[:1]]
        hint = ''
        if 'ro' in bad:
            hint = 'It is mounted read-only: see dmesg for why, mend it, and mount it writable.'
        elif bad:
            hint = f'Take {" and ".join(bad)} out of its line in {FSTAB} if containers need what they forbid.'
        yield Observation(f'{seen.point} (options)', ', '.join(bad) or 'none that hurts', 'no ro, noexec, nodev',
                          not bad, table(host), advised=bool(bad) and 'ro' not in bad, hint=hint)
    if mount.kind in filesystems.IN_MEMORY:
        yield Observation(f'{mount.point} (kind)', f'{mount.kind}: kept in memory, gone after a reboot', 'a disk',
                          False, table(host), advised=True, hint=f'Put {one.paths()} on a disk.')
    if datadirs.IMAGES in one.uses() and mount.kind == 'xfs' and (
            profile == 'containerd' or datadirs.uses_overlay(host)):
        wanted = 'ftype=1, which overlay2 needs'
        try:
            ftype = host.xfs_has_ftype(mount.point)
        except CannotTell as error:
            yield unknown(f'{mount.point} (XFS)', wanted, error, advised=True)
            return
        yield Observation(f'{mount.point} (XFS)', f'ftype={int(ftype)}', wanted, ftype,
                          f'XFS_IOC_FSGEOMETRY {mount.point}', hint='' if ftype else
                          'It cannot be changed: put the data on an XFS made with mkfs.xfs -n ftype=1, or on ext4.')


def _of_image(host: Any, dirs: List[datadirs.DataDir]) -> Iterator[Observation]:
    """What fstab of an image says; how large it will be, no file tells."""
    if not mountboot.entries(host):
        raise NotApplicable(f'the {FSTAB} of this image mounts nothing')
    told = set()
    for one in dirs:
        entry = mountboot.deepest(host, host.resolve(one.path))
        if entry is None or entry.line_number in told:
            continue
        told.add(entry.line_number)
        bad = [name for name in ('ro', 'noexec', 'nodev') if name in entry.options] if one.use in _DATA else []
        yield Observation(one.path, f'on {entry.spec}, mounted on {entry.point}' + (f' with {", ".join(bad)}' if bad
                                                                                    else ''),
                          'a writable file system', not bad, f'{FSTAB}:{entry.line_number}', advised=bool(bad),
                          hint=f'Take {" and ".join(bad)} out of that line.' if bad else '')
