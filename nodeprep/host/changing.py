"""The hands of a Host: files replaced whole or not at all, and commands that change. For journal and fixer alone.

Sources: rename(2), fsync(2) (a new name is on the disk only when its folder is synced too), xattr(7).
"""
import contextlib
import errno
import os

from nodeprep.host import Host, images, replacing
from nodeprep.host.commands import FOLDERS, Answer
from nodeprep.host.files import raw_of, reason
from nodeprep.host.folders import holding
from nodeprep.host.images import ABSENT, FILE, FOLDER, Image
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
                with self._in(image.real) as (folder, name):
                    replacing.expect(folder, name, image)
                    os.unlink(name, dir_fd=folder)
                    os.fsync(folder)
            else:
                self._make_folders(image)
                self._replace(image._replace(kind=FILE, data=data, mode=wanted), temporary, instead_of=image)

    def restore(self, image: Image, temporary: str = '') -> None:
        """Makes a path what it was when the image was taken, times included. CannotChange: then it is as it is now."""
        with _told(image):
            if images.in_kernel(image.real):
                if image.kind == FILE:
                    self._write_in_place(image.real, image.data)
            elif image.kind == ABSENT:
                with contextlib.suppress(FileNotFoundError), self._in(image.real) as (folder, name):
                    replacing.remove(folder, name)
                for lacking in reversed(image.lacking):
                    with contextlib.suppress(FileNotFoundError), self._in(lacking) as (folder, name):
                        replacing.remove_folder(folder, name)
            elif image.kind == FOLDER:
                with self._in(image.real) as (folder, name):
                    replacing.make_folder(folder, name, image)
            else:
                self._replace(image, temporary)

    def drop(self, real: str) -> None:
        """Removes a temporary file that a process left when it was killed; nothing when there is none."""
        try:
            with self._in(real) as (folder, name):
                os.stat(name, dir_fd=folder, follow_symlinks=False)        # unlink(2) first says that it may not write
                replacing.clear(folder, name)
        except FileNotFoundError:
            return
        except OSError as error:
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

    def _in(self, real: str) -> Any:
        return holding(self.root, self.live, real)

    def _write_in_place(self, real: str, data: Optional[bytes]) -> None:
        if data is None:
            raise CannotChange(f'{real} is a variable of the kernel, which cannot be removed')
        with self._in(real) as (folder, name):
            handle = os.open(name, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=folder)
            try:
                os.write(handle, data)
            finally:
                os.close(handle)

    def _make_folders(self, image: Image) -> None:
        for lacking in image.lacking:
            with self._in(lacking) as (folder, name):
                os.mkdir(name, 0o755, dir_fd=folder)
                os.chmod(name, 0o755, dir_fd=folder)         # noqa: S103  # as its siblings, whatever the umask is
                os.fsync(folder)

    def _replace(self, image: Image, temporary: str, instead_of: Optional[Image] = None) -> None:
        with self._in(image.real) as (folder, name):
            beside = raw_of(temporary) or b'.' + name[:200] + b'.nodeprep'
            replacing.replace(folder, name, image, beside, instead_of)


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
