"""Which states the waivers of the master cover. `told` is what a node says of a requirement, by its own policy;
`outcome` is the same, or waived when somebody answers for it here. All that counts and shows reads `outcome`.

A waiver that is given, ended or over changes outcomes in one go, and each is a transition: so it raises again what it
covered, and its time is on record.
"""
import time

from nodeprep import epoch
from nodeprep.compliance.weigh import standing
from nodeprep.master.store import kept, nodes, states
from nodeprep.master.store.cursor import Cursor
from nodeprep.model import DRIFTED, UNKNOWN
from nodeprep.output.words import ADVISED, WAIVED
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Set, Tuple

FAILING = (DRIFTED, UNKNOWN, ADVISED)
_DAY = 86400.0
_ASKED = 'covered'        # of table meta
SLICE = 200               # states that become something else in one transaction


class Cover:
    """What the waivers that hold cover: by requirement the nodes, None for all of them."""

    def __init__(self, covered: Dict[str, Any]) -> None:
        self._covered = covered

    def outcome(self, node: int, requirement: str, told: str) -> str:
        """What a state counts as."""
        if told in FAILING and requirement in self._covered:
            of_nodes = self._covered[requirement]
            if of_nodes is None or node in of_nodes:
                return WAIVED
        return told

    def requirements(self) -> List[str]:
        """Those that are waived for any node."""
        return sorted(self._covered)


def load(cursor: Cursor, at: float, now: bool = True) -> Cover:
    """The waivers that hold at a time (seconds since 1970); not `now`: which held at one that has passed, for the nodes
    as they are.
    """
    then, args = ('ended IS NULL', ()) if now else ('created < ? AND (ended IS NULL OR ended > ?)', (at, at))
    active = cursor.all(f'SELECT requirement, scope_kind, scope, node FROM waiver WHERE {then} AND until >= ?',
                        (*args, _day(at)))
    found: Dict[str, Any] = {}
    for requirement, kind, scope, node in active:
        held: Any = found.setdefault(requirement, set())
        if kind == 'all':
            found[requirement] = None
        elif held is not None and kind == 'node':
            held.update([node] if node is not None else ())
        elif held is not None:
            label, _, value = scope.partition('=')
            held.update(row[0] for row in cursor.all('SELECT node FROM label WHERE name = ? AND value = ?',
                                                     (label, value)))
    return Cover(found)


class Step(NamedTuple):
    """States that may count as something else since a time: by what holds `now`, or by what held then, for the nodes as
    they are.
    """

    at: float
    now: bool
    keys: List[Tuple[int, str]]


def reapply(cursor: Cursor, at: float) -> int:
    """Brings all outcomes up to the waivers that hold now; returns how many states changed.

    To be called after a waiver was given or ended, in the same transaction. One that ran out while nobody looked did so
    when its last day ended.
    """
    changed = 0
    for then, now in _times(cursor, at):
        changed += _bring(cursor, _step(cursor, then, now))
        _looked(cursor, then, now)
    return changed


def settle(store: Any, at: float, most: int = SLICE) -> Iterator[int]:
    """The same in a store, now and then, since the days of waivers end. Gives how many states changed with each
    transaction, which are at most `most`: what may change is looked for in readings, so that nobody waits long for the
    writer. StoreTrouble.
    """
    for then, now in store.read(lambda cursor: _times(cursor, at)):
        step = store.read(lambda cursor, then=then, now=now: _step(cursor, then, now))
        for first in range(0, len(step.keys), most):
            some = step._replace(keys=step.keys[first:first + most])
            yield store.do(lambda cursor, some=some: _bring(cursor, some))
        if store.read(lambda cursor: _day(_last(cursor))) != _day(then):
            store.do(lambda cursor, then=then, now=now: _looked(cursor, then, now))


def _times(cursor: Cursor, at: float) -> List[Tuple[float, bool]]:
    """The ends of the last days of waivers that passed since it was looked last, and now."""
    days = cursor.all('SELECT DISTINCT until FROM waiver WHERE until >= ? AND until < ? ORDER BY until',
                      (_day(_last(cursor, at)), _day(at)))
    return [(epoch.of(day + 'T00:00:00Z') + _DAY, False) for day, in days] + [(at, True)]


def _last(cursor: Cursor, never: float = 0.0) -> float:
    row = cursor.one('SELECT value FROM meta WHERE key = ?', (_ASKED,))
    return kept.number(row[0], never) if row else never


def _looked(cursor: Cursor, at: float, now: bool) -> None:
    """Keeps on which day it was looked; the clock may have been set back."""
    last = _last(cursor, -_DAY)
    if (_day(last) != _day(at) if now else last < at) and not cursor.run(
            'UPDATE meta SET value = ? WHERE key = ?', (repr(at), _ASKED)):
        cursor.run(cursor.dialect.add_new('meta', ('key', 'value')), (_ASKED, repr(at)))


def _step(cursor: Cursor, at: float, now: bool) -> Step:
    """What is not covered any more, and what is covered now."""
    cover = load(cursor, at, now)
    return Step(at, now, _otherwise(cursor, cover, cover.requirements() if now else []))


def _bring(cursor: Cursor, step: Step) -> int:
    """Does a step, as far as it is to be done still; returns how many states changed."""
    if not step.keys or not step.now and _last(cursor) >= step.at:
        return 0
    cover = load(cursor, step.at, step.now)
    known = states.of(cursor, {node for node, _ in step.keys})
    outcomes = {key: cover.outcome(*key, known[key].told) for key in step.keys if key in known}
    changed = {key: outcome for key, outcome in outcomes.items() if outcome != known[key].outcome}
    if changed:
        _write(cursor, changed, known, step.at)
    return len(changed)


def _otherwise(cursor: Cursor, cover: Cover, requirements: List[str]) -> List[Tuple[int, str]]:
    """Those that are not covered any more, and of some requirements those that are now."""
    columns = 'SELECT node, requirement, told, outcome FROM state'
    rows = cursor.within(f"{columns} WHERE outcome IN ('drifted', 'unknown', 'advised') AND requirement IN (?*)",
                         requirements)
    rows += cursor.all(f"{columns} WHERE outcome = 'waived' AND told <> 'waived'")
    return sorted((node, requirement) for node, requirement, told, outcome in rows
                  if cover.outcome(node, requirement, told) != outcome)


def _day(at: float) -> str:
    return time.strftime('%Y-%m-%d', time.gmtime(at))


def _write(cursor: Cursor, changed: Dict[Tuple[int, str], str], known: Dict[Tuple[int, str], states.State],
           at: float) -> None:
    """`known` are all states of the nodes of those that changed, and maybe of others."""
    touched: Set[int] = {node for node, _ in changed}
    sequences = {node: one.sequence for node, one in nodes.known(cursor, touched).items()}
    states.add(cursor, [(node, requirement, at, known[node, requirement].state, *known[node, requirement][:4],
                         sequences[node], known[node, requirement].outcome, outcome)
                        for (node, requirement), outcome in sorted(changed.items())])
    cursor.many('UPDATE state SET outcome = ? WHERE node = ? AND requirement = ?',
                [(outcome, *key) for key, outcome in sorted(changed.items())])
    outcomes: Dict[int, List[str]] = {}
    for key, state in known.items():
        if key[0] in touched:
            outcomes.setdefault(key[0], []).append(changed.get(key, state.outcome))
    stand(cursor, {node: standing(found) for node, found in outcomes.items()})


def stand(cursor: Cursor, standings: Dict[int, str]) -> None:
    """Writes how nodes stand."""
    if standings:
        cursor.many('UPDATE node SET standing = ? WHERE id = ?',
                    [(found, node) for node, found in sorted(standings.items())])
