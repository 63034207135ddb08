"""A machine becomes a member."""
from nodeprep.master.store import audit, clones, credentials, identities, nodes, waivers
from nodeprep.master.store.cursor import Cursor
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Sequence


class Joining(NamedTuple):
    """What a machine says of itself. `request` is the id of this one try; `hash` that of its credential."""

    name: str
    request: str
    hash: str
    machine_id: str = ''
    product_uuid: str = ''
    macs: Sequence[str] = ()
    token: str = ''           # the id of the join token, for the audit
    hostname: str = ''        # '': an agent that does not say it; then it is taken to be the name


class Joined(NamedTuple):
    """The node, and whether it was set apart because another has the same identity."""

    node: int
    quarantined: bool
    sequence: int             # of the newest report of an earlier life that goes on; 0: there is none


class AlreadyMember(ValueError):
    """A node of this name is a member."""


class RequestSeen(ValueError):
    """This very request was answered before: it is a replay."""


def join(cursor: Cursor, one: Joining, at: float) -> Joined:
    """Makes a node with its credential. AlreadyMember, RequestSeen.

    A node that left and comes back as the same machine (by machine_id and product_uuid) goes on where it stopped;
    another machine of its name begins anew, and what the first one told is kept under another name.
    """
    cursor.dialect.alone(cursor)
    if not cursor.run(cursor.dialect.add_new('request', ('id', 'at')), (one.request, at)):
        raise RequestSeen('this request to join was made before')
    before = cursor.one('SELECT id, status, machine_id, sequence, product_uuid FROM node WHERE name = ?', (one.name,))
    if before and before[1] in nodes.SPEAKING:
        raise AlreadyMember(f'there is a node {one.name} already; nodeprep master forget {one.name} takes it away')
    machine = one.machine_id, one.product_uuid
    if before and before[2] and (before[2], before[4]) == machine:
        node, sequence = _again(cursor, before[0], one, at), before[3]
    else:
        if before:
            nodes.set_aside(cursor, before[0], at)
        node, sequence = nodes.make(cursor, one.name, at, one.request), 0
        cursor.run('UPDATE node SET machine_id = ?, product_uuid = ? WHERE id = ?', (*machine, node))
        waivers.follow(cursor, node, one.name, machine, at)
    credentials.give(cursor, node, one.hash, at)
    audit.note(cursor, at, f'token {one.token}', 'node joined', one.name)
    found = identities.of(_tree(one))
    identities.put(cursor, node, found)
    return Joined(node, clones.look(cursor, node, found, at), sequence)


def _again(cursor: Cursor, node: int, one: Joining, at: float) -> int:
    cursor.run('UPDATE node SET status = ?, joined = ?, request = ?, about = ? WHERE id = ?',
               (nodes.MEMBER, at, one.request, '', node))
    cursor.run('UPDATE pulse SET heard = ? WHERE node = ?', (at, node))
    nodes.present(cursor, node, at, nodes.JOINED)
    return node


def _tree(one: Joining) -> Dict[str, Any]:
    return {'name': one.hostname or one.name, 'machine_id': one.machine_id, 'product_uuid': one.product_uuid,
            'macs': one.macs, 'addresses': ()}
