"""Those requirements that wait for other machines are looked at by a process of its own, once in a long while.

A registry that is slow to answer must not keep the agent from seeing that swap was turned on.
"""
from nodeprep import engine
from nodeprep.agent.packing import packed, unpacked
from nodeprep.host.apart import Apart
from nodeprep.host.files import reason
from nodeprep.model import NOT_APPLICABLE, NOW, UNKNOWN, CannotTell, Finding, unknown
from nodeprep.typed import Any, Callable, Dict, List, Mapping, Optional

PATIENCE = 900.0          # seconds from one look to the next while all is well
IN_NEED = 300.0           # and while it is not
EACH = 30.0               # seconds from one look at what an event is about to the next
_DIED = 'the process that looks at it died, or did not end in time'
_MORE = 5.0               # seconds that the process may need beyond what the requirements allow themselves


class Scouts:
    """At most one look at a time. `host` makes a Host that remembers nothing; `monotonic` is a clock."""

    def __init__(self, host: Callable[[], Any], monotonic: Callable[[], float], apart: Any = Apart) -> None:
        self._host, self._monotonic, self._apart = host, monotonic, apart
        self._going: Any = None
        self._asked: List[Any] = []
        self._next = self._some = float('-inf')
        self._all = True                       # those that are on the way are all of them
        self._refused = ''                     # why there was no process for them

    def fds(self) -> List[int]:
        """What is readable when they come back."""
        return [self._going.fileno()] if self._going else []

    def forget(self) -> None:
        """They are sent again at the next occasion: what is wanted may differ."""
        self.close()
        self._next = float('-inf')

    def send(self, requirements: List[Any], wants: Mapping[str, Any]) -> bool:
        """Sends all of them when it is time and none is on the way; whether they went."""
        if self._going or not requirements or self._monotonic() < self._next:
            return False
        self._next = self._monotonic() + IN_NEED
        self._all = True
        return self._go(requirements, wants)

    def send_some(self, requirements: List[Any], wants: Mapping[str, Any]) -> bool:
        """Sends those that an event is about, when none is on the way and the last event is a while ago; whether they
        went.
        """
        if self._going or not requirements or self._monotonic() < self._some:
            return False
        self._some = self._monotonic() + EACH
        self._all = False
        return self._go(requirements, wants)

    def _go(self, requirements: List[Any], wants: Mapping[str, Any]) -> bool:
        limit = max(float(wants[one.id].get('time_limit', 5.0)) for one in requirements) + _MORE
        self._asked = requirements
        try:
            self._going = self._apart(lambda: packed(engine.examine_all(requirements, self._host(), wants)), limit)
        except OSError as error:               # pids.max, memory: the agent goes on without
            self._refused = f'no process can be had that looks at it: {reason(error)}'
        return True

    def back(self, wait: bool = False) -> Dict[str, Finding]:
        """What they found, by requirement; {} while they are on the way, or were not sent."""
        if self._refused:
            refused, self._refused = self._refused, ''
            return {one.id: _lost(one, refused) for one in self._asked}
        raw: Optional[bytes] = self._going.result(wait) if self._going else None
        if raw is None:
            return {}
        self._going = None
        found: Dict[str, Finding] = unpacked(raw) if raw else {one.id: _lost(one, _DIED) for one in self._asked}
        if self._all and all(one.state not in (UNKNOWN, 'drifted') for one in found.values()):
            self._next += PATIENCE - IN_NEED
        return found

    def close(self) -> None:
        """Calls them off."""
        if self._going:
            self._going.close()
            self._going = None


def _lost(requirement: Any, why: str) -> Finding:
    late = CannotTell(why, 'fork(2)')
    return Finding(requirement.id, UNKNOWN, NOT_APPLICABLE, (unknown('network', requirement.title, late, when=NOW),))
