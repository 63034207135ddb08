"""Whose secret it is: look-ups by its hash. What a clock made that was ahead does not count, see ahead.py."""
from nodeprep.master.store.ahead import AHEAD
from nodeprep.typed import Any, List, Optional, Tuple

VERSION = 'credentials'   # of table meta: counts whatever took a credential away, or will
OVERLAP = 600.0           # seconds that an older credential still counts when a newer one was used


def node(cursor: Any, digest: str, now: float) -> Optional[Tuple[int, str, Optional[float], int]]:
    """(id, name, when the credential ends or None, how many older ones have no end) of the node with a credential."""
    row: Optional[Tuple[int, str, Optional[float], int]] = cursor.one(
        'SELECT node.id, node.name, credential.expires, (SELECT COUNT(*) FROM credential AS older '
        'WHERE older.node = credential.node AND older.expires IS NULL AND older.issued < credential.issued) '
        'FROM credential JOIN node ON node.id = credential.node '
        'WHERE credential.hash = ? '
        "AND node.status IN ('member', 'quarantined')", (digest,))
    return row if row and lasts(row[2], now) else None


def nodes(cursor: Any, most: int) -> List[Tuple[str, int, str, Optional[float]]]:
    """(hash, id, name, when it ends or None) of the credentials of nodes that have one alone."""
    found: List[Tuple[str, int, str, Optional[float]]] = cursor.all(
        'SELECT credential.hash, node.id, node.name, credential.expires FROM credential '
        'JOIN node ON node.id = credential.node '
        "WHERE node.status IN ('member', 'quarantined') AND NOT EXISTS (SELECT 1 FROM credential AS other "
        'WHERE other.node = credential.node AND other.hash <> credential.hash) LIMIT ?', (most,))
    return found


def lasts(expires: Optional[float], now: float) -> bool:
    """Whether a credential that ends then (None: never) counts still. An end that is too far away is of a clock that
    was ahead.
    """
    return expires is None or now < expires <= now + OVERLAP + AHEAD


def used(cursor: Any, digest: str, now: float) -> None:
    """A node has shown a new credential, so it keeps that: the older ones end after OVERLAP seconds."""
    row = cursor.one('SELECT node, issued FROM credential WHERE hash = ?', (digest,))
    if row and cursor.run('UPDATE credential SET expires = ? WHERE node = ? AND expires IS NULL AND issued < ?',
                          (now + OVERLAP, row[0], row[1])):
        changed(cursor)


def person(cursor: Any, digest: str, now: float) -> Optional[Tuple[str, str]]:
    """(name, role) of the person with this user token."""
    row: Optional[Tuple[str, str]] = cursor.one(
        'SELECT name, role FROM person WHERE hash = ? AND (expires IS NULL OR expires > ? AND created <= ?)',
        (digest, now, now + AHEAD))
    return row


def session(cursor: Any, digest: str, now: float) -> Optional[Tuple[str, str]]:
    """(name, role) of the person whose session of a browser this is."""
    row: Optional[Tuple[str, str]] = cursor.one(
        'SELECT person.name, person.role FROM session JOIN person ON person.name = session.person '
        'WHERE session.hash = ? AND session.expires > ? AND session.created <= ? AND session.token = person.hash '
        'AND (person.expires IS NULL OR person.expires > ? AND person.created <= ?)',
        (digest, now, now + AHEAD, now, now + AHEAD))
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
