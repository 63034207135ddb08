"""What happened to each thing that is watched, until its burst of events is over and its turn has come to be told."""
from nodeprep.agent.happened import Burst, Happened
from nodeprep.agent.pace import Pace
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List

QUIET = 0.03              # seconds without a further event after which a burst is over
LONGEST = 0.15            # seconds after its first event when it is told in any case


class Told(NamedTuple):
    """Something to tell."""

    key: Any
    what: str             # for people
    at: float             # monotonic, of its first event


class Pending:
    """Events by key. Time is monotonic, in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now, self._pace = now, Pace(now)
        self._bursts: Dict[Any, _Burst] = {}

    def note(self, key: Any, what: Any) -> None:
        """Takes in an event: a Happened, or a text, of which the last is told."""
        now = self._now()
        if key not in self._bursts:
            self._bursts[key] = _Burst(now)
        self._bursts[key].add(what, now)

    def due(self, otherwise: float) -> float:
        """When the first of them is to be told, or `otherwise` when that is sooner."""
        return min([otherwise] + [self._due(key, burst) for key, burst in self._bursts.items()])

    def ripe(self, early: bool) -> List[Told]:
        """What is to be told now; `early`: also of bursts that are not over."""
        now, told = self._now(), []
        for key, burst in list(self._bursts.items()):
            if (self._pace.due(key) if early else self._due(key, burst)) <= now:
                del self._bursts[key]
                if burst.text():                   # else files came and went, and all is as it was
                    self._pace.woke(key)
                    told.append(Told(key, burst.text(), burst.first))
        return told

    def _due(self, key: Any, burst: '_Burst') -> float:
        return max(self._pace.due(key), min(burst.last + QUIET, burst.first + LONGEST))


class _Burst:
    def __init__(self, now: float) -> None:
        self.first = self.last = now
        self._files, self._text = Burst(), ''

    def add(self, what: Any, now: float) -> None:
        self.last = now
        if isinstance(what, Happened):
            self._files.add(what)
        else:
            self._text = what

    def text(self) -> str:
        return self._text or self._files.text()
