"""How long to wait after a failure: longer each time, and for each node another time, so that a fleet does not march.

"Full jitter": a random part of a bound that doubles. Source: Brooker, "Exponential Backoff And Jitter" (2015).
"""
import os

from nodeprep.typed import Callable

BASE, CAP = 1.0, 300.0           # seconds
MOST_ASKED = 3600.0              # what a server may ask for at most: a mistake of it must not silence a node for days


def drawn() -> float:
    """A random number from 0 up to 1."""
    # The random module seeds itself, and loads a good deal, for what one system call gives.
    return int.from_bytes(os.urandom(7), 'big') / 2**56


class Backoff:
    """Counts failures; a success begins anew."""

    def __init__(self, base: float = BASE, cap: float = CAP, draw: Callable[[], float] = drawn) -> None:
        self._base, self._cap, self._draw = base, cap, draw
        self._failures = 0

    def failed(self, asked: float = 0.0) -> float:
        """Seconds until the next try; `asked` is what the server wants waited at least (Retry-After).

        >>> backoff = Backoff(draw=lambda: 1.0)
        >>> [backoff.failed() for _ in range(10)]
        [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0]
        """
        bound = min(self._cap, self._base * 2.0 ** min(self._failures, 60))
        self._failures += 1
        return min(max(asked, 0.0), MOST_ASKED) + self._draw() * bound

    def succeeded(self) -> None:
        """The next failure is the first again."""
        self._failures = 0
