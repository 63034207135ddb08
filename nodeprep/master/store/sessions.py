"""Sessions of browsers. One holds as long as the user token that it was begun with."""
from nodeprep.master.store.ahead import AHEAD
from nodeprep.typed import Any


def begin(cursor: Any, digest: str, person: str, now: float, expires: float) -> None:
    """Keeps a session of a person; `digest` is the hash of its secret, times are seconds since 1970."""
    cursor.run('INSERT INTO session (hash, person, token, created, expires) '
               'SELECT ?, name, hash, ?, ? FROM person WHERE name = ?', (digest, now, expires, person))


def end(cursor: Any, digest: str) -> None:
    """Ends a session."""
    cursor.run('DELETE FROM session WHERE hash = ?', (digest,))


def tidy(cursor: Any, now: float) -> None:
    """Forgets those that are over, and those that a clock began which was ahead."""
    cursor.run('DELETE FROM session WHERE expires <= ? OR created > ?', (now, now + AHEAD))
