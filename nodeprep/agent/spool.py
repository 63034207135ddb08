"""What is to be told: on disk before it is sent, numbered, chained, bounded; it survives a kill, a reboot, a full disk.

Order and numbers: a report is given the number after the newest one ever given. What the bound, a full disk or damage
took away shows as a gap in the numbers, and the first report after it says so in its chain: {"gap": [first, last]}.
The oldest go first; the newest report always stays. On a disk that takes nothing the newest are kept in memory, and
sent from there once their numbers are noted where they cannot be given away again (see cursor.py).
"""
import os

from nodeprep.agent import aside, owned
from nodeprep.agent.cursor import Cursor, Place, begun
from nodeprep.agent.segments import Segments, sealed
from nodeprep.agent.unwritten import Unwritten
from nodeprep.chain import GENESIS, canonical
from nodeprep.host.files import reason
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Optional, Set, Tuple

FOLDER = '/var/lib/nodeprep/spool'
LIMIT, LEAST = 16 * 2**20, 32 * 2**10                   # bytes on disk; less than LEAST is taken for it
SEGMENT = 128 * 2**10                                   # bytes of a file: each is in memory while it is read
MOST_SEQUENCE = 2**53                                   # what every JSON parser reads exactly


class SpoolFacts(NamedTuple):
    """What waits to be sent; `trouble` says why it could not be written or read, '' when it could."""

    count: int                  # type: ignore[assignment]  # that a tuple has a method of this name is no loss
    bytes: int                  # on disk, what was delivered from a file that is still there included
    first: int                  # numbers of the oldest and the newest that wait; 0: none does
    last: int
    head: str                   # digest of the newest report ever made
    sequence: int               # its number
    dropped: int                # reports that went unsent since the spool was made
    refused: int                # reports that the master would not have
    trouble: str


class Spool:
    """The reports of this node on their way to the master. Opening it never raises: see facts().trouble."""

    def __init__(self, folder: str = FOLDER, limit_bytes: int = LIMIT) -> None:
        self._folder, self._limit = folder, max(limit_bytes, LEAST)
        self._lines: Optional[Segments] = None
        self._cursor: Optional[Cursor] = None
        self._place = Place(0, 0, GENESIS)                  # as it should be on disk
        self._noted = 0                                     # numbers up to it will not be given away again
        self._unwritten = Unwritten()
        self._refused: Set[int] = set()                     # since delivered() was said last
        self._trouble = ''
        self._settle()

    def append(self, report: Dict[str, Any]) -> Dict[str, Any]:
        """The report with its "sequence" and "chain", on disk when this returns.

        If facts().trouble says why it is not, it is in memory; its sequence is 0 when it could not even be numbered.
        ValueError for what JSON does not have.
        """
        canonical(report)                       # whatever is wrong with it shows before it is counted
        if not self._opened():
            self._settle()
        if self._opened():
            made = self._number(report)
        else:
            made = dict(report, sequence=0)
            self._unwritten.unnumbered.append(report)
        self._settle()
        return made

    def oldest(self, count: int, max_bytes: int) -> List[Dict[str, Any]]:
        """Up to `count` reports to be sent, in order, of `max_bytes` together; at least one when there is one."""
        self._settle()
        found: List[Dict[str, Any]] = []
        expected, size = self._place.owed or self._place.delivered + 1, 0
        for sequence, line in self._waiting():
            size += len(line)
            if len(found) >= count or found and size > max_bytes:
                break
            found.append(_read(line, expected))
            expected = sequence + 1
        return found

    def delivered(self, sequence: int) -> None:
        """The master has everything up to and with this number: it may go."""
        sequence = min(sequence, self._place.last)
        if self._opened() and self._place.delivered < sequence:
            moved = self._place.delivered_to(sequence, self._refused)
            self._refused.clear()
            self._move(moved)

    def refuse(self, report: Dict[str, Any], why: str) -> None:
        """The master will not have this one: it is set aside on disk and counted. Say delivered() afterwards.

        The next report says in its chain that it is lost, as it does of what the bound took.
        """
        self._refused.add(report['sequence'])
        self._place = self._place._replace(refused=self._place.refused + 1)
        try:
            aside.keep(self._folder, report, why)
        except OSError as error:
            self._trouble = reason(error)

    def learn(self, sequence: int) -> None:
        """The master has a report of this node with this number: a spool that was lost must not give it away again."""
        if self._opened() and self._place.last < sequence < MOST_SEQUENCE:
            self._move(self._place.learned(sequence))

    def facts(self) -> SpoolFacts:
        """How it stands."""
        waiting = list(self._spans()) + [(sequence, sequence, 1) for sequence, _ in self._unwritten.lines]
        return SpoolFacts(
            sum(count for _, _, count in waiting) + len(self._unwritten.unnumbered),
            self._lines.size if self._lines else 0,
            waiting[0][0] if waiting else 0, waiting[-1][1] if waiting else 0, self._place.head, self._place.last,
            self._place.dropped, self._place.refused, self._trouble or (self._lines.said if self._lines else ''))

    def close(self) -> None:
        """Lets the files go. Nothing is written: whatever the disk takes is on it already."""
        for one in (self._lines, self._cursor):
            if one:
                one.close()
        self._lines = self._cursor = None
        self._place, self._unwritten = Place(0, 0, GENESIS), Unwritten()

    def _opened(self) -> bool:
        return self._cursor is not None

    def _number(self, report: Dict[str, Any]) -> Dict[str, Any]:
        sequence, previous = self._place.last + 1, self._place.head
        content = {key: value for key, value in report.items() if key != 'chain'}
        content['sequence'] = sequence
        line, own = sealed(canonical(content), previous)
        self._unwritten.lines.append((sequence, line))
        self._place = self._place._replace(last=sequence, head=own)
        content['chain'] = {'previous': previous, 'digest': own}
        return content

    def _spans(self) -> Iterator[Tuple[int, int, int]]:
        """(first, last, count) of what waits in each file. A file of which a part is delivered is read for it."""
        delivered = self._place.delivered
        for segment in self._lines.all if self._lines else []:
            if segment.first > delivered:
                yield segment.first, segment.last, segment.count
            elif segment.last > delivered and self._lines:
                try:
                    left = [sequence for sequence, _ in self._lines.lines(delivered, segment)]
                except OSError as error:
                    self._trouble, left = reason(error), []
                if left:
                    yield left[0], left[-1], len(left)

    def _waiting(self) -> Iterator[Tuple[int, bytes]]:
        try:
            if self._lines:
                yield from self._lines.lines(self._place.delivered)
        except OSError as error:                # what was read until here may go; the rest another time
            self._trouble = reason(error)
            return
        yield from ((sequence, line) for sequence, line in self._unwritten.lines if sequence <= self._noted)

    def _settle(self) -> None:
        """Brings to disk what is not there yet, as far as the disk lets it."""
        try:
            if self._cursor is None:
                self._open()
            self._write()
            self._trouble = ''
        except OSError as error:
            self._trouble = reason(error)
            self._dropped(self._unwritten.shed())
            self._note()

    def _open(self) -> None:
        owned.folder(self._folder)
        cursor = Cursor(os.path.join(self._folder, 'cursor'))
        try:
            lines = Segments(self._folder, min(self._limit // 8, SEGMENT))
            place = cursor.read()
            found = begun(place, lines.all[0].first if lines.all else 0, lines.used, lines.head)
            if found != place:
                cursor.write(found)
        except OSError:
            cursor.close()
            raise
        self._cursor, self._lines, self._noted = cursor, lines, found.last
        self._place = found._replace(dropped=found.dropped + self._place.dropped)
        for report in self._unwritten.unnumbered:
            self._number(report)
        self._unwritten.unnumbered = []

    def _write(self) -> None:
        assert self._lines is not None
        while self._unwritten.lines:
            sequence, line = self._unwritten.lines[0]
            self._make_room(len(line))
            self._lines.add(sequence, line)
            self._noted = max(self._noted, sequence)
            del self._unwritten.lines[0]
        self._make_room(0)

    def _make_room(self, size: int) -> None:
        """Drops the oldest files over the bound, but never the one with the newest report."""
        assert self._lines is not None
        dropped = 0
        while len(self._lines.all) > 1 and self._lines.size + size > self._limit:
            segment = self._lines.all[0]
            dropped += sum(1 for _ in self._lines.lines(self._place.delivered, segment))
            self._lines.drop()
        if dropped:
            self._dropped(dropped)
            self._note()

    def _dropped(self, count: int) -> None:
        self._place = self._place._replace(dropped=self._place.dropped + count)

    def _note(self) -> bool:
        """Writes down where we stand; whether that worked."""
        if self._cursor is None:
            return False
        try:
            self._cursor.write(self._place)
        except OSError as error:
            self._trouble = reason(error)
            return False
        self._noted = self._place.last
        return True

    def _move(self, place: Place) -> None:
        assert self._lines is not None
        self._place = place
        self._unwritten.delivered(place.delivered)
        # A file goes only when it is written down that it may: otherwise what it held would be told as lost.
        if self._note():
            try:
                while self._lines.all and self._lines.all[0].last <= place.delivered:
                    self._lines.drop()
                    self._lines.said = ''       # what was wrong with a file is told until it goes
            except OSError as error:
                self._trouble = reason(error)


def _read(line: bytes, expected: int) -> Dict[str, Any]:
    import json
    report: Dict[str, Any] = json.loads(line.decode('ascii'))
    if report['sequence'] > expected:
        report['chain']['gap'] = [expected, report['sequence'] - 1]
    return report
