"""What became of the requirements of one node, as the ledger takes it."""
from nodeprep.compliance.weigh import EVER, UNTOLD, WITH_SILENCE, Segment, Turn, standing, stretches
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE
from nodeprep.typed import Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

NEVER = float('inf')
NEW = 'new'


class Still:
    """What requirements counted as that never turned: most of all that there is. The same one for all nodes that are
    alike, so that it is counted once.
    """

    __slots__ = ('by', 'counts', 'with_silence', 'met', 'not_applicable', 'others')

    def __init__(self, by: Iterable[Tuple[str, str]] = ()) -> None:
        """`by`: (requirement, what it counted as)."""
        self.by: Tuple[Tuple[str, str], ...] = tuple(sorted(by))
        self.counts: Dict[str, int] = {}
        for _, outcome in self.by:
            self.counts[outcome] = self.counts.get(outcome, 0) + 1
        self.with_silence = sum(self.counts.get(outcome, 0) for outcome in WITH_SILENCE)
        self.met = [name for name, outcome in self.by if outcome == MET]
        self.not_applicable = [name for name, outcome in self.by if outcome == NOT_APPLICABLE]
        self.others = [one for one in self.by if one[1] not in (MET, NOT_APPLICABLE)]


class Life:
    """One node's. `stretches` are those of the requirements that turned, from EVER to the end; `told` is when it told
    of any requirement first (EVER: before the span, NEVER): before that it was a member that had said nothing.
    """

    __slots__ = ('still', 'stretches', 'told')

    def __init__(self, still: Still, turns: Mapping[str, Tuple[Optional[str], Sequence[Turn]]], until: float,
                 told: Optional[float] = None) -> None:
        """`turns`: of each requirement that turned, what it counted as before (None: it had not been told) and each
        turn, in the order in which they became known. `until` is the end, in seconds since 1970. `told` is to be given
        when requirements that it told of first then, and never changed, are in `still`.
        """
        self.still = still
        self.stretches: Dict[str, List[Segment]] = {
            name: list(stretches(turned, UNTOLD if before is None else before, EVER, until))
            for name, (before, turned) in sorted(turns.items())}

        self.told = told if told is not None else EVER if still.by else min(
            (begin for parts in self.stretches.values() for begin, _, state in parts if state != UNTOLD), default=NEVER)

    def ends(self) -> Dict[str, str]:
        """What each requirement counted as at the end."""
        found = dict(self.still.by)
        found.update((name, parts[-1][2]) for name, parts in self.stretches.items()
                     if parts and parts[-1][2] != UNTOLD)
        return found

    def standing(self) -> str:
        """How the node stood at the end: met, drifted, unknown, or 'new' when it had told of nothing."""
        found = set(self.still.counts)
        found.update(parts[-1][2] for parts in self.stretches.values() if parts and parts[-1][2] != UNTOLD)
        return standing(found) if found else NEW


def drifts(parts: Sequence[Segment], since: float) -> int:
    """How often a requirement began to drift since a time.

    >>> drifts([(float('-inf'), 5.0, 'drifted'), (5.0, 7.0, 'met'), (7.0, 9.0, 'drifted')], 0.0)
    1
    """
    return sum(1 for begin, _, state in parts if state == DRIFTED and begin >= since)
