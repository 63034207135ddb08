"""Exceptions: for a node, a label or all, with who owns them, why, and until when."""
import re
import time

from nodeprep.master.store import audit, covering, nodes, unsettled
from nodeprep.master.store.cursor import Cursor
from nodeprep.typed import Any, Dict, List, Optional, Tuple

NODE, LABEL, ALL = 'node', 'label', 'all'
_DAY = re.compile('[0-9]{4}-[0-9]{2}-[0-9]{2}')      # compared as texts: no digit of another script sorts right
COLUMNS = ('id', 'scope_kind', 'scope', 'requirement', 'reason', 'owner', 'until', 'created', 'by', 'ended', 'ended_by',
           'node', 'gone')
# Gone is the machine that had the name of the scope: another may have it now, and is not covered.
GONE = ("w.scope_kind = 'node' AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = w.node AND n.name = w.scope "
        "AND n.status <> 'forgotten')")
_SELECT = ('SELECT w.id, w.scope_kind, w.scope, w.requirement, w.reason, w.owner, w.until, w.created, w."by", w.ended, '
           f'w.ended_by, w.node, CASE WHEN {GONE} THEN 1 ELSE 0 END FROM waiver w')


def today(at: float) -> str:
    """The day of a time, UTC, as `until` has it."""
    return time.strftime('%Y-%m-%d', time.gmtime(at))


def add(cursor: Cursor, kind: str, scope: str, requirement: str, reason: str, owner: str, until: str, by: str,
        at: float) -> int:
    """Adds a waiver; returns its id. What it covers counts as waived at once where that is little, and else when
    settled.finish() has done the rest. `scope`: a node's name, NAME=VALUE of a label, or '' for all; of a name it is
    for the machine that has it now. ValueError.
    """
    if kind not in (NODE, LABEL, ALL) or (kind == LABEL and '=' not in scope) or (kind == ALL) != (not scope):
        raise ValueError('a waiver is for a node, for a label NAME=VALUE, or for all')
    if not _DAY.fullmatch(until) or until < today(at):
        raise ValueError(f'{until!r} is not a day to come, such as 2027-01-31')
    if not reason.strip() or not owner.strip():
        raise ValueError(f'the {"owner" if reason.strip() else "reason"} is empty; a waiver has a reason and an owner')
    there = nodes.find(cursor, scope) if kind == NODE else None
    if kind == NODE and (there is None or there[1] == nodes.FORGOTTEN):
        raise ValueError(f'there is no node {scope}; a waiver is for a machine, not for whatever is called so later')
    audit.note(cursor, at, by, 'waiver added', f'{kind} {scope} {requirement}'.replace('  ', ' '), reason=reason,
               owner=owner, until=until)
    number = cursor.add('INSERT INTO waiver (scope_kind, scope, requirement, reason, owner, until, created, "by", '
                        'node) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
                        (kind, scope, requirement, reason, owner, until, at, by, there[0] if there else None))
    covering.decided(cursor, number, unsettled.GIVEN, at)
    return number


def end(cursor: Cursor, waiver: int, by: str, at: float) -> bool:
    """Ends a waiver before its day; whether there was one to end. What it covered counts again, as in add()."""
    there = cursor.run('UPDATE waiver SET ended = ?, ended_by = ? WHERE id = ? AND ended IS NULL', (at, by, waiver)) > 0
    if there:
        audit.note(cursor, at, by, 'waiver ended', str(waiver))
        covering.decided(cursor, waiver, unsettled.ENDED, at)
    return there


def all_of(cursor: Cursor, ended: bool = True) -> List[Dict[str, Any]]:
    """All waivers, the newest first; without `ended` those alone that nobody has ended."""
    where = '' if ended else ' WHERE w.ended IS NULL'
    return [dict(zip(COLUMNS, row)) for row in cursor.all(f'{_SELECT}{where} ORDER BY w.id DESC')]


def active(cursor: Cursor, at: float) -> List[Dict[str, Any]]:
    """Those that hold at a time."""
    return [one for one in all_of(cursor, ended=False) if one['until'] >= today(at)]


def beside(cursor: Cursor, waiver: int, at: float) -> List[Dict[str, Any]]:
    """The other ones that hold and cover all that one does, whether that has ended or not: those for the same, for all,
    and of a node those for a label that it has.
    """
    every = all_of(cursor)
    one = next((one for one in every if one['id'] == waiver), None)
    if one is None or one['gone']:
        return []
    labels = [f'{name}={value}' for name, value in cursor.all('SELECT name, value FROM label WHERE node = ?',
                                                              (one['node'],))] if one['scope_kind'] == NODE else []

    def covers(other: Dict[str, Any]) -> bool:
        if other['scope_kind'] == LABEL and other['scope'] in labels:
            return True
        return other['scope_kind'] == ALL or all(other[name] == one[name] for name in ('scope_kind', 'scope', 'node'))
    return [other for other in every if other['id'] != waiver and other['requirement'] == one['requirement']
            and other['ended'] is None and other['until'] >= today(at) and not other['gone'] and covers(other)]


def of(waivers: List[Dict[str, Any]], node: int, labels: Dict[str, str], requirement: str) -> Optional[Dict[str, Any]]:
    """The one of some that covers a requirement of a node: one for the node before one for a label before one for all.
    """
    best: Tuple[int, Optional[Dict[str, Any]]] = (0, None)
    for one in waivers:
        kind = one['scope_kind']
        label, _, value = one['scope'].partition('=')
        if one['requirement'] == requirement and (kind == ALL or (labels.get(label) == value if kind == LABEL
                                                                  else one['node'] == node)):
            rank = {ALL: 1, LABEL: 2, NODE: 3}.get(kind, 0)        # one that is damaged covers nobody
            if rank > best[0]:
                best = (rank, one)
    return best[1]


def follow(cursor: Cursor, node: int, name: str, machine: Tuple[str, str], at: float) -> None:
    """A machine is a node again, as a new row: those for it under this name go on. `machine`: machine_id, product_uuid.
    """
    count = cursor.run(
        "UPDATE waiver SET node = ? WHERE scope_kind = 'node' AND scope = ? AND ended IS NULL AND node IN "
        "(SELECT id FROM node WHERE status = 'forgotten' AND machine_id = ? AND product_uuid = ?)",
        (node, name, *machine)) if machine[0] else 0
    if count:
        audit.note(cursor, at, name, 'waivers go on', name, waivers=count)
