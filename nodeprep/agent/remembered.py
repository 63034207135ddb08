"""What the chronicle of a host says, as the ledger of compliance takes it: presence, and what each requirement was.

Time in which nobody knows whether the agent was there is silent, and what it was meanwhile is not guessed: after a
damaged line nothing is believed until everything was written again.
"""
from nodeprep.compliance.weigh import SILENT, UNTOLD, Turn
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

QUIET = 900.0             # seconds without a line after which the agent was not there: three marks
_HEARD, _JOINED = 'heard', 'joined'
Told = Tuple[float, List[Any]]


class Remembered(NamedTuple):
    """`events` are for weigh.presence(), `turns` and `told` by requirement: what it counts as, and the whole values."""

    events: List[Turn]
    turns: Dict[str, List[Turn]]
    told: Dict[str, List[Told]]
    node: Dict[str, Any]
    process: Dict[str, Any]          # the agent that was there last
    first: Optional[float]           # seconds since 1970; None: nothing that can be used
    last: float
    ended: bool
    cut: bool                        # whether what was older is not kept any more
    damaged: List[float]             # when what stood before each damaged stretch was written


def remember(lines: Iterable[Any], now: float) -> Remembered:
    """Of chronicle.read(); `now` is the time of reading, in seconds since 1970.

    A time that is before the line before it counts as that of it (a clock was set back), see weigh.stretches(). One
    that is still to come was told by a clock that was ahead: it counts as that of the next line.
    """
    reader = _Reader()
    for at, line in _timed(list(lines), now):
        reader.take(at, line)
    return reader.found()


def _timed(lines: List[Any], now: float) -> List[Tuple[float, Any]]:
    timed: List[Tuple[float, Any]] = []
    following = now
    for line in reversed(lines):
        at = following if line is None else float(line if isinstance(line, float) else line['at'])
        if at > now:
            at = following
        elif line is not None:
            following = at
        timed.append((at, line))
    return timed[::-1]


class _Reader:
    def __init__(self) -> None:
        self.events: List[Turn] = []
        self.turns: Dict[str, List[Turn]] = {}
        self.told: Dict[str, List[Told]] = {}
        self.node: Dict[str, Any] = {}
        self.process: Dict[str, Any] = {}
        self.first: Optional[float] = None
        self.last = 0.0
        self.quiet = self.lost = self.cut = False
        self.damaged: List[float] = []

    def take(self, at: float, line: Any) -> None:
        """One line; None is a damaged one."""
        if self.first is None:
            if line is not None and _whole(line):
                self.first = self.last = at
                self.cut = not line.get('first')
                self.events.append((at, _JOINED))
                self._state(at, line)
            return
        if line is None:
            if not self.lost:
                self.damaged.append(self.last)
            self.lost = True
            self._silent()
            return
        at = max(at, self.last)
        if self.lost and not _whole(line):
            return
        if at - self.last > QUIET or _begins(line):
            self._silent()
        if self.quiet:
            self.events.append((at, _HEARD))
        self.quiet = self.lost = False
        self.last = at
        if isinstance(line, dict):
            self._state(at, line)

    def _silent(self) -> None:
        if not self.quiet:
            self.events.append((self.last, SILENT))
        self.quiet = True

    def _state(self, at: float, line: Dict[str, Any]) -> None:
        if line.get('ended'):
            self._silent()
        self.process = line.get('began', self.process)
        self.node = line.get('node', self.node)
        values = line.get('all', line.get('of', {}))
        for name, value in values.items():
            self._turn(name, at, value[0])
            self.told.setdefault(name, []).append((at, value))
        if 'all' in line:
            for name in set(self.turns) - set(values):
                self._turn(name, at, UNTOLD)

    def _turn(self, name: str, at: float, outcome: str) -> None:
        turns = self.turns.setdefault(name, [])
        if not turns or turns[-1][1] != outcome:
            turns.append((at, outcome))

    def found(self) -> Remembered:
        """All of it."""
        return Remembered(self.events, self.turns, self.told, self.node, self.process, self.first, self.last,
                          self.quiet, self.cut, self.damaged)


def _whole(line: Any) -> bool:
    return isinstance(line, dict) and 'all' in line


def _begins(line: Any) -> bool:
    return isinstance(line, dict) and 'began' in line
