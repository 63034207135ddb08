"""A node goes, or a person decides about clones; who is let out of quarantine by that is told by its newest report."""
from nodeprep.master import comparing, prepared
from nodeprep.master.store import clones, kept, nodes
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Iterable, List

_KEPT = ("SELECT r.body, r.previous, r.digest, r.received, n.taken FROM report r JOIN node n ON n.id = r.node "
         "WHERE r.node = ? AND r.applied = 0 AND r.link NOT IN ('late', 'fork') AND r.sequence = n.sequence "
         'ORDER BY r.id DESC LIMIT 1')
_STUCK = ("SELECT n.id, n.name FROM node n WHERE n.status = 'quarantined' AND NOT EXISTS "
          '(SELECT 1 FROM clone c WHERE c.later = n.id AND c.decided IS NULL) ORDER BY n.id')


def forget(cursor: Cursor, name: str, by: str, at: float) -> None:
    """A person takes a node away. NotMember when there is none of this name."""
    found = nodes.find(cursor, name)
    if found is None or found[1] == nodes.FORGOTTEN:
        raise nodes.NotMember(f'there is no node {name}')
    _released(cursor, nodes.forget(cursor, found[0], by, at))


def leave(cursor: Cursor, node: int, at: float) -> None:
    """A node goes by itself. NotMember when there is none with this id."""
    _released(cursor, nodes.leave(cursor, node, at))


def decide(cursor: Cursor, clone: int, decision: str, by: str, at: float) -> List[int]:
    """A person decides about two nodes that cannot be told apart: clones.DECISIONS. Returns the nodes let out of
    quarantine. ValueError.
    """
    released = clones.decide(cursor, clone, decision, by, at)
    _released(cursor, released)
    return released


def let_out(cursor: Cursor, at: float) -> List[str]:
    """Lets those out of quarantine about whom nothing is to be decided, as earlier versions left some; returns their
    names.
    """
    stuck = cursor.all(_STUCK)
    _released(cursor, clones.free(cursor, [node for node, _ in stuck], at))
    return [name for _, name in stuck]


def _released(cursor: Cursor, released: Iterable[int]) -> None:
    """What a node told in quarantine was only kept: the newest of it counts now."""
    for node in released:
        row = cursor.one(_KEPT, (node,))
        if row is None:
            continue
        body, previous, own, received, taken = row
        tree = kept.packed(body)
        chain = {'previous': previous, 'digest': own}
        try:
            report = prepared.report(dict(tree if isinstance(tree, dict) else {}, chain=chain))
        except prepared.Refused:          # it is damaged: the next one says what this one did
            continue
        applied = [(nodes.known(cursor, [node])[node], report._replace(taken=taken), received)]
        nodes.reported(cursor, applied, comparing.compare(cursor, applied))
        cursor.run('UPDATE report SET applied = 1 WHERE node = ? AND digest = ?', (node, own))
