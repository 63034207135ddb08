"""What the master knows, in a database: SQL and nothing else. SQLite by default, PostgreSQL by its URL.

>>> store = open_store('sqlite:///var/lib/nodeprep-master/fleet.db')      # doctest: +SKIP
"""
from nodeprep.master.store import schema
from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.trouble import StoreGone, StoreTrouble
from nodeprep.master.store.writer import SINGLE, Writer
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple

__all__ = ['Store', 'StoreTrouble', 'Taken', 'Beat', 'open_store']


class Taken(NamedTuple):
    """What became of the reports of one request.

    `new` of them were not seen before; `sequence` is the highest number of the node that is on disk. `refused` says why
    nothing of the request was kept (the first report that cannot be, and its reason): it is to be answered with 422.
    """

    new: int = 0
    sequence: int = 0
    refused: str = ''


class Beat(NamedTuple):
    """The answer to a heartbeat. `approvals` as the agent wants them: id, requirement, digest, by, until (RFC 3339);
    `quarantine` as quarantine.told has it, None for a node that is in none.
    """

    sequence: int = 0
    approvals: Tuple[Dict[str, Any], ...] = ()
    quarantine: Optional[Dict[str, Any]] = None


class Store:
    """One database. All times are seconds since 1970."""

    def __init__(self, database: Any, bulk: Dict[str, Callable[[Cursor, List[Any]], List[Any]]],
                 prepare: Callable[..., Any]) -> None:
        """See open_store."""
        self._database, self._prepare = database, prepare
        self.dialect = database.dialect
        self.writer = Writer(database.writer, bulk)

    def submit(self, work: Callable[[Cursor], Any], future: Any = None) -> Any:
        """Does some work that writes, in the writer's thread: all of it or nothing. Returns the future of what it
        returns; it is known after the commit. What the work raises, the future raises; StoreTrouble: see trouble.py.

        The future is a concurrent.futures.Future, or the one that is given (then writer.deliver must know it).
        """
        return self.writer.put(SINGLE, work, future)

    def do(self, work: Callable[[Cursor], Any], timeout: float = 60.0) -> Any:
        """submit() and wait for it: for commands and background jobs, never for the event loop."""
        return self.submit(work).result(timeout)

    def reports(self, node: int, reports: List[Dict[str, Any]], received: float, future: Any = None) -> Any:
        """Takes reports of a node, in order; returns the future of Taken. `reports` as JSON gave them, not looked at
        yet. What can be done before it is this thread's turn is done here: some 50 microseconds for each KiB.
        """
        return self.take(self._prepare(node, reports, received), future)

    def take(self, load: Any, future: Any = None) -> Any:
        """The same for what ingest.prepare has made of them."""
        return self.writer.put('reports', load, future)

    def beat(self, node: int, tree: Dict[str, Any], received: float, future: Any = None) -> Any:
        """Takes a heartbeat as JSON gave it; returns the future of Beat."""
        return self.writer.put('beats', (node, tree, received), future)

    def read(self, query: Callable[[Cursor], Any]) -> Any:
        """What a query returns, in this thread. All of it sees the same state of the database."""
        try:
            return self._read(query)
        except StoreGone:         # a server that was started anew has closed all that were connected
            return self._read(query)

    def _read(self, query: Callable[[Cursor], Any]) -> Any:
        with self._database.reader() as connection, connection.guard():
            connection.begin(writes=False)
            try:
                return query(connection.cursor)
            except Exception as error:
                if not connection.lenient(error):
                    raise
                return query(connection.cursor)
            finally:
                connection.rollback()

    def close(self) -> None:
        """Writes what waits, and lets the database go."""
        self.writer.close()
        self._database.close()


def database(url: str, make: bool = True) -> Any:
    """The database of a URL: sqlite:///absolute/path or postgresql://... `make`: a file that is not there is made.
    ValueError for another URL.
    """
    kind, _, rest = url.partition('://')
    if kind == 'sqlite' and rest.startswith('/'):
        from nodeprep.master.store import sqlite
        return sqlite.Database(rest, make)
    if kind in ('postgresql', 'postgres'):
        try:
            from nodeprep.master.store import postgres
        except ImportError as error:
            raise ValueError(f'for PostgreSQL psycopg2 is needed ({error}): the package '
                             f'nodeprep-master-postgresql, or pip install psycopg2-binary') from None
        return postgres.Database(url)
    raise ValueError('a database is sqlite:///absolute/path or postgresql://user@host/name')


def open_store(url: str, make: bool = True) -> Store:
    """The store of a URL; its tables are brought up to this version, and with `make` made. StoreTrouble, ValueError."""
    from nodeprep.master import ingest
    found = database(url, make)
    prepared(found, make)
    return Store(found, bulk(), ingest.prepare)


def bulk() -> Dict[str, Callable[[Cursor, List[Any]], List[Any]]]:
    """What is written for many at once: the handlers of the writer."""
    from nodeprep.master import beats, ingest
    return {'reports': ingest.take, 'beats': beats.take}


def prepared(found: Any, make: bool = True) -> List[int]:
    """Brings the tables of a database up to this version, and with `make` makes them; returns the versions that were
    made.
    """
    connection = found.writer()
    try:
        with connection.guard():
            connection.begin()
            try:
                connection.cursor.dialect.alone(connection.cursor)
                begin = schema.version(connection.cursor)
                if not begin and not make:
                    raise StoreGone('the database has no tables: it is another one, or `nodeprep master serve` is to '
                                    'make them first')
                made = schema.migrate(connection.cursor, begin)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
    finally:
        connection.close()
    return made
