"""Retry-After: seconds, or a date. Source: RFC 9110 10.2.3 and 5.6.7 (of the three forms of a date the one in use)."""
import re

_MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')
_DATE = re.compile(r'[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$')


def seconds(value: str, now: float) -> float:
    """How long to wait; 0 for what is neither, and for what is past.

    >>> seconds('120', 0), seconds('Sun, 06 Nov 1994 08:49:37 GMT', 784111777 - 5), seconds('soon', 0)
    (120.0, 5.0, 0.0)
    """
    if re.match('[0-9]{1,9}$', value):
        return float(value)
    found = _DATE.match(value)
    if not found or found.group(2) not in _MONTHS:
        return 0.0
    day, year, hour, minute, second = (int(found.group(part)) for part in (1, 3, 4, 5, 6))
    when = _days(year, _MONTHS.index(found.group(2)) + 1, day) * 86400 + hour * 3600 + minute * 60 + second
    return max(0.0, float(when - now))


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970 of the Gregorian calendar. The calendar module brings locale and datetime along."""
    year, month = (year - 1, month + 12) if month < 3 else (year, month)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 457) // 5 + day - 719469
