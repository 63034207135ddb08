"""What would end each drift that may be mended, as the host is now: a report proposes it, and a person may approve it.

What plans is loaded for the first drift that may be mended: most agents only tell, and it is 2 MiB.
"""
from nodeprep.agent import log
from nodeprep.agent.fights import Fight, Fights
from nodeprep.agent.past import Past
from nodeprep.agent.underway import Underway
from nodeprep.model import CannotChange
from nodeprep.record import NamedTuple
from nodeprep.report import Judged
from nodeprep.typed import Any, Callable, Dict, List, Set, Tuple


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


class Planner:
    """Makes the proposals; what was looked at again is planned anew, the rest is kept. `host` makes a Host."""

    def __init__(self, host: Callable[[], Any], past: Past, underway: Underway, journal: Any,
                 time: Callable[[], float]) -> None:
        self._host, self._past, self._underway, self._log, self._time = host, past, underway, journal, time
        self._parts: Dict[str, Any] = {}

    def plan(self, names: Set[str], seen: Any, policy: Any, started: str) -> Tuple[Proposals, Dict[str, str]]:
        """What would be done about these requirements, and of those about which nothing would be, why.

        `started` is a unit that started just before, which may be who takes things back.
        """
        self._parts = {name: part for name, part in self._parts.items() if name in names}
        chosen, left = self._planned(names, seen, policy, started) if names else ([], {})
        return Proposals(tuple(chosen), tuple(self._fights())), left

    def _planned(self, names: Set[str], seen: Any, policy: Any,
                 started: str) -> Tuple[List[Proposal], Dict[str, str]]:
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

    def _note(self, host: Any, judged: Judged, part: Any, started: str) -> None:
        """A fix that was taken back is counted, and a fight that this makes is told."""
        history = self._past.read()
        from nodeprep.agent import packagers, proposal
        if history is None or self._underway.flight or packagers.at_work(host):
            return
        try:
            fights = Fights(host)
            before = fights.stopped(judged.requirement.id)
            fight = proposal.note(host, history, fights, judged, part, started)
            self._past.note('a fight')
        except CannotChange as error:
            self._past.note('a fight', str(error))
            return
        if fight and fight.stopped and not before:
            self._log.tell('fight', f'{judged.requirement.id}: is no longer fixed: {fight.why}', log.ERROR,
                           requirement=judged.requirement.id)

    def _fights(self) -> List[Fight]:
        try:
            found = [one for one in Fights(self._host()).all() if one.lasts(self._time())]
            self._past.note('fights')
        except CannotChange as error:
            self._past.note('fights', str(error))
            return []
        return found
