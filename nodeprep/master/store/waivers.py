"""Exceptions: for a node, a label or all, with who owns them, why, and until when."""
import re
import time

from nodeprep.master.store import audit, covering
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, Dict, List, Optional, Tuple

NODE, LABEL, ALL = 'node', 'label', 'all'
_DAY = re.compile('[0-9]{4}-[0-9]{2}-[0-9]{2}')      # compared as texts: no digit of another script sorts right
COLUMNS = ('id', 'scope_kind', 'scope', 'requirement', 'reason', 'owner', 'until', 'created', 'by', 'ended', 'ended_by')
_SELECT = 'SELECT id, scope_kind, scope, requirement, reason, owner, until, created, "by", ended, ended_by FROM waiver'


def today(at: float) -> str:
    """The day of a time, UTC, as `until` has it."""
    return time.strftime('%Y-%m-%d', time.gmtime(at))


def add(cursor: Cursor, kind: str, scope: str, requirement: str, reason: str, owner: str, until: str, by: str,
        at: float) -> int:
    """Adds a waiver, and what it covers counts as waived at once; returns its id. `scope`: a node's name, NAME=VALUE of
    a label, or '' for all. ValueError.
    """
    if kind not in (NODE, LABEL, ALL) or (kind == LABEL and '=' not in scope) or (kind == ALL) != (not scope):
        raise ValueError('a waiver is for a node, for a label NAME=VALUE, or for all')
    if not _DAY.fullmatch(until) or until < today(at):
        raise ValueError(f'{until!r} is not a day to come, such as 2027-01-31')
    if not reason.strip() or not owner.strip():
        raise ValueError('a waiver has a reason and an owner')
    audit.note(cursor, at, by, 'waiver added', f'{kind} {scope} {requirement}'.replace('  ', ' '), reason=reason,
               owner=owner, until=until)
    number = cursor.add('INSERT INTO waiver (scope_kind, scope, requirement, reason, owner, until, created, "by") '
                        'VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
                        (kind, scope, requirement, reason, owner, until, at, by))
    covering.reapply(cursor, at)
    return number


def end(cursor: Cursor, waiver: int, by: str, at: float) -> bool:
    """Ends a waiver before its day, and what it covered counts again; whether there was one to end."""
    there = cursor.run('UPDATE waiver SET ended = ?, ended_by = ? WHERE id = ? AND ended IS NULL', (at, by, waiver)) > 0
    if there:
        audit.note(cursor, at, by, 'waiver ended', str(waiver))
        covering.reapply(cursor, at)
    return there


def all_of(cursor: Cursor, ended: bool = True) -> List[Dict[str, Any]]:
    """All waivers, the newest first; without `ended` those alone that nobody has ended."""
    where = '' if ended else ' WHERE ended IS NULL'
    return [dict(zip(COLUMNS, row)) for row in cursor.all(f'{_SELECT}{where} ORDER BY id DESC')]


def active(cursor: Cursor, at: float) -> List[Dict[str, Any]]:
    """Those that hold at a time."""
    return [one for one in all_of(cursor, ended=False) if one['until'] >= today(at)]


def of(waivers: List[Dict[str, Any]], name: str, labels: Dict[str, str], requirement: str) -> Optional[Dict[str, Any]]:
    """The one of some that covers a requirement of a node: one for the node before one for a label before one for all.
    """
    fits = {NODE: name, ALL: ''}
    best: Tuple[int, Optional[Dict[str, Any]]] = (0, None)
    for one in waivers:
        kind = one['scope_kind']
        label, _, value = one['scope'].partition('=')
        if one['requirement'] == requirement and (labels.get(label) == value if kind == LABEL
                                                  else fits[kind] == one['scope']):
            rank = {ALL: 1, LABEL: 2, NODE: 3}[kind]
            if rank > best[0]:
                best = (rank, one)
    return best[1]
