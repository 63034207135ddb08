"""Asking others side by side, with one limit for all: a resolver or a peer may take half a minute to say nothing."""
from typing import Any, Callable, List, Optional, Sequence

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple

_WORKERS = 64


class Outcome(NamedTuple):
    """What a job gave, or why it could not tell."""

    value: Any
    error: Optional[CannotTell] = None


def all_within(seconds: float, jobs: Sequence[Callable[[], Any]], workers: int = _WORKERS) -> List[Outcome]:
    """What each job gave, in their order. One that is not done in time, or not even begun, could not tell.

    The threads are daemons: one that hangs in the C library is left behind, and does not hold up the process's end.
    Any other exception of a job is raised here.
    """
    import threading
    import time
    late = Outcome(None, CannotTell(f'no answer within {seconds:g} s'))
    outcomes: List[Any] = [late] * len(jobs)
    waiting = list(enumerate(jobs))[::-1]
    deadline = time.monotonic() + seconds

    def work() -> None:
        while time.monotonic() < deadline:
            try:
                number, job = waiting.pop()
            except IndexError:
                return
            try:
                outcomes[number] = Outcome(job())
            except CannotTell as error:
                outcomes[number] = Outcome(None, error)
            except BaseException as error:     # noqa: B902, BLE001  # carried over to the caller's thread, and raised there
                outcomes[number] = error
    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, len(jobs)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    done = list(outcomes)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
    return done


def within(seconds: float, job: Callable[[], Any]) -> Any:
    """What one job gave; CannotTell when it could not, or not in time."""
    outcome = all_within(seconds, [job])[0]
    if outcome.error is not None:
        raise outcome.error
    return outcome.value
