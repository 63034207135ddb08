"""What differs between SQLite (3.7.17 and later) and PostgreSQL (9.6 and later) in the SQL that is used here."""
import re

from nodeprep.typed import Any, Dict, Iterable, Iterator, List, Sequence, Tuple

_LENGTHS = (1, 4, 16, 64, 256, 900)       # SQLite before 3.32 takes at most 999 values in a statement
_WORD = re.compile(r'\{(\w+)\}')


class Dialect:
    """The words of one database. `lock` follows a SELECT whose rows will be changed."""

    name = ''
    lock = ''
    has_table = ''            # a query for a table of this name
    types: Dict[str, str] = {}

    def made(self, sql: str) -> str:
        """A statement of the schema, whose {id}, {int} and so on are types."""
        return _WORD.sub(lambda word: self.types[word.group(1)], sql)

    def spoken(self, sql: str) -> str:
        """A statement as the driver wants it."""
        raise NotImplementedError

    def alone(self, cursor: Any) -> None:
        """Until the transaction ends no other program does what begins with this."""

    def add_new(self, table: str, columns: Sequence[str]) -> str:
        """Inserts a row, unless it is there already."""
        raise NotImplementedError

    def gathered(self, column: str) -> str:
        """All values of a group as one text, with commas: some tens of thousands of numbers are read ten times as fast
        as by a row each.
        """
        raise NotImplementedError

    def walked(self, table: str, first: str, second: str) -> str:
        """A query for the different values of the second column of an index that begins with these two, which steps
        from one to the next; '' where it takes a query for each step, which then costs next to nothing.
        """
        return ''

    def add(self, raw: Any, sql: str, args: Sequence[Any]) -> int:
        """Inserts; returns the id."""
        raise NotImplementedError

    def many(self, raw: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Does a statement for each row."""
        raise NotImplementedError

    def lists(self, sql: str, values: Sequence[Any], before: Sequence[Any],
              after: Sequence[Any]) -> Iterator[Tuple[str, List[Any]]]:
        """The statements (and their values) that together stand for one with `IN (?*)`."""
        raise NotImplementedError


class Sqlite(Dialect):
    """SQLite."""

    name = 'sqlite'
    types = {'id': 'INTEGER PRIMARY KEY', 'key': 'INTEGER PRIMARY KEY', 'int': 'INTEGER', 'real': 'DOUBLE PRECISION',
             'text': 'TEXT', 'bytes': 'BLOB'}
    has_table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"

    def __init__(self) -> None:
        self._lists: Dict[Tuple[str, int], str] = {}

    def spoken(self, sql: str) -> str:
        """As it is."""
        return sql

    def add_new(self, table: str, columns: Sequence[str]) -> str:
        """OR IGNORE."""
        return f'INSERT OR IGNORE INTO {table} ({", ".join(columns)}) VALUES ({_marks(columns)})'

    def gathered(self, column: str) -> str:
        """By group_concat."""
        return f'group_concat({column})'

    def add(self, raw: Any, sql: str, args: Sequence[Any]) -> int:
        """By the number of the row."""
        raw.execute(sql, args)
        return int(raw.lastrowid)

    def many(self, raw: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """By the driver."""
        raw.executemany(sql, rows)

    def lists(self, sql: str, values: Sequence[Any], before: Sequence[Any],
              after: Sequence[Any]) -> Iterator[Tuple[str, List[Any]]]:
        """Lists of a few lengths, the last value said again, so that few statements are ever prepared."""
        at = 0
        while at < len(values):
            some = list(values[at:at + _LENGTHS[-1]])
            at += len(some)
            length = next(one for one in _LENGTHS if one >= len(some))
            some += some[-1:] * (length - len(some))
            spoken = self._lists.get((sql, length))
            if spoken is None:
                spoken = self._lists[sql, length] = sql.replace('(?*)', '(' + ','.join('?' * length) + ')')
            yield spoken, [*before, *some, *after]


class Postgres(Dialect):
    """PostgreSQL, by psycopg2."""

    name = 'postgresql'
    lock = ' FOR UPDATE'
    types = {'id': 'BIGSERIAL PRIMARY KEY', 'key': 'BIGINT PRIMARY KEY', 'int': 'BIGINT', 'real': 'DOUBLE PRECISION',
             'text': 'TEXT', 'bytes': 'BYTEA'}
    has_table = 'SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?'

    def __init__(self) -> None:
        self._spoken: Dict[str, str] = {}

    def spoken(self, sql: str) -> str:
        """With %s for each ?; no statement here has one within a text."""
        said = self._spoken.get(sql)
        if said is None:
            said = self._spoken[sql] = sql.replace('%', '%%').replace('IN (?*)', '= ANY(?)').replace('?', '%s')
        return said

    def alone(self, cursor: Any) -> None:
        """By an advisory lock, whose number means nothing to anybody else; SQLite has one writer anyway."""
        cursor.run('SELECT pg_advisory_xact_lock(6510615555426900594)')

    def add_new(self, table: str, columns: Sequence[str]) -> str:
        """ON CONFLICT, which is there since 9.5."""
        return f'INSERT INTO {table} ({", ".join(columns)}) VALUES ({_marks(columns)}) ON CONFLICT DO NOTHING'

    def gathered(self, column: str) -> str:
        """By string_agg."""
        return f"string_agg(CAST({column} AS TEXT), ',')"

    def walked(self, table: str, first: str, second: str) -> str:
        """One statement: each is planned anew, a hundred of them for ten milliseconds. wiki.postgresql.org, Loose
        indexscan.
        """
        return (f'WITH RECURSIVE walk AS ((SELECT {first}, {second} FROM {table} ORDER BY {first}, {second} LIMIT 1) '
                f'UNION ALL SELECT found.{first}, found.{second} FROM walk CROSS JOIN LATERAL (SELECT t.{first}, '
                f't.{second} FROM {table} t WHERE (t.{first}, t.{second}) > (walk.{first}, walk.{second}) '
                f'ORDER BY t.{first}, t.{second} LIMIT 1) found) SELECT DISTINCT {second} FROM walk')

    def add(self, raw: Any, sql: str, args: Sequence[Any]) -> int:
        """RETURNING says it."""
        raw.execute(sql + ' RETURNING id', args)
        return int(raw.fetchone()[0])

    def many(self, raw: Any, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Some hundred statements for each time on the way."""
        from psycopg2.extras import execute_batch
        execute_batch(raw, sql, rows, page_size=200)

    def lists(self, sql: str, values: Sequence[Any], before: Sequence[Any],
              after: Sequence[Any]) -> Iterator[Tuple[str, List[Any]]]:
        """One array, however long."""
        if values:
            yield self.spoken(sql), [*before, list(values), *after]


def _marks(columns: Sequence[str]) -> str:
    return ', '.join('?' * len(columns))
