"""All that is not met, for how long, and what waits for a person. What is waived, and what silent nodes told, apart."""
import collections

from nodeprep.master.store import asked, tally
from nodeprep.master.store.asked import EVERYTHING, Asked
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Optional, Tuple

# What is listed by itself; the last two are apart, since nobody has to act on them as on the others.
KINDS = ('drifted', 'unknown', 'advised', 'waived', 'silent')
ORDERS = {'longest': 's.since, s.node, s.requirement', 'newest': 's.since DESC, s.node, s.requirement',
          'node': 'n.name, s.requirement', 'requirement': 's.requirement, s.since, s.node'}
# What leads: the states that are not met, in the order of an index; or the silent nodes, which are fewer still.
_FROM = ('state s CROSS JOIN node n', 'node n CROSS JOIN state s')
_AT_FIRST = 500           # nodes: those of the first pages
_SILENT = "n.status = 'member' AND n.silent_since IS NOT NULL"


class Row(NamedTuple):
    """One requirement that one node does not meet. Times are seconds since 1970."""

    id: int                       # of the node
    node: str
    role: str
    requirement: str
    title: str
    outcome: str
    state: str
    now: str
    boot: str
    severity: str
    mode: str
    since: float
    says: str                     # what was found and wanted
    waiver: Optional[str]         # JSON: that of the node's own configuration
    digest: Optional[str]         # of what the agent proposes
    silent_since: Optional[float]
    approval: Optional[str] = None       # proposed | approved | denied | lapsed | used: of that very plan


_COLUMNS = ('s.node, n.name, n.role, s.requirement, s.title, s.outcome, s.state, s.now, s.boot, s.severity, s.mode, '
            's.since, s.says, s.waiver, s.digest, n.silent_since')


def rows(cursor: Any, kind: str, about: Asked = EVERYTHING, order: str = 'longest', page: int = 1,
         per: int = 100) -> List[Row]:
    """One page of a kind. `page` begins at 1."""
    skipped = (page - 1) * per
    if kind == 'silent':             # few, of few nodes
        sql, args = _condition(kind, about)
        found = _read(cursor, kind, sql, args, ORDERS[order], per, skipped)
    elif order == 'node':
        found = _by_node(cursor, kind, about, skipped, per)
    elif order == 'requirement':
        found = _by_requirement(cursor, kind, about, skipped, per)
    else:
        found = _by_time(cursor, kind, about, order, skipped, per)
    return _with_approvals(cursor, found)


def _read(cursor: Any, kind: str, sql: str, args: Tuple[Any, ...], order: str, per: int, skipped: int) -> List[Row]:
    return [Row(*row) for row in cursor.all(
        f'SELECT {_COLUMNS} FROM {_FROM[kind == "silent"]} WHERE n.id = s.node AND {sql} '
        f'ORDER BY {order} LIMIT ? OFFSET ?', args + (per, skipped))]


def _by_time(cursor: Any, kind: str, about: Asked, order: str, skipped: int, per: int) -> List[Row]:
    """So many rows after those that are skipped. SQLite before 3.8 would sort all of them for the sake of those that
    are as old as each other; an index alone says between which times the page lies.
    """
    sql, args = _condition(kind, about)
    of_kind = f'FROM {_FROM[0]} WHERE n.id = s.node AND {sql}'
    direction, earlier = (' DESC', '>') if order == 'newest' else ('', '<')
    times = cursor.all(f'SELECT s.since {of_kind} ORDER BY s.since{direction} LIMIT ? OFFSET ?', args + (per, skipped))
    if not times:
        return []
    first, last = times[0][0], times[-1][0]
    before = cursor.one(f'SELECT COUNT(*) {of_kind} AND s.since {earlier} ?', args + (first,))[0] if skipped else 0
    return _read(cursor, kind, f'{sql} AND s.since >= ? AND s.since <= ?', args + (min(first, last), max(first, last)),
                 ORDERS[order], per, skipped - before)


def _by_requirement(cursor: Any, kind: str, about: Asked, skipped: int, per: int) -> List[Row]:
    """So many rows after those that are skipped: only the requirements on the page are sorted."""
    sql, args = _condition(kind, about)
    counted = tally.by_outcome(cursor, *_of(about), outcomes=(kind,))
    found: List[Row] = []
    for (requirement, _), count in sorted(counted.items()):
        if skipped < count and len(found) < per:
            found += _read(cursor, kind, f'{sql} AND s.requirement = ?', args + (requirement,),
                           ORDERS['requirement'], per - len(found), skipped)
        skipped = max(0, skipped - count)
    return found


def _by_node(cursor: Any, kind: str, about: Asked, skipped: int, per: int) -> List[Row]:
    """So many rows after those that are skipped, by the name of the node.

    To sort them all by that would be to look up a name for each, and read each whole. Which nodes are on the page is
    known from how many rows each has.
    """
    of_nodes, args = asked.condition(about._replace(requirement='', outcome='', standing=''))
    only, value = (' AND requirement = ?', (about.requirement,)) if about.requirement else ('', ())
    counted: Dict[str, int] = collections.Counter()
    for (ids,) in cursor.all(f'SELECT {cursor.dialect.gathered("node")} FROM state WHERE outcome = ?{only} '
                             'GROUP BY requirement', (kind,) + value):
        counted.update(ids.split(','))
    ranks: Dict[int, int] = {}
    before = first = 0
    for node in _named(cursor, of_nodes, args):
        after = before + counted.get(str(node), 0)
        if after > max(skipped, before):
            first = first if ranks else before
            ranks[node] = len(ranks)
        before = after
        if after >= skipped + per:
            break
    found = [Row(*row) for row in cursor.within(
        f'SELECT {_COLUMNS} FROM state s CROSS JOIN node n WHERE n.id = s.node AND s.node IN (?*)', sorted(ranks))]
    listed = sorted((row for row in found if row.outcome == kind and about.requirement in ('', row.requirement)),
                    key=lambda row: (ranks[row.id], row.requirement))
    return listed[skipped - first:skipped - first + per]


def _named(cursor: Any, of_nodes: str, args: Tuple[Any, ...]) -> Iterator[int]:
    """The nodes that speak by name: the first of them from an index, and only when that is not enough the others."""
    sql = f'SELECT n.id, n.name FROM node n WHERE {asked.SPEAKS} AND {of_nodes} AND n.name > ? ORDER BY n.name'
    some = cursor.all(f'{sql} LIMIT {_AT_FIRST}', (*args, ''))
    yield from (row[0] for row in some)
    if len(some) == _AT_FIRST:
        yield from (row[0] for row in cursor.all(sql, (*args, some[-1][1])))


def counts(cursor: Any, about: Asked = EVERYTHING) -> Dict[str, int]:
    """How many there are of each kind."""
    narrowed, args = _narrowed(about)
    found = dict.fromkeys(KINDS, 0)
    for (_, outcome), count in tally.by_outcome(cursor, *_of(about)).items():
        found[outcome] += count
    found['silent'] = int(cursor.one(
        f'SELECT COUNT(*) FROM node n CROSS JOIN state s WHERE s.node = n.id AND {_SILENT} '
        f"AND s.outcome || '' IN ('drifted', 'unknown'){narrowed}", args)[0])
    return found


def drifted(cursor: Any) -> int:
    """How many states of nodes that speak have drifted: the number that nobody wants to see."""
    return sum(tally.by_outcome(cursor, outcomes=('drifted',)).values())


def _condition(kind: str, about: Asked) -> Tuple[str, Tuple[Any, ...]]:
    narrowed, args = _narrowed(about)
    if kind == 'silent':
        return f"{_SILENT} AND s.outcome || '' IN ('drifted', 'unknown'){narrowed}", args
    return f's.outcome = ? AND {asked.SPEAKS}{narrowed}', (kind,) + args


def _of(about: Asked) -> Tuple[Optional[asked.Condition], str]:
    """What tally takes: nodes by who they are, and a requirement."""
    nodes = about._replace(requirement='', outcome='', standing='')
    return asked.condition(nodes) if nodes.anything else None, about.requirement


def _narrowed(about: Asked) -> Tuple[str, Tuple[Any, ...]]:
    """The rest of a condition: nodes by who they are, and the requirement of the row itself."""
    sql = ''
    args: Tuple[Any, ...] = ()
    nodes = about._replace(requirement='', outcome='', standing='')
    if nodes.anything:
        of_nodes, args = asked.condition(nodes)
        sql = f' AND s.node IN (SELECT n.id FROM node n WHERE {of_nodes})'
    if about.requirement:
        sql, args = sql + ' AND s.requirement = ?', args + (about.requirement,)
    return sql, args


def _with_approvals(cursor: Any, found: List[Row]) -> List[Row]:
    plans = {(node, requirement, digest): state for node, requirement, digest, state in cursor.within(
        "SELECT node, requirement, digest, state FROM approval WHERE node IN (?*) ORDER BY proposed",
        sorted({row.id for row in found if row.digest}))}
    return [row._replace(approval=plans.get((row.id, row.requirement, row.digest))) for row in found]
