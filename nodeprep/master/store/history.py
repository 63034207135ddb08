"""One node: what it is, what it told last, and what became of it over time."""
from nodeprep.master.store import asked, evidence, kept
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple


class Node(NamedTuple):
    """Who it is and how it stands. Times are seconds since 1970, `skew_ms` milliseconds."""

    id: int
    name: str
    status: str
    standing: str
    role: str
    os: str
    kernel: str
    arch: str
    kubernetes: str
    agent_version: str
    profile: str
    machine_id: str
    product_uuid: str
    joined: float
    sequence: int
    taken: Optional[float]
    received: Optional[float]
    boot_id: str
    verdict: str
    summary: str
    config_problem: str
    silent_since: Optional[float]
    heard: Optional[float]
    heartbeat: Optional[float]
    skew_ms: Optional[float]
    skew_bound_ms: Optional[float]
    spooled: Optional[int]
    spool_trouble: Optional[str]
    fights: Optional[str]


class State(NamedTuple):
    """One requirement as it is now; `finding` is the newest that was told of it, with its evidence."""

    requirement: str
    outcome: str
    state: str
    now: str
    boot: str
    severity: str
    mode: str
    since: float
    title: str
    digest: Optional[str]
    finding: Dict[str, Any]


class Change(NamedTuple):
    """A state that became another. `was` is None when the requirement was told for the first time."""

    id: int
    requirement: str
    at: float
    was: Optional[str]
    before: Optional[str]
    state: str
    outcome: str
    now: str
    boot: str


class Event(NamedTuple):
    """What became of the node itself: it joined, fell silent, was heard; or a hole in what it told."""

    at: float
    what: str
    said: str


class Plan(NamedTuple):
    """A plan that the agent proposed, and what a person said to it."""

    id: str
    requirement: str
    digest: str
    plan: Dict[str, Any]
    state: str
    proposed: float
    decided: Optional[float]
    by: str
    until: Optional[float]
    reason: str


def node(cursor: Any, name: str) -> Optional[Node]:
    """The node of this name; None when there is none, or it was forgotten."""
    row = cursor.one(
        f'SELECT n.id, n.name, n.status, {asked.STANDING}, n.role, {asked.OS}, n.kernel, n.arch, n.kubernetes, '
        'n.agent_version, n.profile, n.machine_id, n.product_uuid, n.joined, n.sequence, n.taken, n.received, '
        'n.boot_id, n.verdict, n.summary, n.config_problem, n.silent_since, p.heard, p.heartbeat, '
        'p.skew_ms, p.skew_bound_ms, p.spooled, p.spool_trouble, p.fights FROM node n '
        'LEFT JOIN pulse p ON p.node = n.id '
        "WHERE n.name = ? AND n.status <> 'forgotten'", (name,))
    return Node(*row) if row else None


def labels(cursor: Any, number: int) -> List[Tuple[str, str]]:
    """(name, value) of each label, by name."""
    found: List[Tuple[str, str]] = cursor.all('SELECT name, value FROM label WHERE node = ? ORDER BY name', (number,))
    return found


def identities(cursor: Any, number: int) -> List[Tuple[str, str]]:
    """(kind, value) of what tells this machine from others."""
    found: List[Tuple[str, str]] = cursor.all(
        'SELECT kind, value FROM identity WHERE node = ? ORDER BY kind, value', (number,))
    return found


def states(cursor: Any, number: int) -> List[State]:
    """All requirements that it told of, by id."""
    rows = cursor.all('SELECT requirement, outcome, state, now, boot, severity, mode, since, title, digest FROM state '
                      'WHERE node = ? ORDER BY requirement', (number,))
    found = evidence.of(cursor, [(number, row[0]) for row in rows])
    none: Dict[str, Any] = {'observations': [], 'note': '', 'waiver': None, 'kubeadm': []}
    return [State(*(row + (found.get((number, row[0]), none) or kept.lost(),))) for row in rows]


def changes(cursor: Any, number: int, requirement: str = '', most: int = 50,
            before: Optional[float] = None, last: int = 0) -> List[Change]:
    """The newest changes first; `before` a time, to go on from; `last`: the id of the last of that time that was shown.
    """
    where = ''
    args: Tuple[Any, ...] = (number,)
    if requirement:
        where, args = where + ' AND requirement = ?', args + (requirement,)
    if before is not None:
        where, args = where + ' AND (at < ? OR (at = ? AND id < ?))', args + (before, before, last)
    return [Change(*row) for row in cursor.all(
        f'SELECT id, requirement, at, was, before, state, outcome, now, boot FROM transition WHERE node = ?{where} '
        'ORDER BY at DESC, id DESC LIMIT ?', args + (most,))]


def events(cursor: Any, number: int, most: int = 50) -> List[Event]:
    """The newest first."""
    found = [Event(at, what, '') for at, what in cursor.all(
        'SELECT at, what FROM presence WHERE node = ? ORDER BY at DESC LIMIT ?', (number, most))]
    found += [Event(at, state, said) for at, state, said in cursor.all(
        'SELECT at, state, said FROM gap WHERE node = ? ORDER BY at DESC LIMIT ?', (number, most))]
    return sorted(found, key=lambda one: -one.at)[:most]


def plans(cursor: Any, number: int, most: int = 50) -> List[Plan]:
    """What was proposed and decided, the newest first."""
    return [Plan(*(row[:3] + (kept.plan_shown(row[3]),) + row[4:])) for row in cursor.all(
        'SELECT id, requirement, digest, plan, state, proposed, decided, "by", until, reason FROM approval '
        'WHERE node = ? ORDER BY proposed DESC LIMIT ?', (number, most))]
