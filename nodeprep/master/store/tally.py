"""How many nodes that speak do not meet each requirement, without a look at each state."""
from nodeprep.master.store import asked
from nodeprep.master.store.asked import Condition
from nodeprep.typed import Any, Dict, Optional, Sequence, Tuple

NOT_MET = ('drifted', 'unknown', 'advised', 'waived')
_MANY = 500               # nodes that do not speak, from which on it is cheaper to look up the node of each state
# Those with states that do not speak: of who was forgotten there are none. Each part is a range of an index.
_AWAY = ("SELECT n.id FROM node n WHERE n.status = 'member' AND n.silent_since IS NOT NULL "
         "OR n.status IN ('quarantined', 'left')")


def by_outcome(cursor: Any, nodes: Optional[Condition] = None, requirement: str = '',
               outcomes: Sequence[str] = NOT_MET) -> Dict[Tuple[str, str], int]:
    """{(requirement, outcome): nodes}, of some nodes, and of one requirement alone."""
    listed = f'({", ".join("?" * len(outcomes))})'
    args: Tuple[Any, ...] = tuple(outcomes)
    whole = f'SELECT s.requirement, s.outcome, COUNT(*) FROM state s WHERE s.outcome IN {listed}'
    if requirement:
        whole, args = whole + ' AND s.requirement = ?', (*args, requirement)
    end = ' GROUP BY s.outcome, s.requirement'
    if nodes is not None:
        return _counted(cursor, f'{whole} AND s.node IN (SELECT n.id FROM node n WHERE {asked.SPEAKS} AND {nodes.sql})'
                        + end, (*args, *nodes.args))
    away = [row[0] for row in cursor.all(f'{_AWAY} LIMIT {_MANY + 1}')]
    if len(away) > _MANY:
        return _counted(cursor, f'{whole} AND s.node NOT IN ({_AWAY}){end}', args)
    # An index alone says how many there are; then the few are taken away that are of nodes which do not speak.
    found = _counted(cursor, whole + end, args)
    for node_requirement, outcome in cursor.within('SELECT requirement, outcome FROM state WHERE node IN (?*)', away):
        if (node_requirement, outcome) in found:
            found[node_requirement, outcome] -= 1
    return {key: count for key, count in found.items() if count}


def _counted(cursor: Any, sql: str, args: Tuple[Any, ...]) -> Dict[Tuple[str, str], int]:
    return {(requirement, outcome): int(count) for requirement, outcome, count in cursor.all(sql, args)}
