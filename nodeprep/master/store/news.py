"""What happened since somebody last asked: transitions, and nodes that fell silent, came back, joined or went.

Rows get their numbers before they are committed, so with several masters a lower one may show later than a higher one.
A reader that finds a number missing waits for it; when it does not come for GAP seconds, it was a row that was undone.
"""
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

GAP = 30.0                # a transaction is not longer than that, see postgres.py
MOST = 1000
_TRANSITIONS = ('SELECT t.id, n.name, t.node, t.requirement, t.at, t.before, t.outcome, t.severity, s.title, s.says '
                'FROM transition t JOIN node n ON n.id = t.node LEFT JOIN state s ON s.node = t.node '
                'AND s.requirement = t.requirement WHERE t.id > ? ORDER BY t.id LIMIT ?')
_PRESENCE = ('SELECT p.id, n.name, p.node, p.at, p.what FROM presence p JOIN node n ON n.id = p.node WHERE p.id > ? '
             'ORDER BY p.id LIMIT ?')
TABLES = ('transition', 'presence')


class Event(NamedTuple):
    """One thing that happened. `what` is `transition`, or what presence says; `before` is '' when nothing was known."""

    what: str
    node: str
    number: int
    at: float
    requirement: str = ''
    before: str = ''
    outcome: str = ''
    severity: str = ''
    title: str = ''
    says: str = ''


class Reader:
    """Reads on from where a name stopped, which is kept in the database: of several masters one reads each row."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._missing: Dict[str, Tuple[int, float]] = {}      # table -> the number that is missing, and since when

    def read(self, cursor: Cursor, at: float) -> List[Event]:
        """What is new at a time (seconds since 1970); what happened before the first call is not. Call it in the
        transaction in which something is done about it.
        """
        events = []
        for table, query in zip(TABLES, (_TRANSITIONS, _PRESENCE)):
            key = f'news {self._name} {table}'
            row = cursor.one('SELECT value FROM meta WHERE key = ?' + cursor.dialect.lock, (key,))
            if row is None:
                newest = cursor.one(f'SELECT COALESCE(MAX(id), 0) FROM {table}')
                cursor.run('INSERT INTO meta (key, value) VALUES (?, ?)', (key, str(newest[0] if newest else 0)))
                continue
            begin = int(row[0])
            rows = self._whole(table, begin, cursor.all(query, (begin, MOST)), at)
            if rows:
                cursor.run('UPDATE meta SET value = ? WHERE key = ?', (str(rows[-1][0]), key))
            events += [_transition(row) if table == 'transition' else Event(row[4], row[1], row[2], row[3])
                       for row in rows]
        return events

    def _whole(self, table: str, last: int, rows: List[Tuple[Any, ...]], at: float) -> List[Tuple[Any, ...]]:
        """The rows up to the first number that is missing and may come still."""
        for count, row in enumerate(rows):
            if row[0] != last + 1:
                missing, since = self._missing.get(table, (0, at))
                if missing != last + 1:
                    self._missing[table] = (last + 1, at)
                    return rows[:count]
                if at - since < GAP:
                    return rows[:count]
            last = row[0]
        return rows


def _transition(row: Tuple[Any, ...]) -> Event:
    _, name, node, requirement, at, before, outcome, severity, title, says = row
    return Event('transition', name, node, at, requirement, before or '', outcome, severity, title or '', says or '')
