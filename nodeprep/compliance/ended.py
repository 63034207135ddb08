"""Drift that ended within a span of time: what a report would else only tell the length of."""
import heapq

from nodeprep.compliance.weigh import EVER, WAIVED, Segment
from nodeprep.model import DRIFTED
from nodeprep.typed import Any, Dict, List, Sequence, Tuple

MOST = 5000               # that are kept, the last to end: what flaps must not fill the report
_Row = Tuple[float, str, str, float, str]


class Ended:
    """Those of a span, in seconds since 1970. `left_out`: how many more there were than are kept."""

    def __init__(self, since: float, until: float, most: int = MOST) -> None:
        self._since, self._until, self._most = since, until, most
        self._kept: List[_Row] = []
        self.left_out = 0

    def add(self, node: str, requirement: str, parts: Sequence[Segment]) -> None:
        """What a requirement of a node counted as over time, as stretches() of weigh.py. What came to be waived drifts
        on, and is none that ended.
        """
        for number, (begin, end, state) in enumerate(parts[:-1], 1):
            then = parts[number][2]
            if state != DRIFTED or then == WAIVED or not self._since < end < self._until:
                continue
            row = (end, node, requirement, begin, then)
            if len(self._kept) < self._most:
                heapq.heappush(self._kept, row)
            else:
                heapq.heappushpop(self._kept, row)
                self.left_out += 1

    def rows(self) -> List[Dict[str, Any]]:
        """The last to end first. "since" is None where it began before what was looked at, "then" is what the
        requirement counted as afterwards: '' when it was told of no more.

        >>> ended = Ended(10.0, 50.0)
        >>> ended.add('n1', 'swap', [(EVER, 20.0, 'drifted'), (20.0, 30.0, 'met'), (30.0, 50.0, 'drifted')])
        >>> ended.rows()
        [{'node': 'n1', 'requirement': 'swap', 'since': None, 'until': 20.0, 'then': 'met'}]
        """
        return [{'node': node, 'requirement': requirement, 'since': None if begin == EVER else begin, 'until': end,
                 'then': then}
                for end, node, requirement, begin, then in sorted(
                    self._kept, key=lambda row: (-row[0], row[1:3]))]
