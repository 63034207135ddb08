"""What was fixed on nodes, as their reports tell it: each part of a transaction once, however often it is told."""
from nodeprep.compliance.fixes import ALLOWED, APPROVAL, NOT_OURS, Fix
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

_OF = 'SELECT node, txn, requirement, said, id, result, undone, undone_by FROM fix WHERE node IN (?*)'
_INSERT = ('INSERT INTO fix (node, txn, requirement, said, at, told, result, why, how, who, approval, undone, '
           'undone_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
_UPDATE = 'UPDATE fix SET result = ?, why = ?, undone = ?, undone_by = ? WHERE id = ?'
# What read() takes. The approval is believed only when it is this master's own, for this node and requirement: then it
# tells who gave it.
COLUMNS = 'f.requirement, f.at, f.txn, f.result, f.why, f.how, f.who, f.undone, f.undone_by, a."by", a.reason'
WITH_APPROVAL = ('LEFT JOIN approval a ON a.id = f.approval AND a.node = f.node AND a.requirement = f.requirement '
                 "AND a.decided IS NOT NULL AND a.state <> 'denied'")
_BETWEEN = (f'SELECT f.node, {COLUMNS} FROM fix f {WITH_APPROVAL} '
            'WHERE f.at >= ? AND f.at < ? OR f.undone >= ? AND f.undone < ? ORDER BY f.at, f.id')


class Told(NamedTuple):
    """A row without its id. Times are seconds since 1970, `said` is text."""

    node: int
    txn: str
    requirement: str
    said: str
    at: float
    told: float
    result: str
    why: str
    how: str
    who: str
    approval: str
    undone: Optional[float]
    undone_by: str


def add(cursor: Cursor, rows: List[Told]) -> None:
    """Writes what is new of these, in the order in which they were told. When it was, the first one to tell it says; of
    an undo the first one that knows who did it, for while it goes on nobody does.
    """
    if not rows:
        return
    known: Dict[Tuple[Any, ...], Tuple[Any, ...]] = {
        tuple(row[:4]): tuple(row[4:]) for row in cursor.within(_OF, sorted({one.node for one in rows}))}
    new: Dict[Tuple[Any, ...], Told] = {}
    for one in rows:
        key = tuple(one[:4])
        if key in known:
            number, result, undone, by = known[key]
            news = one.undone is not None and (undone is None or not by and bool(one.undone_by))
            if one.result != result or news:
                undone, by = (one.undone, one.undone_by) if news else (undone, by)
                cursor.run(_UPDATE, (one.result, one.why, undone, by, number))
                known[key] = number, one.result, undone, by
        else:
            first = new.get(key, one)
            new[key] = one._replace(at=first.at, told=first.told)
    cursor.many(_INSERT, list(new.values()))


def between(cursor: Cursor, since: float, until: float, names: Mapping[int, str]) -> Iterator[Fix]:
    """Those that were made or taken back in a span, of the nodes that are named."""
    for row in cursor.all(_BETWEEN, (since, until, since, until)):
        if row[0] in names:
            yield read(names[row[0]], row[1:])


def read(name: str, row: Sequence[Any]) -> Fix:
    """The fix of a row of COLUMNS, on the node of a name."""
    requirement, at, txn, result, why, how, who, undone, undone_by, by, reason = row
    allowed = NOT_OURS if how == APPROVAL and by is None else ALLOWED.get(how) or str(how)
    return Fix(name, requirement, at, txn, result, why, by or who, allowed, undone, undone_by, reason or '')
