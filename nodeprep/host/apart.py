"""Work in a process of its own, which ends with it: what it loads, and what it waits for, is not the caller's.

fork(2) and a pipe; nothing is executed. The libraries of an HTTPS request are a third of what a daemon would hold.
"""
import os
import select
import signal
import time

from nodeprep.typed import Callable, List, Optional

_MOST = 16 * 2**20        # bytes of a result


class Apart:
    """Work that goes on. It is over when result() gives it; then, or when it is no longer wanted, close()."""

    def __init__(self, work: Callable[[], bytes], limit: float) -> None:
        """Begins the work; it is ended after `limit` seconds. OSError when there can be no further process."""
        self._until, self._child = time.monotonic() + limit, 0
        self._taken: List[bytes] = []
        self._pipe, theirs = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(self._pipe, False)
        try:
            self._child = os.fork()
        except OSError:
            os.close(theirs)
            self.close()
            raise
        if not self._child:
            _work(work, theirs)
        os.close(theirs)

    def fileno(self) -> int:
        """For poll(2): readable when there is something to take; -1 when it is closed."""
        return self._pipe

    def result(self, wait: bool = False) -> Optional[bytes]:
        """What came of it; None while it goes on; b'' when it failed or took too long. `wait` until it is over."""
        while self._pipe >= 0:
            left = self._until - time.monotonic()
            ready = select.select([self._pipe], [], [], max(0.0, left) if wait else 0)[0]
            if not ready and left > 0:
                if wait:
                    continue                           # select(2) may come back a little early
                return None
            part = os.read(self._pipe, 65536) if ready else b''
            if part and sum(map(len, self._taken)) < _MOST:
                self._taken.append(part)
                continue
            over = bool(ready) and not part            # its end of the pipe is closed, so it ends by itself
            return b''.join(self._taken) if self.close(kill=not over) == 0 and over else b''
        return b''

    def close(self, kill: bool = True) -> int:
        """Ends it, when it has not ended; its status as waitpid(2) gives it."""
        status = 0
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
            if self._child:
                if kill:
                    os.kill(self._child, signal.SIGKILL)       # it is not reaped yet, so the number is still its own
                status = os.waitpid(self._child, 0)[1]
        return status


def _work(work: Callable[[], bytes], pipe: int) -> None:
    """The child: does the work, writes what came of it, and ends without any of its parent's endings."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        data = work()
        while data:
            data = data[os.write(pipe, data):]
        code = 0
    finally:
        os._exit(code)
