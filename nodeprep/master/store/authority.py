"""The CA that masters of this database show: several have the same one, or a node believes some and not the others."""
from nodeprep.typed import Any

_KEY = 'authority'        # of table meta: the hash of the CA, as --ca-cert-hash


def shown(cursor: Any) -> str:
    """The hash of the CA that the master showed which began last; '' when none has begun."""
    row = cursor.one('SELECT value FROM meta WHERE key = ?', (_KEY,))
    return str(row[0]) if row else ''


def show(cursor: Any, digest: str) -> None:
    """From now on it is this one."""
    if not cursor.run('UPDATE meta SET value = ? WHERE key = ?', (digest, _KEY)):
        cursor.run('INSERT INTO meta (key, value) VALUES (?, ?)', (_KEY, digest))
