"""What ends the loop's sleep from within: a signal, or the voice with something that the loop should know.

A pipe that never blocks: signal.set_wakeup_fd writes to it from the signal handler (PEP 475 lets poll(2) go on else).
"""
import contextlib
import os
import signal

from nodeprep.typed import Any, List

_HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Bell:
    """Rung by ring() or by a signal; `fd` is readable until silence()."""

    def __init__(self) -> None:
        self.fd, self._ring = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._signals: List[str] = []

    def listen(self) -> None:
        """Takes SIGTERM, SIGINT and SIGHUP from now on. In the main thread alone."""
        signal.set_wakeup_fd(self._ring)
        for number in _HEARD:
            signal.signal(number, self._keep)

    def ring(self) -> None:
        """Wakes the loop. May be called by any thread."""
        with contextlib.suppress(BlockingIOError):     # full: it rings already
            os.write(self._ring, b'\0')

    def silence(self) -> List[str]:
        """Which signals came since the last time, as 'SIGHUP'; the bell is silent again."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.fd, 4096):
                pass
        came, self._signals = self._signals, []
        return came

    def close(self) -> None:
        """Lets go of the pipe."""
        if signal.getsignal(signal.SIGTERM) == self._keep:
            signal.set_wakeup_fd(-1)
            for number in _HEARD:
                signal.signal(number, signal.SIG_DFL)
        os.close(self.fd)
        os.close(self._ring)

    def _keep(self, number: int, frame: Any) -> None:
        self._signals.append(signal.Signals(number).name)
