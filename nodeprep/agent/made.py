"""What was fixed on this host, and by whom it was allowed, as a report tells the master: each once.

The first report of an agent, and the one of each day, tell again what is not long ago, should one have been lost.
"""
import time

from nodeprep.agent.past import Fact
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterable, List, Tuple

AGAIN = 31 * 86400.0      # seconds for which a fix is told again
MOST = 50                 # parts of fixes that one report tells, the newest: 10 KiB
_GOES_ON = 3600.0         # seconds after which a fix without an end was cut short: the hand is given up before
_LONGEST = 300            # letters of a reason
_BY = ('how', 'who', 'approval')
Tree = Dict[str, Any]


class Made:
    """Knows what was told."""

    def __init__(self) -> None:
        self._told: Dict[Tuple[str, ...], None] = {}

    def news(self, facts: Iterable[Fact], now: float, again: bool) -> List[Tree]:
        """What is to be told of these, the oldest first; `now` in seconds since 1970. `again`: also what was told
        already.
        """
        found = [tree for fact in facts if _near(fact, now) for tree in _trees(fact)][-MOST:]
        return found if again else [tree for tree in found if _key(tree) not in self._told]

    def told(self, trees: Iterable[Tree]) -> None:
        """These are on their way."""
        self._told.update((_key(tree), None) for tree in trees)
        for key in list(self._told)[:-4 * MOST]:
            del self._told[key]


def _near(fact: Fact, now: float) -> bool:
    """Whether it is over, and not long ago: abs, since the clock may have been set back."""
    age = abs(now - fact.begun)
    return age >= _GOES_ON if not fact.end and not fact.undone and age < AGAIN else age < AGAIN


def _trees(fact: Fact) -> List[Tree]:
    by = dict({'how': '', 'who': ''}, **{name: said for name, said in fact.by.items() if name in _BY})
    return [clean({'transaction': fact.id, 'requirement': name, 'begun': _stamp(fact.begun), 'why': why[:_LONGEST],
                   'result': result or fact.end or 'cut short', 'by': by, 'undone': fact.undone,
                   'undone_by': fact.undone_by.get('who', '')})
            for name, (result, why) in fact.results.items() if name in fact.changed]


def _key(tree: Tree) -> Tuple[str, ...]:
    return tree['transaction'], tree['requirement'], tree['begun'], tree['result'], tree['undone']


def _stamp(seconds: float) -> str:
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))
