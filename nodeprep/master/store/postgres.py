"""PostgreSQL, by psycopg2: one connection that writes, a few that read; any number of masters may share a database."""
import contextlib
import threading

import psycopg2
import psycopg2.extensions

from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.dialect import Postgres
from nodeprep.master.store.trouble import StoreBusy, StoreClash, StoreFull, StoreGone, StoreTrouble
from nodeprep.typed import Any, Iterator, List, Optional

_READERS = 4              # connections that are kept for readers; more are opened when more are wanted at once
# A master that went away without a word is noticed by its server, and a server by its masters, within a minute.
_ALIVE = {'connect_timeout': 5, 'keepalives': 1, 'keepalives_idle': 20, 'keepalives_interval': 10,
          'keepalives_count': 3}
_MOST = 30000             # milliseconds that a statement may take, and that it may wait for a lock
_BYTES = psycopg2.extensions.new_type((17,), 'BYTES', lambda value, cursor: None if value is None else
                                      bytes(psycopg2.BINARY(value, cursor)))


class Connection:
    """A connection, and its one cursor."""

    def __init__(self, url: str, dialect: Postgres, writes: bool) -> None:
        with guard(url):
            options = f'-c statement_timeout={_MOST} -c lock_timeout={_MOST} -c client_encoding=UTF8'
            self._raw = psycopg2.connect(url, application_name='nodeprep-master', options=options, **_ALIVE)
            self._raw.autocommit = True
            psycopg2.extensions.register_type(_BYTES, self._raw)
            self.cursor = Cursor(self._raw.cursor(), dialect)
            # Acknowledged means on disk, whatever the server's own default is.
            self._raw.cursor().execute('SET synchronous_commit = on' if writes else
                                       'SET default_transaction_read_only = on')

    def guard(self) -> Any:
        """A context in which the driver's errors become StoreTrouble."""
        return guard()

    def trouble(self, error: BaseException) -> Optional[StoreTrouble]:
        """What an error of the driver is in our words; None when it says nothing of the database itself."""
        return trouble(error)

    def lenient(self, error: BaseException) -> bool:
        """Whether an error will not be one again: the server keeps no text that is not UTF-8."""
        return False

    def begin(self, writes: bool = True) -> None:
        """Begins a transaction. One that only reads sees the same state in all its queries."""
        self.cursor.run('BEGIN' if writes else 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')

    def commit(self) -> None:
        """Ends it: what it wrote is on the disk."""
        self.cursor.run('COMMIT')

    def rollback(self) -> None:
        """Ends it: nothing was written."""
        if not self._raw.closed:
            self.cursor.run('ROLLBACK')

    def relieve(self) -> None:
        """The disk of the server is full, which is for the server."""

    def rest(self) -> None:
        """The server has its own time for what nobody waits for."""

    def lost(self) -> bool:
        """Whether the connection is of no use any more."""
        return bool(self._raw.closed)

    def close(self) -> None:
        """Lets it go."""
        with contextlib.suppress(psycopg2.Error):
            self._raw.close()


class Database:
    """A database on a server, by its URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.dialect = Postgres()
        self._idle: List[Connection] = []
        self._lock = threading.Lock()

    def writer(self) -> Connection:
        """A new connection that may write."""
        return Connection(self._url, self.dialect, writes=True)

    @contextlib.contextmanager
    def reader(self) -> Iterator[Connection]:
        """A connection that only reads, for as long as it is wanted."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = Connection(self._url, self.dialect, writes=False)
        try:
            yield connection
        finally:
            with self._lock:
                keep = not connection.lost() and len(self._idle) < _READERS
                if keep:
                    self._idle.append(connection)
                elif connection.lost():          # then the others that wait are lost too, most likely
                    while self._idle:
                        self._idle.pop().close()
            if not keep:
                connection.close()

    def close(self) -> None:
        """Lets all readers go."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle = []


def trouble(error: BaseException) -> Optional[StoreTrouble]:
    """What the server or the network does, in our words; None when a statement is wrong, or the program."""
    if not isinstance(error, psycopg2.Error):
        return None
    code = error.pgcode or ''
    said = 'PostgreSQL: ' + (' '.join(str(error).split()) or type(error).__name__)
    if code in ('40001', '40P01'):
        return StoreClash(said)
    if code in ('55P03', '57014'):        # it waited too long for a lock, or took too long
        return StoreBusy(said)
    if code in ('53100', '53200'):
        return StoreFull(said)
    # 08: connections, 53: resources, 57: an operator stops it, 58: its disk, XX: it is damaged, 25006: a standby
    # Without a code the connection is lost: a DatabaseError of no kind is that of one which the server closed.
    lost = isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError)) or \
        type(error) is psycopg2.DatabaseError
    if code[:2] in ('08', '53', '57', '58', 'XX') or code == '25006' or not code and lost:
        return StoreGone(said)
    return None


@contextlib.contextmanager
def guard(url: str = '') -> Iterator[None]:
    """Raises trouble() instead of what the driver says. `url`: of a connection that is begun; its password, which the
    driver shows where it does not understand the rest, is taken out, and the driver's own error is not named.
    """
    try:
        yield
    except psycopg2.Error as error:
        said = trouble(error) if not url else StoreGone(
            'PostgreSQL: ' + without_password(url, ' '.join(str(error).split())))
        if said is None:
            raise
        if url:
            raise said from None
        raise said from error


def without_password(url: str, text: str) -> str:
    """A text without what stands for the password in a URL.

    >>> without_password('postgresql://u:hunt@er2@host/db', 'no host er2@host')
    'no host ***@host'
    """
    hidden = url.partition('://')[2].rpartition('@')[0].partition(':')[2]
    for part in sorted({hidden, *hidden.split('@')}, key=len, reverse=True):
        text = text.replace(part, '***') if len(part) > 2 else text
    return text
