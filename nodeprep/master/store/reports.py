"""The reports as they came, and what is missing between them."""
import zlib

from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, List, Optional, Set, Tuple

LAST = 1000
_ADD = ('INSERT INTO report (node, report_id, sequence, taken, received, digest, previous, link, applied, body) '
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')


def add(cursor: Cursor, rows: List[Tuple[Any, ...]]) -> None:
    """Writes reports: node, id, number, taken, received, digest, previous, link, applied (0 or 1), body by zlib."""
    if rows:
        cursor.many(_ADD, rows)


def add_gaps(cursor: Cursor, rows: List[Tuple[Any, ...]]) -> None:
    """Writes what is odd in the chains: node, first, last, state, said, at."""
    if rows:
        cursor.many('INSERT INTO gap (node, first, last, state, said, at) VALUES (?, ?, ?, ?, ?, ?)', rows)


def digests(cursor: Cursor, node: int, number: int) -> Set[str]:
    """Of the reports of a node with a number: one, more after a fork, none when it never came or is too old."""
    return {row[0] for row in cursor.all('SELECT digest FROM report WHERE node = ? AND sequence = ?', (node, number))}


def is_there(cursor: Cursor, node: int, report: str, number: int, newest: int) -> bool:
    """Whether a report with this id came from a node, and is kept: it is looked for where it has its number, and among
    the LAST numbers up to the `newest`. A node that reports each minute has tens of thousands, and ids in no index.
    """
    return any(cursor.one(f'SELECT 1 FROM report WHERE node = ? AND {where} AND report_id = ?', (node, value, report))
               for where, value in (('sequence = ?', number), ('sequence > ?', newest - LAST)))


def body(cursor: Cursor, node: int, number: int) -> Optional[bytes]:
    """The canonical JSON of a report (of the first that came with this number); None when it is not kept."""
    row = cursor.one('SELECT body FROM report WHERE node = ? AND sequence = ? ORDER BY id', (node, number))
    return zlib.decompress(row[0]) if row else None
