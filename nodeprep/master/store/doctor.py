"""What is wrong with a store, each thing in a sentence: read only, so that it can be asked while a master runs."""
import itertools
import zlib

from nodeprep.chain import hashed
from nodeprep.compliance.document import stamp
from nodeprep.master.store import evidence, kept, schema
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Iterator, List, Set, Tuple

_MOST = 20                # of one kind are named
_REPORTS = ('SELECT r.node, r.sequence, r.id, r.digest, r.previous, r.link, r.body, n.name FROM report r '
            'JOIN node n ON n.id = r.node WHERE r.node > ? OR r.node = ? AND (r.sequence > ? '
            'OR r.sequence = ? AND r.id > ?) ORDER BY r.node, r.sequence, r.id LIMIT 500')

# (what is said of a row, whether its last column is sound, the rows)
_KEPT: Tuple[Tuple[str, Callable[[Any], bool], str], ...] = (
    ('{}: what was found of {} cannot be read', lambda body: kept.finding(body) is not None,
     'SELECT n.name, e.requirement, e.body FROM evidence e JOIN node n ON n.id = e.node WHERE n.shown IS NULL'),
    ('{}: its own waiver of {} cannot be read', lambda text: kept.waiver(text) is not None,
     'SELECT n.name, s.requirement, s.waiver FROM state s JOIN node n ON n.id = s.node WHERE s.waiver IS NOT NULL'),
    ('{}: the summary of its last report cannot be read', lambda text: kept.readable(text, dict),
     'SELECT name, summary FROM node'),
    ('{}: what it says of its fights cannot be read',
     lambda text: all(isinstance(one, dict) for one in kept.tree(text, [0])),
     'SELECT n.name, p.fights FROM pulse p JOIN node n ON n.id = p.node'),
    ('{}: what it was before cannot be read', lambda text: kept.readable(text, dict),
     'SELECT n.name, f.labels FROM former f JOIN node n ON n.id = f.node'),
    ('{}: the plan {} about {} cannot be read', lambda text: kept.plan(text)[1],
     'SELECT n.name, a.id, a.requirement, a.plan FROM approval a JOIN node n ON n.id = a.node'),
    ('entry {} of the audit log cannot be read', lambda text: kept.readable(text, dict),
     'SELECT id, detail FROM audit'),
    ('the message {} to {} cannot be read', lambda text: kept.readable(text, (dict, list)),
     'SELECT id, hook, payload FROM outbox'))


class Seen(NamedTuple):
    """One thing that was looked at. `wrong` are sentences; none: it is in order. `what` is how it should be, `failing`
    how it is when something is wrong.
    """

    what: str
    wrong: List[str]
    failing: str

    @property
    def headline(self) -> str:
        """How it is."""
        return self.failing if self.wrong else self.what


def look(cursor: Cursor) -> Iterator[Seen]:
    """Everything, one after the other; the last takes longest, since it reads each report that is kept."""
    found = schema.version(cursor)
    yield Seen(f'the tables are of version {found}',
               [] if found == schema.VERSION else [f'this nodeprep wants version {schema.VERSION}'],
               f'the tables are of version {found}')
    if cursor.dialect.name == 'sqlite':
        yield Seen('the file is sound', [f'integrity_check: {row[0]}' for row
                                         in cursor.all('PRAGMA integrity_check(20)') if row[0] != 'ok'],
                   'the file is damaged')
        yield Seen('all texts are UTF-8', [
            one for table in schema.TABLES for one in itertools.islice(_no_texts(cursor, table), _MOST)],
            'not all texts are UTF-8')
        yield Seen('rows name rows that are there', [f'{row[0]} {row[1]} names a {row[2]} that is not there'
                                                     for row in cursor.all('PRAGMA foreign_key_check')[:_MOST]],
                   'rows name rows that are not there')
    yield Seen('states and their transitions agree', [
        f'{name}: {requirement} is {state}, and the last transition says {last}' for name, requirement, state, last
        in cursor.all('SELECT n.name, s.requirement, s.outcome, t.outcome FROM state s JOIN node n ON n.id = s.node '
                      'JOIN transition t ON t.id = (SELECT MAX(u.id) FROM transition u WHERE u.node = s.node '
                      'AND u.requirement = s.requirement) WHERE t.outcome <> s.outcome LIMIT ?', (_MOST,))],
        'states and their transitions differ')
    yield Seen('what was found is kept', [
        f'{name}: report {number}, which told how it is, is not there; the next one tells it' for name, number
        in cursor.all('SELECT n.name, n.shown FROM node n WHERE n.shown IS NOT NULL AND NOT EXISTS '
                      f'(SELECT 1 FROM report r WHERE {evidence.SHOWN}) LIMIT ?', (_MOST,))],
        'what was found is not kept')
    yield Seen('messages get through', [
        f'{hook}: ' + ('1 message waits or was given up,' if count == 1 else
                       f'{count} messages wait or were given up, the oldest') + f' since {stamp(at)}: {problem}'
        for hook, count, at, problem in cursor.all('SELECT hook, COUNT(*), MIN(made), MAX(problem) FROM outbox '
                                                   'WHERE tries > 0 GROUP BY hook')], 'messages do not get through')
    yield Seen('what is kept as JSON can be read', [
        one for kind in _KEPT for one in itertools.islice(_damaged(cursor, *kind), _MOST)],
        'not all that is kept as JSON can be read')
    yield chains(cursor)


def _no_texts(cursor: Cursor, table: str) -> Iterator[str]:
    """The rows of which a text cannot be read as it is, with the node that it is about."""
    columns = {row[1]: row[2] for row in cursor.all(f'PRAGMA table_info({table})')}
    texts = [name for name, kind in columns.items() if kind == 'TEXT']
    node, join = ('n.name', 'LEFT JOIN node n ON n.id = t.node') if 'node' in columns else ('NULL', '')
    listed = ', '.join(f'CAST(t."{name}" AS BLOB)' for name in texts)
    # Those of printable ASCII are left out at once; GLOB and LENGTH go as far as a zero byte.
    odd = ' OR '.join(f't."{name}" GLOB \'*[^ -~]*\' OR LENGTH(t."{name}") <> LENGTH(CAST(t."{name}" AS BLOB))'
                      for name in texts)
    for row in cursor.each(f'SELECT t.rowid, {node}, {listed} FROM {table} t {join} WHERE {odd}') if texts else ():
        for name, raw in zip(texts, row[2:]):
            if raw is not None and not kept.is_text(raw):
                yield f'{table}, row {row[0]}' + (f' (of {row[1]})' if row[1] else '') + f': {name} is not UTF-8'


def _damaged(cursor: Cursor, said: str, sound: Callable[[Any], bool], sql: str) -> Iterator[str]:
    return (said.format(*row) for row in cursor.each(sql) if not sound(row[-1]))


def chains(cursor: Cursor) -> Seen:
    """Every report that is kept has the digest that it was taken with, and follows the one before it. That may have
    gone, while one of a fork with its number is there, or one that came late: nothing follows those.
    """
    wrong: List[str] = []
    count, after = 0, (0, 0, 0)
    before: Tuple[int, int, Set[str]] = (0, 0, set())          # node, number, the digests with it that others follow
    while len(wrong) < _MOST:
        rows = cursor.all(_REPORTS, (after[0], after[0], after[1], after[1], after[2]))
        if not rows:
            break
        for node, sequence, number, digest, previous, link, body, name in rows:
            count, after = count + 1, (node, sequence, number)
            if not _holds(body, previous, digest):
                wrong.append(f'{name}: report {sequence} is not what was taken')
            if link == 'next' and before[:2] == (node, sequence - 1) and before[2] and previous not in before[2]:
                wrong.append(f'{name}: report {sequence} does not follow report {sequence - 1}')
            same = before[2] if before[:2] == (node, sequence) else set()
            before = (node, sequence, same if link in ('fork', 'late') else same | {digest})
    return Seen(f'{count} reports are as they were taken', wrong, 'not all reports are as they were taken')


def _holds(body: bytes, previous: str, digest: str) -> bool:
    try:
        return hashed(previous, zlib.decompress(body)) == digest
    except (zlib.error, TypeError):
        return False
