"""What reports become: each is judged against the chain of its node, kept, and compared with what was known before.

All that wait are taken together: what the database knows of their nodes is asked once, the rest happens in memory, and
each table is written once. Whatever comes twice changes nothing.
"""
from nodeprep.chain import FORK, NEXT, SEEN, placed
from nodeprep.master import comparing, fixed, prepared, unchained
from nodeprep.master.store import Taken, fixes, identities, lives, nodes, reports
from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.nodes import Known, NotMember
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Set, Tuple

LATE = 'late'             # it fills a hole that was told: nobody waits for it any more, but it is kept


class Load(NamedTuple):
    """The reports of one request. `refused`: why nothing of it is kept."""

    node: int
    received: float
    reports: Tuple[prepared.Report, ...]
    refused: str


def prepare(node: int, trees: Any, received: float) -> Load:
    """A request as far as it can be done without the database: not in the thread that writes."""
    try:
        return Load(node, received, tuple(map(prepared.report, trees)), '')
    except prepared.Refused as error:
        return Load(node, received, (), str(error))


def take(cursor: Cursor, loads: List[Load]) -> List[Any]:
    """What became of each request: Taken, or NotMember for a node that is none any more."""
    batch = Batch(cursor, nodes.known(cursor, {load.node for load in loads}))
    results = [batch.request(load) for load in loads]
    batch.write()
    return results


class Batch:
    """What is written of some requests together."""

    def __init__(self, cursor: Cursor, known: Dict[int, Known]) -> None:
        """`known`: the nodes, which nobody else changes meanwhile."""
        self._cursor, self._known = cursor, known
        self._rows: List[Tuple[Any, ...]] = []
        self._gaps: List[Tuple[Any, ...]] = []
        self._kept: Dict[Tuple[int, int], Set[str]] = {}       # of this batch: node and number -> digests
        self._applied: List[Tuple[Known, prepared.Report, float]] = []
        self._came: Set[Tuple[int, str]] = set()               # of this batch: node and id
        self._apart: List[Tuple[Known, prepared.Report, float]] = []        # the same of nodes in quarantine
        self._heard: Dict[int, float] = {}
        self._fixes: List[fixes.Told] = []

    def request(self, load: Load) -> Any:
        """Judges the reports of one request, in order."""
        node = self._known.get(load.node)
        if node is None or node.status not in nodes.SPEAKING:
            return NotMember(f'node {load.node} is no member')
        if load.refused:
            return Taken(0, node.sequence, load.refused)
        self._heard[node.id] = max(load.received, self._heard.get(node.id, 0.0))
        new = sum(self._one(node, report, load.received) for report in load.reports)
        return Taken(new, max([node.sequence] + [report.sequence for report in load.reports]))

    def write(self) -> None:
        """Writes what the requests came to."""
        cursor = self._cursor
        reports.add(cursor, self._rows)
        reports.add_gaps(cursor, self._gaps)
        fixes.add(cursor, self._fixes)
        nodes.reported(cursor, self._applied, comparing.compare(cursor, self._applied))
        nodes.chained(cursor, self._apart)
        nodes.heard(cursor, self._known, self._heard)

    def _one(self, node: Known, report: prepared.Report, received: float) -> bool:
        """Whether it is new."""
        if not report.digest and self._came_before(node, report):
            return False
        earlier = lives.go_on(self._cursor, node, report, received)
        self._gaps += [earlier] if earlier else []
        if not report.digest:
            report = unchained.linked(report, node.sequence, node.head)
        link = placed(report.sequence, report.previous, report.gap, node.sequence, node.head)
        state, said = link.state, link.said
        if state in (SEEN, FORK):
            held = self._held(node.id, report.sequence)
            if report.digest in held:
                return False
            state = FORK if held or state == FORK else LATE
            said = f'there are two different reports {report.sequence}' if held else said
        newest = state not in (FORK, LATE)
        # What stands beside the chain still is the newest that the node said, when it is.
        applies = newest or report.taken > (node.taken or 0.0)
        if applies and report.about != node.about:
            identities.changed(self._cursor, node, report.tree['node'], report.about, received)
        member = node.status == nodes.MEMBER
        self._rows.append((node.id, report.id, report.sequence, report.taken, received, report.digest,
                           report.previous, state, int(applies and member), report.body))
        self._kept.setdefault((node.id, report.sequence), set()).add(report.digest)
        self._came.add((node.id, report.id))
        if state not in (NEXT, LATE):
            hole = newest and report.sequence > node.sequence + 1
            self._gaps.append((node.id, node.sequence + 1 if hole else report.sequence,
                               report.sequence - 1 if hole else report.sequence, state, said, received))
        if newest:
            node.sequence, node.head = report.sequence, report.digest
        at = _when(report.taken, node.taken or 0.0, received) if applies else min(report.taken, received)
        if member and state != FORK and report.fixed:
            self._fixes += fixed.rows(node.id, report, at, received)
        if applies:
            node.taken = at
            found = node, report if report.taken == at else report._replace(taken=at), received
            (self._applied if member else self._apart).append(found)
        return True

    def _came_before(self, node: Known, report: prepared.Report) -> bool:
        """Of a report without a chain its id says which one it is."""
        return (node.id, report.id) in self._came or \
            reports.is_there(self._cursor, node.id, report.id, report.sequence, node.sequence)

    def _held(self, node: int, number: int) -> Set[str]:
        """The digests of the reports with a number."""
        return reports.digests(self._cursor, node, number) | self._kept.get((node, number), set())


def _when(taken: float, before: float, received: float) -> float:
    """When that is so what a report says: not before the last one, and not after it came, whatever the node's clock
    says. One that is ahead hides no drift until its time has come, and one that was set back takes none back.
    """
    return min(max(taken, before), received)
