"""Which states the waivers of the master cover. `told` is what a node says of a requirement, by its own policy;
`outcome` is the same, or waived when somebody answers for it here. All that counts and shows reads `outcome`.

A waiver that is given, ended or over changes outcomes in one go, and each is a transition: so it raises again what it
covered, and its time is on record.
"""
import time

from nodeprep import epoch
from nodeprep.compliance.weigh import standing
from nodeprep.master.store import nodes, states
from nodeprep.master.store.cursor import Cursor
from nodeprep.model import DRIFTED, UNKNOWN
from nodeprep.output.words import ADVISED, WAIVED
from nodeprep.typed import Any, Dict, List, Set, Tuple

FAILING = (DRIFTED, UNKNOWN, ADVISED)
_DAY = 86400.0
_ASKED = 'covered'        # of table meta


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


def reapply(cursor: Cursor, at: float) -> int:
    """Brings all outcomes up to the waivers that hold now; returns how many states changed.

    To be called after a waiver was given or ended, in the same transaction, and now and then, since their days end. One
    that ran out while nobody looked did so when its last day ended.
    """
    changed = sum(_bring(cursor, load(cursor, over, now=False), over, []) for over in _ran_out(cursor, at))
    cover = load(cursor, at)
    return changed + _bring(cursor, cover, at, cover.requirements())


def _bring(cursor: Cursor, cover: Cover, at: float, requirements: List[str]) -> int:
    """Those that are not covered any more, and of some requirements those that are now."""
    columns = 'SELECT node, requirement, told, outcome FROM state'
    rows = cursor.within(f"{columns} WHERE outcome IN ('drifted', 'unknown', 'advised') AND requirement IN (?*)",
                         requirements)
    rows += cursor.all(f"{columns} WHERE outcome = 'waived' AND told <> 'waived'")
    changed = {(node, requirement): cover.outcome(node, requirement, told)
               for node, requirement, told, outcome in rows if cover.outcome(node, requirement, told) != outcome}
    if changed:
        _write(cursor, changed, at)
    return len(changed)


def _ran_out(cursor: Cursor, at: float) -> List[float]:
    """The ends of the last days of waivers that passed since this was asked last."""
    row = cursor.one('SELECT value FROM meta WHERE key = ?', (_ASKED,))
    last = float(row[0]) if row else at
    if row is None:
        cursor.run(cursor.dialect.add_new('meta', ('key', 'value')), (_ASKED, repr(at)))
    elif last // _DAY != at // _DAY:
        cursor.run('UPDATE meta SET value = ? WHERE key = ?', (repr(at), _ASKED))
    days = cursor.all('SELECT DISTINCT until FROM waiver WHERE until >= ? AND until < ? ORDER BY until',
                      (_day(last), _day(at)))
    return [epoch.of(day + 'T00:00:00Z') + _DAY for day, in days]


def _day(at: float) -> str:
    return time.strftime('%Y-%m-%d', time.gmtime(at))


def _write(cursor: Cursor, changed: Dict[Tuple[int, str], str], at: float) -> None:
    touched: Set[int] = {node for node, _ in changed}
    known = states.of(cursor, touched)
    sequences = {node: one.sequence for node, one in nodes.known(cursor, touched).items()}
    states.add(cursor, [(node, requirement, at, known[node, requirement].state, *known[node, requirement][:4],
                         sequences[node], known[node, requirement].outcome, outcome)
                        for (node, requirement), outcome in sorted(changed.items())])
    cursor.many('UPDATE state SET outcome = ? WHERE node = ? AND requirement = ?',
                [(outcome, *key) for key, outcome in sorted(changed.items())])
    outcomes: Dict[int, List[str]] = {}
    for key, state in known.items():
        outcomes.setdefault(key[0], []).append(changed.get(key, state.outcome))
    stand(cursor, {node: standing(found) for node, found in outcomes.items()})


def stand(cursor: Cursor, standings: Dict[int, str]) -> None:
    """Writes how nodes stand."""
    if standings:
        cursor.many('UPDATE node SET standing = ? WHERE id = ?',
                    [(found, node) for node, found in sorted(standings.items())])
