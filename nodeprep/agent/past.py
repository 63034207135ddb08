"""What was fixed on this host before, from the journal, so that nothing is written down twice.

The journal's files are only ever added to: one whose size is what it was says what it said.
"""
import time

from nodeprep import epoch
from nodeprep.journal import folder
from nodeprep.model import CannotChange
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, FrozenSet, List, Optional, Tuple

OF_THE_AGENT = ('policy', 'approval')
DONE = 'done'             # as enforce has it, which a daemon that only tells need not hold


class Fact(NamedTuple):
    """A transaction without its steps. `results`: requirement -> (what became of its part, why)."""

    id: str
    begun: float                     # seconds since 1970, by the clock of then
    by: Dict[str, str]
    results: Dict[str, Tuple[str, str]]
    end: str                         # '' when it was cut short, or goes on
    undone: str                      # when somebody took it back; ''
    undone_by: Dict[str, str] = {}   # who did
    changed: FrozenSet[str] = frozenset()      # the requirements for which it changed anything

    @property
    def own(self) -> bool:
        """Whether the agent did it, and not a person."""
        return self.by.get('how') in OF_THE_AGENT

    def result(self, requirement: str) -> str:
        """What became of a requirement; '' when it was cut short."""
        return self.results.get(requirement, ('', ''))[0]


class History:
    """The journal of a host. `look` reads what is new in it."""

    def __init__(self, host: Any) -> None:
        """CannotChange when the journal is damaged, or not to be trusted: then nothing is known."""
        self._host = host
        self._known: Dict[Tuple[str, int], Fact] = {}
        self.look()

    def look(self) -> None:
        """Reads what is new. CannotChange as above."""
        self._known = {key: self._known.get(key) or _fact(_load(self._host, key[0]))
                       for key in folder.sizes(self._host)}

    @property
    def facts(self) -> List[Fact]:
        """Every transaction, the oldest first."""
        return [fact for fact in self._known.values() if fact.results]

    def last(self, requirement: str) -> Optional[Fact]:
        """The newest transaction that had to do with a requirement."""
        return next((fact for fact in reversed(self.facts) if requirement in fact.results), None)

    def today(self, now: float) -> int:
        """How many fixes the agent began on the local day of `now`, whatever became of them."""
        day = time.localtime(now)[:3]
        return sum(1 for fact in self.facts if fact.own and time.localtime(fact.begun)[:3] == day)

    def used(self) -> FrozenSet[str]:
        """The ids of approvals that a fix was made with."""
        return frozenset(fact.by['approval'] for fact in self.facts if fact.by.get('approval'))

    def steps(self, fact: Fact, requirement: str) -> List[Any]:
        """The steps of a requirement in a transaction."""
        return [step for step in _load(self._host, fact.id).steps if step.part == requirement]


class Past:
    """The History of a host that is kept open, and what of it, or beside it, could not be read or kept."""

    def __init__(self, host: Callable[[], Any], problem: str = '') -> None:
        """`host` makes a Host. With a `problem`, for which nothing is ever fixed here, nothing is read."""
        self._host, self._problem = host, problem
        self._history: Optional[History] = None
        self._troubles: Dict[str, str] = {}

    @property
    def trouble(self) -> str:
        """What could not be read or kept when it was last tried; '' when all could."""
        return '; '.join(dict.fromkeys(self._troubles.values()))

    def note(self, what: str, trouble: str = '') -> None:
        """Whether something, such as the fights, could be read or kept; each of them is told until it can again."""
        self._troubles.pop(what, None)
        if trouble:
            self._troubles[what] = trouble

    def read(self) -> Optional[History]:
        """As it is now; None when it cannot be read, and then `trouble` says why."""
        if self._problem:
            return None
        try:
            if self._history is None:
                self._history = History(self._host())
            else:
                self._history.look()
            self.note('journal')
        except CannotChange as error:
            self._history = None
            self.note('journal', str(error))
        return self._history


def _load(host: Any, transaction: str) -> Any:
    from nodeprep.journal import reading
    return reading.load(host, transaction)


def _fact(past: Any) -> Fact:
    results = {step.part: ('', '') for step in past.steps}
    results.update(past.results)
    begun = epoch.of(past.begun) if past.begun else 0
    undone = past.undone
    if not undone and past.end == DONE and any(step.undone for step in past.steps):
        undone = 'a time that is not known'        # the undo was killed before it could say so
    return Fact(past.id, float(begun), past.by, results, past.end, undone, past.undone_by,
                frozenset(step.part for step in past.steps))


def succeeded(fact: Optional[Fact], requirement: str) -> bool:
    """Whether a fix stood at its end, and nobody took it back with `nodeprep undo`."""
    return fact is not None and fact.result(requirement) == DONE and not fact.undone
