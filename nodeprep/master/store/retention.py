"""What is old goes, in slices, so that nobody waits long for the writer: what is to go is looked for in readings, and
each transaction only removes a few rows.

What is needed to tell how it was from the oldest day on is kept: of each requirement the last transition before it, of
each node the last that became of it, and whether it was silent.
"""
from nodeprep.master.store import evidence, kept
from nodeprep.master.store.ahead import AHEAD
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, Dict, Iterator, List, Tuple

SLICE = 400               # rows that go in one transaction: some ten milliseconds
_NODES = 20               # whose past is looked through at once
_ASKED = 'retention'      # of table meta
_APART, _LEAP = 600.0, 7 * 86400.0        # seconds: of two masters' clocks, and that a master may have been away
_FAILED = 7 * 86400.0     # seconds that a message which nobody took is kept
# That of a node which shows how it is stays.
_REPORTS = ('SELECT r.id FROM report r WHERE r.received < ? '
            "AND r.node NOT IN (SELECT id FROM node WHERE status = 'quarantined') "
            f'AND NOT EXISTS (SELECT 1 FROM node n WHERE {evidence.SHOWN}) '
            'ORDER BY r.received LIMIT ?')
# Of each node, and of what is told apart there, all but the newest of the old ones is of no use any more.
_PASTS = {'transition': 'SELECT node, requirement, id FROM transition WHERE node IN (?*) AND at < ?',
          'presence': "SELECT node, CASE WHEN what IN ('silent', 'heard') THEN 'heard' ELSE 'here' END, id "
                      'FROM presence WHERE node IN (?*) AND at < ?'}
_GONE = ("SELECT n.id FROM node n WHERE n.status = 'forgotten' "
         'AND NOT EXISTS (SELECT 1 FROM report r WHERE r.node = n.id) '
         'AND NOT EXISTS (SELECT 1 FROM transition t WHERE t.node = n.id AND t.at >= ?) '
         'AND NOT EXISTS (SELECT 1 FROM presence p WHERE p.node = n.id AND p.at >= ?)')
_MANY = ('transition', 'presence', 'gap', 'approval', 'former', 'fix')         # of which a node may have very many rows
_OF_NODE = ('pulse', 'identity', 'label', 'credential', 'state', 'evidence')


def due(cursor: Cursor, at: float) -> bool:
    """Whether to sweep at a time: not when the clock went back or far ahead since this was asked last, until that holds
    when it is asked again. A clock that is a year ahead for a while must not cost a year of what is kept.
    """
    row = cursor.one('SELECT value FROM meta WHERE key = ?' + cursor.dialect.lock, (_ASKED,))
    if row is None:
        cursor.run('INSERT INTO meta (key, value) VALUES (?, ?)', (_ASKED, repr(at)))
        return True
    cursor.run('UPDATE meta SET value = ? WHERE key = ?', (repr(at), _ASKED))
    return -_APART <= at - kept.number(row[0], -_LEAP) <= _LEAP


def sweep(store: Any, at: float, reports: float, transitions: float, audit: float, most: int = SLICE) -> Iterator[int]:
    """Removes what is older than so many seconds: gives how many rows went with each transaction, which are at most
    `most`. Whoever goes through it should pause between two of them, so that others come to write. StoreTrouble.
    """
    old, past = at - reports, at - transitions
    for table, query, args in (
            ('report', _REPORTS, (old,)),
            ('former', 'SELECT id FROM former WHERE until < ? AND node NOT IN '
             "(SELECT id FROM node WHERE status = 'forgotten') LIMIT ?", (past,)),
            ('gap', 'SELECT id FROM gap WHERE at < ? LIMIT ?', (past,)),
            ('audit', 'SELECT id FROM audit WHERE at < ? ORDER BY at LIMIT ?', (at - audit,)),
            ('fix', 'SELECT id FROM fix WHERE at < ? LIMIT ?', (at - audit,)),
            ('approval', "SELECT id FROM approval WHERE state NOT IN ('proposed', 'approved') AND proposed < ? LIMIT ?",
             (past,)),
            ('outbox', 'SELECT id FROM outbox WHERE failed < ? LIMIT ?', (at - _FAILED,))):
        yield from _all(store, table, query, args, most)
    for table in _PASTS:
        for ids in _pasts(store, table, past):
            for first in range(0, len(ids), most):
                yield _remove(store, table, ids[first:first + most])
    while True:
        nodes = store.read(lambda cursor: evidence.superseded(cursor, _NODES))
        if not nodes:
            break
        yield store.do(lambda cursor, nodes=nodes: evidence.remove(cursor, nodes))
    for number, in store.read(lambda cursor: cursor.all(_GONE, (past, past))):
        for table in _MANY:
            yield from _all(store, table, f'SELECT id FROM {table} WHERE node = ? LIMIT ?', (number,), most)
        yield store.do(lambda cursor, node=number: _node(cursor, node))
    yield store.do(lambda cursor: cursor.run('DELETE FROM token WHERE expires < ? OR created > ?',
                                             (at - _FAILED, at + AHEAD))
                   + cursor.run('DELETE FROM credential WHERE expires < ?', (at,))
                   + cursor.run('DELETE FROM request WHERE at < ?', (past,)))


def _all(store: Any, table: str, query: str, args: Tuple[Any, ...], most: int) -> Iterator[int]:
    """Removes what a query finds until it finds nothing."""
    while True:
        ids = [row[0] for row in store.read(lambda cursor: cursor.all(query, (*args, most)))]
        if not ids:
            return
        yield _remove(store, table, ids)


def _remove(store: Any, table: str, ids: List[int]) -> int:
    gone: int = store.do(lambda cursor: cursor.run_within(f'DELETE FROM {table} WHERE id IN (?*)', ids))
    return gone


def _pasts(store: Any, table: str, past: float) -> Iterator[List[int]]:
    """The rows of a table that are of no use any more, those of some nodes at once."""
    nodes: List[int] = [0]
    while True:
        nodes, ids = store.read(lambda cursor, after=nodes[-1]: _superseded(cursor, _PASTS[table], after, past))
        if not nodes:
            return
        yield ids


def _superseded(cursor: Cursor, query: str, after: int, past: float) -> Tuple[List[int], List[int]]:
    """The next nodes, and what is of no use of them."""
    nodes = [row[0] for row in cursor.all('SELECT id FROM node WHERE id > ? ORDER BY id LIMIT ?', (after, _NODES))]
    newest: Dict[Tuple[int, str], int] = {}
    found = []
    for node, kind, number in cursor.within(query, nodes, after=(past,)):
        other = newest.get((node, kind))
        if other is not None:
            found.append(min(other, number))
        newest[node, kind] = number if other is None else max(other, number)
    return nodes, sorted(found)


def _node(cursor: Cursor, node: int) -> int:
    """Removes what is left of a node that was forgotten so long ago that nothing is told of it any more."""
    cursor.run('UPDATE waiver SET node = NULL WHERE node = ?', (node,))
    cursor.run('DELETE FROM clone WHERE first = ? OR later = ?', (node, node))
    return sum(cursor.run(f'DELETE FROM {table} WHERE node = ?', (node,)) for table in _OF_NODE) \
        + cursor.run('DELETE FROM node WHERE id = ?', (node,))
