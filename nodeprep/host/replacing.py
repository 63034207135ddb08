"""What is done to one name in a folder that is held open: the file under it is replaced whole or not at all.

Sources: rename(2), fsync(2) (a new name is on the disk only when its folder is synced too), xattr(7).
"""
import contextlib
import errno
import os
import stat

from nodeprep.host import images
from nodeprep.host.files import raw_of
from nodeprep.host.images import ABSENT, FILE, LINK, Image
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Optional


def expect(folder: int, name: bytes, image: Image) -> None:
    """CannotChange when a path is not what it was when the image was taken: the last look before it is replaced."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        same = image.kind == FILE and (found.st_mtime_ns, found.st_size) == (image.mtime_ns, len(image.data))
    except FileNotFoundError:
        same = image.kind == ABSENT
    if not same:
        raise CannotChange(f'{image.real} was changed by somebody else at this moment; look at the plan again')


def replace(folder: int, name: bytes, image: Image, temporary: bytes, instead_of: Optional[Image] = None) -> None:
    """The image's file or link under this name, complete and on the disk; or nothing of it.

    `instead_of`: what must still be there. Without it the image is given back as it was, with its times.
    """
    clear(folder, temporary)
    try:
        if image.kind == LINK:
            os.symlink(raw_of(image.target), temporary, dir_fd=folder)
            os.chown(temporary, image.uid, image.gid, dir_fd=folder, follow_symlinks=False)
        else:
            _write_new(folder, temporary, image, instead_of is not None and instead_of.kind == ABSENT)
        if instead_of is not None:
            expect(folder, name, instead_of)
        else:
            os.utime(temporary, ns=(image.mtime_ns, image.mtime_ns), dir_fd=folder, follow_symlinks=False)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        clear(folder, temporary)
        raise
    os.fsync(folder)


def make_folder(folder: int, name: bytes, image: Image) -> None:
    """The folder of an image; nothing when there is one."""
    try:
        os.mkdir(name, image.mode, dir_fd=folder)
    except FileExistsError:
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            return
        raise
    os.chown(name, image.uid, image.gid, dir_fd=folder, follow_symlinks=False)
    os.chmod(name, image.mode, dir_fd=folder)


def remove(folder: int, name: bytes) -> None:
    """Removes what is there; of folders only an empty one."""
    if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        remove_folder(folder, name)
    else:
        clear(folder, name)


def remove_folder(folder: int, name: bytes) -> None:
    """Removes a folder that a fix made, unless something was put into it since."""
    try:
        os.rmdir(name, dir_fd=folder)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY):
            raise


def clear(folder: int, name: bytes) -> None:
    """Removes a file or link, if it is there."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def _write_new(folder: int, name: bytes, image: Image, new: bool) -> None:
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    try:
        left = memoryview(image.data)
        while left:
            left = left[os.write(handle, left):]
        os.fchown(handle, image.uid, image.gid)
        os.fchmod(handle, image.mode)                # after chown, which takes setuid and setgid away
        _give_attributes(handle, dict(image.xattrs), new)
        os.fsync(handle)
    finally:
        os.close(handle)


def _give_attributes(handle: int, wanted: Any, new: bool) -> None:
    there = dict(images.attributes(handle))
    for name, value in wanted.items():
        if there.get(name) != value:
            os.setxattr(handle, raw_of(name), value)
    # A folder with a default ACL gave its own to the temporary file: right for a new file, not for one that had none.
    for name in set(there) - set(wanted) if not new else ():
        if not name.startswith('security.'):          # labels and hashes are the kernel's, which keeps them
            os.removexattr(handle, raw_of(name))
