"""Sessions of browsers. One holds as long as the user token that it was begun with."""
from nodeprep.typed import Any


def begin(cursor: Any, digest: str, person: str, now: float, expires: float) -> None:
    """Keeps a session of a person; `digest` is the hash of its secret, times are seconds since 1970."""
    cursor.run('insert into session (hash, person, token, created, expires)'
               ' select ?, name, hash, ?, ? from person where name = ?', (digest, now, expires, person))


def end(cursor: Any, digest: str) -> None:
    """Ends a session."""
    cursor.run('delete from session where hash = ?', (digest,))


def tidy(cursor: Any, now: float) -> None:
    """Forgets those that are over."""
    cursor.run('delete from session where expires <= ?', (now,))
