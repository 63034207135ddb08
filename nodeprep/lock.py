"""One at a time: the agent, the fixer and the command line take the same lock before they change anything.

An image is locked by its own folder, since a fix writes nothing to an image that is met. Source: flock(2), proc(5).
"""
import contextlib
import errno
import fcntl
import os
import stat

from nodeprep.host.files import raw_of, reason, text_of
from nodeprep.host.folders import made
from nodeprep.host.following import followed
from nodeprep.model import Busy, CannotChange
from nodeprep.typed import Any

PATH = '/run/nodeprep/lock'


class Lock:
    """Held from `with` until its end, and let go by the kernel when the process ends otherwise."""

    def __init__(self, host: Any, what: str) -> None:
        """`what` is told to whoever finds the lock taken; of an image the kernel tells who it is."""
        below = b'' if host.root == '/' else raw_of(host.root)
        self._file = host.live
        self.path = below + followed(below, raw_of(PATH)) if host.live else raw_of(host.root)
        self._what = what
        self._handle = -1

    def __enter__(self) -> 'Lock':
        """Takes it. Busy when it is taken, CannotChange when it cannot be had."""
        try:
            handle = self._opened() if self._file else os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            said = 'run it as root' if error.errno in (errno.EACCES, errno.EPERM) else reason(error)
            raise CannotChange(f'{text_of(self.path)}: {said}') from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = (os.read(handle, 300) if self._file else _holder(handle)).decode('utf-8', 'replace').strip()
            os.close(handle)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise CannotChange(f'{text_of(self.path)}: {reason(error)}') from None
            raise Busy(f'another nodeprep is at work ({holder or "it did not say who"}); wait for it and '
                       'try again') from None
        self._handle = handle
        self._say(f'pid {os.getpid()}: {self._what}\n')
        return self

    def __exit__(self, *error: Any) -> None:
        """Lets it go."""
        self._say('')
        os.close(self._handle)

    def _opened(self) -> int:
        made(os.path.dirname(self.path), 0o755)       # in it lies the status of the agent too, for everybody
        # Opening a device would do what that device does: a watchdog ends the machine that looks.
        if os.path.lexists(self.path) and not stat.S_ISREG(os.lstat(self.path).st_mode):
            raise OSError(errno.EINVAL, 'is not a regular file')
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def _say(self, text: str) -> None:
        if self._file:
            with contextlib.suppress(OSError):         # on a full disk the lock holds, and does not say for whom
                os.ftruncate(self._handle, 0)
                os.write(self._handle, text.encode('utf-8', 'backslashreplace'))


def held(host: Any) -> bool:
    """Whether somebody has the lock of a host or image. It is not taken for that: who wants it just then would fail."""
    path = Lock(host, '').path
    try:
        inode = b':%d' % os.stat(path).st_ino
        with open('/proc/locks', 'rb') as locks:
            words = [line.split() for line in locks]
    except OSError:
        return False                   # nobody ever took it, or the kernel does not tell
    return any(one[1] == b'FLOCK' and one[5].endswith(inode) for one in words)


def _holder(handle: int) -> bytes:
    """The process that has the lock of a folder, with its command line; b'' when the kernel does not tell."""
    inode = b':%d' % os.fstat(handle).st_ino
    with contextlib.suppress(OSError), open('/proc/locks', 'rb') as locks:
        for line in locks:
            words = line.split()         # 1: FLOCK ADVISORY WRITE pid major:minor:inode first last
            if words[1] == b'FLOCK' and words[5].endswith(inode):
                with open(b'/proc/' + words[4] + b'/cmdline', 'rb') as command:
                    said: bytes = command.read(300).replace(b'\0', b' ')
                    return b'pid ' + words[4] + b': ' + said
    return b''
