"""How long a requirement of a node was in which class, out of a span of time: what compliance is made of.

Pure: times are seconds since 1970, and everything that happened is given. Each moment of the span belongs to just one
class, the first of these that holds:

absent          the node had not joined yet, had left, or was in quarantine: it counts for nothing
silent          nothing was heard of it: whatever its state was, nobody knows; never met
met, not-applicable
waived          neither of these, and somebody answers for that until a day that was not over yet
drifted, unknown
"""
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.record import NamedTuple
from nodeprep.typed import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

ABSENT, SILENT, WAIVED = 'absent', 'silent', 'waived'
CLASSES = (MET, NOT_APPLICABLE, WAIVED, DRIFTED, UNKNOWN, SILENT, ABSENT)
_WELL = (MET, NOT_APPLICABLE)
_HERE = ''                # presence: it is heard of

# When something becomes so: (seconds since 1970, what), in order. What was before the first is not known.
Turn = Tuple[float, str]
Span = Tuple[float, float]
Segment = Tuple[float, float, str]


def presence(events: Iterable[Turn], since: float, until: float) -> List[Segment]:
    """The span as stretches of '' (heard of), SILENT or ABSENT, from what became of the node.

    `events` are (at, what) in order: joined, heard and released begin to be here, silent begins silence, and left,
    forgotten and quarantined begin absence. Before the first event it is absent.
    >>> presence([(10.0, 'joined'), (40.0, 'silent')], 0.0, 50.0)
    [(0.0, 10.0, 'absent'), (10.0, 40.0, ''), (40.0, 50.0, 'silent')]
    """
    said = {'joined': _HERE, 'heard': _HERE, 'released': _HERE, 'silent': SILENT, 'left': ABSENT, 'forgotten': ABSENT,
            'quarantined': ABSENT}
    now_is, turns = ABSENT, []
    for at, what in events:
        new = said.get(what, now_is)
        if what == 'heard' and now_is == ABSENT:
            new = ABSENT                 # a node in quarantine that speaks stays there
        if new != now_is:
            turns.append((at, new))
            now_is = new
    return list(stretches(turns, ABSENT, since, until))


def stretches(turns: Iterable[Turn], before: str, since: float, until: float) -> Iterator[Segment]:
    """A span cut where something turned; `before` is what it was before the first turn. Turns are in order.

    Of turns at one moment the last holds, and one that lies before its forerunner (a clock was set back) counts from
    then on, so that no moment is counted twice.
    """
    at, now_is = since, before
    for when, what in turns:
        if when > at:
            end = min(when, until)
            if end > at and what != now_is:
                yield at, end, now_is
                at = end
        if at >= until:
            return
        now_is = what
    if until > at:
        yield at, until, now_is


def segments(here: Sequence[Segment], states: Sequence[Turn], waived: Sequence[Span] = ()) -> Iterator[Segment]:
    """Each stretch of the span with its class. `here` is presence(); `waived` are spans, in order, none in another.

    A node whose state was never told is unknown until it is.
    """
    for begin, end, how in here:
        if how:
            yield begin, end, how
        elif not states:
            yield from _waived(begin, end, UNKNOWN, waived)
        else:
            for one in stretches(states, UNKNOWN, begin, end):
                yield from _waived(one[0], one[1], one[2], waived)


def _waived(begin: float, end: float, state: str, waived: Sequence[Span]) -> Iterator[Segment]:
    if state not in _WELL:
        for first, last in waived:
            first, last = max(first, begin), min(last, end)
            if last <= first:
                continue
            if first > begin:
                yield begin, first, state
            yield first, last, WAIVED
            begin = last
    if end > begin:
        yield begin, end, state


class Weights(NamedTuple):
    """Seconds in each class. `share` is the part of the time that counts in which it was met; None: none counts."""

    seconds: Dict[str, float]

    @property
    def counted(self) -> float:
        """Seconds that count: all but absent, not-applicable and waived ones, which are shown apart."""
        return sum(self.seconds.get(name, 0.0) for name in (MET, DRIFTED, UNKNOWN, SILENT))

    @property
    def share(self) -> Optional[float]:
        """0 to 1. Silent time counts, and never as met."""
        counted = self.counted
        return self.seconds.get(MET, 0.0) / counted if counted > 0 else None


def weigh(parts: Iterable[Segment]) -> Weights:
    """The seconds of each class.

    >>> weigh([(0.0, 60.0, 'met'), (60.0, 80.0, 'silent')]).share
    0.75
    """
    seconds: Dict[str, float] = {}
    for begin, end, name in parts:
        seconds[name] = seconds.get(name, 0.0) + (end - begin)
    return Weights(seconds)


def together(parts: Iterable[Weights]) -> Weights:
    """The sum of several: a node of its requirements, a group of its nodes."""
    seconds: Dict[str, float] = {}
    for one in parts:
        for name, length in one.seconds.items():
            seconds[name] = seconds.get(name, 0.0) + length
    return Weights(seconds)


def spans(pairs: Iterable[Span]) -> List[Span]:
    """Spans in order, those that touch or overlap as one.

    >>> spans([(5.0, 8.0), (1.0, 6.0), (9.0, 9.0)])
    [(1.0, 8.0)]
    """
    joined: List[Span] = []
    for begin, end in sorted(pair for pair in pairs if pair[1] > pair[0]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined
