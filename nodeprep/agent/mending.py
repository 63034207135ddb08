"""What is to be mended, and by whom it was allowed. The hand does it; here nothing is changed, a unit is started.

One fix at a time. Whether one is allowed is asked before each; the hand asks once more by itself.

What plans and allows is loaded for the first drift that may be mended: most agents only tell, and it is 2 MiB.
"""
import time

from nodeprep.agent import log
from nodeprep.agent.fights import Fight, Fights
from nodeprep.agent.made import Made
from nodeprep.agent.past import History
from nodeprep.model import DRIFTED, CannotChange
from nodeprep.record import NamedTuple
from nodeprep.report import Judged
from nodeprep.typed import Any, Callable, Dict, List, Optional, Set, Tuple

_LONGEST = 2100.0         # seconds after which a hand without an end is given up: TimeoutStartSec of its unit and more
_AGAIN = 300.0            # seconds after which a hand that did nothing is asked again: it may have been killed
_SHOWN = 10               # fixes of the past in the status


class Proposal(NamedTuple):
    """What would end the drift of one requirement."""

    judged: Judged
    part: Any
    digest: str


class Proposals(NamedTuple):
    """All of them, in the order in which they are to be done, and the fights that go on."""

    each: Tuple[Proposal, ...] = ()
    fights: Tuple[Fight, ...] = ()

    @property
    def outline(self) -> Tuple[Any, ...]:
        """What of them is news."""
        return (tuple(sorted((one.part.requirement, one.digest) for one in self.each)),
                tuple((one.requirement, len(one.reverts), one.stopped) for one in self.fights))

    def trees(self) -> Dict[str, Dict[str, Any]]:
        """By requirement, as a report has it: the changes, and the digest that an approval must name."""
        if not self.each:
            return {}
        from nodeprep import plandigest
        return {one.part.requirement: {'digest': one.digest, 'changes': plandigest.tree(one.part)['changes']}
                for one in self.each}


class Flight(NamedTuple):
    """A fix that goes on."""

    requirement: str
    digest: str
    at: float                 # seconds since 1970
    until: float              # monotonic: it is given up then
    last: Tuple[str, str]     # the newest transaction of the requirement before it, and how that ended


class Mending:
    """What waits, what goes on, and what was done. `starter` starts the hand; `problem` is why nothing ever can be."""

    def __init__(self, host: Callable[[], Any], starter: Any, journal: Any, time: Callable[[], float],
                 monotonic: Callable[[], float], problem: str = '') -> None:
        self._host, self._starter, self._log = host, starter, journal
        self._time, self._monotonic, self._problem = time, monotonic, problem
        self._proposals = Proposals()
        self._parts: Dict[str, Any] = {}
        self._history: Any = None
        self._waiting: Dict[str, str] = {}
        self._said: Dict[str, str] = {}          # what of that the journal has
        # By requirement: the digest of a plan that the hand did nothing about, and until when it is not asked again.
        self._vain: Dict[str, Tuple[str, float]] = {}
        self._unseen: Set[str] = set()           # fixed, and not looked at since
        self._trouble = ''
        self._made = Made()
        self.window: Optional[float] = None      # when the next one opens for what waits for it, seconds since 1970
        self.in_flight: Optional[Flight] = None

    def consider(self, seen: Any, policy: Any, started: str = '') -> Proposals:
        """What would be done about what drifted, where the policy lets the agent do anything at all.

        `started` is a unit that started just before, which may be who takes things back.
        """
        self._unseen -= seen.fresh
        wanted = [one for one in seen.looked.judged if one.finding.state == DRIFTED
                  and one.rule.mode in ('approve', 'fix') and one.requirement.id not in self._unseen]
        if self._problem:
            today = time.strftime('%Y-%m-%d', time.gmtime(self._time()))
            self._waiting = {one.requirement.id: self._problem for one in wanted if _mendable(one, today)}
            return self._proposals
        names = {one.requirement.id for one in wanted}
        self._parts = {name: part for name, part in self._parts.items() if name in names}
        chosen, self._waiting = self._planned(names, seen, policy, started) if wanted else ([], {})
        planned = {one.part.requirement for one in chosen}
        self._vain = {name: one for name, one in self._vain.items() if name in planned}
        self._proposals = Proposals(tuple(chosen), tuple(self._fights()))
        return self._proposals

    def _planned(self, names: Set[str], seen: Any, policy: Any,
                 started: str) -> Tuple[List[Proposal], Dict[str, str]]:
        """What would be done about these, and of those about which nothing would be, why."""
        from nodeprep import plandigest
        from nodeprep.agent import proposal
        from nodeprep.plan import in_order
        chosen, left = [], {}
        for judged in [Judged(*one) for one in in_order([tuple(one) for one in seen.looked.judged])]:
            name = judged.requirement.id
            if name not in names:
                continue
            if name in seen.fresh or name not in self._parts:
                self._parts[name] = proposal.part(seen.host, policy, judged)
                self._note(seen.host, judged, self._parts[name], started)
            part = self._parts[name]
            if part.changes:
                chosen.append(Proposal(judged, part, plandigest.digest(part)))
            elif part.left:
                left[name] = part.left[0].why
        return chosen, left

    def approved(self, trees: Any) -> None:
        """The master said which plans are approved: kept on the disk, where the hand reads it."""
        if self._problem:
            return
        from nodeprep.agent import approvals
        try:
            for wrong in approvals.store(self._host(), trees):
                self._log.tell('master', f'an approval is not understood: {wrong}', log.WARNING)
        except CannotChange as error:
            self._trouble = str(error)

    def act(self, policy: Any) -> None:
        """Starts the hand for the first that is allowed, when nothing else goes on."""
        self.window = None
        for one in self._proposals.each:
            name = one.part.requirement
            against = self._against(one, policy)
            self._waiting.pop(name, None)
            if against:
                from nodeprep.agent import windows
                self._waiting[name] = against
                allowed, now = policy.get('windows', ()), self._time()
                self.window = None if windows.open_now(allowed, now) else windows.next_opening(allowed, now)
        self._tell_waiting()

    def step(self) -> str:
        """The requirement whose fix has ended since this was last asked: the host is to be looked at. '' for none."""
        flight = self.in_flight
        if flight is None or self._starter.running(flight.requirement) and self._monotonic() < flight.until:
            return ''
        self.in_flight = None
        self._unseen.add(flight.requirement)
        self._ended(flight)
        return flight.requirement

    def due(self) -> bool:
        """Whether a window has opened for something that waits for one."""
        return self.window is not None and self._time() >= self.window

    def made(self, again: bool) -> List[Dict[str, Any]]:
        """The fixes that the master is to be told of, also those of persons; `again`: those too that it was told of."""
        history = self._read()
        facts = [fact for fact in history.facts if not self._goes_on(fact)] if history else []
        return self._made.news(facts, self._time(), again)

    def told(self, made: List[Dict[str, Any]]) -> None:
        """These are on their way to the master."""
        self._made.told(made)

    def facts(self) -> Dict[str, Any]:
        """How it stands, as the status has it."""
        flight = self.in_flight
        history = self._read()
        done = [fact for fact in history.facts if fact.own and not self._goes_on(fact)][-_SHOWN:] if history else []
        return {
            'fixing': {'requirement': flight.requirement, 'since': flight.at} if flight else None,
            'done': [{'requirement': name, 'at': fact.begun, 'transaction': fact.id, 'result': result, 'why': why,
                      'by': fact.by, 'undone': fact.undone}
                     for fact in done for name, (result, why) in fact.results.items()],
            'waiting': [{'requirement': name, 'why': why} for name, why in self._waiting.items()],
            'fights': [one.tree() for one in self._proposals.fights], 'window': self.window,
            'trouble': self._trouble}

    def _against(self, one: Proposal, policy: Any) -> str:
        """Starts the fix of one requirement; '' or why it waits."""
        name = one.part.requirement
        if self.in_flight:
            return '' if self.in_flight.requirement == name else \
                f'comes after {self.in_flight.requirement}, which is being fixed'
        history = self._read()
        if history is None:
            return self._trouble
        vain, until = self._vain.get(name, ('', 0.0))
        if vain == one.digest and self._monotonic() < until:
            return f'the hand was asked and did nothing: journalctl -u {unit(name)} says why'
        from nodeprep.agent import allow, approvals, packagers, proposal
        host, now = self._host(), self._time()
        try:
            state = proposal.state(history, Fights(host), name, now)
            given = approvals.load(host) if one.judged.rule.mode == 'approve' else ()
        except CannotChange as error:
            return str(error)
        verdict = allow.may(one.judged.rule, one.part, policy, now, state, given)
        against: str = packagers.at_work(host) if verdict.allowed else verdict.why
        return against or self._start(one, verdict, history)

    def _start(self, one: Proposal, verdict: Any, history: Any) -> str:
        name, changes = one.part.requirement, len(one.part.changes)
        failed: str = self._starter.start(name)
        if failed:
            return failed
        self.in_flight = Flight(name, one.digest, self._time(), self._monotonic() + _LONGEST,
                                _newest(history, name))
        self._log.tell('fix', f'{name}: is being fixed, {changes} change{"" if changes == 1 else "s"}, allowed '
                       f'by {verdict.by["how"]} ({verdict.by["who"]})', requirement=name)
        return ''

    def _goes_on(self, fact: Any) -> bool:
        """Whether a transaction has no end yet since the hand is at it."""
        flight = self.in_flight
        return bool(flight and not fact.end and flight.requirement in fact.results
                    and (fact.id, fact.end) != flight.last)

    def _tell_waiting(self) -> None:
        """Why something is not mended, once for each reason; while a fix goes on all the others only wait for it."""
        if self.in_flight:
            return
        stopped = {one.requirement for one in self._proposals.fights if one.stopped}
        waiting = {name: why for name, why in self._waiting.items() if name not in stopped and name not in self._vain}
        for name, why in waiting.items():
            if self._said.get(name) != why:
                self._log.tell('fix', f'{name}: waits: {why}', log.NOTICE, requirement=name)
        self._said = waiting

    def _ended(self, flight: Flight) -> None:
        name, history = flight.requirement, self._read()
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

    def _note(self, host: Any, judged: Judged, part: Any, started: str) -> None:
        """A fix that was taken back is counted, and a fight that this makes is told."""
        history = self._read()
        from nodeprep.agent import packagers, proposal
        if history is None or self.in_flight or packagers.at_work(host):
            return
        try:
            fights = Fights(host)
            before = fights.stopped(judged.requirement.id)
            fight = proposal.note(host, history, fights, judged, part, started)
        except CannotChange as error:
            self._trouble = str(error)
            return
        if fight and fight.stopped and not before:
            self._log.tell('fight', f'{judged.requirement.id}: is no longer fixed: {fight.why}', log.ERROR,
                           requirement=judged.requirement.id)

    def _fights(self) -> List[Fight]:
        if self._problem:
            return []
        try:
            return [one for one in Fights(self._host()).all() if one.lasts(self._time())]
        except CannotChange as error:
            self._trouble = str(error)
            return []

    def _read(self) -> Any:
        """The journal of changes as it is now; None when it cannot be read, and then `trouble` says why."""
        if self._problem:
            return None
        try:
            if self._history is None:
                self._history = History(self._host())
            else:
                self._history.look()
            self._trouble = ''
        except CannotChange as error:
            self._history, self._trouble = None, str(error)
        return self._history


def _newest(history: Any, requirement: str) -> Tuple[str, str]:
    fact = history.last(requirement)
    return (fact.id, fact.end) if fact else ('', '')


def _mendable(judged: Judged, today: str) -> bool:
    """Whether something of it is known to end it, and its owner wants that. `today` is in UTC, YYYY-MM-DD."""
    waiver = judged.rule.waiver
    wanted = [seen for seen in judged.finding.observations
              if seen.met is False and (not seen.advised or judged.rule.severity == 'advised')]
    return not (waiver and waiver.until >= today) and any(seen.fix for seen in wanted)


def unit(requirement: str) -> str:
    """The unit that is the hand for a requirement."""
    return f'nodeprep-fix@{requirement}.service'
