"""Which drift is mended now, which waits, and why. The hand does it; here nothing is changed, a unit is started.

One fix at a time. Whether one is allowed is asked before each; the hand asks once more by itself.

What allows is loaded for the first drift that may be mended, as what plans is: see proposals.py.
"""
from nodeprep.agent import log
from nodeprep.agent.fights import Fights
from nodeprep.agent.outline import day
from nodeprep.agent.past import Past
from nodeprep.agent.proposals import Planner, Proposal, Proposals
from nodeprep.agent.underway import Underway
from nodeprep.model import DRIFTED, CannotChange
from nodeprep.report import Judged
from nodeprep.typed import Any, Callable, Dict, List, Optional


class Mending:
    """What waits, what goes on, and what was done. `starter` starts the hand; `problem` is why nothing ever can be."""

    def __init__(self, host: Callable[[], Any], starter: Any, journal: Any, time: Callable[[], float],
                 monotonic: Callable[[], float], problem: str = '') -> None:
        self._host, self._log, self._time, self._problem = host, journal, time, problem
        self._past = Past(host, problem)
        self._underway = Underway(starter, self._past, journal, time, monotonic)
        self._planner = Planner(host, self._past, self._underway, journal, time)
        self._proposals = Proposals()
        self._waiting: Dict[str, str] = {}
        self._said: Dict[str, str] = {}          # what of that the journal has
        self.window: Optional[float] = None      # when the next one opens for what waits for it, seconds since 1970

    @property
    def fixing(self) -> bool:
        """Whether a fix goes on."""
        return self._underway.flight is not None

    def consider(self, seen: Any, policy: Any, started: str = '') -> Proposals:
        """What would be done about what drifted, where the policy lets the agent do anything at all.

        `started` is a unit that started just before, which may be who takes things back.
        """
        self._underway.unseen -= seen.fresh
        wanted = [one for one in seen.looked.judged if one.finding.state == DRIFTED
                  and one.rule.mode in ('approve', 'fix') and one.requirement.id not in self._underway.unseen]
        if self._problem:
            today = day(self._time())
            self._waiting = {one.requirement.id: self._problem for one in wanted if _mendable(one, today)}
            return self._proposals
        self._proposals, self._waiting = self._planner.plan({one.requirement.id for one in wanted}, seen, policy,
                                                            started)
        self._underway.planned({one.part.requirement for one in self._proposals.each})
        return self._proposals

    def approved(self, trees: Any) -> None:
        """The master said which plans are approved: kept on the disk, where the hand reads it."""
        if self._problem:
            return
        from nodeprep.agent import approvals
        try:
            for wrong in approvals.store(self._host(), trees):
                self._log.tell('master', f'an approval is not understood: {wrong}', log.WARNING)
            self._past.note('approvals')
        except CannotChange as error:
            self._past.note('approvals', str(error))

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

    def ended(self) -> str:
        """The requirement whose fix has ended since this was last asked: the host is to be looked at. '' for none."""
        return self._underway.ended()

    def due(self) -> bool:
        """Whether a window has opened for something that waits for one."""
        return self.window is not None and self._time() >= self.window

    def made(self, again: bool) -> List[Dict[str, Any]]:
        """The fixes that the master is to be told of, also those of persons; `again`: those too that it was told of."""
        return self._underway.made(again)

    def told(self, made: List[Dict[str, Any]]) -> None:
        """These are on their way to the master."""
        self._underway.told(made)

    def facts(self) -> Dict[str, Any]:
        """How it stands, as the status has it."""
        return dict(self._underway.facts(),
                    waiting=[{'requirement': name, 'why': why} for name, why in self._waiting.items()],
                    fights=[one.tree() for one in self._proposals.fights], window=self.window,
                    trouble=self._past.trouble)

    def _against(self, one: Proposal, policy: Any) -> str:
        """Starts the fix of one requirement; '' or why it waits."""
        name, flight = one.part.requirement, self._underway.flight
        if flight:
            return '' if flight.requirement == name else f'comes after {flight.requirement}, which is being fixed'
        history = self._past.read()
        if history is None:
            return self._past.trouble
        vain = self._underway.in_vain(name, one.digest)
        if vain:
            return vain
        from nodeprep.agent import allow, approvals, packagers, proposal
        host, now = self._host(), self._time()
        try:
            state = proposal.state(history, Fights(host), name, now)
            given = approvals.load(host) if one.judged.rule.mode == 'approve' else ()
        except CannotChange as error:
            return str(error)
        verdict = allow.may(one.judged.rule, one.part, policy, now, state, given)
        against: str = packagers.at_work(host) if verdict.allowed else verdict.why
        against = against or self._underway.start(name, one.digest, history)
        if not against:
            changes = len(one.part.changes)
            self._log.tell('fix', f'{name}: is being fixed, {changes} change{"" if changes == 1 else "s"}, allowed '
                           f'by {verdict.by["how"]} ({verdict.by["who"]})', requirement=name)
        return against

    def _tell_waiting(self) -> None:
        """Why something is not mended, once for each reason; while a fix goes on all the others only wait for it."""
        if self.fixing:
            return
        stopped = {one.requirement for one in self._proposals.fights if one.stopped}
        waiting = {name: why for name, why in self._waiting.items()
                   if name not in stopped and not self._underway.did_nothing(name)}
        for name, why in waiting.items():
            if self._said.get(name) != why:
                self._log.tell('fix', f'{name}: waits: {why}', log.NOTICE, requirement=name)
        self._said = waiting


def _mendable(judged: Judged, today: str) -> bool:
    """Whether something of it is known to end it, and its owner wants that. `today` is in UTC, YYYY-MM-DD."""
    waiver = judged.rule.waiver
    wanted = [seen for seen in judged.finding.observations
              if seen.met is False and (not seen.advised or judged.rule.severity == 'advised')]
    return not (waiver and waiver.until >= today) and any(seen.fix for seen in wanted)
