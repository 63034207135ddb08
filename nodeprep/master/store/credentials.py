"""What nodes show instead of a password, of which only a hash is kept."""
from nodeprep.master.store import known, nodes
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import Optional

OVERLAP = 600.0           # seconds that the old one still counts after a new one was given


class Holder(NamedTuple):
    """Whose credential it is."""

    id: int
    name: str
    status: str


def holder(cursor: Cursor, digest: str, at: float) -> Optional[Holder]:
    """The node, member or in quarantine, whose credential has this hash and counts at a time."""
    row = cursor.one('SELECT node.id, node.name, node.status FROM credential JOIN node ON node.id = credential.node '
                     'WHERE credential.hash = ? AND (credential.expires IS NULL OR credential.expires > ?)',
                     (digest, at))
    return Holder(*row) if row and row[2] in nodes.SPEAKING else None


def give(cursor: Cursor, node: int, digest: str, at: float) -> None:
    """A new one; those that the node has count for OVERLAP seconds more, or less where that is said already."""
    cursor.run('DELETE FROM credential WHERE node = ? AND expires <= ?', (node, at))
    cursor.run('UPDATE credential SET expires = ? WHERE node = ? AND (expires IS NULL OR expires > ?)',
               (at + OVERLAP, node, at + OVERLAP))
    cursor.run('INSERT INTO credential (hash, node, issued, expires) VALUES (?, ?, ?, NULL)', (digest, node, at))
    known.changed(cursor)


def take_back(cursor: Cursor, node: int) -> None:
    """None of the node's counts any more."""
    cursor.run('DELETE FROM credential WHERE node = ?', (node,))
    known.changed(cursor)
