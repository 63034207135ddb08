"""Plans that wait for a person, and what was said to them."""
import json
import os

from nodeprep.master.store import audit, kept
from nodeprep.master.store.ahead import AHEAD
from nodeprep.master.store.cursor import Cursor
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

COLUMNS = ('id', 'node', 'name', 'requirement', 'digest', 'plan', 'state', 'proposed', 'decided', 'by', 'until',
           'reason')
_SELECT = ('SELECT a.id, a.node, n.name, a.requirement, a.digest, a.plan, a.state, a.proposed, a.decided, a."by", '
           'a.until, a.reason FROM approval a JOIN node n ON n.id = a.node')
_TITLE = 500              # letters
SLICE = 200               # plans that lapse in one transaction
PROPOSED, APPROVED, DENIED, LAPSED, USED, SUPERSEDED = ('proposed', 'approved', 'denied', 'lapsed', 'used',
                                                        'superseded')


def propose(cursor: Cursor, node: int, requirement: str, digest: Optional[str], finding: Dict[str, Any],
            at: float) -> None:
    """A node would do another plan about a requirement than before, or none at all (no digest).

    What waited for an answer, or had one that was not used yet, goes: it was about another plan. A plan that was denied
    stays so.
    """
    ended = SUPERSEDED if digest else USED
    cursor.run('UPDATE approval SET state = CASE state WHEN ? THEN ? ELSE ? END WHERE node = ? AND requirement = ? '
               'AND state IN (?, ?) AND digest <> ?',
               (APPROVED, ended, SUPERSEDED, node, requirement, PROPOSED, APPROVED, digest or ''))
    if digest is None or cursor.one('SELECT 1 FROM approval WHERE node = ? AND requirement = ? AND digest = ? '
                                    'AND state IN (?, ?, ?)',
                                    (node, requirement, digest, PROPOSED, APPROVED, DENIED)):
        return
    plan = {'requirement': requirement, 'title': clean(finding['title'][:_TITLE]),
            'changes': finding['proposal']['changes']}
    _wait(cursor, node, requirement, digest, json.dumps(plan), at)


def given(cursor: Cursor, nodes: Iterable[int], at: float) -> Dict[int, List[Tuple[Any, ...]]]:
    """What is approved for some nodes and has not lapsed: (id, requirement, digest, by, until) by node."""
    found: Dict[int, List[Tuple[Any, ...]]] = {}
    rows = cursor.within('SELECT node, id, requirement, digest, "by", until FROM approval WHERE state = ? '
                         'AND node IN (?*) ORDER BY decided, id', sorted(nodes), [APPROVED])
    for node, *row in rows:
        if row[-1] is None or row[-1] > at:
            found.setdefault(node, []).append(tuple(row))
    return found


def decide(cursor: Cursor, name: str, state: str, by: str, at: float, until: Optional[float] = None,
           reason: str = '') -> Dict[str, Any]:
    """A person approves (`until`: when that lapses) or denies a plan; who changes his mind may do the other one later.
    Returns the approval as it is then. ValueError when it does not wait, or is not the node's plan any more, or the
    node is in quarantine: who it is, is to be decided first.
    """
    if state not in (APPROVED, DENIED) or (state == APPROVED) != (until is not None):
        raise ValueError('a plan is approved until some time, or denied')
    there = find(cursor, name) if state == APPROVED else None
    if there is not None and not kept.plan(there['plan'])[1]:
        raise ValueError(f'the plan {name} cannot be read: {kept.LOST}; deny it, until the node proposes another')
    touched = cursor.run('UPDATE approval SET state = ?, decided = ?, "by" = ?, until = ?, reason = ? WHERE id = ? '
                         'AND state IN (?, ?) AND (? = ? OR EXISTS (SELECT 1 FROM state s JOIN node n ON n.id = s.node '
                         "WHERE n.status = 'member' AND s.node = approval.node "
                         'AND s.requirement = approval.requirement AND s.digest = approval.digest))',
                         (state, at, by, until, reason, name, PROPOSED, DENIED if state == APPROVED else APPROVED,
                          state, DENIED))
    one = find(cursor, name)
    if one is None or not touched:
        raise ValueError(f'no plan {name} waits for an answer' + (f': it is {one["state"]}' if one else ''))
    audit.note(cursor, at, by, f'plan {state}', f'{one["name"]} {one["requirement"]}', approval=name,
               digest=one['digest'], until=until, reason=reason)
    return one


def find(cursor: Cursor, name: str) -> Optional[Dict[str, Any]]:
    """One by its id, with the node's name; `plan` is JSON."""
    row = cursor.one(f'{_SELECT} WHERE a.id = ?', (name,))
    return dict(zip(COLUMNS, row)) if row else None


def waiting(cursor: Cursor, node: Optional[int] = None, requirement: Optional[str] = None) -> List[Dict[str, Any]]:
    """The plans of members that wait for an answer, the oldest first; those of a node, about a requirement, alone."""
    where = ' WHERE a.state = ? AND n.status = ?'
    args: List[Any] = [PROPOSED, 'member']
    for column, value in (('a.node', node), ('a.requirement', requirement)):
        if value is not None:
            where, args = f'{where} AND {column} = ?', args + [value]
    return [dict(zip(COLUMNS, row)) for row in cursor.all(f'{_SELECT}{where} ORDER BY a.proposed, a.id', args)]


def newest(cursor: Cursor, most: int = 200) -> List[Dict[str, Any]]:
    """The newest, whatever became of them, the newest first."""
    rows = cursor.all(f'{_SELECT} ORDER BY a.proposed DESC, a.id LIMIT ?', (most,))
    return [dict(zip(COLUMNS, row)) for row in rows]


def lapse(cursor: Cursor, at: float, most: int = SLICE) -> int:
    """What was approved and not used in its time lapses; the node's plan, when it is still the same, waits for an
    answer again. Returns how many; when they are `most`, there may be more. One that was given in the future lapses
    too: the clock was wrong then, so that its time would be longer than anybody meant.
    """
    rows = cursor.all('SELECT a.id, a.node, a.requirement, a.digest, a.plan, s.digest FROM approval a '
                      'LEFT JOIN state s ON s.node = a.node AND s.requirement = a.requirement '
                      'WHERE a.state = ? AND (a.until <= ? OR a.decided > ?) LIMIT ?',
                      (APPROVED, at, at + AHEAD, most))
    for name, node, requirement, digest, plan, wanted in rows:
        cursor.run('UPDATE approval SET state = ? WHERE id = ?', (LAPSED, name))
        audit.note(cursor, at, 'the clock', 'plan lapsed', f'{node} {requirement}', approval=name)
        if wanted == digest:
            _wait(cursor, node, requirement, digest, plan, at)
    return len(rows)


def end(cursor: Cursor, node: int) -> None:
    """A node is gone: none of its plans waits, and none is allowed."""
    cursor.run('UPDATE approval SET state = ? WHERE node = ? AND state IN (?, ?)', (LAPSED, node, PROPOSED, APPROVED))


def _wait(cursor: Cursor, node: int, requirement: str, digest: str, plan: str, at: float) -> None:
    cursor.run('INSERT INTO approval (id, node, requirement, digest, plan, state, proposed) '
               'VALUES (?, ?, ?, ?, ?, ?, ?)', (os.urandom(12).hex(), node, requirement, digest, plan, PROPOSED, at))
