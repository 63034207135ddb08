"""What a person says to several plans at once. Each answer is to the plan that was shown, or it is not given."""
from nodeprep.master.store import approvals
from nodeprep.typed import Any, Optional, Sequence


def decide(cursor: Any, ids: Sequence[str], digest: str, approve: bool, by: str, now: float, until: float,
           reason: str) -> int:
    """Approves (until a time) or denies those of some approvals that are about the plan of this very digest and can
    still be decided; returns how many. The others are left as they are: somebody was quicker, or the plan is another.
    """
    chosen = cursor.within('SELECT id FROM approval WHERE digest = ? AND id IN (?*)', sorted(set(ids)), [digest])
    return sum(_decided(cursor, number, approve, by, now, until if approve else None, reason)
               for number in sorted({row[0] for row in chosen}))


def _decided(cursor: Any, number: str, approve: bool, by: str, now: float, until: Optional[float], reason: str) -> bool:
    try:
        approvals.decide(cursor, number, approvals.APPROVED if approve else approvals.DENIED, by, now, until, reason)
    except ValueError:
        return False
    return True
