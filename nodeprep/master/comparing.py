"""What reports change in the states of their nodes: a transition for each requirement that is otherwise now."""
from nodeprep.compliance.weigh import standing
from nodeprep.master import telling
from nodeprep.master.findings import Part
from nodeprep.master.prepared import Report
from nodeprep.master.store import approvals, covering, states
from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.nodes import Known
from nodeprep.master.store.states import Key, State
from nodeprep.model import NOT_APPLICABLE
from nodeprep.typed import Any, Dict, List, Optional, Tuple


def compare(cursor: Cursor, applied: List[Tuple[Known, Report, float]]) -> Dict[int, str]:
    """Brings the states up to these reports, each node's in order; returns how the nodes stand of which one changed."""
    found = states.of(cursor, {node.id for node, _, _ in applied})
    changes = Changes(found, covering.load(cursor, max((received for _, _, received in applied), default=0.0)))
    for node, report, received in applied:
        changes.report(node.id, report, received)
    changes.write(cursor)
    return changes.standings()


class Changes:
    """What is written of some reports together: of each state the last that it came to, and every transition."""

    def __init__(self, known: Dict[Key, State], cover: covering.Cover) -> None:
        """`known`: the states before."""
        self._before, self._known, self._cover = known, dict(known), cover
        self._names: Dict[int, List[str]] = {}
        for node, requirement in known:
            self._names.setdefault(node, []).append(requirement)
        self._puts: Dict[Key, State] = {}
        self._gone: Dict[Key, None] = {}
        self._proposals: Dict[Key, Tuple[Optional[str], Part, float]] = {}      # the digest that was known before
        self.transitions: List[Tuple[Any, ...]] = []

    def report(self, node: int, report: Report, received: float) -> None:
        """Compares one report."""
        names = []
        for part in report.parts:
            names.append(part.requirement)
            self._part((node, part.requirement), part, report, received)
        known = self._names.get(node, ())
        if names != known:
            for gone in set(known) - set(names):
                self._lost((node, gone), report)
            self._names[node] = names

    def write(self, cursor: Cursor) -> None:
        """Writes all of it."""
        states.put(cursor, self._puts, self._before)
        states.remove(cursor, list(self._gone))
        states.add(cursor, self.transitions)
        for (node, requirement), (before, part, at) in self._proposals.items():
            if part.digest != before:
                approvals.propose(cursor, node, requirement, part.digest, part.tree, at)

    def standings(self) -> Dict[int, str]:
        """How the nodes stand of which a state changed."""
        found: Dict[int, List[str]] = {node: [] for node, _ in list(self._puts) + list(self._gone)}
        for (node, _), state in self._known.items():
            if node in found:
                found[node].append(state.outcome)
        return {node: standing(outcomes) for node, outcomes in found.items()}

    def _part(self, key: Key, part: Part, report: Report, received: float) -> None:
        old = self._known.get(key)
        same = old is not None and old[:4] == part.states
        if old is not None and same and old.seen == part.seen:
            return
        (state, now, boot, severity), told = part.states, telling.told(part.text)
        outcome = self._cover.outcome(*key, told.outcome)
        if old is None or not same or old.outcome != outcome:
            self.transitions.append((*key, report.taken, old.state if old else None, state, now, boot, severity,
                                     report.sequence, old.outcome if old else None, outcome))
        since = old.since if old and old.state == state else report.taken
        fresh = State(state, now, boot, severity, told.mode, since, told.title, told.says, told.waiver, part.digest,
                      part.seen, told.outcome, outcome)
        if part.digest != (old.digest if old else None):
            before = self._proposals[key][0] if key in self._proposals else old.digest if old else None
            self._proposals[key] = (before, part, received)
        self._known[key] = self._puts[key] = fresh
        self._gone.pop(key, None)

    def _lost(self, key: Key, report: Report) -> None:
        """A requirement that the node does not speak of any more, because of its profile or its version."""
        old = self._known.pop(key)
        self.transitions.append((*key, report.taken, old.state, NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE,
                                 old.severity, report.sequence, old.outcome, NOT_APPLICABLE))
        if old.digest is not None:
            none = Part('', ('', '', '', ''), 0, None, '{}')
            self._proposals[key] = (self._proposals.get(key, (old.digest,))[0], none, report.taken)
        self._puts.pop(key, None)
        self._gone[key] = None
