"""The fix that goes on: how it began, that it has ended, and what the journal says of it and of those before it."""
from nodeprep.agent import log
from nodeprep.agent.made import Made
from nodeprep.agent.past import Past
from nodeprep.agent.starter import unit
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterable, List, Optional, Set, Tuple

_LONGEST = 2100.0         # seconds after which a hand without an end is given up: TimeoutStartSec of its unit and more
_AGAIN = 300.0            # seconds after which a hand that did nothing is asked again: it may have been killed
_SHOWN = 10               # fixes of the past in the status


class Flight(NamedTuple):
    """A fix that goes on."""

    requirement: str
    digest: str
    at: float                 # seconds since 1970
    until: float              # monotonic: it is given up then
    last: Tuple[str, str]     # the newest transaction of the requirement before it, and how that ended


class Underway:
    """At most one fix at a time. `starter` starts the hand; `past` is the journal that the hand writes."""

    def __init__(self, starter: Any, past: Past, journal: Any, time: Callable[[], float],
                 monotonic: Callable[[], float]) -> None:
        self._starter, self._past, self._log, self._time, self._monotonic = starter, past, journal, time, monotonic
        # By requirement: the digest of a plan that the hand did nothing about, and until when it is not asked again.
        self._vain: Dict[str, Tuple[str, float]] = {}
        self._made = Made()
        self.flight: Optional[Flight] = None
        self.unseen: Set[str] = set()            # fixed, and not looked at since

    def start(self, requirement: str, digest: str, history: Any) -> str:
        """Starts the hand for the plan with this digest; '' or why it does not start."""
        failed: str = self._starter.start(requirement)
        if not failed:
            self.flight = Flight(requirement, digest, self._time(), self._monotonic() + _LONGEST,
                                 _newest(history, requirement))
        return failed

    def ended(self) -> str:
        """The requirement whose fix has ended since this was last asked: the host is to be looked at. '' for none."""
        flight = self.flight
        if flight is None or self._starter.running(flight.requirement) and self._monotonic() < flight.until:
            return ''
        self.flight = None
        self.unseen.add(flight.requirement)
        self._tell_end(flight)
        return flight.requirement

    def in_vain(self, requirement: str, digest: str) -> str:
        """Why the hand is not asked for this very plan now, since it did nothing about it; '' when it is."""
        vain, until = self._vain.get(requirement, ('', 0.0))
        if vain == digest and self._monotonic() < until:
            return f'the hand was asked and did nothing: journalctl -u {unit(requirement)} says why'
        return ''

    def did_nothing(self, requirement: str) -> bool:
        """Whether it was told already that the hand did nothing about this."""
        return requirement in self._vain

    def planned(self, requirements: Iterable[str]) -> None:
        """Only these have a plan now: what the hand did nothing about counts no longer for the others."""
        self._vain = {name: one for name, one in self._vain.items() if name in requirements}

    def made(self, again: bool) -> List[Dict[str, Any]]:
        """The fixes that the master is to be told of, also those of persons; `again`: those too that it was told of."""
        return self._made.news(self._over(), self._time(), again)

    def told(self, made: List[Dict[str, Any]]) -> None:
        """These are on their way to the master."""
        self._made.told(made)

    def facts(self) -> Dict[str, Any]:
        """How it stands, as the status has it."""
        flight = self.flight
        done = [fact for fact in self._over() if fact.own][-_SHOWN:]
        return {
            'fixing': {'requirement': flight.requirement, 'since': flight.at} if flight else None,
            'done': [{'requirement': name, 'at': fact.begun, 'transaction': fact.id, 'result': result, 'why': why,
                      'by': fact.by, 'undone': fact.undone}
                     for fact in done for name, (result, why) in fact.results.items()]}

    def _over(self) -> List[Any]:
        """The transactions that nobody is at any more."""
        history = self._past.read()
        return [fact for fact in history.facts if not self._goes_on(fact)] if history else []

    def _goes_on(self, fact: Any) -> bool:
        """Whether a transaction has no end yet since the hand is at it."""
        flight = self.flight
        return bool(flight and not fact.end and flight.requirement in fact.results
                    and (fact.id, fact.end) != flight.last)

    def _tell_end(self, flight: Flight) -> None:
        name, history = flight.requirement, self._past.read()
        fact = history.last(name) if history else None
        # A hand that an agent before this one started may have begun its transaction before it was asked again.
        if fact is None or _newest(history, name) == flight.last:
            known = self._vain.get(name, ('', 0.0))[0] == flight.digest
            self._vain[name] = flight.digest, self._monotonic() + _AGAIN
            if not known:
                self._log.tell('fix', f'{name}: the hand did nothing; journalctl -u {unit(name)} says why', log.WARNING,
                               requirement=name)
            return
        self._vain.pop(name, None)
        result, why = fact.results[name]
        self._log.tell('fix', f'{name}: {result or "cut short"}' + (f': {why}' if why else '')
                       + f'; transaction {fact.id}', log.NOTICE if result == 'done' else log.ERROR,
                       requirement=name, transaction=fact.id)


def _newest(history: Any, requirement: str) -> Tuple[str, str]:
    fact = history.last(requirement)
    return (fact.id, fact.end) if fact else ('', '')
