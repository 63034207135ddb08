"""The time that a report is about which is made by itself: the last whole day, week (from Monday) or month, UTC."""
import time

from nodeprep import epoch
from nodeprep.typed import Tuple

_DAY = 86400.0


def last(every: str, now: float) -> Tuple[float, float]:
    """Begin and end of the last whole period before a time, in seconds since 1970.

    >>> [time.strftime('%a %d %b', time.gmtime(at)) for at in last('weekly', 1900000000.0)]
    ['Mon 04 Mar', 'Mon 11 Mar']
    """
    midnight = now // _DAY * _DAY
    if every == 'daily':
        return midnight - _DAY, midnight
    if every == 'weekly':
        end = midnight - time.gmtime(midnight).tm_wday * _DAY
        return end - 7 * _DAY, end
    end = _month(midnight)
    return _month(end - _DAY), end


def _month(at: float) -> float:
    """Where the month of a time begins."""
    return float(epoch.of(time.strftime('%Y-%m-01T00:00:00Z', time.gmtime(at))))
