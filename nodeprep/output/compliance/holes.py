"""Gaps in the record in the language of the reader: their kinds, and what a master or a host noted of them in English.

What was noted is kept as text, so it is known again by its letters; what nobody knows any more is shown as it is.
"""
import functools
import re

from nodeprep.language import ENGLISH, N_, Language
from nodeprep.typed import Any

KINDS = {'gap': N_('gap'), 'missing': N_('missing'), 'fork': N_('fork'), 'restart': N_('restart')}
# As chain.py, the master's ingest.py and lives.py, and the agent's account.py say it.
_NOTED = (N_('reports {first} to {last} never came'), N_('reports {first} to {last} are lost, as the node says'),
          N_('report {number} begins a new chain; {first} to {last} never came'),
          N_('report {number} begins a new chain'),
          N_('report {number} follows another report {before} than the one held'),
          N_('there are two different reports {number}'),
          N_('reports {first} to {last} are of before it joined'),
          N_('lines of the history are damaged; what they said counts as silent'),
          N_('the history before this is not kept any more'))


def kind(state: str, _: Language) -> str:
    """What is wrong, in a word or two."""
    return _(KINDS[state]) if state in KINDS else state


def noted(said: str, _: Language) -> str:
    """What is known of a gap.

    >>> from nodeprep.language import CHINESE, speaking
    >>> noted('reports 7 to 9 never came', speaking(CHINESE)) == noted('reports 7 to 9 never came', speaking('en'))
    False
    """
    if _.tag != ENGLISH:
        for text in _NOTED:
            found = _pattern(text).match(said)
            if found:
                return _(text, **found.groupdict())
    return said


@functools.lru_cache(None)
def _pattern(text: str) -> Any:
    return re.compile(re.sub(r'\\{(\w+)\\}', r'(?P<\1>[0-9]+)', re.escape(text)) + r'\Z')
