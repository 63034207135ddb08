"""Runs one command that changes something, watched while it runs, and ended whole when it must be.

Sources: setsid(2), kill(2) with a negative pid (the whole process group).
"""
import os
import signal
import time

from nodeprep.host.commands import ENVIRONMENT, MOST, Answer
from nodeprep.host.files import raw_of, reason, text_of
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Callable, List, Optional, Tuple

_TICK = 0.5               # seconds between two looks of a watch
_GRACE = 10.0             # seconds that a command has between SIGTERM and SIGKILL: rpm ends its transaction


def run(argv: List[str], patience: float, watch: Optional[Callable[[], Tuple[str, str]]] = None) -> Answer:
    """How the command ended. CannotChange when it does not start, does not end in `patience` seconds or is stopped."""
    import subprocess
    try:
        child = subprocess.Popen([raw_of(word) for word in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=ENVIRONMENT, cwd='/', start_new_session=True)
    except OSError as error:
        raise CannotChange(f'{argv[0]}: {reason(error)}') from None
    out, err = _watched(child, argv, time.monotonic() + patience, patience, watch)
    return Answer(child.returncode, text_of(out[:MOST]), text_of(err[:MOST]))


def _watched(child: Any, argv: List[str], deadline: float, patience: float, watch: Any) -> Tuple[bytes, bytes]:
    import subprocess
    while True:
        try:
            answer: Tuple[bytes, bytes] = child.communicate(timeout=min(_TICK, max(0.01, deadline - time.monotonic())))
            return answer
        except subprocess.TimeoutExpired:
            stop = watch()[1] if watch else ''
            if not stop and time.monotonic() >= deadline:
                stop = f'it did not end within {patience:g} s'
        except BaseException:
            _end(child)
            raise
        if stop:
            _end(child)
            raise CannotChange(f'{" ".join(argv)} was stopped: {stop}')


def _end(child: Any) -> None:
    import subprocess
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
            child.communicate(timeout=_GRACE)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue          # a process in an uninterruptible sleep outlives even SIGKILL; it is not waited for
