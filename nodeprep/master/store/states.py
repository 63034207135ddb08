"""The newest state of each requirement of each node, and every transition."""
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, List, Mapping, Optional, Tuple

_COLUMNS = ('state', 'now', 'boot', 'severity', 'mode', 'since', 'title', 'says', 'waiver', 'digest', 'seen',
            'told', 'outcome')
_KEY = 'WHERE node = ? AND requirement = ?'
_INSERT = (f'INSERT INTO state (node, requirement, {", ".join(_COLUMNS)}) '
           f'VALUES ({", ".join("?" * (2 + len(_COLUMNS)))})')
_UPDATE = f'UPDATE state SET {", ".join(f"{name} = ?" for name in _COLUMNS)} {_KEY}'
# An index is written anew when one of its columns is named, whether that is another then or not.
_NOT_INDEXED = [at for at, name in enumerate(_COLUMNS) if name not in ('outcome', 'since')]
_UPDATE_WORDS = f'UPDATE state SET {", ".join(f"{_COLUMNS[at]} = ?" for at in _NOT_INDEXED)} {_KEY}'
Key = Tuple[int, str]
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
    # A State is a tuple, and here there are very many: made as one, without a look at names and defaults.
    return {row[:2]: tuple.__new__(State, row[2:]) for row in rows}


def put(cursor: Cursor, rows: Dict[Key, State], before: Mapping[Key, State]) -> None:
    """Writes states. `before` are those of them that are there."""
    new, other, words = [], [], []
    for key, state in rows.items():
        old = before.get(key)
        if old is None:
            new.append((*key, *state))
        elif old.outcome == state.outcome and old.since == state.since:
            words.append((*[state[at] for at in _NOT_INDEXED], *key))
        else:
            other.append((*state, *key))
    for sql, some in ((_INSERT, new), (_UPDATE, other), (_UPDATE_WORDS, words)):
        if some:
            cursor.many(sql, some)


def remove(cursor: Cursor, keys: List[Tuple[int, str]]) -> None:
    """Removes states."""
    if keys:
        cursor.many('DELETE FROM state WHERE node = ? AND requirement = ?', keys)


def add(cursor: Cursor, rows: List[Tuple[Any, ...]]) -> None:
    """Writes transitions: node, requirement, at, was, state, now, boot, severity, sequence, the outcome
    before (None: there was none) and the outcome.
    """
    if rows:
        cursor.many('INSERT INTO transition (node, requirement, at, was, state, now, boot, severity, sequence, '
                    'before, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', rows)
