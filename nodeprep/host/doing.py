"""Runs one command that changes something, watched while it runs, and ended whole when it must be."""
import time

from nodeprep.host.commands import ENVIRONMENT, MOST, Answer
from nodeprep.host.files import reason, text_of
from nodeprep.host.running import Running
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Callable, List, Optional, Tuple

_TICK = 0.5               # seconds between two looks of a watch
_GRACE = 10.0             # seconds that a command has between SIGTERM and SIGKILL: rpm ends its transaction


def run(argv: List[str], patience: float, watch: Optional[Callable[[], Tuple[str, str]]] = None) -> Answer:
    """How the command ended. CannotChange when it does not start, does not end in `patience` seconds or is stopped."""
    try:
        running = Running(argv, ENVIRONMENT, MOST)
    except OSError as error:
        raise CannotChange(f'{argv[0]}: {reason(error)}') from None
    try:
        stop = _watched(running, time.monotonic() + patience, patience, watch)
        if stop:
            raise CannotChange(f'{" ".join(argv)} was stopped: {stop}')
        code, out, err = running.answer()
    except BaseException:
        running.end(_GRACE)
        raise
    finally:
        running.close()
    return Answer(code, text_of(out), text_of(err))


def _watched(running: Running, deadline: float, patience: float, watch: Any) -> str:
    """'' when it ended, or why it must be stopped."""
    while not running.ended(min(_TICK, max(0.01, deadline - time.monotonic()))):
        stop: str = watch()[1] if watch else ''
        if stop or time.monotonic() >= deadline:
            return stop or f'it did not end within {patience:g} s'
    return ''
