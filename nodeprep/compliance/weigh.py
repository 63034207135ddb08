"""How long a requirement of a node was in which class, out of a span of time: what compliance is made of.

Pure: times are seconds since 1970, and everything that happened is given. Each moment of the span belongs to at most
one class, the first of these that holds:

absent          the node had not joined yet, had left, was forgotten or in quarantine: it counts for nothing
(none)          the node had told nothing of the requirement yet, or tells of it no more
silent          nothing was heard of the node: whatever its state was, nobody knows; never met. What does not count
                when it is told (not-applicable, waived, advised, ignored) does not count while it is not
met, drifted, unknown, not-applicable, waived, advised, ignored
                what the state counts as, see model.py and output/words.py
"""
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.record import NamedTuple
from nodeprep.typed import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

ABSENT, SILENT, WAIVED, ADVISED, IGNORED = 'absent', 'silent', 'waived', 'advised', 'ignored'
WITH_SILENCE = (MET, DRIFTED, UNKNOWN)                   # what becomes silent with the node
COUNTED = (*WITH_SILENCE, SILENT)                        # what a share is a share of
CLASSES = (*COUNTED, WAIVED, ADVISED, IGNORED, NOT_APPLICABLE)
HERE, UNTOLD = '', ''     # presence: it is heard of; state: there is none
EVER = float('-inf')

# When something becomes so: (seconds since 1970, what), in the order in which it became known.
Turn = Tuple[float, str]
Segment = Tuple[float, float, str]

_MEMBER = {'joined': True, 'released': True, 'left': False, 'forgotten': False, 'quarantined': False}
_QUIET = {'silent': True, 'heard': False, 'joined': False, 'left': False, 'forgotten': False}


def presence(events: Iterable[Turn], since: float, until: float) -> List[Segment]:
    """The span as stretches of HERE, SILENT or ABSENT, from what became of the node.

    A node in quarantine may fall silent and speak: it is absent meanwhile, and afterwards as it was heard last. Before
    the first event it is absent; when that is silence or its end, the older ones are not kept any more: it was there.
    >>> presence([(10.0, 'joined'), (40.0, 'silent')], 0.0, 50.0)
    [(0.0, 10.0, 'absent'), (10.0, 40.0, ''), (40.0, 50.0, 'silent')]
    """
    turns, first = _presence(events)
    return list(stretches(turns, first, since, until))


def _presence(events: Iterable[Turn]) -> Tuple[List[Turn], str]:
    turns: List[Turn] = []
    member, quiet, first = False, False, ABSENT
    for at, what in events:
        if not turns and what not in _MEMBER:
            member, first = True, HERE if what == SILENT else SILENT
        member, quiet = _MEMBER.get(what, member), _QUIET.get(what, quiet)
        turns.append((at, (SILENT if quiet else HERE) if member else ABSENT))
    return turns, first


def stretches(turns: Iterable[Turn], before: str, since: float, until: float) -> Iterator[Segment]:
    """A span cut where something turned; `before` is what it was before the first turn.

    Of turns at one moment the last holds, and one that lies before its forerunner (a clock was set back) counts from
    then on, so that no moment is counted twice.
    """
    at, now_is = since, before
    latest, coming = since, before                       # what holds from then on, unless the next is no later
    for when, what in turns:
        if when > latest:
            if coming != now_is:
                if latest > at:
                    yield at, latest, now_is
                at, now_is = latest, coming
            if when >= until:
                coming = now_is
                break
            latest = when
        coming = what
    if coming != now_is:
        if latest > at:
            yield at, latest, now_is
        at, now_is = latest, coming
    if until > at:
        yield at, until, now_is


def classed(here: Iterable[Segment], states: Sequence[Segment]) -> Iterator[Segment]:
    """Each stretch of the span that counts as something, with its class. `here` is presence(), `states` are stretches()
    of what the requirement counted as; both in order.
    """
    at = 0
    for begin, end, how in here:
        if how == ABSENT:
            continue
        while at < len(states) and states[at][1] <= begin:
            at += 1
        for first, last, state in states[at:]:
            if first >= end:
                break
            if state != UNTOLD and (how == HERE or state in WITH_SILENCE):
                yield max(begin, first), min(end, last), how or state


def standing(outcomes: Iterable[str]) -> str:
    """How a node stands whose requirements count as these.

    >>> standing(['met', 'waived', 'unknown']), standing(['met', 'advised'])
    ('unknown', 'met')
    """
    found = set(outcomes)
    return DRIFTED if DRIFTED in found else UNKNOWN if UNKNOWN in found else MET


class Weights(NamedTuple):
    """Seconds in each class. `share` is the part of the time that counts in which it was met; None: none counts."""

    seconds: Dict[str, float]

    @property
    def counted(self) -> float:
        """Seconds that count: waived, advised, ignored and not-applicable ones are shown apart."""
        return sum(self.seconds.get(name, 0.0) for name in COUNTED)

    @property
    def share(self) -> Optional[float]:
        """0 to 1. Silent time counts, and never as met."""
        counted = self.counted
        return self.seconds.get(MET, 0.0) / counted if counted > 0 else None

    @property
    def rounded(self) -> Optional[float]:
        """The same with six digits. One that is not whole is never said to be, nor one that is something to be none."""
        share = self.share
        return share if share is None or share in (0, 1) else min(max(round(share, 6), 0.000001), 0.999999)


def weigh(parts: Iterable[Segment]) -> Weights:
    """The seconds of each class.

    >>> weigh([(0.0, 60.0, 'met'), (60.0, 80.0, 'silent')]).share
    0.75
    """
    seconds: Dict[str, float] = {}
    for begin, end, name in parts:
        seconds[name] = seconds.get(name, 0.0) + (end - begin)
    return Weights(seconds)


def add(into: Dict[str, float], seconds: Dict[str, float]) -> None:
    """Adds seconds of each class to others."""
    for name, length in seconds.items():
        into[name] = into.get(name, 0.0) + length
