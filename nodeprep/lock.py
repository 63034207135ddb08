"""One at a time: the agent, the fixer and the command line take the same lock before they change anything."""
import contextlib
import errno
import fcntl
import os
import stat

from nodeprep.host.files import followed, raw_of, reason
from nodeprep.host.folders import private
from nodeprep.model import Busy, CannotChange
from nodeprep.typed import Any

PATH, OF_AN_IMAGE = '/run/nodeprep/lock', '/var/lib/nodeprep/lock'


class Lock:
    """Held from `with` until its end, and let go by the kernel when the process ends otherwise. flock(2)."""

    def __init__(self, host: Any, what: str) -> None:
        """`what` is told to whoever finds the lock taken."""
        below = b'' if host.root == '/' else raw_of(host.root)
        self._path = below + followed(below, raw_of(PATH if host.live else OF_AN_IMAGE))
        self._what = what
        self._handle = -1

    def __enter__(self) -> 'Lock':
        """Takes it. Busy when it is taken, CannotChange when it cannot be had."""
        try:
            private(os.path.dirname(self._path))
            # Opening a device of an image would do what that device does: a watchdog ends the machine that looks.
            if os.path.lexists(self._path) and not stat.S_ISREG(os.lstat(self._path).st_mode):
                raise OSError(errno.EINVAL, 'is not a regular file')
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            said = 'run it as root' if error.errno in (errno.EACCES, errno.EPERM) else reason(error)
            raise CannotChange(f'{os.fsdecode(self._path)}: {said}') from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 300).decode('utf-8', 'replace').strip()
            os.close(handle)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise CannotChange(f'{os.fsdecode(self._path)}: {reason(error)}') from None
            raise Busy(f'another nodeprep is at work ({holder or "it did not say who"}); wait for it and '
                       'try again') from None
        with contextlib.suppress(OSError):             # on a full disk the lock holds, and does not say for whom
            os.ftruncate(handle, 0)
            os.write(handle, f'pid {os.getpid()}: {self._what}\n'.encode('utf-8', 'backslashreplace'))
        self._handle = handle
        return self

    def __exit__(self, *error: Any) -> None:
        """Lets it go."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
        os.close(self._handle)
