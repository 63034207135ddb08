"""Examines requirements on a host. The only place where exceptions become states."""
import time

from nodeprep.model import (
    BOOT,
    NOT_APPLICABLE,
    NOW,
    UNKNOWN,
    CannotTell,
    Finding,
    NotApplicable,
    Observation,
    Requirement,
    Want,
    unknown,
    worst,
)
from nodeprep.typed import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Tuple

# Seconds. Nearly every name is answered from a file at once, and threads that take turns at reading files cost a
# sixteenth of a round more than one after the other.
_HEAD_START = 0.003

Half = Callable[[Any, Want], Iterator[Observation]]


def examine(requirement: Requirement, host: Any, want: Want) -> Finding:
    """Looks at both halves of a requirement. Never raises: what nobody expected becomes unknown, with the reason."""
    begun = time.perf_counter()
    notes: List[str] = []
    now: Tuple[Observation, ...] = ()
    if host.live:
        now = _half(NOW, requirement.now, requirement.title, host, want, notes)
    boot = _half(BOOT, requirement.boot, requirement.title, host, want, notes)
    return Finding(requirement.id, _state(now), _state(boot), now + boot, '; '.join(dict.fromkeys(notes)),
                   time.perf_counter() - begun)


def examine_all(requirements: Iterable[Requirement], host: Any, wants: Mapping[str, Want]) -> Dict[str, Finding]:
    """Findings by id, in the order given. Those that wait for other machines run beside the rest."""
    asked = list(requirements)
    waiting = _start([one for one in asked if one.waits], host, wants) if host.live else {}
    findings = {one.id: examine(one, host, wants[one.id]) for one in asked if one.id not in waiting}
    for requirement_id, collect in waiting.items():
        findings[requirement_id] = collect()
    return {one.id: findings[one.id] for one in asked}


def _half(when: str, look: Half, title: str, host: Any, want: Want, notes: List[str]) -> Tuple[Observation, ...]:
    seen: List[Observation] = []
    try:
        for observation in look(host, want):
            if not host.live:
                from nodeprep.image import below
                observation = below(host.root, observation)
            seen.append(observation._replace(when=when))
    except NotApplicable as error:
        notes.append(str(error))
    except CannotTell as error:
        seen.append(unknown(error.source or 'host', title, error, when=when))
    except Exception as error:     # noqa: BLE001  # one faulty requirement must not hide the others; it is told
        where = raised_at(error)
        seen.append(unknown('nodeprep', title, CannotTell(f'{type(error).__name__}: {error}', where), when=when,
                            hint='This is a fault in nodeprep; please report it with this line.'))
    return tuple(seen)


def _state(half: Tuple[Observation, ...]) -> str:
    return worst(observation.state for observation in half)


def raised_at(error: BaseException) -> str:
    """path:line where an exception came from."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f'{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}' if trace else ''


def _start(requirements: List[Requirement], host: Any,
           wants: Mapping[str, Want]) -> Dict[str, Callable[[], Finding]]:
    """Each in a thread of its own, with what collects its finding or gives up when its time is over."""
    if not requirements:
        return {}
    import _thread  # threading takes a millisecond to load, and hands each of its threads over with a wait
    started: Dict[str, Callable[[], Finding]] = {}
    for requirement in requirements:
        done: List[Finding] = []
        working = _thread.allocate_lock()
        working.acquire()
        limit = float(wants[requirement.id].get('time_limit', 5.0))
        deadline = time.perf_counter() + limit
        try:
            _thread.start_new_thread(_into, (done, working, requirement, host, wants[requirement.id]))
        except RuntimeError:                   # RLIMIT_NPROC, pids.max: then before the rest instead of beside it
            _into(done, working, requirement, host, wants[requirement.id])
        if working.acquire(True, _HEAD_START):
            working.release()
        started[requirement.id] = _collector(working, done, requirement, deadline, limit)
    return started


def _into(done: List[Finding], working: Any, requirement: Requirement, host: Any, want: Want) -> None:
    try:
        done.append(examine(requirement, host, want))
    finally:
        working.release()


def _collector(working: Any, done: List[Finding], requirement: Requirement, deadline: float,
               limit: float) -> Callable[[], Finding]:
    def collect() -> Finding:
        working.acquire(True, max(0.0, deadline - time.perf_counter()))
        if done:
            return done[0]
        late = CannotTell(f'no answer within {limit:g} s, the time_limit of this requirement', 'network')
        return Finding(requirement.id, UNKNOWN, NOT_APPLICABLE,
                       (unknown('network', requirement.title, late, when=NOW),), took=limit)
    return collect
