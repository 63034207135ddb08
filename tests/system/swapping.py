"""Swap is of the whole machine: tests that turn some on take turns."""
import contextlib
import fcntl
import os
import tempfile


@contextlib.contextmanager
def turn():
    """Waits until no other test of any checkout has swap on."""
    with open(os.path.join(tempfile.gettempdir(), 'nodeprep-tests-swap.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
