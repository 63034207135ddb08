"""Where the spool stands: a file of two slots, written in turn and in place, so that a full disk cannot stop it.

A new file and a rename would need room that a full disk does not have; and it is just then that the spool must
remember which numbers it gave away. A slot that was cut short has not its checksum, and the other one still holds.
"""
import errno
import fcntl
import hashlib
import json
import os

from nodeprep.agent import owned
from nodeprep.chain import GENESIS
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Container, Optional

SLOT = 4096                  # a block of the usual file systems: a write of one slot never touches the other


class Place(NamedTuple):
    """Numbers up to `delivered` may go; `last` was given to a report whose digest is `head`.

    `dropped` and `refused` count losses; those from `owed` to `delivered` were refused, which the next report must say.
    """

    delivered: int
    last: int
    head: str
    dropped: int = 0
    refused: int = 0
    owed: int = 0                # 0: none

    def delivered_to(self, sequence: int, refused: Container[int]) -> 'Place':
        """When everything up to this number is done, of which the master refused some."""
        owed = sequence + 1
        while owed - 1 in refused:
            owed -= 1
        if owed == self.delivered + 1:
            owed = self.owed or owed
        return self._replace(delivered=sequence, owed=owed if owed <= sequence else 0)

    def learned(self, sequence: int) -> 'Place':
        """When this higher number turns out to be given away already, nobody knows to which report."""
        empty = self.delivered == self.last
        return self._replace(delivered=sequence if empty else self.delivered, last=sequence, head=GENESIS)


def begun(place: Optional[Place], first: int, used: int, head: str) -> Place:
    """Where a spool stands of which the cursor says `place`, and whose lines begin with the number `first` (0: there
    are none) and go up to `used`, whose digest is `head`: a number that a line has was given away, whatever it says.
    """
    found = place or Place(max(first - 1, 0), 0, GENESIS)
    return found._replace(last=used, head=head or found.head) if used > found.last else found


class Cursor:
    """The file, held open and locked: of two agents only one may write a spool."""

    def __init__(self, path: str) -> None:
        """OSError when it cannot be had: no room to make it, not ours, or another process has it."""
        self._handle = owned.opened(path, os.O_RDWR | os.O_CREAT)
        self._turn = 0
        try:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise OSError(error.errno, 'another agent writes this spool') from None
            size = os.fstat(self._handle).st_size
            if size < 2 * SLOT:
                os.lseek(self._handle, size, os.SEEK_SET)
                owned.write(self._handle, b' ' * (2 * SLOT - size))
                os.fsync(self._handle)
            # Synced each time: that the file was made by somebody who was killed before the sync does not show.
            owned.sync(os.path.dirname(path))
        except OSError:
            os.close(self._handle)
            raise

    def read(self) -> Optional[Place]:
        """The newest whole slot. None: there is none, since the file is new or was damaged."""
        newest = None
        for turn, offset in enumerate((0, SLOT)):
            slot = _read(os.pread(self._handle, SLOT, offset))
            if slot and slot[0] % 2 == turn and (newest is None or slot[0] > self._turn):
                self._turn, newest = slot
        return newest

    def write(self, place: Place) -> None:
        """On disk when it returns. OSError: the place before this one still holds."""
        turn = self._turn + 1
        text = json.dumps([turn] + list(place), separators=(',', ':')).encode('ascii')
        slot = hashlib.sha256(text).hexdigest().encode('ascii') + b' ' + text + b'\n'
        written = os.pwrite(self._handle, slot.ljust(SLOT), turn % 2 * SLOT)
        if written != SLOT:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fdatasync(self._handle)
        self._turn = turn

    def close(self) -> None:
        """Lets the file go, and the lock with it."""
        os.close(self._handle)


def _read(raw: bytes) -> Any:
    checksum, _, text = raw.partition(b'\n')[0].partition(b' ')
    if hashlib.sha256(text).hexdigest().encode('ascii') != checksum:
        return None
    turn, *place = json.loads(text.decode('ascii'))
    return turn, Place(*place)
