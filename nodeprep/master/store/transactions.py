"""What waits is written together and shares a commit: the more there is to do, the less each costs.

A piece of work has a SAVEPOINT of its own, so that one which fails takes nobody along; what is done in bulk (reports,
heartbeats) is done together and without one, since SQLite writes each page that it may have to bring back into a file.
When something in it fails, all is taken back and done again, with savepoints and in halves, until who is the cause
stands alone. Nobody hears of anything before the commit.
"""
from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.trouble import StoreClash, StoreFull, StoreGone, StoreTrouble
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterator, List, Mapping, Optional

_TRIES = 5                # of a transaction that clashes with that of another master
SINGLE = 'single'
Bulk = Mapping[str, Callable[[Cursor, List[Any]], List[Any]]]


class Piece(NamedTuple):
    """Something to write. `what` names the handler that gets its `load`; `future` is told how it went."""

    what: str
    load: Any
    future: Any


class Outcome(NamedTuple):
    """What becomes of a future: a result, or an error."""

    future: Any
    result: Any
    error: Optional[BaseException]


class Transactions:
    """`connect` gives a connection that writes. `bulk` are handlers: a cursor and a list of loads -> a list of results,
    in which an exception is the outcome of that load alone. All of it is used in one thread at a time.
    """

    def __init__(self, connect: Callable[[], Any], bulk: Bulk) -> None:
        self._connect, self._bulk = connect, bulk
        self._connection: Any = connect()
        self._begun = False

    def write(self, pieces: List[Piece]) -> Iterator[List[Outcome]]:
        """Writes some pieces; what became of them, after each commit."""
        for some in self._transactions(pieces):
            yield self._written(some)
        if self._connection is not None:
            self._connection.rest()

    def close(self) -> None:
        """Lets the connection go."""
        if self._connection is not None:
            self._connection.close()

    def _transactions(self, pieces: List[Piece]) -> List[List[Piece]]:
        """What shares a commit: all of it, or where others write too what is of one kind, since two that lock rows of
        several tables in different orders would wait for each other.
        """
        if self._connection is None or not self._connection.cursor.dialect.lock:
            return [pieces]
        kinds: Dict[str, List[Piece]] = {}
        for piece in pieces:
            kinds.setdefault(piece.what, []).append(piece)
        return list(kinds.values())

    def _written(self, pieces: List[Piece]) -> List[Outcome]:
        """Writes some pieces in one transaction; once more when another master was in the way, or when the connection
        turns out to be dead before anything was said: whatever was said may have been done.
        """
        problem: BaseException
        for _ in range(_TRIES):
            self._begun = False
            fresh = self._connection is None
            try:
                if self._connection is None or self._connection.lost():
                    self._connection = None
                    self._connection = self._connect()
                with self._connection.guard():
                    return self._together(pieces)
            except StoreClash as error:
                problem = error
            except Exception as error:      # noqa: BLE001  # each of them hears of it
                problem = error
                if fresh or self._begun or self._connection is None or not isinstance(error, StoreGone):
                    break
                self._give_up()
        if isinstance(problem, StoreFull) and self._connection is not None:
            self._connection.relieve()
        return [Outcome(piece.future, None, problem) for piece in pieces]

    def _together(self, pieces: List[Piece]) -> List[Outcome]:
        try:
            return self._attempt(pieces, self._at_once)
        except StoreTrouble:
            raise
        except Exception as error:
            if self._connection is None or self._connection.trouble(error) is not None:
                raise
        return self._attempt(pieces, self._in_bulk)

    def _attempt(self, pieces: List[Piece], bulk: Callable[..., List[Outcome]]) -> List[Outcome]:
        connection = self._connection
        connection.begin()
        self._begun = True
        try:
            outcomes = self._done(connection.cursor, pieces, bulk)
            connection.commit()
        except BaseException:
            self._give_up()
            raise
        return outcomes

    def _give_up(self) -> None:
        """Rolls back; a connection that cannot is of no use any more."""
        try:
            self._connection.rollback()
        except Exception:               # noqa: BLE001  # why it came to this is told already
            self._connection.close()
            self._connection = None

    def _done(self, cursor: Cursor, pieces: List[Piece], bulk: Callable[..., List[Outcome]]) -> List[Outcome]:
        outcomes = []
        groups: Dict[str, List[Piece]] = {}
        for piece in pieces:
            groups.setdefault(piece.what, []).append(piece)
        for piece in groups.pop(SINGLE, ()):
            outcomes.append(self._apart(cursor, piece, piece.load))
        for what, group in groups.items():
            outcomes += bulk(cursor, self._bulk[what], group)
        return outcomes

    @staticmethod
    def _at_once(cursor: Cursor, handler: Callable[[Cursor, List[Any]], List[Any]],
                 group: List[Piece]) -> List[Outcome]:
        results = handler(cursor, [piece.load for piece in group])
        return [_outcome(piece, result) for piece, result in zip(group, results)]

    def _in_bulk(self, cursor: Cursor, handler: Callable[[Cursor, List[Any]], List[Any]],
                 group: List[Piece]) -> List[Outcome]:
        try:
            cursor.run('SAVEPOINT bulk')
            results = handler(cursor, [piece.load for piece in group])
            cursor.run('RELEASE SAVEPOINT bulk')
        except Exception as error:      # noqa: BLE001  # then one by one, and who is the cause hears of it
            self._back(cursor, 'bulk', error)
            if self._connection.lenient(error):
                return self._in_bulk(cursor, handler, group)
            if len(group) == 1:
                return [Outcome(group[0].future, None, error)]
            half = len(group) // 2
            return self._in_bulk(cursor, handler, group[:half]) + self._in_bulk(cursor, handler, group[half:])
        return [_outcome(piece, result) for piece, result in zip(group, results)]

    def _apart(self, cursor: Cursor, piece: Piece, work: Callable[[Cursor], Any]) -> Outcome:
        try:
            cursor.run('SAVEPOINT piece')
            result = work(cursor)
            cursor.run('RELEASE SAVEPOINT piece')
        except Exception as error:      # noqa: BLE001  # it is told to who asked for it
            self._back(cursor, 'piece', error)
            if self._connection.lenient(error):
                return self._apart(cursor, piece, work)
            return Outcome(piece.future, None, error)
        return Outcome(piece.future, result, None)

    def _back(self, cursor: Cursor, name: str, error: Exception) -> None:
        """Takes back what was done since a savepoint. StoreTrouble when it is the whole transaction that cannot be."""
        trouble = error if isinstance(error, StoreTrouble) else self._connection.trouble(error)
        if trouble is not None:
            raise trouble from error
        cursor.run(f'ROLLBACK TO SAVEPOINT {name}')
        cursor.run(f'RELEASE SAVEPOINT {name}')


def _outcome(piece: Piece, result: Any) -> Outcome:
    return Outcome(piece.future, None, result) if isinstance(result, Exception) else Outcome(piece.future, result, None)
