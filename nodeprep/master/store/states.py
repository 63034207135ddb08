"""The newest state of each requirement of each node, its evidence, and every transition."""
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

_COLUMNS = ('state', 'now', 'boot', 'severity', 'mode', 'since', 'title', 'says', 'waiver', 'digest', 'seen',
            'told', 'outcome')
_OF = f'SELECT node, requirement, {", ".join(_COLUMNS)} FROM state WHERE node IN (?*)'


class State(NamedTuple):
    """A row of `state` without its key. `waiver` is JSON; `digest` that of the plan that waits for an approval."""

    state: str
    now: str
    boot: str
    severity: str
    mode: str
    since: float
    title: str
    says: str
    waiver: Optional[str]
    digest: Optional[str]
    seen: int
    told: str
    outcome: str


def of(cursor: Cursor, nodes: Iterable[int]) -> Dict[Tuple[int, str], State]:
    """The states of some nodes, by node and requirement."""
    rows = cursor.within(_OF, sorted(nodes))
    return {row[:2]: State(*row[2:]) for row in rows}


def put(cursor: Cursor, rows: Dict[Tuple[int, str], State]) -> None:
    """Writes states, instead of those that are there."""
    if rows:
        cursor.many(cursor.dialect.put('state', ('node', 'requirement'), _COLUMNS),
                    [(*key, *state) for key, state in rows.items()])


def put_evidence(cursor: Cursor, rows: List[Tuple[int, str, bytes]]) -> None:
    """Writes the newest findings: node, requirement, the JSON of the finding by zlib."""
    if rows:
        cursor.many(cursor.dialect.put('evidence', ('node', 'requirement'), ('body',)), rows)


def remove(cursor: Cursor, keys: List[Tuple[int, str]]) -> None:
    """Removes states and their evidence."""
    for table in ('state', 'evidence') if keys else ():
        cursor.many(f'DELETE FROM {table} WHERE node = ? AND requirement = ?', keys)


def add(cursor: Cursor, rows: List[Tuple[Any, ...]]) -> None:
    """Writes transitions: node, requirement, at, was, state, now, boot, severity, sequence, the outcome
    before (None: there was none) and the outcome.
    """
    if rows:
        cursor.many('INSERT INTO transition (node, requirement, at, was, state, now, boot, severity, sequence, '
                    'before, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', rows)
