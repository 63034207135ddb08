"""SQLite: one connection that writes, one a thread that reads. In a database of this mode (WAL) they do not wait for
each other. With synchronous=FULL what is committed is on the disk (sqlite.org/pragma.html#pragma_synchronous).
"""
import contextlib
import os
import sqlite3
import threading
import urllib.parse

from nodeprep.master.store import kept
from nodeprep.master.store.checkpoints import Checkpoints
from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.dialect import Sqlite
from nodeprep.master.store.trouble import NotOurs, StoreBusy, StoreFull, StoreGone, StoreTrouble
from nodeprep.typed import Any, Callable, Dict, Iterator, List, Optional

BUSY = 5.0                # seconds that another writer is waited for
_PAGES = 32000            # of 4 KiB: the log is taken into the database by the writer when nobody else does
_WRITING = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_CREATE_TABLE,
            sqlite3.SQLITE_DROP_TABLE, sqlite3.SQLITE_ALTER_TABLE, sqlite3.SQLITE_CREATE_INDEX,
            sqlite3.SQLITE_DROP_INDEX)
_NO_TEXT = 'Could not decode to UTF-8'     # how the driver begins to say so
_CACHE = 8192             # KiB of pages that the writer keeps in memory; readers keep an eighth


class Connection:
    """A connection, and its one cursor."""

    def __init__(self, path: str, dialect: Sqlite, writes: bool) -> None:
        self.path = path
        with guard(path):
            self._raw = sqlite3.connect(existing(path), timeout=BUSY, isolation_level=None, check_same_thread=False,
                                        cached_statements=256, uri=True)
            self.cursor = Cursor(self._raw.cursor(), dialect)
            self._checkpoints = Checkpoints(existing(path), self._raw)
            try:
                self._set(writes)
                self._file = _file(path)
            except BaseException:
                self._raw.close()
                raise

    def _set(self, writes: bool) -> None:
        self._raw.execute(f'PRAGMA cache_size=-{_CACHE if writes else _CACHE // 8}')
        if writes:
            self._raw.execute('PRAGMA journal_mode=WAL')
            self._raw.execute('PRAGMA synchronous=FULL')
            self._raw.execute('PRAGMA foreign_keys=ON')
            self._raw.execute(f'PRAGMA wal_autocheckpoint={_PAGES}')
        else:
            self._raw.execute('PRAGMA query_only=ON')
            if sqlite3.sqlite_version_info < (3, 8):          # which does not know that one, and says nothing
                self._raw.set_authorizer(_reading)

    def guard(self) -> Any:
        """A context in which the driver's errors become StoreTrouble."""
        return guard(self.path)

    def trouble(self, error: BaseException) -> Optional[StoreTrouble]:
        """What an error of the driver is in our words; None when it says nothing of the database itself."""
        return trouble(self.path, error)

    def lenient(self, error: BaseException) -> bool:
        """Whether an error was that some text is not UTF-8, and will not be one again: from now on such a text is read
        as kept.text has it. Not from the first: that costs each text some time, and no sound database has one.
        """
        found = isinstance(error, sqlite3.OperationalError) and _NO_TEXT in str(error) \
            and self._raw.text_factory is str
        if found:
            self._raw.text_factory = kept.text
        return found

    def begin(self, writes: bool = True) -> None:
        """Begins a transaction; one that writes waits for others up to BUSY seconds. StoreGone when the file is not the
        one that was opened, as after a backup was moved in its place: what is written to the old one is lost.
        """
        if _file(self.path) != self._file:
            raise StoreGone(f'{self.path} was taken away or replaced while it is used; restart the master')
        self._raw.execute('BEGIN IMMEDIATE' if writes else 'BEGIN')

    def commit(self) -> None:
        """Ends it: what it wrote is on the disk."""
        self._raw.execute('COMMIT')

    def rollback(self) -> None:
        """Ends it: nothing was written. SQLite may have done it already, as it does when the disk is full."""
        if self._raw.in_transaction:
            self._raw.execute('ROLLBACK')

    def relieve(self) -> None:
        """The disk is full: what the log has is taken into the database, so that the log can be cut off."""
        with contextlib.suppress(sqlite3.Error):
            self._raw.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchall()

    def rest(self) -> None:
        """To be called when the answers to a commit are given: there is time for what nobody waits for."""
        self._checkpoints.rest()

    def lost(self) -> bool:
        """Whether it is of no use any more: a file does not go away."""
        return False

    def copy(self, target: str) -> None:
        """Writes all that is in the database to a new file, while it is used."""
        with contextlib.closing(sqlite3.connect(target)) as copy:
            self._raw.backup(copy, pages=1000)

    def close(self) -> None:
        """Lets it go."""
        self._checkpoints.close()
        with contextlib.suppress(sqlite3.Error):
            self._raw.close()


def existing(path: str) -> str:
    """The URI (sqlite.org/uri.html) by which a file is opened, and never made.

    >>> existing('/var/lib/a b?.db')
    'file:/var/lib/a%20b%3F.db?mode=rw'
    """
    return f'file:{urllib.parse.quote(path)}?mode=rw'


def _reading(action: int, *about: Any) -> int:
    """Whether a statement is none that writes, asked by SQLite when it is prepared."""
    return sqlite3.SQLITE_DENY if action in _WRITING else sqlite3.SQLITE_OK


def _file(path: str) -> Any:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Database:
    """A file. `make`: it is made when it is not there."""

    def __init__(self, path: str, make: bool = True) -> None:
        self.path, self._make = path, make
        self.dialect = Sqlite()
        self._mine = threading.local()
        self._all: List[Connection] = []
        self._lock = threading.Lock()

    def writer(self) -> Connection:
        """A new connection that may write. A file that is made is for its owner alone."""
        with guard(self.path):
            if not os.path.exists(self.path):
                # Of one that a master goes on using, whose log another one of that name must not write to.
                if os.path.lexists(self.path + '-wal'):
                    raise StoreGone(f'{self.path} is not there, but its log {self.path}-wal is: it was taken away while'
                                    ' it was used; put it back, or remove the log when it is gone for good')
                if not self._make:
                    raise StoreGone(f'{self.path} is not there: put it back; where there was none before, '
                                    f'`nodeprep master serve` makes it')
                os.close(os.open(self.path, os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        return Connection(self.path, self.dialect, writes=True)

    @contextlib.contextmanager
    def reader(self) -> Iterator[Connection]:
        """This thread's connection that only reads."""
        connection = getattr(self._mine, 'connection', None)
        if connection is None:
            connection = self._mine.connection = Connection(self.path, self.dialect, writes=False)
            with self._lock:
                self._all.append(connection)
        yield connection

    def close(self) -> None:
        """Lets all readers go."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all = []
            self._mine = threading.local()


_SAYS: Dict[str, Callable[[str], StoreTrouble]] = {
    'locked': lambda path: StoreBusy(f'{path} is locked by another program for more than {BUSY:g} seconds'),
    'full': lambda path: StoreFull(f'there is no room left for {path}'),
    'not a database': lambda path: NotOurs(f'{path} is not a database of SQLite'),
    'malformed': lambda path: StoreGone(f'{path} is damaged; nodeprep master doctor says more, a backup helps')}
_GONE = ('unable to open', 'disk i/o', 'readonly', 'read-only', 'closed database', 'not authorized')


def trouble(path: str, error: BaseException) -> Optional[StoreTrouble]:
    """What the driver or the system says of the file, in our words; None when a statement is wrong, or the program."""
    if isinstance(error, OSError):
        return StoreGone(f'{path}: {error.strerror}')
    if not isinstance(error, sqlite3.Error) or isinstance(error, sqlite3.IntegrityError):
        return None
    said = str(error).lower()
    for words, made in _SAYS.items():
        if words in said:
            return made(path)
    return StoreGone(f'{path}: {error}') if any(words in said for words in _GONE) else None


@contextlib.contextmanager
def guard(path: str) -> Iterator[None]:
    """Raises trouble() instead of what the driver says."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        said = trouble(path, error)
        if said is None:
            raise
        raise said from error
