"""Join tokens, of which only a hash is kept."""
from nodeprep.master.store import audit
from nodeprep.master.store.ahead import AHEAD
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import List, Optional

_SELECT = 'SELECT id, hash, created, expires, uses_left, note, "by" FROM token'


class Token(NamedTuple):
    """`uses_left`: None is any number. Times in seconds since 1970."""

    id: str
    hash: str
    created: float
    expires: float
    uses_left: Optional[int]
    note: str
    by: str


def create(cursor: Cursor, token: Token) -> None:
    """Keeps a new one. The driver's IntegrityError when there is one of this id."""
    cursor.run('INSERT INTO token (id, hash, created, expires, uses_left, note, "by") VALUES (?, ?, ?, ?, ?, ?, ?)',
               tuple(token))
    audit.note(cursor, token.created, token.by, 'token created', token.id, expires=token.expires, uses=token.uses_left)


def find(cursor: Cursor, name: str) -> Optional[Token]:
    """By its id, whether it still counts or not."""
    row = cursor.one(f'{_SELECT} WHERE id = ?', (name,))
    return Token(*row) if row else None


def use(cursor: Cursor, name: str, at: float) -> bool:
    """Takes one use of it; False when it has expired, is used up, or was made in the future (see ahead.py). Two that
    take the last use at once: one gets it.
    """
    return cursor.run('UPDATE token SET uses_left = uses_left - 1 WHERE id = ? AND expires > ? '
                      'AND created <= ? AND (uses_left IS NULL OR uses_left > 0)', (name, at, at + AHEAD)) > 0


def every(cursor: Cursor) -> List[Token]:
    """All of them, the newest first."""
    return [Token(*row) for row in cursor.all(f'{_SELECT} ORDER BY created DESC, id')]


def delete(cursor: Cursor, name: str, by: str, at: float) -> bool:
    """Whether there was one."""
    there = cursor.run('DELETE FROM token WHERE id = ?', (name,)) > 0
    if there:
        audit.note(cursor, at, by, 'token deleted', name)
    return there
