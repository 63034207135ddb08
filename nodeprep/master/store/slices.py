"""Much that is written in many transactions, so that nobody waits long for the writer."""
import time

from nodeprep.typed import Any, Iterator

_PAUSE = 0.02             # seconds at least between two transactions


def gently(steps: Iterator[Any], seconds: float = float('inf')) -> bool:
    """Goes through transactions with a pause after each, as long as that took, in which others come to write: SQLite
    lets nobody in by turns. Whether it came to the end within some seconds.
    """
    begun = before = time.monotonic()
    for _ in steps:
        now = time.monotonic()
        if now - begun > seconds:
            return False
        time.sleep(max(_PAUSE, now - before))
        before = time.monotonic()
    return True
