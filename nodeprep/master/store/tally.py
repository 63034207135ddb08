"""How many nodes that speak do not meet each requirement, without a look at each state."""
from nodeprep.master.store import asked
from nodeprep.typed import Any, Dict, Sequence, Tuple

NOT_MET = ('drifted', 'unknown', 'advised', 'waived')
_MANY = 500               # nodes that do not speak, from which on it is cheaper to look up the node of each state
_AWAY = f'SELECT n.id FROM node n WHERE NOT ({asked.SPEAKS})'


def by_outcome(cursor: Any, within: str = '', args: Tuple[Any, ...] = (),
               outcomes: Sequence[str] = NOT_MET) -> Dict[Tuple[str, str], int]:
    """{(requirement, outcome): nodes}. `within` narrows the states `s`: ' AND ...'; `args` are its values."""
    listed = f'({", ".join("?" * len(outcomes))})'
    whole = f'SELECT s.requirement, s.outcome, COUNT(*) FROM state s WHERE s.outcome IN {listed}'
    end = 'GROUP BY s.outcome, s.requirement'
    if within or cursor.one(f'SELECT COUNT(*) FROM node n WHERE NOT ({asked.SPEAKS})')[0] > _MANY:
        rows = cursor.all(f'{whole} AND s.node NOT IN ({_AWAY}){within} {end}', (*outcomes, *args))
        return {(requirement, outcome): int(count) for requirement, outcome, count in rows}
    # An index alone says how many there are; then the few are taken away that are of nodes which do not speak. (To
    # look those up by their outcome is what SQLite before 3.8 would do; by an expression it cannot.)
    found = {(requirement, outcome): int(count) for requirement, outcome, count in cursor.all(
        f'{whole} {end}', tuple(outcomes))}
    for requirement, outcome, count in cursor.all(
            'SELECT s.requirement, s.outcome, COUNT(*) FROM node n CROSS JOIN state s WHERE s.node = n.id '
            f"AND NOT ({asked.SPEAKS}) AND s.outcome || '' IN {listed} {end}", tuple(outcomes)):
        found[requirement, outcome] -= int(count)
    return {key: count for key, count in found.items() if count}
