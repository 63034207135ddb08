"""What else a compliance report tells of a span of time: who decided what, holes in chains, clones, fights, titles."""
from nodeprep.compliance import fixes as made
from nodeprep.compliance.document import REQUIRED
from nodeprep.compliance.weigh import ADVISED, IGNORED
from nodeprep.master.store import audit, fixes, kept
from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.lives import EARLIER
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Container, Dict, List, Mapping, Tuple

_SAMPLE = 9               # rows that are asked what a requirement is called
_GAPS = 'SELECT node, first, last, state, said, at FROM gap WHERE at >= ? AND at < ? AND state <> ? ORDER BY at, id'
_CLONES = ('SELECT kind, value, first, later, found, decided, decision FROM clone WHERE found < ? '
           'AND (decided IS NULL OR decided >= ?) ORDER BY found, id')
_AUDIT = 'SELECT at, who, what, subject, detail FROM audit WHERE at >= ? AND at < ? ORDER BY at DESC, id DESC'
# What was approved and then was not proposed any more: the node did it. When, its state tells. Of an agent that tells
# of its fixes those stand for themselves.
_USED = ('SELECT a.node, a.requirement, a."by", a.reason, MIN(t.at) FROM approval a '
         'JOIN transition t ON t.node = a.node AND t.requirement = a.requirement AND t.at >= a.decided '
         "WHERE a.state = 'used' AND a.decided < ? "
         'AND NOT EXISTS (SELECT 1 FROM fix f WHERE f.node = a.node AND f.approval = a.id) '
         'GROUP BY a.id, a.node, a.requirement, a."by", a.reason ORDER BY 5 DESC, a.id')
_TITLES = 'SELECT title FROM state WHERE outcome = ? AND requirement = ? ORDER BY node LIMIT ?'
_WHO_REQUIRES = "SELECT node FROM state WHERE outcome = ? AND requirement = ? AND severity = 'required'"


class Change(NamedTuple):
    """Something that was decided, or done because of it. `node` is a name, '' when it is about no one node."""

    at: float
    who: str
    what: str
    node: str
    requirement: str
    detail: str
    allowed: str = ''


def titles(cursor: Cursor, outcomes: Mapping[str, Mapping[str, int]],
           nodes: Container[int]) -> Dict[str, Tuple[str, str]]:
    """The title and the severity of each requirement. The title is what most of some nodes say, so that no single node
    names it for all; it is required when it is by any of `nodes`. `outcomes`: of each requirement how many nodes are
    so.
    """
    found = {}
    for requirement, held in sorted(outcomes.items()):
        frequent = sorted(sorted(held), key=lambda one: -held[one])
        said = [title for title, in cursor.all(_TITLES, (frequent[0], requirement, _SAMPLE))]
        if said:
            weighed = [outcome for outcome in frequent if outcome != IGNORED] or frequent
            required = any(_required(cursor, outcome, requirement, nodes) for outcome in weighed)
            found[requirement] = max(sorted(set(said)), key=said.count), REQUIRED if required else ADVISED
    return found


def _required(cursor: Cursor, outcome: str, requirement: str, nodes: Container[int]) -> bool:
    return any(node in nodes for node, in cursor.each(_WHO_REQUIRES, (outcome, requirement)))


def gaps(cursor: Cursor, since: float, until: float) -> List[Tuple[Any, ...]]:
    """(node, first, last, state, said, at) of what was noticed in a span, in order."""
    return cursor.all(_GAPS, (since, until, EARLIER))


def clones(cursor: Cursor, since: float, until: float) -> List[Tuple[Any, ...]]:
    """(kind, value, first, later, found, decided, decision), of nodes, that were undecided at any time of a span."""
    return cursor.all(_CLONES, (until, since))


def fights(cursor: Cursor) -> List[Tuple[int, Any]]:
    """(node, what it says of its fights) of now."""
    return [(node, kept.tree(said, [])) for node, said in cursor.all(
        "SELECT node, fights FROM pulse WHERE fights <> '[]' ORDER BY node")]


def changes(cursor: Cursor, since: float, until: float, names: Mapping[int, str]) -> List[Change]:
    """The decisions of a span, and what was fixed in it, with who allowed that; the newest first."""
    found = []
    for at, who, what, subject, detail in cursor.each(_AUDIT, (since, until)):
        node, requirement = _about(what, subject, names)
        said = _detail(_scope(what, subject), audit.timed(kept.tree(detail, {})), node)
        found.append(Change(at, who, what, node, requirement, said))
    for number, requirement, by, reason, at in cursor.all(_USED, (until,)):
        if since <= at < until and number in names:
            found.append(Change(at, by, 'plan carried out', names[number], requirement,
                                f'approved: {reason}' if reason else 'approved'))
    for one in fixes.between(cursor, since, until, names):
        found += [Change(**dict(tree, at=at)) for at, tree in made.changes(one, since, until)]
    return sorted(found, key=lambda one: -one.at)


def _about(what: str, subject: str, names: Mapping[int, str]) -> Tuple[str, str]:
    """The node and the requirement that an entry of the audit log is about."""
    kind, _, _ = what.partition(' ')
    if kind == 'plan':
        node, _, requirement = subject.rpartition(' ')
        if what == 'plan lapsed' and node.isdecimal():
            node = names.get(int(node), node)
        return node, requirement
    if kind == 'node':
        return subject, ''
    if what == 'waiver added':
        scope, _, requirement = subject.rpartition(' ')
        return scope[5:] if scope.startswith('node ') else '', requirement
    return '', ''


def _scope(what: str, subject: str) -> str:
    """What of the subject of an entry is told beside its requirement."""
    return subject.rpartition(' ')[0] if what == 'waiver added' else subject


def _detail(subject: str, detail: Dict[str, Any], node: str) -> str:
    said = [f'{name}: {value}' for name, value in sorted(detail.items())
            if value not in (None, '') and name not in ('approval', 'digest')]
    return '; '.join(([] if node else [subject]) + said)
