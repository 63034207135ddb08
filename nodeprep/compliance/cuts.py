"""The time of a node within the span of a report, and what is made of it: the same one for all nodes that are alike."""
from nodeprep.compliance.weigh import ABSENT, HERE, SILENT, WITH_SILENCE, Segment, Weights
from nodeprep.typed import Any, Dict, List, Sequence, Tuple

Seconds = Dict[str, float]


class Cut:
    """The time of a node within the span: segments that are not absent, the seconds heard and silent, those of the span
    before, and rows that were made of it.
    """

    __slots__ = ('segments', 'parts', 'heard', 'silent', 'heard_before', 'silent_before', 'rows')

    def __init__(self, segments: Sequence[Segment], since: float) -> None:
        self.segments = [one for one in segments if one[2] != ABSENT]
        self.parts = [(max(begin, since), end, how) for begin, end, how in self.segments if end > since]
        before = [(begin, min(end, since), how) for begin, end, how in self.segments if begin < since]
        self.heard, self.silent = _lengths(self.parts)
        self.heard_before, self.silent_before = _lengths(before)
        self.rows: Dict[str, Dict[str, Any]] = {}

    @property
    def there(self) -> bool:
        """Whether it has any time in the span."""
        return self.heard + self.silent > 0

    def row(self, state: str) -> Dict[str, Any]:
        """What the report says of a requirement that was nothing else."""
        found = self.rows.get(state)
        if found is None:
            shown = rounded(of(state, self.heard, self.silent))
            found = self.rows[state] = {'share': Weights(shown).rounded, 'seconds': shown, 'drifts': 0}
        return found


class Tally:
    """Of the nodes with the same Still: how many have time, and are members at the end; their seconds."""

    __slots__ = ('nodes', 'members', 'heard', 'silent', 'heard_before', 'silent_before')

    def __init__(self) -> None:
        self.nodes, self.members = 0, 0
        self.heard, self.silent, self.heard_before, self.silent_before = 0.0, 0.0, 0.0, 0.0

    def add(self, cut: Cut, member: bool) -> None:
        """Another one."""
        self.nodes += cut.there
        self.members += member
        self.heard, self.silent = self.heard + cut.heard, self.silent + cut.silent
        self.heard_before += cut.heard_before
        self.silent_before += cut.silent_before


def of(state: str, heard: float, silent: float) -> Seconds:
    """Of a requirement that was nothing else."""
    return {state: heard, SILENT: silent} if state in WITH_SILENCE else {state: heard}


def rounded(seconds: Seconds) -> Seconds:
    """Milliseconds, by class in order; a class without time is left out."""
    return {name: round(length, 3) for name, length in sorted(seconds.items()) if round(length, 3) > 0}


def _lengths(parts: Sequence[Segment]) -> Tuple[float, float]:
    heard: List[float] = [end - begin for begin, end, how in parts if how == HERE]
    silent = [end - begin for begin, end, how in parts if how == SILENT]
    return sum(heard), sum(silent)
