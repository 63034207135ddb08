"""The nodes: who is a member, and what their newest reports and heartbeats say of themselves."""
from nodeprep.chain import GENESIS
from nodeprep.master.store.cursor import Cursor
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple

MEMBER, QUARANTINED, LEFT, FORGOTTEN = 'member', 'quarantined', 'left', 'forgotten'
SPEAKING = (MEMBER, QUARANTINED)          # whose credentials count
JOINED, SILENT, HEARD, RELEASED = 'joined', 'silent', 'heard', 'released'
_KNOWN = ('SELECT id, name, status, sequence, head, taken, silent_since, about, boot_id, verdict, standing '
          'FROM node WHERE id IN (?*) ORDER BY id')
_FACTS = ('role', 'machine_id', 'product_uuid', 'os_id', 'os_version', 'os_name', 'kernel', 'arch', 'kubernetes')
_CHAIN = 'sequence = ?, head = ?, report_id = ?, taken = ?, received = ?'
_SAID = ('boot_id = ?, verdict = ?, summary = ?, config_problem = ?, agent_version = ?, profile = ?, shown = ?, '
         'shown_digest = ?')


class NotMember(LookupError):
    """A node that the master does not have, or not any more."""


class Known:
    """What is known of a node before reports are taken; they bring it up to date."""

    __slots__ = ('id', 'name', 'status', 'sequence', 'head', 'taken', 'silent_since', 'about', 'boot_id', 'verdict',
                 'standing')

    def __init__(self, *row: Any) -> None:
        """A row of _KNOWN."""
        (self.id, self.name, self.status, self.sequence, self.head, self.taken, self.silent_since, self.about,
         self.boot_id, self.verdict, self.standing) = row
        self.head = self.head or GENESIS


def known(cursor: Cursor, ids: Iterable[int], lock: bool = True) -> Dict[int, Known]:
    """Nodes by their ids. With `lock` no other master writes of them until the transaction ends."""
    sql = _KNOWN + (cursor.dialect.lock if lock else '')
    return {row[0]: Known(*row) for row in cursor.within(sql, sorted(ids))}


def reported(cursor: Cursor, applied: List[Tuple[Known, Any, float]], standings: Dict[int, str]) -> None:
    """Notes what the newest of some reports (node, prepared.Report, received) say. `standings`: how those stand of
    which a state changed.
    """
    whole = {node.id: [node.sequence, node.head, report.id, node.taken, received, *report.said, report.sequence,
                       report.digest, node.id] for node, report, received in applied}
    if whole:
        cursor.many(f'UPDATE node SET {_CHAIN}, {_SAID} WHERE id = ?', list(whole.values()))
    # Apart, since it stands in an index, which is written anew when the column is named.
    stand = [(standing, node.id) for node, standing in ((node, standings.get(node.id)) for node, _, _ in applied)
             if standing is not None and standing != node.standing]
    if stand:
        cursor.many('UPDATE node SET standing = ? WHERE id = ?', sorted(set(stand), key=lambda row: row[1]))


def chained(cursor: Cursor, apart: List[Tuple[Known, Any, float]]) -> None:
    """Notes the chain alone of the newest of some reports, which their nodes told in quarantine."""
    chain = {node.id: [node.sequence, node.head, report.id, node.taken, received, node.id]
             for node, report, received in apart}
    if chain:
        cursor.many(f'UPDATE node SET {_CHAIN} WHERE id = ?', list(chain.values()))


def heard(cursor: Cursor, nodes: Dict[int, Known], when: Dict[int, float]) -> None:
    """Notes when some nodes were heard of last. Those that were silent are no more, which is kept."""
    if when:
        cursor.many('UPDATE pulse SET heard = ? WHERE node = ?', [(at, node) for node, at in sorted(when.items())])
    for node, at in sorted(when.items()):
        if nodes[node].silent_since is not None:
            cursor.run('UPDATE node SET silent_since = NULL WHERE id = ?', (node,))
            present(cursor, node, at, HEARD)


def present(cursor: Cursor, node: int, at: float, what: str) -> None:
    """Keeps that a node joined, fell silent, was heard again, left, was forgotten, quarantined, released."""
    cursor.run('INSERT INTO presence (node, at, what) VALUES (?, ?, ?)', (node, at, what))


def make(cursor: Cursor, name: str, at: float, request: Optional[str] = None) -> int:
    """A new member; returns its id. The driver's IntegrityError when there is one of this name."""
    node = cursor.add('INSERT INTO node (name, status, joined, head, request) VALUES (?, ?, ?, ?, ?)',
                      (name, MEMBER, at, GENESIS, request))
    cursor.run('INSERT INTO pulse (node, heard) VALUES (?, ?)', (node, at))
    present(cursor, node, at, JOINED)
    return node


def set_facts(cursor: Cursor, node: int, about: str, tree: Dict[str, Any], at: float) -> None:
    """What a report says of the node itself, "node" of it; `about` is its digest."""
    from nodeprep.master.store import former
    before = former.said(cursor, node)
    values = [tree['role'], tree['machine_id'], tree['product_uuid'], tree['os']['id'], tree['os']['version'],
              tree['os']['name'], tree['kernel'], tree['arch'], tree.get('kubernetes', '')]
    cursor.run(f'UPDATE node SET about = ?, {", ".join(name + " = ?" for name in _FACTS)} WHERE id = ?',
               [about, *map(clean, map(str, values)), node])
    cursor.run('DELETE FROM label WHERE node = ?', (node,))
    cursor.many('INSERT INTO label (node, name, value) VALUES (?, ?, ?)',
                [(node, name, value) for name, value in clean(tree['labels']).items()])
    if former.said(cursor, node) != before:
        former.keep(cursor, node, before, at)


def silent(cursor: Cursor, node: int, at: float) -> None:
    """A node is silent since a time: unless it is already, that is kept."""
    if cursor.run('UPDATE node SET silent_since = ? WHERE id = ? AND silent_since IS NULL', (at, node)):
        present(cursor, node, at, SILENT)


def end(cursor: Cursor, node: int, status: str, by: str, at: float) -> List[int]:
    """A node is a member no more: it may not speak, its plans wait no more, nobody is its clone. What it told is kept
    as long as all is. Returns the nodes that were let out of quarantine by that.
    """
    from nodeprep.master.store import approvals, clones, credentials
    credentials.take_back(cursor, node)
    approvals.end(cursor, node)
    cursor.run('DELETE FROM identity WHERE node = ?', (node,))
    cursor.run('UPDATE node SET status = ?, silent_since = NULL WHERE id = ?', (status, node))
    present(cursor, node, at, status)
    return clones.ended(cursor, node, by, at)


def leave(cursor: Cursor, node: int, at: float) -> List[int]:
    """A node says itself that it goes; its name stays with it until it joins again, or another does with that name.
    Returns the nodes let out of quarantine by that.
    """
    from nodeprep.master.store import audit
    audit.note(cursor, at, name_of(cursor, node), 'node left', name_of(cursor, node))
    return end(cursor, node, LEFT, 'the node itself', at)


def forget(cursor: Cursor, node: int, by: str, at: float) -> List[int]:
    """A person takes a node away: its name is free for another. Returns the nodes let out of quarantine by that."""
    from nodeprep.master.store import audit
    audit.note(cursor, at, by, 'node forgotten', name_of(cursor, node))
    released = end(cursor, node, FORGOTTEN, by, at)
    set_aside(cursor, node, at)
    return released


def set_aside(cursor: Cursor, node: int, at: float) -> None:
    """Frees the name of a node that is gone, and removes what is shown of one that is there. Each of its states ends by
    a transition, so that what was before can be counted back from what is now.
    """
    cursor.run('INSERT INTO transition (node, requirement, at, was, state, now, boot, severity, sequence, before, '
               "outcome) SELECT s.node, s.requirement, ?, s.state, 'not-applicable', 'not-applicable', "
               "'not-applicable', s.severity, n.sequence, s.outcome, 'not-applicable' FROM state s "
               'JOIN node n ON n.id = s.node WHERE s.node = ?', (at, node))
    from nodeprep.master.store import former
    former.keep(cursor, node, former.said(cursor, node), at)
    for table in ('state', 'evidence', 'label'):
        cursor.run(f'DELETE FROM {table} WHERE node = ?', (node,))
    cursor.run('UPDATE node SET status = ?, name = ?, shown = NULL, shown_digest = NULL WHERE id = ?',
               (FORGOTTEN, f'{name_of(cursor, node)}#{node}', node))


def name_of(cursor: Cursor, node: int) -> str:
    """The name of a node. NotMember when there is no such row."""
    row = cursor.one('SELECT name FROM node WHERE id = ?', (node,))
    if row is None:
        raise NotMember(f'there is no node {node}')
    return str(row[0])


def find(cursor: Cursor, name: str) -> Optional[Tuple[int, str]]:
    """The id and the status of the node with a name; None when there is none."""
    row = cursor.one('SELECT id, status FROM node WHERE name = ?', (name,))
    return (row[0], row[1]) if row else None
