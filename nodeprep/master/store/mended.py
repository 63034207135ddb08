"""What was fixed on nodes, as the page lists it: the newest first, of all nodes that have a page."""
from nodeprep.compliance.fixes import Fix
from nodeprep.master.store import asked, fixes
from nodeprep.master.store.asked import EVERYTHING, Asked
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

ALL, FAILED, UNDONE = 'all', 'failed', 'undone'
KINDS = (ALL, FAILED, UNDONE)
_IS = {ALL: '1 = 1', FAILED: "f.result <> 'done'", UNDONE: 'f.undone IS NOT NULL'}
# A plus keeps SQLite from looking up each node in the table: an index that has all that is asked for is read through.
_FORGOTTEN = "+f.node NOT IN (SELECT id FROM node WHERE status = 'forgotten')"
_COUNTED = f'COUNT(*), SUM(CASE WHEN {_IS[FAILED]} THEN 1 ELSE 0 END), SUM(CASE WHEN {_IS[UNDONE]} THEN 1 ELSE 0 END)'


class Wanted(NamedTuple):
    """Which fixes: since a time (seconds since 1970), on one node by its name, allowed in a way (see
    compliance/fixes.py), of nodes by who they are, and for a requirement.
    """

    since: float = 0.0
    node: str = ''
    how: str = ''
    about: Asked = EVERYTHING

    @property
    def anything(self) -> bool:
        """Whether it narrows at all, but for the time."""
        return bool(self.node or self.how or self.about.anything)


def counts(cursor: Cursor, wanted: Wanted) -> Dict[str, int]:
    """How many there are of each kind."""
    where, args = _where(wanted)
    row = cursor.one(f'SELECT {_COUNTED} FROM fix f WHERE {where}', args) or (0, 0, 0)
    return {kind: int(count or 0) for kind, count in zip(KINDS, row)}


def page(cursor: Cursor, wanted: Wanted, kind: str = ALL, number: int = 1, per: int = 100) -> List[Fix]:
    """One page of a kind. `number` begins at 1."""
    where, args = _where(wanted)
    return _read(cursor, f'{where} AND {_IS[kind]}', args, per, (number - 1) * per)


def newest(cursor: Cursor, node: int, most: int) -> List[Fix]:
    """The last ones of a node."""
    return _read(cursor, 'f.node = ?', (node,), most, 0)


def _read(cursor: Cursor, where: str, args: Tuple[Any, ...], per: int, skipped: int) -> List[Fix]:
    # An index alone tells which rows they are; only these are read, and who approved them looked up.
    ids = [row[0] for row in cursor.all(
        f'SELECT f.id FROM fix f WHERE {where} ORDER BY f.at DESC, f.node DESC, f.requirement DESC LIMIT ? OFFSET ?',
        (*args, per, skipped))]
    found = {row[0]: fixes.read(row[1], row[2:]) for row in cursor.within(
        f'SELECT f.id, n.name, {fixes.COLUMNS} FROM fix f JOIN node n ON n.id = f.node {fixes.WITH_APPROVAL} '
        'WHERE f.id IN (?*)', ids)}
    return [found[number] for number in ids]


def _where(wanted: Wanted) -> Tuple[str, Tuple[Any, ...]]:
    about = wanted.about._replace(requirement='', outcome='', standing='')
    parts: List[str] = ['f.at >= ?']
    args: Tuple[Any, ...] = (wanted.since,)
    if wanted.node:
        parts.append(f'f.node IN (SELECT n.id FROM node n WHERE n.name = ? AND {asked.KNOWN})')
        args += (wanted.node,)
    if about.anything:
        condition = asked.condition(about, asked.KNOWN)
        parts.append(f'+f.node IN (SELECT n.id FROM node n WHERE {condition.sql})')
        args += condition.args
    if not wanted.node and not about.anything:
        parts.append(_FORGOTTEN)
    if wanted.about.requirement:
        parts.append('f.requirement = ?')
        args += (wanted.about.requirement,)
    if wanted.how:
        parts.append('f.how = ?')
        args += (wanted.how,)
    return ' AND '.join(parts), args
