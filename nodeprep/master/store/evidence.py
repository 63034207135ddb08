"""What was found of each requirement of a node. It stands in the report that told the states as they are, which the
node's row names as `shown`; of nodes that told nothing since version 7 of the tables, in rows of its own.
"""
from nodeprep.master.store import kept
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

Key = Tuple[int, str]     # node, requirement
SHOWN = 'r.node = n.id AND r.sequence = n.shown AND r.digest = n.shown_digest'
_SHOWN = f'SELECT n.id, r.body FROM node n JOIN report r ON {SHOWN} WHERE n.id IN (?*)'
_ROWS = ('SELECT e.node, e.requirement, e.body FROM evidence e JOIN node n ON n.id = e.node '
         'WHERE n.shown IS NULL AND n.id IN (?*)')


def of(cursor: Cursor, keys: Iterable[Key]) -> Dict[Key, Optional[Dict[str, Any]]]:
    """The findings of some states; None for one that cannot be read. What is not kept any more is not in it."""
    names: Dict[int, List[str]] = {}
    for node, requirement in keys:
        names.setdefault(node, []).append(requirement)
    found: Dict[Key, Optional[Dict[str, Any]]] = {}
    for node, body in cursor.within(_SHOWN, sorted(names)):
        told = kept.findings(body)
        for requirement in names[node]:
            if told is None:
                found[node, requirement] = None
            elif requirement in told:
                found[node, requirement] = told[requirement]
    for node, requirement, body in cursor.within(_ROWS, sorted(names)):
        if requirement in names[node]:
            found[node, requirement] = kept.finding(body)
    return found


def remove(cursor: Cursor, nodes: List[int]) -> int:
    """Removes the rows of nodes of which a report shows it; returns how many they were."""
    return cursor.run_within('DELETE FROM evidence WHERE node IN (?*)', nodes)


def superseded(cursor: Cursor, most: int) -> List[int]:
    """So many nodes at most that have rows of their own, and a report that shows it."""
    return [row[0] for row in cursor.all('SELECT DISTINCT e.node FROM evidence e JOIN node n ON n.id = e.node '
                                         'WHERE n.shown IS NOT NULL LIMIT ?', (most,))]
