"""Asking others side by side, with one limit for all: a resolver or a peer may take half a minute to say nothing."""
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, List, Optional, Sequence

_WORKERS = 64


class Outcome(NamedTuple):
    """What a job gave, or why it could not tell."""

    value: Any
    error: Optional[CannotTell] = None


def all_within(seconds: float, jobs: Sequence[Callable[[], Any]], workers: int = _WORKERS) -> List[Outcome]:
    """What each job gave, in their order. One that is not done in time, or not even begun, could not tell.

    Where the system allows no further thread (RLIMIT_NPROC, pids.max) fewer take turns; without any no job is begun.

    The threads are daemons: one that hangs in the C library is left behind, and does not hold up the process's end.
    Any other exception of a job is raised here.
    """
    import time
    late = Outcome(None, CannotTell(f'no answer within {seconds:g} s'))
    outcomes: List[Any] = [late] * len(jobs)
    deadline = time.monotonic() + seconds
    started = _started(list(enumerate(jobs))[::-1], outcomes, deadline, workers)
    for lock in started:
        lock.acquire(True, max(0.0, deadline - time.monotonic()))
    done = list(outcomes) if started else [Outcome(None, CannotTell('no further thread can be started'))] * len(jobs)
    for outcome in done:
        if isinstance(outcome, BaseException):
            raise outcome
    return done


def _started(waiting: List[Any], outcomes: List[Any], deadline: float, workers: int) -> List[Any]:
    """Threads that take jobs from `waiting`; a lock of each, which it lets go at its end."""
    import _thread  # threading takes a millisecond to load, for nothing that is used here
    import time

    def work(working: Any) -> None:
        try:
            while waiting and time.monotonic() < deadline:
                _do(waiting.pop(), outcomes)
        except IndexError:
            pass              # another thread took the last one
        finally:
            working.release()
    locks: List[Any] = []
    for _ in range(min(workers, len(waiting))):
        lock = _thread.allocate_lock()
        lock.acquire()
        try:
            _thread.start_new_thread(work, (lock,))
        except RuntimeError:
            break
        locks.append(lock)
    return locks


def _do(job: Any, outcomes: List[Any]) -> None:
    number, call = job
    try:
        outcomes[number] = Outcome(call())
    except CannotTell as error:
        outcomes[number] = Outcome(None, error)
    except BaseException as error:     # noqa: B902, BLE001  # carried over to the caller's thread, and raised there
        outcomes[number] = error


def within(seconds: float, job: Callable[[], Any]) -> Any:
    """What one job gave; CannotTell when it could not, or not in time."""
    outcome = all_within(seconds, [job])[0]
    if outcome.error is not None:
        raise outcome.error
    return outcome.value
