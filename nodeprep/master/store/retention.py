"""What is old goes, in slices, so that nobody waits long for the writer.

What is needed to tell how it was from the oldest day on is kept: of each requirement the last transition before it, of
each node the last that became of it, and whether it was silent.
"""
from nodeprep.master.store.ahead import AHEAD
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, List, Tuple

SLICE = 2000              # rows of each table that go in one transaction
_ASKED = 'retention'      # of table meta
_APART, _LEAP = 600.0, 7 * 86400.0        # seconds: of two masters' clocks, and that a master may have been away
_FAILED = 7 * 86400.0     # seconds that a message which nobody took is kept
_REPORTS = ('SELECT id FROM report WHERE received < ? '
            "AND node NOT IN (SELECT id FROM node WHERE status = 'quarantined') "
            'ORDER BY received LIMIT ?')
_TRANSITIONS = ('SELECT t.id FROM transition t WHERE t.at < ? AND EXISTS (SELECT 1 FROM transition u WHERE '
                'u.node = t.node AND u.at < ? AND u.requirement = t.requirement AND u.id > t.id) ORDER BY t.at LIMIT ?')
_PRESENCE = ('SELECT p.id FROM presence p WHERE p.at < ? AND EXISTS (SELECT 1 FROM presence q WHERE q.node = p.node '
             "AND q.at < ? AND q.id > p.id AND (q.what IN ('silent', 'heard')) = (p.what IN ('silent', 'heard'))) "
             'ORDER BY p.at LIMIT ?')
_GONE = ("SELECT n.id FROM node n WHERE n.status = 'forgotten' "
         'AND NOT EXISTS (SELECT 1 FROM report r WHERE r.node = n.id) '
         'AND NOT EXISTS (SELECT 1 FROM transition t WHERE t.node = n.id AND t.at >= ?) '
         'AND NOT EXISTS (SELECT 1 FROM presence p WHERE p.node = n.id AND p.at >= ?) LIMIT ?')
_OF_NODE = ('pulse', 'identity', 'label', 'credential', 'state', 'evidence', 'transition', 'presence', 'gap',
            'approval', 'former', 'fix')


def due(cursor: Cursor, at: float) -> bool:
    """Whether to sweep at a time: not when the clock went back or far ahead since this was asked last, until that holds
    when it is asked again. A clock that is a year ahead for a while must not cost a year of what is kept.
    """
    row = cursor.one('SELECT value FROM meta WHERE key = ?' + cursor.dialect.lock, (_ASKED,))
    if row is None:
        cursor.run('INSERT INTO meta (key, value) VALUES (?, ?)', (_ASKED, repr(at)))
        return True
    cursor.run('UPDATE meta SET value = ? WHERE key = ?', (repr(at), _ASKED))
    return -_APART <= at - float(row[0]) <= _LEAP


def sweep(cursor: Cursor, at: float, reports: float, transitions: float, audit: float, most: int = SLICE) -> int:
    """Removes what is older than so many seconds, at most `most` rows of each table; returns how many went. To be
    called again, in a transaction of its own, until it returns 0.
    """
    old, past = at - reports, at - transitions
    gone = 0
    for table, query, args in (
            ('report', _REPORTS, (old, most)), ('transition', _TRANSITIONS, (past, past, most)),
            ('presence', _PRESENCE, (past, past, most)),
            ('former', 'SELECT id FROM former WHERE until < ? AND node NOT IN '
             "(SELECT id FROM node WHERE status = 'forgotten') LIMIT ?", (past, most)),
            ('gap', 'SELECT id FROM gap WHERE at < ? LIMIT ?', (past, most)),
            ('audit', 'SELECT id FROM audit WHERE at < ? ORDER BY at LIMIT ?', (at - audit, most)),
            ('fix', 'SELECT id FROM fix WHERE at < ? LIMIT ?', (at - audit, most)),
            ('approval', "SELECT id FROM approval WHERE state NOT IN ('proposed', 'approved') AND proposed < ? LIMIT ?",
             (past, most)),
            ('outbox', 'SELECT id FROM outbox WHERE failed < ? LIMIT ?', (at - _FAILED, most))):
        gone += _delete(cursor, table, 'id', cursor.all(query, args))
    gone += cursor.run('DELETE FROM token WHERE expires < ? OR created > ?', (at - _FAILED, at + AHEAD))
    gone += cursor.run('DELETE FROM credential WHERE expires < ?', (at,))
    gone += cursor.run('DELETE FROM request WHERE at < ?', (past,))
    return gone + _nodes(cursor, past, most)


def _nodes(cursor: Cursor, past: float, most: int) -> int:
    """Nodes that were forgotten so long ago that nothing is told of them any more."""
    rows: List[Tuple[Any, ...]] = cursor.all(_GONE, (past, past, most))
    for table in _OF_NODE:
        _delete(cursor, table, 'node', rows)
    if rows:
        cursor.run_within('UPDATE waiver SET node = NULL WHERE node IN (?*)', [row[0] for row in rows])
    for column in ('first', 'later'):
        _delete(cursor, 'clone', column, rows)
    return _delete(cursor, 'node', 'id', rows)


def _delete(cursor: Cursor, table: str, column: str, rows: List[Tuple[Any, ...]]) -> int:
    return cursor.run_within(f'DELETE FROM {table} WHERE {column} IN (?*)', [row[0] for row in rows]) if rows else 0
