"""How many nodes are set apart: what they report changes nothing, so no list of what is not met has them."""
from nodeprep.master.store import asked
from nodeprep.master.store.asked import EVERYTHING, Asked
from nodeprep.typed import Any


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
