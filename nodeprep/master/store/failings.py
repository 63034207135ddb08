"""What was not met at a time: since when, what was found and wanted, and whose waiver covers it.

The states of today answer for all that did not turn after that time. For the others the transitions tell how it was,
and the newest report from before that time what was found, as long as it is kept.
"""
from nodeprep.master.store import kept
from nodeprep.master.store.cursor import Cursor
from nodeprep.model import DRIFTED, UNKNOWN
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterator, List, Optional, Tuple

Key = Tuple[int, str]     # node, requirement
Tree = Dict[str, Any]
_NOW = ('SELECT s.node, s.requirement, s.state, s.now, s.boot, s.severity, s.since, s.told, s.waiver, e.body '
        'FROM state s LEFT JOIN evidence e ON e.node = s.node AND e.requirement = s.requirement '
        "WHERE s.outcome IN ('drifted', 'unknown', 'waived', 'advised') ORDER BY s.outcome, s.requirement, s.node")
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


def unchanged(cursor: Cursor, wanted: Callable[[Key], bool]) -> Iterator[Failing]:
    """Those of today. Nothing else may be asked until it ends."""
    for node, requirement, state, now, boot, severity, since, told, waiver, body in cursor.each(_NOW):
        if wanted((node, requirement)):
            own = kept.waiver(waiver) if told == 'waived' else None
            finding = kept.finding(body) if body is not None else None
            yield Failing(node, requirement, state, now, boot, severity, since, own, finding,
                          body is not None and finding is None)


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
