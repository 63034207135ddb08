"""How figures and times are written in every form of a compliance report."""
from nodeprep import epoch
from nodeprep.language import ENGLISH_TEXTS, Language
from nodeprep.output.words import span
from nodeprep.typed import Optional

DAY = 86400.0


def percent(part: Optional[float], _: Language = ENGLISH_TEXTS) -> str:
    """A share of 0 to 1 in per cent: never rounded up to 100 or down to 0, and finer near 100, where fleets live.

    >>> percent(1.0), percent(0.99987), percent(0.9999999), percent(0.0), percent(1e-9), percent(None), percent(1 / 3)
    ('100 %', '99.99 %', '99.99 %', '0 %', '0.1 %', 'none', '33.3 %')
    """
    if part is None:
        return _('none')
    if part in (0, 1):
        return f'{100 * part:.0f} %'
    found = 100 * part
    return f'{min(99.99, found):.2f} %' if found >= 99.9 else f'{max(0.1, min(99.9, found)):.1f} %'


def share(part: float, whole: float, _: Language = ENGLISH_TEXTS) -> str:
    """The same of two lengths of time; 'none' of no time at all.

    >>> share(1, 3), share(0, 0)
    ('33.3 %', 'none')
    """
    return percent(part / whole if whole else None, _)


def points(trend: float, _: Language = ENGLISH_TEXTS) -> str:
    """A difference of two shares, in points of per cent, with its sign.

    >>> points(0.0042), points(-0.123), points(0.00004), points(0.0)
    ('+0.4 points', '-12.3 points', '+0.01 points', 'no change')
    """
    found = abs(100 * trend)
    if not found:
        return _('no change')
    said = f'{max(0.01, found):.2f}' if found < 0.1 else f'{found:.1f}'
    return _('{number} points', number=('-' if trend < 0 else '+') + said)


def number(value: int) -> str:
    """A whole number with its thousands apart.

    >>> number(10000)
    '10,000'
    """
    return f'{value:,}'


def minute(stamp: Optional[str], _: Language = ENGLISH_TEXTS) -> str:
    """A time of the tree (RFC 3339, UTC) for people, to the minute; 'never' of None.

    >>> minute('2026-11-22T21:58:08Z')
    '2026-11-22 21:58'
    """
    return f'{stamp[:10]} {stamp[11:16]}' if stamp else _('never')


def length(begin: str, end: str, _: Language = ENGLISH_TEXTS) -> str:
    """How long it is from one time of the tree to another.

    >>> length('2026-11-01T00:00:00Z', '2026-11-03T02:00:00Z')
    '2 d 2 h'
    """
    return span(epoch.of(end) - epoch.of(begin), _)
