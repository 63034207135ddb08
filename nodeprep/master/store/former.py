"""What nodes said of themselves before what they say now: a report about the past puts them where they were then."""
import json

from nodeprep.master.store import kept
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, Dict, Tuple

_NOW = 'SELECT role, os_id, os_version, os_name FROM node WHERE id = ?'
_LABELS = 'SELECT name, value FROM label WHERE node = ?'
_KEEP = 'INSERT INTO former (node, until, role, os_id, os_version, os_name, labels) VALUES (?, ?, ?, ?, ?, ?, ?)'
_ALL = 'SELECT node, until, role, os_id, os_version, os_name, labels FROM former ORDER BY node, id'
Said = Tuple[Tuple[Any, ...], Dict[str, str]]           # role, os_id, os_version and os_name; labels


def said(cursor: Cursor, node: int) -> Said:
    """What a node says of itself now."""
    row = cursor.one(_NOW, (node,))
    assert row is not None
    return tuple(row), dict(cursor.all(_LABELS, (node,)))


def keep(cursor: Cursor, node: int, before: Said, at: float) -> None:
    """From a time on a node is not any more what it was."""
    cursor.run(_KEEP, (node, at, *before[0], json.dumps(before[1], sort_keys=True)))


def at(cursor: Cursor, until: float) -> Dict[int, Said]:
    """Of the nodes that were otherwise just before a time: what they were; and of those that were forgotten until then,
    which are nothing any more, what they were last.
    """
    gone = {row[0] for row in cursor.all("SELECT id FROM node WHERE status = 'forgotten'")}
    found: Dict[int, Said] = {}
    last: Dict[int, Said] = {}
    for node, end, *row in cursor.each(_ALL):
        told = tuple(row[:4]), kept.tree(row[4], {})
        if end >= until:
            found.setdefault(node, told)
        elif node in gone:
            last[node] = told
    last.update(found)
    return last
