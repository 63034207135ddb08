"""The fleet in groups of nodes that share something: how many of each stand how, and what they do not meet."""
import collections

from nodeprep.master.store import asked
from nodeprep.master.store.asked import Asked
from nodeprep.master.store.grid import STOOD
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Tuple

_NOT_MET = "('drifted', 'unknown', 'advised', 'waived')"
_SPEAKING = (asked.DRIFTED, asked.UNKNOWN, asked.MET, asked.NEW)
GROUPS = {'role': 'n.role', 'os': asked.OS, 'standing': asked.STANDING, 'kubernetes': 'n.kubernetes',
          'agent': 'n.agent_version'}


class Group(NamedTuple):
    """Nodes that share something: how many stand how, and by requirement how many do not meet it (outcome -> nodes)."""

    key: str
    nodes: int
    standings: Dict[str, int]
    cells: Dict[str, Dict[str, int]]


def groups(cursor: Any, about: Asked, by: str) -> List[Group]:
    """All groups, the one with most nodes that are not met first. `by` is one of GROUPS or `label:NAME`."""
    made: Dict[str, Group] = {}
    of_node: Dict[str, str] = {}                             # of those that speak
    for name, standing, ids in _grouped(cursor, about, by):
        group = made.get(name) or made.setdefault(name, Group(name, 0, {}, {}))
        group.standings[standing] = group.standings.get(standing, 0) + len(ids)
        if standing in _SPEAKING:
            of_node.update(dict.fromkeys(ids, name))
    # Put together here: a join would look up the node of each state by itself.
    for requirement, outcome, ids in cursor.all(
            f'SELECT requirement, outcome, {cursor.dialect.gathered("node")} FROM state '
            f'WHERE outcome IN {_NOT_MET} GROUP BY outcome, requirement'):
        for key, count in collections.Counter(map(of_node.get, ids.split(','))).items():
            if key is not None:
                made[key].cells.setdefault(requirement, {})[outcome] = count
    return sorted((group._replace(nodes=sum(group.standings.values())) for group in made.values()),
                  key=lambda group: (-group.standings.get('drifted', 0), -group.nodes, group.key))


def _grouped(cursor: Any, about: Asked, by: str) -> Iterator[Tuple[str, str, List[str]]]:
    """The nodes by group and standing: their ids, as texts."""
    sql, args = asked.condition(about)
    ids = cursor.dialect.gathered('n.id')
    if not by.startswith('label:'):
        for name, standing, found in cursor.all(f'SELECT {GROUPS[by]}, {asked.STANDING}, {ids} FROM node n WHERE {sql} '
                                                'GROUP BY 1, 2', args):
            yield name, standing, found.split(',')
        return
    values: Dict[str, str] = {}
    for value, found in cursor.all(f'SELECT value, {cursor.dialect.gathered("node")} FROM label WHERE name = ? '
                                   'GROUP BY value', (by[6:],)):
        values.update(dict.fromkeys(found.split(','), value))
    for standing, found in cursor.all(f'SELECT {asked.STANDING}, n.found FROM ({STOOD.format(ids, sql)}) n', args):
        parts: Dict[str, List[str]] = {}
        for one in found.split(','):
            parts.setdefault(values.get(one, ''), []).append(one)
        for value, some_of in parts.items():
            yield value, standing, some_of


def stood(parts: List[Group]) -> Dict[str, int]:
    """The standings of all groups together."""
    found: Dict[str, int] = {}
    for group in parts:
        for name, count in group.standings.items():
            found[name] = found.get(name, 0) + count
    return found


def summed(parts: List[Group]) -> Dict[str, Dict[str, int]]:
    """The totals of all groups together."""
    found: Dict[str, Dict[str, int]] = {}
    for group in parts:
        for requirement, cells in group.cells.items():
            whole = found.setdefault(requirement, {})
            for outcome, count in cells.items():
                whole[outcome] = whole.get(outcome, 0) + count
    return found
