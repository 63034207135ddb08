"""Approvals that the master sent: each allows one fix of one requirement, and only the plan with that digest.

They lie in /var/lib/nodeprep/approvals.json; the hand believes them only when root alone could have written it.
"""
import re

from nodeprep import epoch
from nodeprep.agent import stored
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterable, List, Tuple

NAME = 'approvals.json'
MOST = 1000               # that are kept; the newest
_TIME = re.compile(r'(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$')


class Approval(NamedTuple):
    """`digest` as plandigest gives it; `by` is who allows it; `until` when it lapses (RFC 3339)."""

    id: str
    requirement: str
    digest: str
    by: str
    until: str


def load(host: Any) -> Tuple[Approval, ...]:
    """Those that are kept. CannotChange when they are not to be trusted, or damaged."""
    return read(stored.read(host, NAME) or ())[0]


def store(host: Any, trees: Any) -> List[str]:
    """Keeps what the master said, instead of what it said before; returns what of it is not understood, a line each.

    Nothing is written when it is what is kept already. CannotChange when it cannot be written.
    """
    good, problems = read(trees)
    if list(good) != list(read(stored.read(host, NAME) or ())[0]):
        stored.write(host, NAME, [one._asdict() for one in good])
    return problems


def read(trees: Any) -> Tuple[Tuple[Approval, ...], List[str]]:
    """(what is understood, what is not) of a list of mappings."""
    good: List[Approval] = []
    problems: List[str] = []
    for tree in trees if isinstance(trees, (list, tuple)) else [trees]:
        fields: Any = [tree.get(name) if isinstance(tree, dict) else None for name in Approval._fields]
        if not all(isinstance(field, str) and 0 < len(field) <= 300 for field in fields):
            problems.append('an approval has the texts ' + ', '.join(Approval._fields))
            continue
        one = Approval(*fields)
        try:
            expires(one.until)
        except ValueError as error:
            problems.append(f'approval {one.id}: {error}')
            continue
        good.append(one)
    return tuple(good[-MOST:]), problems


def expires(until: str) -> float:
    """Seconds since 1970 of a time of RFC 3339. ValueError when it is none.

    >>> expires('1970-01-01T01:00:00+01:00'), expires('1970-01-01T00:00:01.5Z')
    (0.0, 1.5)
    """
    match = _TIME.match(until)
    if not match:
        raise ValueError(f'{until!r} is not a time such as 2027-01-31T22:00:00Z')
    day, clock, fraction, zone = match.groups()
    seconds = epoch.of(f'{day} {clock}') + float(fraction or 0)
    if zone in 'Zz':
        return seconds
    ahead = 60 * int(zone[1:3]) + int(zone[4:6])
    return seconds - 60 * (ahead if zone[0] == '+' else -ahead)


def of(approvals: Iterable[Approval], requirement: str) -> List[Approval]:
    """Those of a requirement."""
    return [one for one in approvals if one.requirement == requirement]
