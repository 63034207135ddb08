"""How often something may wake the agent: at once while it is rare, seldom when it does not end.

A round costs some 10 ms of CPU. A program that writes in /etc all the time, or a thousand mounts as the pods of a node
start, must not turn the agent into a load. What is told late is told truly all the same: a round looks at what is.
"""
from nodeprep.typed import Any, Callable, Dict, Tuple

BURST = 120               # wake-ups in a row of one thing
EACH = 5.0                # seconds for which one more is allowed again: at rest under 0.3 % of a core, whatever happens


class Pace:
    """A token bucket for each key. Time is monotonic, in seconds."""

    def __init__(self, now: Callable[[], float], burst: int = BURST, each: float = EACH) -> None:
        self._now, self._burst, self._each = now, burst, each
        self._used: Dict[Any, Tuple[float, float]] = {}       # key -> (tokens left, when that was)

    def due(self, key: Any) -> float:
        """The time from which this key may wake; 0: at once."""
        left, when = self._left(key)
        return 0.0 if left >= 1 else when + (1 - left) * self._each

    def woke(self, key: Any) -> None:
        """Counts one wake-up."""
        left, when = self._left(key)
        self._used[key] = left - 1, when

    def _left(self, key: Any) -> Tuple[float, float]:
        now = self._now()
        left, when = self._used.get(key, (float(self._burst), now))
        return min(float(self._burst), left + (now - when) / self._each), now
