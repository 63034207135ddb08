"""What files hold, read below a root without ever leaving it, hanging, or taking in more than fits.

An image may be hostile: a link that points out of it, a FIFO where a file is expected, a file without an end.
"""
import errno
import os
import stat

from nodeprep.model import CannotTell
from nodeprep.typed import Any, Callable, Dict, Iterator, Optional

_KEPT = 2**16             # characters of a text that is kept for the next who reads the file in this round
MOST = 16 * 2**20         # bytes; the longest honest file read here, a large /proc/net/tcp, is well below
_FIRST = 8192             # bytes of the first read; few files are longer
# O_NONBLOCK: opening a FIFO must not wait for its other end.
_LOOKING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
ABSENT = (errno.ENOENT, errno.ENOTDIR)


class Files:
    """Every path is absolute as the host itself would write it. What there is beside their text: see entries.py."""

    def __init__(self, root: str = '/') -> None:
        # A word of the command line is text by the locale, a path here is so whatever the locale.
        self.root = text_of(os.path.realpath(os.fsencode(root)))
        self._facts: Dict[Any, Any] = {}        # what is remembered for the round

    def read(self, path: str, missing: Optional[str] = None) -> str:
        """The text of a file: UTF-8 with surrogateescape, line ends as they are.

        Absent: `missing` when that is given. Anything else that cannot be read raises CannotTell naming the path.
        Within a round a file says the same to all who read it.
        """
        known: Optional[str] = self._facts.get(('text', path))
        if known is not None:
            return known
        try:
            text = text_of(self._bytes(path))
            if len(text) <= _KEPT:
                self._facts['text', path] = text
            return text
        except OSError as error:
            if error.errno in ABSENT and missing is not None:
                return missing
            raise CannotTell(f'{path}: {reason(error)}', path) from None

    def begin(self, path: str, enough: Callable[[bytes], bool]) -> str:
        """The beginning of a file, read until `enough` says so of what was read so far, or all of it.

        For tables of /proc whose end costs the kernel milliseconds. Whatever cannot be read raises CannotTell.
        """
        taken = b''
        try:
            for part in self._parts(path):
                taken += part
                if enough(taken):
                    break
        except OSError as error:
            raise CannotTell(f'{path}: {reason(error)}', path) from None
        return text_of(taken)

    def line(self, path: str) -> str:
        """The line that a file of /proc or /sys holds, without its end: one value, so that one read(2) has it whole.

        A node has hundreds of such files, and reading one as `read` does takes twice as long. CannotTell as with read.
        """
        try:
            handle = self._opened(path)
            try:
                return os.read(handle, 4096).partition(b'\n')[0].decode('utf-8', 'surrogateescape')
            finally:
                os.close(handle)
        except OSError as error:
            raise CannotTell(f'{path}: {reason(error)}', path) from None

    def _bytes(self, path: str) -> bytes:
        """What _parts gives, in one: nearly every file here is small, and generators cost as much as reading it."""
        handle = self._opened(path)
        try:
            size = _size(handle)
            whole = os.read(handle, _FIRST)
            return whole if len(whole) == size else b''.join([whole] + list(_chunks(handle, size, len(whole))))
        finally:
            os.close(handle)

    def _opened(self, path: str) -> int:
        at = self._below(path)
        # To open a device of an image does what that device does, a watchdog of this machine for one.
        if self.root != '/' and stat.S_IFMT(os.stat(at).st_mode) in (stat.S_IFCHR, stat.S_IFBLK):
            raise OSError(errno.EINVAL, 'is not a regular file')
        return os.open(at, _LOOKING)

    def _parts(self, path: str) -> Iterator[bytes]:
        handle = self._opened(path)
        try:
            yield from _chunks(handle, _size(handle), 0)
        finally:
            os.close(handle)

    def _below(self, path: str) -> bytes:
        """Where the path lies on the machine that looks: links are followed as if the root were `/`.

        Bytes, since the locale of whoever runs nodeprep must not decide which names can be opened.
        """
        if path[:1] != '/' or '\0' in path:
            raise CannotTell(f'{path!r} is not an absolute path', repr(path))
        try:
            raw = path.encode('utf-8', 'surrogateescape')
        except UnicodeEncodeError:
            raise CannotTell(f'{path!r} is not a path', repr(path)) from None
        if self.root == '/':
            return raw
        from nodeprep.host.following import followed  # a round that looks at this machine itself needs none of it
        return raw_of(self.root) + followed(raw_of(self.root), raw)


def raw_of(text: str) -> bytes:
    """The bytes of a text: UTF-8 with surrogateescape, whatever the locale."""
    return text.encode('utf-8', 'surrogateescape')


def text_of(raw: bytes) -> str:
    """The text of bytes, so that raw_of() gives the same bytes back."""
    return raw.decode('utf-8', 'surrogateescape')


def _size(handle: int) -> int:
    """The size of an open regular file as stat(2) has it, 0 for files of /proc; OSError for anything else."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        if stat.S_ISDIR(status.st_mode):
            raise OSError(errno.EISDIR, 'is a folder')
        raise OSError(errno.EINVAL, 'is not a regular file')
    return status.st_size


def _chunks(handle: int, size: int, taken: int) -> Iterator[bytes]:
    """What follows the first `taken` bytes of a file. What was read of `size` bytes is whole; 0 needs a last read."""
    while True:
        part = os.read(handle, 65536 if taken else _FIRST)
        taken += len(part)
        if taken > MOST:
            raise OSError(errno.EFBIG, f'is larger than {MOST >> 20} MiB')
        if not part:
            return
        yield part
        if taken == size:
            return


def reason(error: OSError) -> str:
    """What went wrong, in lower case, as it stands in a sentence: 'permission denied'."""
    said = error.strerror or str(error)
    return said[:1].lower() + said[1:]
