"""What SQL is said through: the same few words for both databases, with `?` for each value."""
from nodeprep.typed import Any, Iterable, Iterator, List, Optional, Sequence, Tuple

Row = Tuple[Any, ...]
_AT_ONCE = 1000            # rows


class Cursor:
    """Over a DB-API cursor. What goes wrong is raised as the driver has it; the connection's guard() translates it."""

    def __init__(self, raw: Any, dialect: Any) -> None:
        self._raw, self.dialect = raw, dialect

    def run(self, sql: str, args: Sequence[Any] = ()) -> int:
        """Does a statement; returns how many rows it touched."""
        self._raw.execute(self.dialect.spoken(sql), args)
        return int(self._raw.rowcount)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Does the same statement for each row of values."""
        self.dialect.many(self._raw, self.dialect.spoken(sql), rows)

    def add(self, sql: str, args: Sequence[Any] = ()) -> int:
        """Does an INSERT into a table that has an id; returns the id."""
        return int(self.dialect.add(self._raw, self.dialect.spoken(sql), args))

    def one(self, sql: str, args: Sequence[Any] = ()) -> Optional[Row]:
        """The first row of a query, or None."""
        self._raw.execute(self.dialect.spoken(sql), args)
        row: Optional[Row] = self._raw.fetchone()
        return row

    def all(self, sql: str, args: Sequence[Any] = ()) -> List[Row]:
        """All rows of a query."""
        self._raw.execute(self.dialect.spoken(sql), args)
        rows: List[Row] = self._raw.fetchall()
        return rows

    def each(self, sql: str, args: Sequence[Any] = ()) -> Iterator[Row]:
        """The rows of a query one by one, for very many of them. Nothing else may be asked until it ends."""
        self._raw.execute(self.dialect.spoken(sql), args)
        while True:
            rows = self._raw.fetchmany(_AT_ONCE)
            if not rows:
                return
            yield from rows

    def within(self, sql: str, values: Sequence[Any], before: Sequence[Any] = (),
               after: Sequence[Any] = ()) -> List[Row]:
        """All rows of a query with `IN (?*)` in it, for any number of values; `before` and `after` are for the `?` on
        its two sides. The rows of a long list of values come in several parts: each is sorted by itself.
        """
        rows: List[Row] = []
        for spoken, args in self.dialect.lists(sql, values, before, after):
            self._raw.execute(spoken, args)
            rows += self._raw.fetchall()
        return rows

    def run_within(self, sql: str, values: Sequence[Any], before: Sequence[Any] = ()) -> int:
        """Does a statement with `IN (?*)` as its last; returns how many rows it touched."""
        touched = 0
        for spoken, args in self.dialect.lists(sql, values, before, ()):
            self._raw.execute(spoken, args)
            touched += self._raw.rowcount
        return touched
