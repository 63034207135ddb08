"""How many nodes are set apart: what they report changes nothing, so no list of what is not met has them. And what such
a node is told of it.
"""
import time

from nodeprep.master.store import asked, clones
from nodeprep.master.store.asked import EVERYTHING, Asked
from nodeprep.typed import Any, Dict, List

TOLD = 20                 # nodes, each with what is the same, that one is told of: hundreds may be made from one image
_SINCE = "SELECT MAX(at) FROM presence WHERE node = ? AND what = 'quarantined'"
_FOUND = 'SELECT MIN(found) FROM clone WHERE later = ? AND decided IS NULL'
_BECAUSE = (f'SELECT f.name, c.kind, MAX({clones.STILL}) FROM clone c JOIN node f ON f.id = c.first WHERE c.later = ? '
            'AND c.decided IS NULL GROUP BY f.id, f.name, c.kind ORDER BY f.id, c.kind')


def count(cursor: Any, about: Asked = EVERYTHING) -> int:
    """How many there are among the nodes that are asked for by who they are, whatever they told before."""
    sql, args = asked.condition(about._replace(requirement='', outcome='', standing=''))
    return int(cursor.one(f"SELECT COUNT(*) FROM node n WHERE n.status = 'quarantined' AND {sql}", args)[0])


def said(number: int) -> str:
    """The same as a sentence of the commands, without its end; '' of none.

    >>> said(0), said(1), said(3)
    ('', '1 node is in quarantine and is not counted', '3 nodes are in quarantine and are not counted')
    """
    if not number:
        return ''
    return '1 node is in quarantine and is not counted' if number == 1 else \
        f'{number} nodes are in quarantine and are not counted'


def told(cursor: Any, node: int) -> Dict[str, Any]:
    """What a node in quarantine is told: {"since": RFC 3339, "because": [{"node": who came before it, "same":
    [kinds that still are]}]}, the first TOLD of them.
    """
    since = cursor.one(_SINCE, (node,))[0] or cursor.one(_FOUND, (node,))[0] or 0.0
    same: Dict[str, List[str]] = {}
    for name, kind, still in cursor.all(_BECAUSE, (node,)):
        if name in same or len(same) < TOLD:
            same.setdefault(name, []).extend([kind] if still else [])
    return {'since': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(since)),
            'because': [{'node': name, 'same': kinds} for name, kinds in same.items()]}
