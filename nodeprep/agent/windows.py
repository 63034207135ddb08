"""When fixes may begin: the `windows` of a policy, as "Sat 02:00-04:00", "Mon-Fri 22:00-06:00" or "22:00-24:00".

A window is open when the clock on the wall of this host shows a time within it: the begin counts, the end does not.
One that ends at or before the time at which it begins goes on over midnight; its days are those on which it begins.
When clocks go forward, the hour that is left out opens nothing: a window that lies wholly in it stays shut that day.
When they go back, a window in the hour that comes twice opens twice. No windows at all: always open.

Local time is that of the process: one that lives on does not see a new /etc/localtime, the hand, started for each fix,
does (tzset(3)).
"""
import re
import time

from nodeprep.record import NamedTuple
from nodeprep.typed import Iterable, List, Optional, Tuple

DAYS = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
_DAY, _WEEK = 24 * 60, 7 * 24 * 60            # minutes
_LARGEST_SHIFT = 180                          # minutes by which clocks go forward at most; 120 on Troll station
_FORM = re.compile(r'(?:(\w{3})(?:-(\w{3}))? )?(\d\d):(\d\d)-(\d\d):(\d\d)')


class Span(NamedTuple):
    """Minutes since Monday 00:00 at which it begins, and how many it lasts."""

    begin: int
    minutes: int


def spans(window: str) -> List[Span]:
    """The spans of one window. ValueError for what is none.

    >>> spans('Sat 02:00-04:00'), spans('Sun-Mon 23:00-01:00')
    ([Span(begin=7320, minutes=120)], [Span(begin=1380, minutes=120), Span(begin=10020, minutes=120)])
    """
    match = _FORM.match(window.strip())
    if not match or match.end() != len(window.strip()):
        raise ValueError(f'{window!r} is not written as "Sat 02:00-04:00"')
    first, last = match.group(1) or 'Mon', match.group(2) or match.group(1) or 'Sun'
    begin, end = (60 * int(match.group(at)) + int(match.group(at + 1)) for at in (3, 5))
    count = (DAYS.index(last) - DAYS.index(first)) % 7 + 1
    days = sorted((DAYS.index(first) + day) % 7 for day in range(count))
    return [Span(day * _DAY + begin, end - begin if end > begin else end - begin + _DAY) for day in days]


def open_now(windows: Iterable[str], epoch: float) -> bool:
    """Whether a fix may begin at this time (seconds since 1970)."""
    found = _all(windows)
    return found is None or _until(found, _minute(epoch)) == 0


def next_opening(windows: Iterable[str], epoch: float) -> Optional[float]:
    """The first time from this one on at which open_now() is True; None when that is not within two weeks."""
    found = _all(windows)
    if found is None or _until(found, _minute(epoch)) == 0:
        return epoch
    at = epoch - epoch % 60 + 60              # windows and the shifts of clocks both begin with a minute
    while at <= epoch + 2 * _WEEK * 60:
        away = _until(found, _minute(at))
        if away == 0:
            return at
        at += 60 * max(1, away - _LARGEST_SHIFT)
    return None


def _all(windows: Iterable[str]) -> Optional[List[Span]]:
    given = tuple(windows)
    return [span for window in given for span in spans(window)] if given else None


def _minute(epoch: float) -> int:
    """The minute of the week that the clock on the wall shows."""
    now = time.localtime(epoch)
    shown: Tuple[int, int, int] = (now.tm_wday, now.tm_hour, now.tm_min)
    return shown[0] * _DAY + shown[1] * 60 + shown[2]


def _until(found: List[Span], minute: int) -> int:
    """Minutes on the wall until one of the spans is open; 0 when one is."""
    if any((minute - span.begin) % _WEEK < span.minutes for span in found):
        return 0
    return min((span.begin - minute) % _WEEK for span in found)
