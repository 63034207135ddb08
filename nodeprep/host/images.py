"""What a path was before it is changed: everything that is needed to bring it back, and what stands against a change.

Sources: path_resolution(7), xattr(7) (ACLs and SELinux labels are extended attributes), rename(2).
"""
import errno
import os
import stat

from nodeprep.host.files import MOST, raw_of, reason, text_of
from nodeprep.host.following import followed
from nodeprep.model import CannotChange
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Tuple

ABSENT, FILE, LINK, FOLDER, OTHER = 'absent', 'file', 'link', 'folder', 'other'


class Image(NamedTuple):
    """A path at one moment. `real` is where its links lead, as the host itself would write it."""

    path: str
    real: str
    kind: str
    data: bytes = b''                              # of a file
    target: str = ''                               # of a link
    mode: int = 0                                  # permission bits, with setuid, setgid and sticky
    uid: int = 0
    gid: int = 0
    mtime_ns: int = 0
    links: int = 1                                 # hard links
    xattrs: Tuple[Tuple[str, bytes], ...] = ()     # name -> value, sorted; of a file
    lacking: Tuple[str, ...] = ()                  # folders above it that are not there, the highest first

    def same_as(self, other: 'Image') -> bool:
        """Whether nobody changed it in between: times do not count, and a second name does neither."""
        return self._replace(path='', mtime_ns=0, links=1, lacking=()) == \
            other._replace(path='', mtime_ns=0, links=1, lacking=())


def in_kernel(real: str) -> bool:
    """Whether a path is a variable of the kernel rather than a file on a disk: it is written in place."""
    return real.startswith(('/proc/', '/sys/'))


def take(root: str, path: str, follow: bool = True) -> Image:
    """The image of a path below a root. CannotChange when it cannot be had whole.

    `follow`: links are followed and `real` is where they lead; without it a link at the end is an image of its own.
    """
    below = b'' if root == '/' else raw_of(root)
    try:
        real = _real(below, path, follow)
        return _taken(below, path, real)
    except OSError as error:
        raise CannotChange(f'{path}: {reason(error)}; it cannot be kept for the way back') from None


def _real(below: bytes, path: str, follow: bool) -> bytes:
    if follow:
        return followed(below, raw_of(path))
    folder, _, name = path.rstrip('/').rpartition('/')
    return followed(below, raw_of(folder or '/')) + b'/' + raw_of(name)


def _taken(below: bytes, path: str, real: bytes) -> Image:
    shown = text_of(real)
    try:
        found = os.lstat(below + real)
    except FileNotFoundError:
        return Image(path, shown, ABSENT, lacking=_lacking(below, real))
    kind = (FILE if stat.S_ISREG(found.st_mode) else LINK if stat.S_ISLNK(found.st_mode) else
            FOLDER if stat.S_ISDIR(found.st_mode) else OTHER)
    image = Image(path, shown, kind, mode=stat.S_IMODE(found.st_mode), uid=found.st_uid, gid=found.st_gid,
                  mtime_ns=found.st_mtime_ns, links=found.st_nlink)
    if kind == LINK:
        return image._replace(target=text_of(os.readlink(below + real)))
    if kind == FILE:
        kept = () if in_kernel(shown) else attributes(below + real)
        return image._replace(data=_data(below + real), xattrs=kept)
    return image


def _lacking(below: bytes, real: bytes) -> Tuple[str, ...]:
    lacking = []
    folder = real.rpartition(b'/')[0]
    while folder and not os.path.lexists(below + folder):
        lacking.append(text_of(folder))
        folder = folder.rpartition(b'/')[0]
    return tuple(reversed(lacking))


def _data(real: bytes) -> bytes:
    handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | os.O_NOFOLLOW)
    try:
        parts, taken = [], 0
        while True:
            part = os.read(handle, 65536)
            parts.append(part)
            taken += len(part)
            if taken > MOST:
                raise OSError(errno.EFBIG, f'is larger than {MOST >> 20} MiB')
            if not part:
                return b''.join(parts)
    finally:
        os.close(handle)


def attributes(real: Any) -> Tuple[Tuple[str, bytes], ...]:
    """The extended attributes of a path or handle, each name with its value; none where the file system has none."""
    follow = isinstance(real, int)
    try:
        names = os.listxattr(real, follow_symlinks=follow)
        return tuple((text_of(os.fsencode(name)), os.getxattr(real, name, follow_symlinks=follow))
                     for name in sorted(names))
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return ()
        raise


def refusal(root: str, image: Image) -> str:
    """What stands against replacing this file, '' when nothing does."""
    if image.kind == FOLDER:
        return f'{image.real} is a folder where a file should be; move it away'
    if image.kind == OTHER:
        return f'{image.real} is no regular file; move it away'
    if image.kind == FILE and image.links > 1:
        return (f'{image.real} has {image.links} hard links: to replace it would part it from its other names; '
                'change it by hand')
    if image.kind == ABSENT and image.real != image.path and os.path.islink(_below(root, image.path)):
        return f'{image.path} is a link to {image.real}, which is not there; remove the link or make its target'
    return ''


def _below(root: str, path: str) -> bytes:
    return raw_of(path) if root == '/' else raw_of(root) + raw_of(path)
