"""What people decided and did: waivers, clones, the audit log, as the page lists them."""
from nodeprep.master.store import audit
from nodeprep.master.store.clones import STILL
from nodeprep.master.store.waivers import GONE
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple


class Waiver(NamedTuple):
    """An exception; `until` is its last day in UTC (YYYY-MM-DD)."""

    id: int
    scope_kind: str
    scope: str
    requirement: str
    reason: str
    owner: str
    until: str
    created: float
    by: str
    ended: Optional[float]
    ended_by: str
    gone: int                 # 1: the machine that it was for is not called so any more


class Clone(NamedTuple):
    """Two nodes that say they are the same machine: by what, and who came later."""

    id: int
    kind: str
    value: str
    first: str
    later: str
    later_status: str
    found: float
    decided: Optional[float]
    by: str
    decision: str
    still: int                # 0: one of them says otherwise of itself now


class Deed(NamedTuple):
    """A line of the audit log."""

    id: int
    at: float
    who: str
    what: str
    subject: str
    detail: Dict[str, Any]


_WAIVER = ('SELECT w.id, w.scope_kind, w.scope, w.requirement, w.reason, w.owner, w.until, w.created, w."by", w.ended, '
           f'w.ended_by, CASE WHEN {GONE} THEN 1 ELSE 0 END FROM waiver w ')


def active_waivers(cursor: Any, today: str) -> List[Waiver]:
    """Those that hold on a day, the first to end first."""
    return [Waiver(*row) for row in cursor.all(
        _WAIVER + 'WHERE w.ended IS NULL AND w.until >= ? ORDER BY w.until, w.requirement, w.id', (today,))]


def past_waivers(cursor: Any, today: str, most: int = 50) -> List[Waiver]:
    """Those that were ended or ran out, the newest first."""
    return [Waiver(*row) for row in cursor.all(
        _WAIVER + 'WHERE w.ended IS NOT NULL OR w.until < ? ORDER BY w.id DESC LIMIT ?', (today, most))]


def clones(cursor: Any, open_: bool = True, most: int = 200) -> List[Clone]:
    """Those that wait for a decision, the oldest first; or those that were decided, the newest first."""
    return [Clone(*row) for row in cursor.all(
        'SELECT c.id, c.kind, c.value, f.name, l.name, l.status, c.found, c.decided, c."by", c.decision, '
        f'{STILL} FROM clone c '
        'JOIN node f ON f.id = c.first JOIN node l ON l.id = c.later WHERE '
        + ('c.decided IS NULL ORDER BY c.found, c.id' if open_ else 'c.decided IS NOT NULL ORDER BY c.decided DESC')
        + ' LIMIT ?', (most,))]


def pairs_alike(cursor: Any) -> int:
    """How many pairs of nodes say still that they are one machine, and wait for a decision."""
    return int(cursor.one(
        'SELECT COUNT(*) FROM (SELECT DISTINCT CASE WHEN c.first < c.later THEN c.first ELSE c.later END, '
        'CASE WHEN c.first < c.later THEN c.later ELSE c.first END FROM clone c '
        f'WHERE c.decided IS NULL AND {STILL} = 1) pair')[0])


def clones_waiting(cursor: Any) -> int:
    """How many of them wait for a decision."""
    return int(cursor.one('SELECT COUNT(*) FROM clone WHERE decided IS NULL')[0])


def deeds(cursor: Any, search: str = '', page: int = 1, per: int = 100) -> Tuple[int, List[Deed]]:
    """(how many there are, one page of them), the newest first."""
    from nodeprep.master.store.asked import like
    where = ''
    args: Tuple[Any, ...] = ()
    if search:
        where = ' OR '.join(f"LOWER({name}) LIKE ? ESCAPE '!'" for name in ('who', 'what', 'subject'))
        where = f'WHERE {where} '
        args = (like(search),) * 3
    total = int(cursor.one(f'SELECT COUNT(*) FROM audit {where}', args)[0])
    return total, [Deed(*(row[:5] + (audit.details(row[5]),))) for row in cursor.all(
        f'SELECT id, at, who, what, subject, detail FROM audit {where}ORDER BY id DESC LIMIT ? OFFSET ?',
        args + (per, (page - 1) * per))]
