"""Lines at the end of a journal's file: each there whole, or not at all and nothing behind it.

Sources: write(2) (on a disk that fills up it may take a part), fsync(2) (after an error it is not known what is on the
disk).
"""
import contextlib
import errno
import json
import os

from nodeprep.host.files import reason
from nodeprep.journal import folder
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Dict, Iterable


class Lines:
    """An open file of a journal. `torn`: what was left of a line could not be cut off, so that nothing may follow."""

    def __init__(self, handle: int) -> None:
        """`handle` was opened with O_APPEND, and is closed by close()."""
        self._handle = handle
        self.torn = False

    def add(self, lines: Iterable[Dict[str, Any]], sync: bool) -> None:
        """Adds lines, all or none. CannotChange when they do not fit: then nothing more may be changed."""
        text = ''.join(json.dumps(line) + '\n' for line in lines).encode('ascii')
        if self.torn:
            raise CannotChange(f'{folder.FOLDER}: its last line is torn; without a journal nothing is changed')
        try:
            before = os.fstat(self._handle).st_size
            try:
                if os.write(self._handle, text) < len(text):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                if sync:
                    os.fdatasync(self._handle)
            except OSError:
                self._cut(before)
                raise
        except OSError as error:
            raise CannotChange(f'{folder.FOLDER}: {reason(error)}; without a journal nothing is changed') from None

    def cut_torn_line(self) -> None:
        """Cuts off what a crash left of a last line. OSError."""
        end = size = os.fstat(self._handle).st_size
        while end:
            begin = max(0, end - 65536)
            part = os.pread(self._handle, end - begin, begin)
            if b'\n' in part:
                end = begin + part.rindex(b'\n') + 1
                break
            end = begin
        if end < size:
            os.ftruncate(self._handle, end)

    def close(self) -> None:
        """Lets the file go."""
        os.close(self._handle)

    def _cut(self, size: int) -> None:
        self.torn = True
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, size)
            self.torn = False
