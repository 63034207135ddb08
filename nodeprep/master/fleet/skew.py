"""Clocks that are wrong. A node tells its offset from the master's clock and by how much that may be wrong at most."""
from nodeprep.typed import Optional

RIGHT, WRONG, UNTOLD = 'right', 'wrong', 'untold'
LIMIT = 500.0             # milliseconds: what the requirement time-sync lets a clock be off


def judged(offset_ms: Optional[float], bound_ms: Optional[float], limit_ms: float = LIMIT) -> str:
    """Whether a clock is off by more than the limit; UNTOLD where the bound leaves both open, or nothing was told.

    >>> judged(100.0, 5.0), judged(-2000.0, 5.0), judged(498.0, 5.0), judged(9000.0, 9000.0), judged(None, None)
    ('right', 'wrong', 'untold', 'untold', 'untold')
    """
    if offset_ms is None or bound_ms is None:
        return UNTOLD
    if abs(offset_ms) + bound_ms <= limit_ms:
        return RIGHT
    return WRONG if abs(offset_ms) - bound_ms > limit_ms else UNTOLD
