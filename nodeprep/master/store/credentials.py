"""What nodes show instead of a password, of which only a hash is kept."""
from nodeprep.master.store import known
from nodeprep.master.store.cursor import Cursor

OVERLAP = known.OVERLAP
_LATER = 0.001            # seconds: their order says which is newer, also when a clock stood still or was set back


class Replaced(ValueError):
    """The credential that was shown is an older one, and the newer one is in use."""


def give(cursor: Cursor, node: int, digest: str, at: float, asking: str = '') -> None:
    """A new one for a node that shows the one with the hash `asking`, which counts on until the new one is used: an
    answer may be lost on its way. Those that were given before and never used, or are over, end here. Replaced: who
    found an old one must not end the new one with it.
    """
    if cursor.one('SELECT 1 FROM credential WHERE hash = ? AND expires IS NOT NULL', (asking,)):
        raise Replaced('this credential was replaced by a newer one, which is in use')
    cursor.run('DELETE FROM credential WHERE node = ? AND hash <> ? AND (expires IS NULL OR expires <= ?)',
               (node, asking, at))
    newest = cursor.one('SELECT MAX(issued) FROM credential WHERE node = ?', (node,))
    issued = at if not newest or newest[0] is None else max(at, newest[0] + _LATER)
    cursor.run('INSERT INTO credential (hash, node, issued, expires) VALUES (?, ?, ?, NULL)', (digest, node, issued))
    known.changed(cursor)


def take_back(cursor: Cursor, node: int) -> None:
    """None of the node's counts any more."""
    cursor.run('DELETE FROM credential WHERE node = ?', (node,))
    known.changed(cursor)
