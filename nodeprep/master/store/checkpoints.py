"""What stands in the log of a SQLite database is taken into the database beside the writer, not by it in the middle of
somebody's commit: that takes tenths of a second at each 16 MiB, and all who wait for an answer would wait for it too.

Source: sqlite.org/wal.html, "Checkpointing": a passive checkpoint holds neither writers nor readers up. The log begins
anew when all of it was taken and nobody reads in it; the last little bit is taken by the writer between two commits.
"""
import contextlib
import sqlite3
import threading
import time

from nodeprep.typed import Any, Callable

# Seconds from the end of one to the next, while somebody writes. Commits wait while the database is synced: the more
# often that is, the less there is to sync. With 1.0 one request in a hundred waited for 11 ms, with 0.2 for 7.
EVERY = 0.2
_PASSES = 6               # each takes what was written during the one before it
_LITTLE = 500             # pages that the writer takes itself
_TAKE = 'PRAGMA wal_checkpoint(PASSIVE)'


class Checkpoints:
    """Those of the database of a URI. `raw` is the connection of the writer, in whose thread rest() and close() are
    called.
    """

    def __init__(self, uri: str, raw: Any, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._uri, self._raw, self._monotonic = uri, raw, monotonic
        self._thread: Any = None
        self._due = monotonic() + EVERY

    def rest(self) -> None:
        """To be called after each commit, when its answers are given."""
        if self._thread is not None:
            if not self._thread.is_alive():
                self._thread = None
                self._due = self._monotonic() + EVERY
                with contextlib.suppress(sqlite3.Error):       # a commit will tell what is wrong with the disk
                    self._raw.execute(_TAKE).fetchall()
        elif self._monotonic() >= self._due:
            thread = threading.Thread(target=self._take, name='checkpoint', daemon=True)
            with contextlib.suppress(RuntimeError):            # no thread is to be had: another time
                thread.start()
                self._thread = thread

    def close(self) -> None:
        """Waits for what goes on."""
        if self._thread is not None:
            self._thread.join()

    def _take(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            raw = sqlite3.connect(self._uri, timeout=0.0, isolation_level=None, uri=True)
            try:
                raw.execute('PRAGMA synchronous=FULL')
                taken = 0
                for _ in range(_PASSES):
                    _, pages, now = raw.execute(_TAKE).fetchone()
                    if now < pages or pages - taken <= _LITTLE:        # somebody reads an older state; or it is enough
                        break
                    taken = pages
            finally:
                raw.close()
