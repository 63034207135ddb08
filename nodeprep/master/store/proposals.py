"""Plans that wait for a person. The same plan of many nodes is one thing to read: they are told apart by digest."""
from nodeprep.master.store import asked, kept
from nodeprep.master.store.asked import Asked
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

# Who is in quarantine proposes nothing: what it tells is kept and changes nothing.
_MEMBERS = "node NOT IN (SELECT id FROM node WHERE status <> 'member')"


class Proposal(NamedTuple):
    """One plan, whoever proposes it; `plan` is what a person is shown, and the digest is of it."""

    requirement: str
    digest: str
    nodes: int
    oldest: float
    plan: Dict[str, Any]
    some: List[Tuple[str, str]]          # (id of the approval, node), by node: the first of them


class Decided(NamedTuple):
    """An approval that is no longer only proposed."""

    id: str
    node: str
    requirement: str
    digest: str
    state: str
    proposed: float
    decided: Optional[float]
    by: str
    until: Optional[float]
    reason: str


def waiting(cursor: Any) -> int:
    """How many approvals wait for a person."""
    return int(cursor.one(f"SELECT COUNT(*) FROM approval WHERE state = 'proposed' AND {_MEMBERS}")[0])


def waiting_for(cursor: Any) -> Dict[str, int]:
    """The same by requirement."""
    found = cursor.all('SELECT requirement, COUNT(*) FROM approval '
                       f"WHERE state = 'proposed' AND {_MEMBERS} GROUP BY requirement")
    return {name: int(count) for name, count in found}


def proposed(cursor: Any, about: Asked, page: int = 1, per: int = 10, most: int = 200) -> Tuple[int, List[Proposal]]:
    """(how many plans there are, one page of them): those of most nodes first, each with up to `most` of its nodes."""
    sql, args = _proposed(about)
    groups = cursor.all(f'SELECT a.requirement, a.digest, COUNT(*), MIN(a.proposed), MIN(a.id) FROM approval a '
                        f'WHERE {sql} GROUP BY a.requirement, a.digest ORDER BY 3 DESC, 1, 2', args)
    found = []
    for requirement, digest, nodes, oldest, number in groups[(page - 1) * per:page * per]:
        some = cursor.all(f'SELECT a.id, m.name FROM approval a JOIN node m ON m.id = a.node WHERE {sql} '
                          'AND a.requirement = ? AND a.digest = ? ORDER BY m.name LIMIT ?',
                          args + (requirement, digest, most))
        plan = cursor.one('SELECT plan FROM approval WHERE id = ?', (number,)) or (None,)
        found.append(Proposal(requirement, digest, int(nodes), oldest, kept.plan_shown(plan[0]), some))
    return len(groups), found


def ids(cursor: Any, about: Asked, digest: str, seen: float) -> List[str]:
    """The approvals that wait with this very plan, and waited at a time already: whoever came later was not shown."""
    sql, args = _proposed(about)
    return [row[0] for row in cursor.all(f'SELECT a.id FROM approval a WHERE {sql} AND a.digest = ? '
                                         'AND a.proposed <= ? ORDER BY a.id', args + (digest, seen))]


def decided(cursor: Any, page: int = 1, per: int = 50) -> List[Decided]:
    """What was decided, the newest first."""
    return [Decided(*row) for row in cursor.all(
        'SELECT a.id, n.name, a.requirement, a.digest, a.state, a.proposed, a.decided, a."by", a.until, a.reason '
        "FROM approval a JOIN node n ON n.id = a.node WHERE a.decided IS NOT NULL "
        'ORDER BY a.decided DESC, a.id LIMIT ? OFFSET ?', (per, (page - 1) * per))]


def _proposed(about: Asked) -> Tuple[str, Tuple[Any, ...]]:
    """Condition on `a`, a row of approval."""
    nodes = about._replace(requirement='', outcome='', standing='')
    sql, args = asked.condition(nodes)
    sql = f"a.state = 'proposed' AND a.node IN (SELECT n.id FROM node n WHERE n.status = 'member' AND {sql})"
    if about.requirement:
        return sql + ' AND a.requirement = ?', args + (about.requirement,)
    return sql, args
