"""What was not met at a time: since when, what was found and wanted, and whose waiver covers it.

The states of today answer for all that did not turn after that time. For the others the transitions tell how it was,
and the newest report from before that time what was found, as long as it is kept.
"""
from nodeprep.master.store import evidence, kept
from nodeprep.master.store.cursor import Cursor
from nodeprep.model import DRIFTED, UNKNOWN
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Optional, Set, Tuple

Key = Tuple[int, str]     # node, requirement
Tree = Dict[str, Any]
_NODES = 200              # that are asked at once
_NOW = ('SELECT node, requirement, state, now, boot, severity, since, told, waiver FROM state '
        "WHERE node IN (?*) AND outcome NOT IN ('met', 'not-applicable') ORDER BY node, requirement")
_THEN = 'SELECT at, state, now, boot, severity FROM transition WHERE node = ? AND requirement = ? ORDER BY id'
_REPORT = ('SELECT body FROM report WHERE node = ? AND applied = 1 AND taken < ? ORDER BY taken DESC, id DESC LIMIT 1')


class Failing(NamedTuple):
    """One requirement of one node. `waiver` is that of the node's own configuration; `finding` is None when the report
    that told it is not kept, or cannot be read (`damaged`).
    """

    node: int
    requirement: str
    state: str
    now: str
    boot: str
    severity: str
    since: float
    waiver: Optional[Tree]
    finding: Optional[Tree]
    damaged: bool = False


def unchanged(cursor: Cursor, keys: Set[Key]) -> Iterator[Failing]:
    """Those of them that are not met today, by node."""
    nodes = sorted({node for node, _ in keys})
    for first in range(0, len(nodes), _NODES):
        rows = [row for row in cursor.within(_NOW, nodes[first:first + _NODES]) if row[:2] in keys]
        found = evidence.of(cursor, [row[:2] for row in rows])
        for node, requirement, state, now, boot, severity, since, told, waiver in rows:
            own = kept.waiver(waiver) if told == 'waived' else None
            finding = found.get((node, requirement))
            yield Failing(node, requirement, state, now, boot, severity, since, own, finding,
                          finding is None and (node, requirement) in found)


def changed(cursor: Cursor, keys: List[Key], until: float) -> Iterator[Failing]:
    """Those of a time, which turned after it."""
    newest: Dict[int, Optional[Dict[str, Tree]]] = {}
    for node, requirement in sorted(keys):
        held = _then(cursor.all(_THEN, (node, requirement)), until)
        if held is None:
            continue
        if node not in newest:
            newest = {node: _told(cursor, node, until)}
        found = newest[node]
        finding = found.get(requirement) if found is not None else None
        since, state, now, boot, severity = held
        if finding is not None and finding.get('state') != state:
            finding = None               # another one, of a clock that was set back
        own = finding.get('waiver') if finding else None
        yield Failing(node, requirement, state, now, boot, severity, since, own, finding, found is None)


def _then(rows: List[Tuple[Any, ...]], until: float) -> Any:
    """(since, state, now, boot, severity) of the transitions of a requirement at a time."""
    found: Any = None
    latest = 0.0
    for at, state, now, boot, severity in rows:
        latest = max(latest, at)
        if latest >= until:
            break
        since = found[0] if found and found[1] == state else at
        found = since, state, now, boot, severity
    return found if found and found[1] in (DRIFTED, UNKNOWN) else None


def _told(cursor: Cursor, node: int, until: float) -> Optional[Dict[str, Tree]]:
    """By requirement, what a node told last before a time; None when that cannot be read."""
    row = cursor.one(_REPORT, (node, until))
    return kept.findings(row[0]) if row else {}
