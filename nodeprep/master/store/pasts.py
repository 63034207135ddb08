"""What became of each node and of its requirements, for the compliance report.

The states of today are what they were, but for what turned since the span began: the transitions from the first one on
that is in the span. They are taken in the order in which the master learned of them: a node whose clock was set back
turns what it turned before.
"""
from nodeprep.compliance.life import Life, Still
from nodeprep.compliance.weigh import UNTOLD, Turn
from nodeprep.master.store import former
from nodeprep.master.store.cursor import Cursor
from nodeprep.model import DRIFTED, NOT_APPLICABLE
from nodeprep.typed import Any, Dict, FrozenSet, Iterator, List, Optional, Tuple

Tree = Dict[str, Any]
Turns = Dict[str, Tuple[Optional[str], List[Turn]]]
_NODES = ('SELECT id, name, status, role, os_id, os_version, os_name, sequence, head FROM node ORDER BY id')
# All of it stands in an index.
_STATES = 'SELECT outcome, requirement, node FROM state ORDER BY outcome, requirement, node'
_TURNS = ('SELECT node, requirement, at, before, outcome FROM transition WHERE id >= ? ORDER BY node, id')


def nodes(cursor: Cursor, until: float) -> Dict[int, Tree]:
    """What each node was at a time, as a node of the report has it, by id; those that are gone too, as they were last.
    What the master holds of its chain of reports is that of now.
    """
    then = former.at(cursor, until)
    found: Dict[int, Tree] = {}
    systems: Dict[Tuple[str, ...], Tree] = {}
    words: Dict[str, str] = {}
    for node, name, _, role, os_id, version, os_name, sequence, head in cursor.each(_NODES):
        if node in then:
            role, os_id, version, os_name = then[node][0]
        system = systems.setdefault((os_id, version, os_name), {'id': os_id, 'version': version, 'name': os_name})
        found[node] = {'name': name, 'role': words.setdefault(role, role), 'os': system,
                       'labels': dict(then[node][1]) if node in then else {}, 'sequence': sequence, 'head': head}
    for node, name, value in cursor.each('SELECT node, name, value FROM label ORDER BY node, name'):
        if node not in then:
            found[node]['labels'][words.setdefault(name, name)] = words.setdefault(value, value)
    return found


def events(cursor: Cursor) -> Iterator[Tuple[int, List[Turn]]]:
    """What became of each node, in order; node by node. No other query may be made meanwhile."""
    words: Dict[str, str] = {}
    own: Optional[int] = None
    found: List[Turn] = []
    for node, at, what in cursor.each('SELECT node, at, what FROM presence ORDER BY node, id'):
        if node != own:
            if own is not None:
                yield own, found
            own, found = node, []
        found.append((at, words.setdefault(what, what)))
    if own is not None:
        yield own, found


class Stills:
    """What the requirements of all nodes count as now. Nodes that are alike share one Still."""

    def __init__(self, cursor: Cursor) -> None:
        """Each node is a place in a tree, whose way from the root are its (requirement, outcome) in order."""
        self._place: Dict[int, int] = {}
        self._steps: List[Tuple[int, Tuple[str, str]]] = [(0, ('', ''))]           # from which place, by what
        self._made: Dict[Tuple[int, FrozenSet[str]], Still] = {}
        self._stills: Dict[Tuple[Tuple[str, str], ...], Still] = {}
        self.outcomes: Dict[str, Dict[str, int]] = {}          # of each requirement: how many nodes are so
        steps: Dict[Tuple[int, str, str], int] = {}
        words: Dict[str, str] = {}
        for outcome, requirement, node in cursor.each(_STATES):
            at = self._place.get(node, 0)
            step = steps.get((at, requirement, outcome))
            if step is None:
                outcome, requirement = words.setdefault(outcome, outcome), words.setdefault(requirement, requirement)
                step = steps[at, requirement, outcome] = len(self._steps)
                self._steps.append((at, (requirement, outcome)))
            self._place[node] = step
            held = self.outcomes.setdefault(requirement, {})
            held[outcome] = held.get(outcome, 0) + 1

    def has(self, node: int, requirement: str) -> bool:
        """Whether a node still tells of a requirement."""
        return any(name == requirement for name, _ in self._way(self._place.get(node, 0)))

    def life(self, node: int, turns: Turns, until: float) -> Life:
        """One of a node, with what turned of it."""
        for name, (before, turned) in turns.items():
            if turned[-1][1] == NOT_APPLICABLE and not self.has(node, name):
                turns[name] = before, turned[:-1] + [(turned[-1][0], UNTOLD)]
        told = self._first(node, turns)
        calm = {name for name, (_, turned) in turns.items()
                if told is not None and len(turned) == 1 and turned[0][0] == told < until and turned[0][1] != DRIFTED}
        if calm:
            turns = {name: one for name, one in turns.items() if name not in calm}
        key = self._place.get(node, 0), frozenset(turns)
        still = self._made.get(key)
        if still is None:
            way = tuple(one for one in self._way(key[0]) if one[0] not in key[1])
            still = self._made[key] = self._stills.setdefault(way, Still(way))
        return Life(still, turns, until, told if calm else None)

    def _first(self, node: int, turns: Turns) -> Optional[float]:
        """When a node told of its first requirement; None when it did before anything turned."""
        if any(before is not None for before, _ in turns.values()) \
                or any(name not in turns for name, _ in self._way(self._place.get(node, 0))):
            return None
        return min((turned[0][0] for _, turned in turns.values()), default=None)

    def _way(self, place: int) -> Iterator[Tuple[str, str]]:
        while place:
            place, one = self._steps[place]
            yield one


def turns(cursor: Cursor, since: float) -> Iterator[Tuple[int, Turns]]:
    """Of each node of which anything turned since a time: of each requirement that did what it was before, and each
    turn. No other query may be made meanwhile.
    """
    first = cursor.one('SELECT MIN(id) FROM transition WHERE at >= ?', (since,))
    if not first or first[0] is None:
        return
    words: Dict[str, str] = {}
    own: Optional[int] = None
    found: Turns = {}
    for node, requirement, at, before, outcome in cursor.each(_TURNS, (first[0],)):
        if node != own:
            if own is not None:
                yield own, found
            own, found = node, {}
        held = found.get(requirement)
        if held is None:
            held = found[words.setdefault(requirement, requirement)] = before, []
        elif before is None:             # it is told again: before that it was not, which is written as what it is now
            held[1][-1] = held[1][-1][0], UNTOLD
        held[1].append((at, words.setdefault(outcome, outcome)))
    if own is not None:
        yield own, found
