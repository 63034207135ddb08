"""What people decide, wherever they do: by the interface, by a command. Each raises Refused with what to do instead."""
from nodeprep import epoch
from nodeprep.master.store import approvals, grid, nodes, waivers
from nodeprep.text import nearest
from nodeprep.typed import Any, Dict, Iterable, Tuple


class Refused(ValueError):
    """What was decided cannot be; the message is for the person."""


def approval(cursor: Any, approve: bool, by: str, now: float, valid: float, reason: str = '', number: str = '',
             node: str = '', requirement: str = '', digest: str = '') -> Dict[str, Any]:
    """Approves or denies a plan: the one with an id, or the one that waits of a node about a requirement. With a digest
    only that very plan. `valid`: seconds that an approval holds. Returns the approval as it is then.
    """
    found = approvals.find(cursor, number) if number else waiting(cursor, node, requirement)
    if found is None:
        raise Refused(f'there is no plan {number}')
    if digest and digest != found['digest']:
        raise Refused(f'the plan of {found["name"]} about {found["requirement"]} is another one now; look at it again')
    try:
        return approvals.decide(cursor, found['id'], approvals.APPROVED if approve else approvals.DENIED, by, now,
                                now + valid if approve else None, reason)
    except ValueError as error:
        raise Refused(str(error)) from None


def waiting(cursor: Any, node: str, requirement: str) -> Dict[str, Any]:
    """The plan of a node about a requirement that waits for an answer."""
    there = nodes.find(cursor, node)
    if there is None:
        raise Refused(f'there is no node {node}')
    found = approvals.waiting(cursor, there[0], requirement)
    if not found:
        raise Refused(f'no plan of {node} about {requirement} waits for an answer; nodeprep master approvals lists '
                      f'those that do')
    return found[-1]


def scope(node: str, label: str, everybody: bool) -> Tuple[str, str]:
    """(kind, scope) of a waiver that is for one of these."""
    if bool(node) + bool(label) + bool(everybody) != 1:
        raise Refused('a waiver is for a node, for a label, or for all')
    if label:
        name, equal, value = label.partition('=')
        if not (name and equal and value):
            raise Refused('a label is written NAME=VALUE')
    return (waivers.NODE, node) if node else (waivers.LABEL, label) if label else (waivers.ALL, '')


def waive(cursor: Any, kind: str, to: str, requirement: str, reason: str, owner: str, until: str, by: str,
          now: float, also: Iterable[str] = ()) -> int:
    """Adds a waiver; returns its id. `until` is its last day, YYYY-MM-DD, in UTC. A requirement is known when a node
    told of it, or when it is one of `also`.
    """
    known = sorted({*grid.requirements(cursor), *also})
    if requirement not in known:
        near = nearest(requirement, known) if known else ''
        raise Refused(f'no node has told of a requirement {requirement!r}{near}')
    there = nodes.find(cursor, to) if kind == waivers.NODE else None
    if kind == waivers.NODE and (there is None or there[1] == nodes.FORGOTTEN):
        raise Refused(f'there is no node {to}; a waiver is for a machine, not for whatever is called so later')
    try:
        epoch.of(until + ' 00:00:00Z')
    except ValueError:
        raise Refused(f'{until!r} is not a day to come, such as 2027-01-31') from None
    try:
        return waivers.add(cursor, kind, to, requirement, reason, owner, until, by, now)
    except ValueError as error:
        raise Refused(str(error)) from None
