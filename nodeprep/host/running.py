"""One command until it ends: what it says is taken in as far as there is room, and when it must be, it is ended whole.

It has ended when its process has, whoever else still holds its pipes: a daemon that it started may do so for ever.
Sources: setsid(2), kill(2) with a negative pid (the whole process group), poll(2).
"""
import os
import select
import signal
import time

from nodeprep.host.files import raw_of
from nodeprep.typed import Any, Dict, List, Mapping, Tuple

_TICK = 0.1               # seconds between two looks whether it ended although its pipes are open
_DRAIN = 0.2              # seconds for what it left in them
_KILLED = 10.0            # seconds; a process in an uninterruptible sleep outlives even SIGKILL, and is not waited for


class Running:
    """A command that was started, in a session of its own. OSError when it cannot be."""

    def __init__(self, argv: List[str], environment: Mapping[str, str], most: int) -> None:
        """`most` bytes of each of its outputs are kept; what is more is read and let go."""
        import subprocess
        self._child = subprocess.Popen([raw_of(word) for word in argv], bufsize=0, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd='/',
                                       start_new_session=True)
        self._most = most
        self._said: Dict[int, List[bytes]] = {pipe.fileno(): [] for pipe in self._pipes()}
        self._room = dict.fromkeys(self._said, most)
        self._poller, self._open = select.poll(), len(self._said)
        for handle in self._said:
            self._poller.register(handle, select.POLLIN)

    def ended(self, seconds: float) -> bool:
        """Whether it ends within this time, in which its outputs are read."""
        until = time.monotonic() + seconds
        drained = float('inf')
        while True:
            over = self._child.poll() is not None
            drained = min(drained, time.monotonic() + _DRAIN) if over else drained
            left = until - time.monotonic()
            if not self._open and not over:
                return self._waited(left)
            ready = self._poller.poll(0 if over else 1000 * max(0.0, min(_TICK, left))) if self._open else []
            for handle, _ in ready:
                self._read(handle)
            if over and (not ready or time.monotonic() > drained):
                return True
            if not over and left <= 0:
                return False

    def end(self, grace: float) -> None:
        """Ends it with all that it started: asked to, and after `grace` seconds killed."""
        for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, _KILLED)):
            if self._child.returncode is not None:     # it is reaped: its number may be another's by now
                return
            if seconds:
                os.killpg(self._child.pid, number)
                self.ended(seconds)

    def answer(self) -> Tuple[int, bytes, bytes]:
        """Its exit code and what it said, after it ended."""
        out, err = (b''.join(parts) for parts in self._said.values())
        return self._child.returncode, out, err

    def close(self) -> None:
        """Gives the pipes back."""
        for pipe in self._pipes():
            pipe.close()

    def _pipes(self) -> Tuple[Any, Any]:
        return self._child.stdout, self._child.stderr

    def _read(self, handle: int) -> None:
        part = os.read(handle, 65536)
        if not part:
            self._poller.unregister(handle)
            self._open -= 1
            return
        part = part[:self._room[handle]]
        self._room[handle] -= len(part)
        if part:
            self._said[handle].append(part)

    def _waited(self, seconds: float) -> bool:
        import subprocess
        try:
            self._child.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True
