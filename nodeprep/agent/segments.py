"""The lines of the spool on disk: files that are only ever added to, cut at a torn end, and removed whole.

A line is the report as canonical JSON with its chain in front, so that what a disk gives back is held against the
digest before it is believed. A file is named after the first number in it.
"""
import contextlib
import errno
import json
import os
import re

from nodeprep.agent import owned
from nodeprep.chain import hashed
from nodeprep.typed import Iterator, List, Optional, Tuple

_NAME = re.compile(r'[0-9]{16}\.jsonl$')
_HEAD = re.compile(rb'\{"chain":\{"digest":"([0-9a-f]{64})","previous":"([0-9a-f]{64})"\},')
_GONE = (errno.ENOENT, errno.EIO, errno.EPERM, getattr(errno, 'EUCLEAN', errno.EIO))     # that does not mend itself


def sealed(content: bytes, previous: str) -> Tuple[bytes, str]:
    """The line of a report, from its canonical JSON without "chain", and its digest."""
    own = hashed(previous, content)
    return b'{"chain":{"digest":"%s","previous":"%s"},%s\n' % (own.encode(), previous.encode(), content[1:]), own


class Segment:
    """One file: the numbers of the first and the last good line, how many there are, and the size in bytes."""

    __slots__ = ('path', 'first', 'last', 'count', 'size')

    def __init__(self, path: str) -> None:
        self.path = path
        self.first = self.last = self.count = self.size = 0


class Segments:
    """All files of one folder, which must be ours (see owned.folder), the oldest first."""

    def __init__(self, folder: str, size: int) -> None:
        """Reads every line once. `size`: bytes after which a new file is begun. OSError when it cannot be read."""
        self._folder, self._most = folder, size
        self._handle = -1
        self.all: List[Segment] = []
        self.head = ''                 # digest of the newest good line; '' when there is none
        self.used = 0                  # the highest number that a line had, also one that cannot be read any more
        self.said = ''                 # what was found that should not be
        self._good = 0                 # the number of the newest good line that was found at the beginning
        for name in sorted(os.listdir(folder)):
            if _NAME.match(name):
                self._take(os.path.join(folder, name))

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(segment.size for segment in self.all)

    def add(self, sequence: int, line: bytes) -> None:
        """On disk when it returns. OSError: it does not count as written, and may be added again."""
        if self._handle < 0 or self.all[-1].size + len(line) > self._most:
            self._begin(sequence)
        segment = self.all[-1]
        try:
            owned.write(self._handle, line)
            os.fdatasync(self._handle)
        except OSError:
            self._take_back(segment)
            raise
        segment.first, segment.last = segment.first or sequence, sequence
        segment.count, segment.size = segment.count + 1, segment.size + len(line)

    def lines(self, after: int, of: Optional[Segment] = None) -> Iterator[Tuple[int, bytes]]:
        """(number, line) of the good lines above a number, of all files or one.

        OSError only for what may be better another time; a file that is gone, or that the disk does not give back,
        is passed over, which shows as a gap in the numbers.
        """
        for segment in [of] if of else list(self.all):
            if segment.last > after:
                try:
                    raw = owned.read(segment.path, segment.size)
                except OSError as error:
                    if error.errno not in _GONE:
                        raise
                    self.said = f'{segment.path}: {error.strerror}'
                    continue
                for sequence, line, _ in _good(raw):
                    if sequence > after:
                        yield sequence, line

    def drop(self) -> Segment:
        """Removes the oldest file. OSError when it cannot."""
        segment = self.all[0]
        if len(self.all) == 1:
            self.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(segment.path)
        return self.all.pop(0)

    def close(self) -> None:
        """Lets the file that is written go; the next line begins a new one."""
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            os.close(handle)

    def _take(self, path: str) -> None:
        try:
            raw = owned.read(path)
        except owned.NotOurs as error:
            os.rename(path, path + '.untrusted')
            self.said = f'{error.strerror}; what it says is not used'
            return
        rest = len(raw) - raw.rfind(b'\n') - 1
        if rest:                                   # torn by whoever was killed while writing it
            with _closing(owned.opened(path, os.O_WRONLY)) as handle:
                os.ftruncate(handle, len(raw) - rest)
        if rest == len(raw):
            os.unlink(path)
            return
        segment = Segment(path)
        for sequence, _, own in _good(raw, self._good):
            self.head = own
            segment.first = segment.first or sequence
            segment.last = self._good = sequence
            segment.count += 1
        # A damaged line had a number too, and it is not given away again: numbers of one file follow each other.
        segment.last = max(segment.last, int(os.path.basename(path)[:16]) + raw.count(b'\n') - 1)
        segment.size = len(raw) - rest
        self.used = max(self.used, segment.last)
        self.all.append(segment)

    def _begin(self, sequence: int) -> None:
        self.close()
        segment = Segment(os.path.join(self._folder, f'{sequence:016d}.jsonl'))
        # A file of that name holds what is left of a line that failed, and of nothing else.
        self._handle = owned.opened(segment.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC)
        try:
            owned.sync(self._folder)
        except OSError:
            self.close()
            raise
        self.all.append(segment)

    def _take_back(self, segment: Segment) -> None:
        """Cuts off what a failed line left. When that fails too the file is left alone: a torn line is never read."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, segment.size)
        self.close()
        if not segment.count:
            self.all.remove(segment)
            with contextlib.suppress(OSError):
                os.unlink(segment.path)


def _good(raw: bytes, after: int = 0) -> Iterator[Tuple[int, bytes, str]]:
    """(number, line, digest) of the lines that are whole, are what their digest says, and have a higher number."""
    begin = 0
    while True:
        end = raw.find(b'\n', begin)
        if end < 0:
            return
        line, begin = raw[begin:end], end + 1
        head = _HEAD.match(line)
        if head and hashed(head.group(2).decode(), b'{' + line[head.end():]) == head.group(1).decode():
            sequence = json.loads(line.decode('ascii'))['sequence']
            if sequence > after:
                after = sequence
                yield sequence, line, head.group(1).decode()


@contextlib.contextmanager
def _closing(handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        os.close(handle)
