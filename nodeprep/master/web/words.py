"""How the page says things: states as a symbol and a word, numbers, spans and times."""
import time

from nodeprep.language import ENGLISH_TEXTS, N_, Language
from nodeprep.model import BOOT, DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.output.compliance import holes
from nodeprep.output.compliance.figures import number, share
from nodeprep.output.compliance.vocabulary import ALLOWED, DECISIONS, DEEDS, DETAILS, IDENTITIES
from nodeprep.output.words import ADVISED, IGNORED, WAIVED, shown, span
from nodeprep.typed import Any

__all__ = ['NEW', 'QUARANTINED', 'SILENT', 'SYMBOLS', 'TABLES', 'TICK', 'WORDS', 'boot_only', 'brief', 'day', 'iso',
           'number', 'share', 'shown', 'span', 'stamp']

SILENT, QUARANTINED, NEW = 'silent', 'quarantined', 'new'

# No state is told by its colour alone: each has a symbol of its own, and the word is there for those who listen.
SYMBOLS = {DRIFTED: '\u00d7', BOOT: '\u21bb', UNKNOWN: '?', ADVISED: '!', WAIVED: 'w', MET: '\u00b7',
           NOT_APPLICABLE: '\u2013', IGNORED: 'i', SILENT: 'z', QUARANTINED: 'q', NEW: '+'}
TICK = '\u2713'           # for met beside a word; a grid full of them would shout
WORDS = {DRIFTED: N_('drifted'), BOOT: N_('drifts at the next boot'), UNKNOWN: N_('could not tell'),
         ADVISED: N_('advised, not met'), WAIVED: N_('waived'), MET: N_('met'), NOT_APPLICABLE: N_('does not apply'),
         IGNORED: N_('ignored'), SILENT: N_('silent'), QUARANTINED: N_('quarantined'), NEW: N_('no report yet')}
# Those of a node.
VERDICTS = dict(WORDS, **{DRIFTED: N_('not fit'), MET: N_('fit')})
# What becomes of a plan, what is told of a node over time, and what tells machines apart: the store's words.
PLANS = {'proposed': N_('proposed'), 'approved': N_('approved'), 'denied': N_('denied'), 'lapsed': N_('lapsed'),
         'used': N_('used'), 'superseded': N_('superseded')}
EVENTS = dict(holes.KINDS, joined=N_('joined'), silent=N_('silent'), heard=N_('heard'), left=N_('left'),
              forgotten=N_('forgotten'), quarantined=N_('quarantined'), released=N_('released'),
              earlier=N_('was here before'))
# What came of a fix, as agents tell it, and the state whose colour and symbol it has: those without one are neither
# done nor taken back.
RESULTS = {'done': N_('done'), 'failed': N_('failed, and taken back'), 'interrupted': N_('interrupted'),
           'cut short': N_('cut short')}
RESULT_MARKS = {'done': MET, 'failed': DRIFTED}
TABLES = {'WORDS': WORDS, 'VERDICTS': VERDICTS, 'PLANS': PLANS, 'EVENTS': EVENTS, 'IDENTITIES': IDENTITIES,
          'DECISIONS': DECISIONS, 'DEEDS': DEEDS, 'DETAILS': DETAILS, 'RESULTS': RESULTS,
          'ALLOWED': {said: said for said in ALLOWED}}


class Table(dict):
    """Words by what the store has for them. What is not there, as where a row is damaged, stands for itself."""

    def __missing__(self, word: str) -> str:
        return word


def boot_only(row: Any) -> bool:
    """Whether something is as wanted now, and will not be after the next boot."""
    return row.boot == DRIFTED and row.now in (MET, NOT_APPLICABLE)


def stamp(at: Any, _: Language = ENGLISH_TEXTS) -> str:
    """A time in UTC, for people.

    >>> stamp(0.0), stamp(None)
    ('1970-01-01 00:00:00 UTC', 'never')
    """
    return _('never') if at is None else time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(at))


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
