"""Plans that wait for a person, and what was said to them."""
import json
import os

from nodeprep.master.store.cursor import Cursor
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

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
    plan = {'requirement': requirement, 'title': clean(finding['title']), 'changes': finding['proposal']['changes']}
    cursor.run('INSERT INTO approval (id, node, requirement, digest, plan, state, proposed) '
               'VALUES (?, ?, ?, ?, ?, ?, ?)',
               (os.urandom(12).hex(), node, requirement, digest, json.dumps(plan), PROPOSED, at))


def given(cursor: Cursor, nodes: Iterable[int], at: float) -> Dict[int, List[Tuple[Any, ...]]]:
    """What is approved for some nodes and has not lapsed: (id, requirement, digest, by, until) by node."""
    found: Dict[int, List[Tuple[Any, ...]]] = {}
    rows = cursor.within('SELECT node, id, requirement, digest, "by", until FROM approval WHERE state = ? '
                         'AND node IN (?*) ORDER BY decided, id', sorted(nodes), [APPROVED])
    for node, *row in rows:
        if row[-1] is None or row[-1] > at:
            found.setdefault(node, []).append(tuple(row))
    return found
