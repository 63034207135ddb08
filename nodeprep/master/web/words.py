"""How the page says things: states as a symbol and a word, numbers, spans and times."""
import time

from nodeprep.model import BOOT, DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.output.compliance.words import number, share
from nodeprep.output.words import ADVISED, IGNORED, WAIVED, shown, span
from nodeprep.typed import Any

__all__ = ['NEW', 'QUARANTINED', 'SILENT', 'SYMBOLS', 'TICK', 'WORDS', 'boot_only', 'brief', 'day', 'iso',
           'number', 'share', 'shown', 'span', 'stamp']

SILENT, QUARANTINED, NEW = 'silent', 'quarantined', 'new'

# No state is told by its colour alone: each has a symbol of its own, and the word is there for those who listen.
SYMBOLS = {DRIFTED: '\u00d7', BOOT: '\u21bb', UNKNOWN: '?', ADVISED: '!', WAIVED: 'w', MET: '\u00b7',
           NOT_APPLICABLE: '\u2013', IGNORED: 'i', SILENT: 'z', QUARANTINED: 'q', NEW: '+'}
TICK = '\u2713'           # for met beside a word; a grid full of them would shout
WORDS = {DRIFTED: 'drifted', BOOT: 'drifts at the next boot', UNKNOWN: 'could not tell', ADVISED: 'advised, not met',
         WAIVED: 'waived', MET: 'met', NOT_APPLICABLE: 'does not apply', IGNORED: 'ignored', SILENT: 'silent',
         QUARANTINED: 'quarantined', NEW: 'no report yet'}


def boot_only(row: Any) -> bool:
    """Whether something is as wanted now, and will not be after the next boot."""
    return row.boot == DRIFTED and row.now in (MET, NOT_APPLICABLE)


def stamp(at: Any) -> str:
    """A time in UTC, for people.

    >>> stamp(0.0), stamp(None)
    ('1970-01-01 00:00:00 UTC', 'never')
    """
    return 'never' if at is None else time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(at))


def iso(at: Any) -> str:
    """The same for programs (HTML's datetime)."""
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(at))


def day(at: float) -> str:
    """The day in UTC of a time."""
    return time.strftime('%Y-%m-%d', time.gmtime(at))


def brief(value: int) -> str:
    """The same in four letters at most, for a cell of the grid.

    >>> brief(999), brief(1049), brief(9999), brief(123456)
    ('999', '1.0k', '10k', '123k')
    """
    if value < 1000:
        return str(value)
    return f'{value / 1000:.1f}k' if value < 9950 else f'{value / 1000:.0f}k'
