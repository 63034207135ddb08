"""Whose secret it is: look-ups by its hash."""
from nodeprep.typed import Any, Optional, Tuple

VERSION = 'credentials'   # of table meta: counts whatever took a credential away, or will


def node(cursor: Any, digest: str, now: float) -> Optional[Tuple[int, str, Optional[float]]]:
    """(id, name, when the credential ends or None) of the node with this credential."""
    row: Optional[Tuple[int, str, Optional[float]]] = cursor.one(
        'SELECT node.id, node.name, credential.expires FROM credential JOIN node ON node.id = credential.node '
        'WHERE credential.hash = ? AND (credential.expires IS NULL OR credential.expires > ?) '
        "AND node.status IN ('member', 'quarantined')", (digest, now))
    return row


def person(cursor: Any, digest: str, now: float) -> Optional[Tuple[str, str]]:
    """(name, role) of the person with this user token."""
    row: Optional[Tuple[str, str]] = cursor.one(
        'SELECT name, role FROM person WHERE hash = ? AND (expires IS NULL OR expires > ?)', (digest, now))
    return row


def session(cursor: Any, digest: str, now: float) -> Optional[Tuple[str, str]]:
    """(name, role) of the person whose session of a browser this is."""
    row: Optional[Tuple[str, str]] = cursor.one(
        'SELECT person.name, person.role FROM session JOIN person ON person.name = session.person '
        'WHERE session.hash = ? AND session.expires > ? AND session.token = person.hash '
        'AND (person.expires IS NULL OR person.expires > ?)', (digest, now, now))
    return row


def version(cursor: Any) -> str:
    """Changes whenever a credential was taken away anywhere: what is remembered of them is to be forgotten then."""
    row = cursor.one('SELECT value FROM meta WHERE key = ?', (VERSION,))
    return str(row[0]) if row else ''


def changed(cursor: Any) -> None:
    """Counts on, in the transaction that takes a credential away or gives it an end."""
    if not cursor.run('UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS VARCHAR(20)) WHERE key = ?',
                      (VERSION,)):
        cursor.run('INSERT INTO meta (key, value) VALUES (?, ?)', (VERSION, '1'))
