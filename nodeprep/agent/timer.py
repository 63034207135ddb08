"""When everything is looked at, for what has no event and for events that were lost. Times are monotonic seconds."""
from nodeprep.typed import Callable

_JITTER = 0.1             # of the interval: thousands of nodes that booted together must not look together


class Timer:
    """Due at once, and then an interval after each look, or up to a tenth of it earlier."""

    def __init__(self, interval: float, random: Callable[[], float]) -> None:
        """`random` gives a number from 0 to 1."""
        self.interval, self._random = interval, random
        self.at = float('-inf')

    def looked(self, now: float) -> None:
        """Everything was looked at."""
        self.at = now + self.interval * (1 - _JITTER * self._random())

    def hurry(self, now: float) -> None:
        """Everything is to be looked at now."""
        self.at = min(self.at, now)
