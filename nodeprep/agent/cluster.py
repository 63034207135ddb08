"""The members of the cluster, which the master is asked for beside the reports: when, and what of that is news."""
from nodeprep.agent import log
from nodeprep.agent.contact import Contact
from nodeprep.typed import Any, Dict, Optional

SAME, NEW = 'same', 'new'         # the list of the cluster's members is still so, or another one counts now
_NEVER = 3600.0           # seconds; nothing is asked, and whoever sleeps so long looks again


class Cluster:
    """Asks by a Roster, which keeps the list; without one nothing is asked."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._roster: Any = None
        self._listed, self._unlisted, self._in_vain = '', '', 0

    def follow(self, roster: Any) -> None:
        """With a Roster the members are asked for; None: not."""
        self._roster = roster

    def of(self, name: Optional[str]) -> bool:
        """From now on the members of this cluster are wanted; None: of none. Whether anybody asks for them."""
        if self._roster is not None:
            self._roster.follow(name)
        return self._roster is not None

    def wait(self) -> float:
        """Seconds until the members are to be asked for."""
        return float(self._roster.wait()) if self._roster is not None else _NEVER

    def ask(self, client: Any, heartbeat: float) -> None:
        """Asks for them; `heartbeat` is the seconds from one heartbeat to the next, by which questions go too."""
        listed = self._roster.step(client, heartbeat)
        problem = self._roster.problem
        self._in_vain = self._in_vain + 1 if problem else 0
        # A master that is away is told of by the next heartbeat; one that answers those alone, here.
        if problem and problem != self._unlisted and (self._in_vain > 1 or not client.wait()):
            self._contact.say(f'the list of the cluster: {problem}', log.WARNING)
            self._unlisted = problem
        elif not problem:
            self._unlisted = ''
        if listed:
            self._listed = listed if self._listed != NEW else NEW
            self._contact.tell_loop()

    def listed(self) -> str:
        """What became of the list since this was last asked: NEW, SAME or ''."""
        was, self._listed = self._listed, ''
        return was

    def facts(self) -> Optional[Dict[str, Any]]:
        """How it stands with the list, as the status has it; None when none is wanted."""
        facts: Optional[Dict[str, Any]] = self._roster.facts() if self._roster is not None else None
        return facts
