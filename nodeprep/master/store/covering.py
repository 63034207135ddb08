"""Which states the waivers of the master cover. `told` is what a node says of a requirement, by its own policy;
`outcome` is the same, or waived when somebody answers for it here. All that counts and shows reads `outcome`.

A waiver that is given, ended or over changes outcomes, and each change is a transition: so it raises again what it
covered, and its time is on record. Where these are many they follow in slices when the waiver is there (unsettled.py).
"""
import time

from nodeprep import epoch
from nodeprep.compliance.weigh import standing
from nodeprep.master.store import kept, nodes, states, unsettled
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
    then, args = ('ended IS NULL', ()) if now else ('created <= ? AND (ended IS NULL OR ended > ?)', (at, at))
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


class When(NamedTuple):
    """A time at which states came to count as something else: by what holds `now`, or by what held then, for the nodes
    as they are. `key`: of the decision that was made then, see unsettled.py; '' when it is the end of a day.
    """

    at: float
    now: bool
    key: str = ''


class Step(NamedTuple):
    """The states that may count as something else since then."""

    when: When
    keys: List[Tuple[int, str]]


def reapply(cursor: Cursor, at: float) -> int:
    """Brings all outcomes up to the waivers that hold now; returns how many states changed.

    One that ran out while nobody looked did so when its last day ended.
    """
    changed = 0
    for when in _times(cursor, at):
        changed += _bring(cursor, _step(cursor, when))
        _looked(cursor, when)
    return changed


def decided(cursor: Cursor, waiver: int, what: str, at: float, most: int = SLICE) -> None:
    """To be called when a waiver was given or ended (see unsettled.py), in the same transaction: brings outcomes up to
    it when that changes few states, and else leaves all of them to settle().
    """
    left = 0 if unsettled.there(cursor) else most
    for when in _times(cursor, at) if left else ():
        step = _step(cursor, when)
        if len(step.keys) > left:
            left = 0
            break
        left -= _bring(cursor, step)
        _looked(cursor, when)
    else:
        if left:
            return
    if _last(cursor, -_DAY) < 0:      # the first waiver of all: from now on the ends of days count
        _looked(cursor, When(at, True))
    unsettled.add(cursor, waiver, what)


def settle(store: Any, at: float, most: int = SLICE) -> Iterator[int]:
    """The same as reapply() in a store: what is left of decisions, and now and then, since the days of waivers end.
    Gives how many states changed with each transaction, which are at most `most`: what may change is looked for in
    readings, so that nobody waits long for the writer. StoreTrouble.
    """
    for when in store.read(lambda cursor: _times(cursor, at)):
        again = True
        while again:
            step, again = store.read(lambda cursor, when=when: _step(cursor, when)), False
            for first in range(0, len(step.keys), most):
                some = step._replace(keys=step.keys[first:first + most])
                changed = store.do(lambda cursor, some=some: _bring(cursor, some))
                again = again or bool(changed and when.key)
                yield changed
        if when.key and not step.keys or not when.key and \
                store.read(lambda cursor: _day(_last(cursor))) != _day(when.at):
            store.do(lambda cursor, when=when: _looked(cursor, when))


def _times(cursor: Cursor, at: float) -> List[When]:
    """The ends of the last days of waivers that passed since it was looked last, what was decided and does not count
    everywhere yet, and now.
    """
    days = cursor.all('SELECT DISTINCT until FROM waiver WHERE until >= ? AND until < ? ORDER BY until',
                      (_day(_last(cursor, at)), _day(at)))
    then = [When(_end(day), False) for day, in days] + [When(when, False, key) for when, key in unsettled.each(cursor)]
    return sorted(then) + [When(at, True)]


def _end(day: str) -> float:
    try:
        return epoch.of(day + 'T00:00:00Z') + _DAY
    except ValueError:               # its row is damaged
        return 0.0


def _last(cursor: Cursor, never: float = 0.0) -> float:
    row = cursor.one('SELECT value FROM meta WHERE key = ?', (_ASKED,))
    return kept.number(row[0], never) if row else never


def _looked(cursor: Cursor, when: When) -> None:
    """Keeps that a decision counts everywhere, or on which day it was looked; the clock may have been set back."""
    if when.key:
        unsettled.done(cursor, when.key)
        return
    last = _last(cursor, -_DAY)
    if (_day(last) != _day(when.at) if when.now else last < when.at) and not cursor.run(
            'UPDATE meta SET value = ? WHERE key = ?', (repr(when.at), _ASKED)):
        cursor.run(cursor.dialect.add_new('meta', ('key', 'value')), (_ASKED, repr(when.at)))


def _step(cursor: Cursor, when: When) -> Step:
    """What is not covered any more, and what is covered now."""
    cover = load(cursor, when.at, when.now)
    return Step(when, _otherwise(cursor, cover, cover.requirements() if when.now or when.key else []))


def _bring(cursor: Cursor, step: Step) -> int:
    """Does a step, as far as it is to be done still; returns how many states changed. What holds now waits for what was
    decided before, which another master may be about to do.
    """
    when = step.when
    left = [key for _, key in unsettled.each(cursor)]
    if not step.keys or (when.key not in left if when.key else left if when.now else _last(cursor) >= when.at):
        return 0
    cover = load(cursor, when.at, when.now)
    known = states.of(cursor, {node for node, _ in step.keys})
    outcomes = {key: cover.outcome(*key, known[key].told) for key in step.keys if key in known}
    changed = {key: outcome for key, outcome in outcomes.items() if outcome != known[key].outcome}
    if changed:
        _write(cursor, changed, known, when.at)
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
