"""Files that are believed: only root, or the user who runs this, may have written them. So is the folder they are in.

Sources: open(2) O_NOFOLLOW; fsync(2), a new name is on the disk only when its folder is synced too.
"""
import errno
import os
import stat


class NotOurs(OSError):
    """A file or folder that somebody else could have written. An OSError, whose strerror says which and what to do."""

    def __init__(self, path: str, why: str) -> None:
        OSError.__init__(self, errno.EPERM, f'{path}: {why}; look at who changed it, then chown and chmod it')


def check(path: str, found: os.stat_result) -> None:
    """NotOurs unless what was found at a path belongs to root or to us, and nobody else may write it."""
    if found.st_uid not in (0, os.geteuid()):
        raise NotOurs(path, f'belongs to user {found.st_uid}')
    if found.st_mode & 0o022:
        raise NotOurs(path, f'others may write it (mode {stat.S_IMODE(found.st_mode):04o})')


def folder(path: str) -> None:
    """Makes a folder of ours alone where there is none, with its parent. OSError when it cannot be had."""
    for one in (os.path.dirname(path), path):
        try:
            found = os.lstat(one)
        except FileNotFoundError:
            os.mkdir(one, 0o700)
            sync(os.path.dirname(one))
            found = os.lstat(one)
        if one == path and not stat.S_ISDIR(found.st_mode):
            raise NotOurs(path, 'is not a folder')
        check(one, found)


def opened(path: str, flags: int) -> int:
    """open(2) of a regular file that is ours; made, 0600, when `flags` have O_CREAT. OSError, NotOurs."""
    try:
        handle = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise NotOurs(path, 'is not a file') from None
        raise
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise NotOurs(path, 'is not a file')
        check(path, found)
    except OSError:
        os.close(handle)
        raise
    return handle


def read(path: str, most: int = 2**30) -> bytes:
    """The first `most` bytes of a file that is ours. OSError, NotOurs."""
    handle = opened(path, os.O_RDONLY)
    try:
        parts, left = [], min(most, os.fstat(handle).st_size)
        while left > 0:
            part = os.read(handle, left)
            if not part:
                break
            parts.append(part)
            left -= len(part)
        return b''.join(parts)
    finally:
        os.close(handle)


def write(handle: int, data: bytes) -> None:
    """All of the data: write(2) may take a part of it, as it does on a disk that fills up."""
    while data:
        data = data[os.write(handle, data):]


def sync(path: str) -> None:
    """Makes the names in a folder last."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
