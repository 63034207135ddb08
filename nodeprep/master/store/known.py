"""Whose secret it is: look-ups by its hash."""
from nodeprep.typed import Any, Optional, Tuple

VERSION = 'credentials'   # of table meta: counts whatever took a credential away, or will


def node(cursor: Any, digest: str, now: float) -> Optional[Tuple[int, str, Optional[float]]]:
    """(id, name, when the credential ends or None) of the node with this credential."""
    row: Optional[Tuple[int, str, Optional[float]]] = cursor.one(
        "select node.id, node.name, credential.expires from credential join node on node.id = credential.node"
        " where credential.hash = ? and (credential.expires is null or credential.expires > ?)"
        " and node.status in ('member', 'quarantined')", (digest, now))
    return row


def person(cursor: Any, digest: str, now: float) -> Optional[Tuple[str, str]]:
    """(name, role) of the person with this user token."""
    row: Optional[Tuple[str, str]] = cursor.one(
        'select name, role from person where hash = ? and (expires is null or expires > ?)', (digest, now))
    return row


def session(cursor: Any, digest: str, now: float) -> Optional[Tuple[str, str]]:
    """(name, role) of the person whose session of a browser this is."""
    row: Optional[Tuple[str, str]] = cursor.one(
        'select person.name, person.role from session join person on person.name = session.person'
        ' where session.hash = ? and session.expires > ? and session.token = person.hash'
        ' and (person.expires is null or person.expires > ?)', (digest, now, now))
    return row


def version(cursor: Any) -> str:
    """Changes whenever a credential was taken away anywhere: what is remembered of them is to be forgotten then."""
    row = cursor.one('select value from meta where key = ?', (VERSION,))
    return str(row[0]) if row else ''


def changed(cursor: Any) -> None:
    """Counts on, in the transaction that takes a credential away or gives it an end."""
    row = cursor.one('select value from meta where key = ?', (VERSION,))
    if row is None:
        cursor.run('insert into meta (key, value) values (?, ?)', (VERSION, '1'))
    else:
        cursor.run('update meta set value = ? where key = ?', (str(int(row[0]) + 1), VERSION))
