"""The hands of a Host: files replaced whole or not at all, and commands that change. For journal and fixer alone.

Sources: rename(2), fsync(2) (a new name is on the disk only when its folder is synced too), xattr(7).
"""
import contextlib
import errno
import os

from nodeprep.host import Host, images
from nodeprep.host.commands import FOLDERS, Answer
from nodeprep.host.files import raw_of, reason
from nodeprep.host.images import ABSENT, FILE, FOLDER, LINK, Image
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Callable, Optional, Sequence, Tuple

# Called twice a second while a command runs: (how far it is, '' or why it must be stopped).
Watch = Callable[[], Tuple[str, str]]
_NEW = 0o644


class Changing(Host):
    """A Host that can also be changed. Whoever only looks is given a Host, which has none of this."""

    def image(self, path: str, follow: bool = True) -> Image:
        """A path as it is now; see images.take."""
        return images.take(self.root, path, follow)

    def refusal(self, image: Image) -> str:
        """Why this file is not to be replaced; '' when it may be."""
        return images.refusal(self.root, image)

    def put(self, image: Image, data: Optional[bytes], mode: Optional[int] = None, temporary: str = '') -> None:
        """Makes the file of an image hold `data`, or not be there (None). CannotChange: then it is as it was.

        Owner, mode and extended attributes (the SELinux label, ACLs) stay as they are; a new file is root's, 0644. The
        same content is no change at all. `temporary` is the name, in the same folder, that the new content has until
        it is complete.
        """
        wanted = image.mode if image.kind == FILE else _NEW
        wanted = wanted if mode is None else mode
        if data is None and image.kind == ABSENT or image.kind == FILE and (image.data, image.mode) == (data, wanted):
            return
        with _told(image):
            if images.in_kernel(image.real):
                self._write_in_place(image.real, data)
            elif data is None:
                self._expect(image)
                os.unlink(self._at(image.real))
                self._sync_folder(image.real)
            else:
                self._make_folders(image)
                self._replace(image._replace(kind=FILE, data=data, mode=wanted), temporary, instead_of=image)

    def restore(self, image: Image, temporary: str = '') -> None:
        """Makes a path what it was when the image was taken, times included. CannotChange: then it is as it is now."""
        with _told(image):
            real = self._at(image.real)
            if images.in_kernel(image.real):
                if image.kind == FILE:
                    self._write_in_place(image.real, image.data)
            elif image.kind == ABSENT:
                if os.path.isdir(real) and not os.path.islink(real):
                    self._drop_folder(image.real)
                else:
                    self._clear(real)
                for folder in reversed(image.lacking):
                    self._drop_folder(folder)
            elif image.kind == FOLDER:
                if not os.path.isdir(real):
                    os.mkdir(real, image.mode)
                    os.chown(real, image.uid, image.gid)
                    os.chmod(real, image.mode)
            else:
                self._replace(image, temporary)

    def drop(self, real: str) -> None:
        """Removes a temporary file that a process left when it was killed; nothing when there is none."""
        try:
            os.unlink(self._at(real))
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                raise CannotChange(f'{real}: {reason(error)}') from None

    def do(self, argv: Sequence[str], patience: float = 60.0, watch: Optional[Watch] = None) -> Answer:
        """Runs a command that changes something. CannotChange when it cannot be started or does not end in time.

        It runs in a session of its own, so that a Ctrl-C at the terminal does not cut it short: whoever asked for the
        change decides when to stop. A program of an image is not run; systemctl --root of this machine is.
        """
        if isinstance(argv, str):
            raise TypeError('a command is a list of words, not a text')
        from nodeprep.host.doing import run
        path = self._executable(argv[0])
        if not path:
            raise CannotChange(f'{argv[0]} is not installed')
        return run([path] + list(argv[1:]), patience, watch)

    def _executable(self, name: str) -> str:
        if self.live:
            return self.program(name)
        return next((path for path in (f'{folder}/{name}' for folder in FOLDERS) if os.access(path, os.X_OK)), '')

    def _at(self, real: str) -> bytes:
        return raw_of(real) if self.root == '/' else raw_of(self.root) + raw_of(real)

    def _write_in_place(self, real: str, data: Optional[bytes]) -> None:
        if data is None:
            raise CannotChange(f'{real} is a variable of the kernel, which cannot be removed')
        handle = os.open(self._at(real), os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.write(handle, data)
        finally:
            os.close(handle)

    def _make_folders(self, image: Image) -> None:
        for folder in image.lacking:
            os.mkdir(self._at(folder), 0o755)
            os.chmod(self._at(folder), 0o755)         # noqa: S103  # as its siblings, whatever the umask is
            self._sync_folder(folder)

    def _expect(self, image: Image) -> None:
        """CannotChange when a path is not what it was when the image was taken: the last look before it is replaced."""
        try:
            found = os.lstat(self._at(image.real))
            same = image.kind == FILE and (found.st_mtime_ns, found.st_size) == (image.mtime_ns, len(image.data))
        except FileNotFoundError:
            same = image.kind == ABSENT
        if not same:
            raise CannotChange(f'{image.real} was changed by somebody else at this moment; look at the plan again')

    def _replace(self, image: Image, temporary: str, instead_of: Optional[Image] = None) -> None:
        """The image's file or link under its real name, complete and on the disk; or nothing of it.

        `instead_of`: what must still be there. Without it the image is given back as it was, with its times.
        """
        folder, _, name = image.real.rpartition('/')
        beside = self._at(f'{folder}/{temporary or "." + name[:200] + ".nodeprep"}')
        self._clear(beside)
        try:
            if image.kind == LINK:
                os.symlink(raw_of(image.target), beside)
                os.lchown(beside, image.uid, image.gid)
            else:
                _write_new(beside, image, instead_of is not None and instead_of.kind == ABSENT)
            if instead_of is not None:
                self._expect(instead_of)
            else:
                os.utime(beside, ns=(image.mtime_ns, image.mtime_ns), follow_symlinks=False)
            os.rename(beside, self._at(image.real))
        except BaseException:
            self._clear(beside)
            raise
        self._sync_folder(image.real)

    def _clear(self, at: bytes) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(at)

    def _drop_folder(self, folder: str) -> None:
        try:
            os.rmdir(self._at(folder))
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY):
                raise

    def _sync_folder(self, real: str) -> None:
        handle = os.open(self._at(real.rpartition('/')[0] or '/'), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_new(beside: bytes, image: Image, new: bool) -> None:
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        left = memoryview(image.data)
        while left:
            left = left[os.write(handle, left):]
        os.fchown(handle, image.uid, image.gid)
        os.fchmod(handle, image.mode)                # after chown, which takes setuid and setgid away
        _give_attributes(beside, dict(image.xattrs), new)
        os.fsync(handle)
    finally:
        os.close(handle)


def _give_attributes(beside: bytes, wanted: Any, new: bool) -> None:
    there = dict(images.attributes(beside))
    for name, value in wanted.items():
        if there.get(name) != value:
            os.setxattr(beside, name, value, follow_symlinks=False)
    # A folder with a default ACL gave its own to the temporary file: right for a new file, not for one that had none.
    for name in set(there) - set(wanted) if not new else ():
        if not name.startswith('security.'):          # labels and hashes are the kernel's, which keeps them
            os.removexattr(beside, name, follow_symlinks=False)


class _told:
    """OSError becomes CannotChange that names the file, and what a person can do where that is known."""

    def __init__(self, image: Image) -> None:
        self.image = image

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if not isinstance(error, OSError):
            return
        advice = {errno.EPERM: '; is it immutable? see lsattr, and chattr -i', errno.EROFS: '; remount it rw',
                  errno.EBUSY: '; it is a mount of its own: change it where it is mounted from',
                  errno.ENOSPC: '; make room on that file system', errno.EDQUOT: '; make room in the quota'}
        raise CannotChange(f'{self.image.real}: {reason(error)}{advice.get(error.errno or 0, "")}') from None
