"""Nodes that cannot be told apart: the later one is set apart until a person decides."""
from nodeprep.master.fleet import clones
from nodeprep.master.store import audit, nodes
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, Container, Dict, Iterable, List, Optional, Tuple

KEEP_BOTH, FORGET_FIRST, FORGET_LATER = DECISIONS = ('keep-both', 'forget-first', 'forget-later')
COLUMNS = ('id', 'kind', 'value', 'first', 'later', 'found', 'decided', 'by', 'decision', 'first_name', 'later_name',
           'still')
# Looked up by the node, which says a few things: thousands may say the same of themselves.
_SAYS = "EXISTS (SELECT 1 FROM identity i WHERE i.node = c.{} AND i.kind || '' = c.kind AND i.value || '' = c.value)"
# 1: the newest that each of the two said of itself is what was found to be the same; 0: one of them says otherwise now.
STILL = f'CASE WHEN {_SAYS.format("first")} AND {_SAYS.format("later")} THEN 1 ELSE 0 END'
_SELECT = ('SELECT c.id, c.kind, c.value, c.first, c.later, c.found, c.decided, c."by", c.decision, f.name, l.name, '
           f'{STILL} FROM clone c JOIN node f ON f.id = c.first JOIN node l ON l.id = c.later')
_KNOWN = ('SELECT 1 FROM clone WHERE kind = ? AND value = ? AND (decided IS NULL OR decision = ?) '
          'AND (first = ? AND later = ? OR first = ? AND later = ?)')
_ALIKE = 'SELECT first, later FROM clone WHERE (decided IS NULL OR decision = ?) AND (first = ? OR later = ?)'
_OTHERS = ('SELECT i.kind, i.value, n.id, n.joined FROM identity i JOIN node n ON n.id = i.node '
           'WHERE i.kind = ? AND i.value = ? AND n.id <> ? AND n.status IN (?, ?) ORDER BY n.id')


def look(cursor: Cursor, node: int, found: Iterable[Tuple[str, str]], at: float,
         fresh: Container[Tuple[str, str]] = (), first: bool = False) -> bool:
    """Holds a node's identities (kind, value) against all others', `fresh` are those that it did not have before; in
    its `first` report it had them when it joined, to those who were its clones by what it said then.
    Whether the node itself was set apart now. What a person let be is known; who left and came back is looked at anew.
    """
    row = cursor.one('SELECT joined FROM node WHERE id = ?', (node,))
    assert row is not None
    others = [(kind, value, clones.Life(*life)) for one in clones.telling(found)
              for kind, value, *life in cursor.all(_OTHERS, (*one, node, *nodes.SPEAKING))]
    apart = False
    alike = {one for pair in cursor.all(_ALIKE, (KEEP_BOTH, node, node)) for one in pair} if first and others else ()
    for clone in clones.judged(clones.Life(node, row[0]), others, fresh, alike):
        if cursor.one(_KNOWN, (clone.kind, clone.value, KEEP_BOTH, *clone[2:], *clone[:1:-1])):
            continue
        cursor.run('INSERT INTO clone (kind, value, first, later, found) VALUES (?, ?, ?, ?, ?)', (*clone, at))
        apart |= _quarantine(cursor, clone.later, at) and clone.later == node
    return apart


def every(cursor: Cursor, undecided: bool = True) -> List[Dict[str, Any]]:
    """All clones, or those that wait for a decision, the newest first; with the names of both."""
    where = ' WHERE c.decided IS NULL' if undecided else ''
    return [dict(zip(COLUMNS, row)) for row in cursor.all(f'{_SELECT}{where} ORDER BY c.id DESC')]


def of(cursor: Cursor, node: int) -> List[Dict[str, Any]]:
    """Those that wait for a decision and are about this node, the oldest first."""
    return [dict(zip(COLUMNS, row)) for row in cursor.all(
        f'{_SELECT} WHERE c.decided IS NULL AND (c.first = ? OR c.later = ?) ORDER BY c.id', (node, node))]


def holding(cursor: Cursor, node: int) -> int:
    """How many of those that wait for a decision keep this node in quarantine."""
    row = cursor.one('SELECT COUNT(*) FROM clone WHERE decided IS NULL AND later = ?', (node,))
    assert row is not None
    return int(row[0])


def find(cursor: Cursor, clone: int) -> Optional[Dict[str, Any]]:
    """One by its id."""
    row = cursor.one(f'{_SELECT} WHERE c.id = ?', (clone,))
    return dict(zip(COLUMNS, row)) if row else None


def decide(cursor: Cursor, clone: int, decision: str, by: str, at: float) -> List[int]:
    """Carries out what a person decided; returns the nodes that were let out of quarantine by it. ValueError when it
    is none of DECISIONS, or there is nothing to decide.
    """
    one = find(cursor, clone)
    if decision not in DECISIONS or one is None or one['decided'] is not None:
        raise ValueError(f'clone {clone} is not there, or decided already; decisions are {", ".join(DECISIONS)}')
    audit.note(cursor, at, by, f'clone {decision}', f'{one["first_name"]}, {one["later_name"]}', kind=one['kind'],
               value=one['value'])
    _close(cursor, 'id = ?', (clone,), decision, by, at)
    if decision == KEEP_BOTH:
        return free(cursor, [one['later']], at)
    released = nodes.forget(cursor, one['first' if decision == FORGET_FIRST else 'later'], by, at)
    # Of what was decided just now, which is nothing that is to be decided any more, that does not know.
    return released + free(cursor, [one['later']], at)


def ended(cursor: Cursor, node: int, by: str, at: float) -> List[int]:
    """A node goes: nothing is to be decided about it any more. Returns the nodes that were let out by that."""
    later = [row[0] for row in cursor.all('SELECT DISTINCT later FROM clone WHERE first = ? AND decided IS NULL ',
                                          (node,))]
    _close(cursor, '(first = ? OR later = ?)', (node, node), 'one of them is gone', by, at)
    return free(cursor, later, at)


def free(cursor: Cursor, candidates: Iterable[int], at: float) -> List[int]:
    """Lets those out of quarantine about which nothing is to be decided any more; returns them."""
    out = []
    for node in candidates:
        if not cursor.one('SELECT 1 FROM clone WHERE later = ? AND decided IS NULL', (node,)) and cursor.run(
                'UPDATE node SET status = ? WHERE id = ? AND status = ?', (nodes.MEMBER, node, nodes.QUARANTINED)):
            nodes.present(cursor, node, at, nodes.RELEASED)
            out.append(node)
    return out


def _quarantine(cursor: Cursor, node: int, at: float) -> bool:
    """Whether it was a member until now. What it proposed waits no more."""
    if not cursor.run('UPDATE node SET status = ? WHERE id = ? AND status = ?',
                      (nodes.QUARANTINED, node, nodes.MEMBER)):
        return False
    nodes.present(cursor, node, at, nodes.QUARANTINED)
    return True


def _close(cursor: Cursor, where: str, args: Tuple[Any, ...], decision: str, by: str, at: float) -> None:
    cursor.run(f'UPDATE clone SET decided = ?, "by" = ?, decision = ? WHERE decided IS NULL AND {where}',
               (at, by, decision, *args))
