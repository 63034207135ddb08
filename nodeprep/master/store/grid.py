"""The fleet as a grid: how many nodes stand how, and what some of them do not meet. Of groups of them see grouping."""
from nodeprep.master.store import asked, tally
from nodeprep.master.store.asked import EVERYTHING, Asked
from nodeprep.master.store.tally import NOT_MET
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Container, Dict, Iterable, List, Optional, Set, Tuple

_OUTCOMES = NOT_MET + ('met', 'not-applicable', 'ignored')
_TWO = f'SELECT node FROM state WHERE outcome IN ({", ".join("?" * len(_OUTCOMES))}) AND requirement = ? LIMIT 2'
COLUMNS = 64              # of the grid at most
# In the order of an index, from which SQLite takes them one by one without a look at the rows; how each stands is told
# of what they come to.
STOOD = ('SELECT n.status, n.silent_since, n.standing, {} AS found FROM node n WHERE {} '
         'GROUP BY n.status, n.silent_since, n.standing')
_RANK = {name: rank for rank, name in enumerate(asked.STANDINGS)}
_RANKED = f'CASE {asked.STANDING} ' + ' '.join(f"WHEN '{name}' THEN {rank}" for name, rank in _RANK.items()) + ' END'
ORDERS = {'worst': f'{_RANKED}, n.name', 'name': 'n.name', 'heard': 'p.heard, n.name'}


class Cell(NamedTuple):
    """One requirement of one node. `since` in seconds since 1970."""

    requirement: str
    outcome: str
    now: str
    boot: str
    since: float


class Row(NamedTuple):
    """One node. `heard` is None when it never spoke."""

    id: int
    name: str
    standing: str
    role: str
    os: str
    silent_since: Optional[float]
    heard: Optional[float]
    cells: Dict[str, Cell]
    labels: List[Tuple[str, str]]


class Columns(NamedTuple):
    """The requirements that are shown of all nodes. `alone`: how many are not since one node alone tells of each;
    `many`: how many are not since there are too many.
    """

    names: List[str]
    alone: int
    many: int


class Worst(NamedTuple):
    """A requirement that nodes have drifted from: how many, since when the one of them that has for longest."""

    requirement: str
    title: str
    nodes: int
    since: float
    node: str


def standings(cursor: Any, about: Asked = EVERYTHING) -> Dict[str, int]:
    """How many nodes stand how."""
    sql, args = asked.condition(about)
    alike = STOOD.format('COUNT(*)', sql)
    found = cursor.all(f'SELECT {asked.STANDING}, SUM(n.found) FROM ({alike}) n GROUP BY 1', args)
    return {name: int(count) for name, count in found}


def requirements(cursor: Any) -> List[str]:
    """The requirements that any node told of, by name. Steps from one to the next, as a query for all of them reads
    each state.
    """
    walked = cursor.dialect.walked('state', 'outcome', 'requirement')
    if walked:
        return sorted(row[0] for row in cursor.all(walked))
    names: Set[str] = set()
    for outcome in _OUTCOMES:
        last = ''
        while True:
            row = cursor.one('SELECT MIN(requirement) FROM state WHERE outcome = ? AND requirement > ?',
                             (outcome, last))
            if row[0] is None:
                break
            if row[0] == last:       # it is not UTF-8, and what it is read as leads to it again
                return sorted({row[0] for row in cursor.all('SELECT DISTINCT requirement FROM state')})
            last = row[0]
            names.add(last)
    return sorted(names)


def columns(cursor: Any, known: Iterable[str]) -> Columns:
    """The requirements that are columns of the fleet: of the `known` ones those that any node told of, and of the
    others those that more than one tells of, as nodes of a newer version do. What one node makes up is on its own page.
    """
    names, mine = requirements(cursor), set(known)
    shown = [name for name in names if name in mine]
    others = [name for name in names if name not in mine and len(cursor.all(_TWO, (*_OUTCOMES, name))) > 1]
    room = max(0, COLUMNS - len(shown))
    return Columns(sorted(shown + others[:room]), len(names) - len(shown) - len(others), len(others[room:]))


def totals(cursor: Any, about: Asked = EVERYTHING) -> Dict[str, Dict[str, int]]:
    """By requirement: how many nodes (that speak) do not meet it, by outcome."""
    nodes = asked.condition(about) if about.anything else None
    found: Dict[str, Dict[str, int]] = {}
    for (requirement, outcome), count in tally.by_outcome(cursor, nodes).items():
        found.setdefault(requirement, {})[outcome] = count
    return found


def rows(cursor: Any, about: Asked, order: str = 'worst', page: int = 1, per: int = 50) -> List[Row]:
    """One page of nodes with all their states. `order` is one of ORDERS, `page` begins at 1."""
    sql, args = asked.condition(about)
    # The ids first: they come from an index, and only those of this page are then read whole.
    ids = [row[0] for row in cursor.all(
        f'SELECT n.id FROM node n {"LEFT JOIN pulse p ON p.node = n.id" if order == "heard" else ""} WHERE {sql} '
        f'ORDER BY {ORDERS[order]} LIMIT ? OFFSET ?', args + (per, (page - 1) * per))]
    return some(cursor, ids)


def some(cursor: Any, ids: List[int]) -> List[Row]:
    """These nodes, in this order."""
    found = {row[0]: Row(*(row + ({}, []))) for row in cursor.within(
        f'SELECT n.id, n.name, {asked.STANDING}, n.role, {asked.OS}, n.silent_since, p.heard FROM node n '
        'LEFT JOIN pulse p ON p.node = n.id WHERE n.id IN (?*)', ids)}
    for node, *cell in cursor.within(
            'SELECT node, requirement, outcome, now, boot, since FROM state WHERE node IN (?*)', ids):
        found[node].cells[cell[0]] = Cell(*cell)
    for node, name, value in cursor.within('SELECT node, name, value FROM label WHERE node IN (?*)', ids):
        found[node].labels.append((name, value))
    return [found[number]._replace(labels=sorted(found[number].labels)) for number in ids if number in found]


def worst(cursor: Any, among: Container[str], most: int = 5,
          known: Optional[Dict[str, Dict[str, int]]] = None) -> List[Worst]:
    """What most nodes have drifted from, of some requirements. `known` are the totals of everything, where they are
    known already.
    """
    drifted = {name: cells.get('drifted', 0) for name, cells in known.items()} if known is not None else {
        name: count for (name, _), count in tally.by_outcome(cursor, outcomes=('drifted',)).items()}
    counts = sorted(((count, name) for name, count in drifted.items() if count and name in among),
                    key=lambda one: (-one[0], one[1]))[:most]
    found = []
    for count, name in counts:
        row = cursor.one(
            f'SELECT s.since, n.name, s.title FROM state s CROSS JOIN node n WHERE n.id = s.node AND s.outcome = ? '
            f'AND s.requirement = ? AND {asked.SPEAKS} ORDER BY s.since LIMIT 1', ('drifted', name))
        if row:
            found.append(Worst(name, row[2], count, row[0], row[1]))
    return found


def choices(cursor: Any) -> Dict[str, List[str]]:
    """What the fleet can be narrowed and grouped by: roles, systems, names of labels (those that most nodes have)."""
    roles, systems = set(), set()
    for role, os in cursor.all(f'SELECT n.role, {asked.OS} FROM (SELECT DISTINCT n.role, n.os_name, n.os_version '
                               f'FROM node n WHERE {asked.PRESENT}) n'):
        roles.add(role)
        systems.add(os)
    labels = cursor.all('SELECT name FROM label GROUP BY name ORDER BY COUNT(*) DESC, name LIMIT 50')
    return {'role': sorted(filter(None, roles)), 'os': sorted(filter(None, systems)),
            'label': sorted(row[0] for row in labels if row[0])}
