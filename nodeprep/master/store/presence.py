"""Who is heard of: silence is noticed here, and ends with the next word of the node (see nodes.heard)."""
from nodeprep.master.fleet import silent, skew
from nodeprep.master.store import nodes
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import List, Tuple

_TALKING = ('SELECT n.id, p.heard FROM node n JOIN pulse p ON p.node = n.id WHERE n.status IN (?, ?) '
            'AND n.silent_since IS NULL AND (p.heard IS NULL OR p.heard < ?) LIMIT ?')
SLICE = 200               # nodes that fall silent in one transaction
_FALL = ('UPDATE node SET silent_since = ? WHERE id = ? AND silent_since IS NULL AND status IN (?, ?) '
         'AND EXISTS (SELECT 1 FROM pulse p WHERE p.node = node.id AND (p.heard IS NULL OR p.heard <= ?))')


def sweep(cursor: Cursor, at: float, after: float, listening: float, most: int = SLICE) -> List[int]:
    """Notes which nodes fell silent: nothing was heard of them for `after` seconds, while this master listens since
    `listening`. Returns them; when they are `most`, there may be more. What was heard in the future (the clock of this
    host was set back) counts from now on.
    """
    cursor.run('UPDATE pulse SET heard = ? WHERE heard > ?', (at, at + after))
    if at - listening <= after:
        return []
    talking = cursor.all(_TALKING, (*nodes.SPEAKING, at - after, most))
    fallen = []
    for node, since in silent.fallen(((row[0], row[1]) for row in talking), at, after, listening):
        if cursor.run(_FALL, (since, node, *nodes.SPEAKING, since)):
            nodes.present(cursor, node, since, nodes.SILENT)
            fallen.append(node)
    return fallen


def wrong_clocks(cursor: Cursor, limit_ms: float = skew.LIMIT) -> List[Tuple[str, float, float]]:
    """(name, offset, bound) in milliseconds of the members whose clocks are off for certain, the worst first."""
    rows = cursor.all('SELECT n.name, p.skew_ms, p.skew_bound_ms FROM pulse p JOIN node n ON n.id = p.node '
                      'WHERE n.status = ? AND ABS(p.skew_ms) - p.skew_bound_ms > ? ORDER BY ABS(p.skew_ms) DESC, n.id',
                      (nodes.MEMBER, limit_ms))
    return [(name, offset, bound) for name, offset, bound in rows if skew.judged(offset, bound, limit_ms) == skew.WRONG]
