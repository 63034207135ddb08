"""The span of time of a compliance report, as people name it: days, times, or so long ago."""
import re

from nodeprep import epoch
from nodeprep.typed import Tuple
from nodeprep.wanted import read_duration

LONGEST = 800             # days
SINCE = '30d'
_BARE = re.compile(r'\d+(?:\.\d*)?')


def moment(said: str, now: float) -> float:
    """Seconds since 1970 of a time of RFC 3339 or a day, or of so long ago, as 30d; ValueError, also for a number
    without a unit: who writes 30 means days, and as a duration it would be seconds.

    >>> moment('1970-01-02', 0.0), moment('1970-01-01T00:01:00Z', 0.0), moment('1h', 7200.0)
    (86400.0, 60.0, 3600.0)
    """
    if _BARE.fullmatch(said) and len(said) < 4:
        raise ValueError(f'{said} has no unit: {said}d is so many days ago, {said}h hours')
    try:
        if _BARE.fullmatch(said):
            raise ValueError(said)
        if len(said) == 10 and said[4:5] == '-':
            return float(epoch.of(said + 'T00:00:00Z'))
        if said[4:5] == '-':
            return float(epoch.of(said))
        return now - read_duration(said)
    except (ValueError, OverflowError):
        raise ValueError('is not a time such as 2027-01-31T22:00:00Z, a day, or 30d (so long ago)') from None


def span(since: str, until: str, now: float) -> Tuple[float, float]:
    """The two times of a span in whole seconds; '' for the last 30 days, and for now, after which none ends.

    ValueError, which begins with the name of what is wrong.
    """
    found = {}
    for name, said in (('until', until), ('since', since or SINCE)):
        try:
            found[name] = float(int(moment(said, now) if said else now))
        except ValueError as error:
            raise ValueError(f'{name}: {error}') from None
    begin, end = found['since'], min(found['until'], float(int(now)))
    if not 0 <= begin < end:
        raise ValueError('since: is not before ' + ('until' if until else 'now'))
    if end - begin > LONGEST * 86400.0:
        raise ValueError(f'since: is more than {LONGEST} days before ' + ('until' if until else 'now'))
    return begin, end
