"""Seconds since 1970 of a date in UTC.

`calendar` and `time.strptime` bring datetime, locale and re tables along: half a MiB for as long as a daemon lives.
"""
import re

_WRITTEN = re.compile(r'(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)Z?$', re.ASCII)


def seconds(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """As calendar.timegm has it. ValueError for a day or a time that there is not; a leap second is one.

    >>> seconds(1970, 1, 1), seconds(2026, 11, 22, 21, 58, 8), seconds(2000, 2, 29)
    (0, 1795384688, 951782400)
    """
    _within(year, 1, 9999)
    _within(month, 1, 12)
    _within(day, 1, _days(year + month // 12, month % 12 + 1) - _days(year, month))
    _within(hour, 0, 23)
    _within(minute, 0, 59)
    _within(second, 0, 60)
    return ((_days(year, month) + day - 1) * 24 + hour) * 3600 + minute * 60 + second


def of(text: str) -> int:
    """The same of `2026-11-22T21:58:08Z`, the T a blank and the Z left out at will. ValueError when it is none.

    >>> of('1970-01-02T00:00:01Z')
    86401
    """
    found = _WRITTEN.match(text)
    if not found:
        raise ValueError(f'{text!r} is not a time such as 2027-01-31T22:00:00Z')
    return seconds(*map(int, found.groups()))


def _within(value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(f'{value} is not one of {least} to {most}')


def _days(year: int, month: int) -> int:
    """Days from 1970-01-01 to the first of a month. The year begins in March here: its last day is the leap day."""
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 - 719468
