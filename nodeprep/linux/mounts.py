"""What is mounted where: /proc/self/mountinfo as proc_pid_mountinfo(5) describes it."""
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

SOURCE = '/proc/self/mountinfo'
_OF_ALL = '/proc/1/mountinfo'


class Mount(NamedTuple):
    """One mount. `options` are those of this mount, `super_options` those of the file system under it."""

    id: int
    parent: int
    device: str                   # 'major:minor' of the file system; 0:N has no block device under it
    root: str                     # the folder of that file system that is mounted: '/' or, for a bind, another
    point: str
    options: Tuple[str, ...]
    kind: str                     # 'xfs', 'ext4', 'overlay'
    source: str                   # '/dev/vda', 'tmpfs', 'server:/path'
    super_options: Tuple[str, ...]


def mounts(host: Any) -> List[Mount]:
    """All mounts of the running host, in the kernel's order: one that hides another comes after it."""
    found: List[Mount] = host.once('mounts', lambda: parse(host.read(table(host)), table(host)))
    return found


def table(host: Any) -> str:
    """The file that says what is mounted on the host.

    A service that systemd keeps from writing has a table of its own, in which all is read-only: then that of process 1
    is asked, when it has the same root and lets itself be looked at (ptrace(2), namespaces(7)).
    """
    found: str = host.once('mount table', lambda: _OF_ALL if _apart(host) else SOURCE)
    return found


def _apart(host: Any) -> bool:
    try:
        ours, theirs = host.link('/proc/self/ns/mnt'), host.link('/proc/1/ns/mnt')
        if ours is None or theirs is None or ours == theirs:
            return False
        here, there = host.status('/'), host.status('/proc/1/root/')
    except CannotTell:
        return False
    return here is not None and there is not None and (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def parse(text: str, where: str = SOURCE) -> List[Mount]:
    r"""The mounts of a mountinfo text. CannotTell on a line that is not one.

    >>> parse('36 35 98:0 /a\\040b /mnt rw,noatime shared:1 - ext3 /dev/root rw,errors=continue\n')[0].root
    '/a b'
    """
    found = []
    for number, line in enumerate(text.split('\n'), 1):
        if not line:
            continue
        # Split at each blank: the kernel writes an empty source as nothing between two of them.
        fields = line.split(' ')
        try:
            dash = fields.index('-', 6)
            kind, source, super_options = fields[dash + 1:]
            mount = Mount(int(fields[0]), int(fields[1]), fields[2], fields[3], fields[4], tuple(fields[5].split(',')),
                          kind, source, tuple(super_options.split(',')))
        except ValueError:
            raise CannotTell(f'line {number} is not a line of mountinfo', f'{where}:{number}') from None
        found.append(_unescaped(mount) if '\\' in line else mount)       # a node with many pods has thousands of lines
    return found


def unescape(text: str) -> str:
    r"""Undoes the octal escapes that the kernel's mangle() writes for blank, tab, newline, backslash and #.

    >>> unescape('a\\040b\\134040')
    'a b\\040'
    """
    if '\\' not in text:
        return text
    return re.sub(r'\\([0-3][0-7]{2})', _octal, text)


def holding(all_mounts: List[Mount], path: str) -> Mount:
    """The mount on which a path without links lies, found as the kernel walks it, so that hidden mounts do not count.

    >>> both = parse('1 0 8:1 / / rw - xfs /dev/sda1 rw\\n2 1 8:2 / /var rw - xfs /dev/sda2 rw\\n')
    >>> holding(both, '/var/lib').point, holding(both, '/variable').point
    ('/var', '/')
    """
    ids = {mount.id for mount in all_mounts}
    children: Dict[int, List[Mount]] = {}
    here: Optional[Mount] = None
    above = {path[:at] for at in range(1, len(path) + 1) if path[at:at + 1] in ('', '/')} | {'/'}
    for mount in all_mounts:
        if mount.point not in above:
            continue
        if mount.parent in ids and mount.parent != mount.id:
            children.setdefault(mount.parent, []).append(mount)
        elif here is None or len(mount.point) >= len(here.point):
            here = mount
    if here is None:
        raise CannotTell(f'no mount holds {path}', SOURCE)
    for _ in all_mounts:          # each step goes one mount deeper, so there are at most that many
        below = children.get(here.id)
        if not below:
            break
        # What lies on the shorter path is met first and hides the other, which is mounted on the same mount.
        here = min(below, key=lambda mount: len(mount.point))
    return here


def covers(point: str, path: str) -> bool:
    """Whether a path is a folder or lies below it.

    >>> covers('/', '/a'), covers('/a', '/a/b'), covers('/a', '/ab')
    (True, True, False)
    """
    return path == point or path.startswith(point if point.endswith('/') else point + '/')


def _unescaped(mount: Mount) -> Mount:
    return Mount(mount.id, mount.parent, mount.device, unescape(mount.root), unescape(mount.point),
                 tuple(unescape(option) for option in mount.options), unescape(mount.kind), unescape(mount.source),
                 tuple(unescape(option) for option in mount.super_options))


def _octal(match: Any) -> str:
    # A byte, not a character: the text is UTF-8 with surrogateescape. All that the kernel escapes is ASCII.
    code = int(match.group(1), 8)
    return chr(code) if code < 128 else match.group(0)
