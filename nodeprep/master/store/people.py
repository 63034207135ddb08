"""People, who show a user token, of which only a hash is kept."""
from nodeprep.master.store import audit
from nodeprep.master.store.ahead import AHEAD
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import List, Optional

VIEWER, APPROVER, ADMIN = ROLES = ('viewer', 'approver', 'admin')      # each may what those before it may
_SELECT = 'SELECT name, hash, role, created, expires, "by" FROM person'


class Person(NamedTuple):
    """Times in seconds since 1970; `expires` None: never."""

    name: str
    hash: str
    role: str
    created: float
    expires: Optional[float]
    by: str


def create(cursor: Cursor, person: Person) -> None:
    """Keeps a new one. The driver's IntegrityError when there is one of this name."""
    cursor.run('INSERT INTO person (name, hash, role, created, expires, "by") VALUES (?, ?, ?, ?, ?, ?)', tuple(person))
    audit.note(cursor, person.created, person.by, 'user created', person.name, role=person.role)


def by_hash(cursor: Cursor, digest: str, at: float) -> Optional[Person]:
    """Whose token has this hash and has not expired."""
    row = cursor.one(f'{_SELECT} WHERE hash = ? AND (expires IS NULL OR expires > ? AND created <= ?)',
                     (digest, at, at + AHEAD))
    return Person(*row) if row else None


def find(cursor: Cursor, name: str) -> Optional[Person]:
    """By the name."""
    row = cursor.one(f'{_SELECT} WHERE name = ?', (name,))
    return Person(*row) if row else None


def every(cursor: Cursor) -> List[Person]:
    """All of them, by name."""
    return [Person(*row) for row in cursor.all(f'{_SELECT} ORDER BY name')]


def delete(cursor: Cursor, name: str, by: str, at: float) -> bool:
    """Whether there was one."""
    there = cursor.run('DELETE FROM person WHERE name = ?', (name,)) > 0
    if there:
        audit.note(cursor, at, by, 'user deleted', name)
    return there
