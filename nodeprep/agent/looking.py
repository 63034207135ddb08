"""Looks at this host for the agent: at what an event is about, or at everything; the rest stands as last seen."""
from nodeprep import catalogue, round
from nodeprep.agent.scouts import Scouts
from nodeprep.model import Watch
from nodeprep.record import NamedTuple
from nodeprep.report import Judged
from nodeprep.typed import Any, Callable, Dict, FrozenSet, Iterable, List, Optional, Set, Tuple


class Seen(NamedTuple):
    """What a look gave: every finding as it stands now, and which of them are of this very look."""

    looked: round.Looked
    fresh: FrozenSet[str]
    host: Any                      # the Host of the look, for whoever goes on with it
    took: float                    # seconds

    @property
    def states(self) -> Dict[str, Tuple[str, str, str]]:
        """(state, now, boot) by requirement."""
        return {one.requirement.id: (one.finding.state, one.finding.now, one.finding.boot)
                for one in self.looked.judged}


class Looking:
    """Keeps the findings between two looks. `host` makes a Host that remembers nothing; `monotonic` is a clock."""

    def __init__(self, host: Callable[[], Any], monotonic: Callable[[], float], scouts: Scouts) -> None:
        self._host, self._monotonic, self._scouts = host, monotonic, scouts
        self._known = catalogue.load_all()
        self._kept: Dict[str, Judged] = {}
        self._touched: Set[str] = set()      # those that wait and that an event was about, and are not sent yet
        self._version: Tuple[int, int] = (0, 0)

    def watches(self) -> List[Watch]:
        """What is to be watched, each once."""
        return list(dict.fromkeys(watch for one in self._known.values() for watch in one.watches))

    def fds(self) -> List[int]:
        """What is readable when there is more to see."""
        return self._scouts.fds()

    def forget(self) -> None:
        """Everything is to be looked at anew: what is wanted may differ."""
        self._kept.clear()
        self._scouts.forget()

    def resend(self, requirement: str = '') -> None:
        """Those that wait for other machines are to be looked at anew: what is wanted of them may differ, or this
        `requirement`, if it is one of them, was fixed.
        """
        if not requirement or self._known[requirement].waits:
            self._scouts.forget()

    def close(self) -> None:
        """Nothing more is looked at."""
        self._scouts.close()

    def look(self, policy: Any, woken: Optional[Iterable[Watch]] = None) -> Seen:
        """A look at what is behind these watches, or at everything (None)."""
        begun, host = self._monotonic(), self._host()
        watches = None if woken is None or not self._kept else frozenset(woken)
        chosen = [name for name, one in self._known.items() if not one.waits and (
            watches is None or watches & set(one.watches))]
        if watches is not None:
            self._touched.update(name for name, one in self._known.items() if one.waits and watches & set(one.watches))
        self._send_scouts(policy, host, watches is None)
        if chosen:
            looked = round.look(host, policy, round.Asked(tuple(chosen)))
            self._version = looked.kubernetes
            self._kept.update((one.requirement.id, one) for one in looked.judged)
        found = self._take_scouts(policy)
        all_of_it = [self._kept[name] for name in self._known]
        return Seen(round.Looked(all_of_it, self._version), frozenset(chosen) | found, host, self._monotonic() - begun)

    def _send_scouts(self, policy: Any, host: Any, everything: bool) -> None:
        if not everything and not self._touched:
            return
        version = round.kubernetes(host, policy)
        wants = {one.id: policy.rule(one, version).want for one in self._known.values() if one.waits}
        if everything and self._scouts.send([self._known[name] for name in wants], wants) or \
                self._scouts.send_some([self._known[name] for name in sorted(self._touched)], wants):
            self._touched.clear()

    def _take_scouts(self, policy: Any) -> Set[str]:
        """What came back, which the first look waits for: its report shall be whole."""
        first = any(name not in self._kept for name in self._known)
        found = self._scouts.back(wait=first)
        for name, finding in found.items():
            self._kept[name] = Judged(self._known[name], finding, policy.rule(self._known[name], self._version))
        return set(found)
