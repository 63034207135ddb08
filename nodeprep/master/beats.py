"""What heartbeats become: one short row is written for each node, and the answer says what a person allowed."""
import functools
import json
import time

from nodeprep import members
from nodeprep.master.store import Beat, approvals, nodes, quarantine
from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.nodes import NotMember
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, List, Tuple

_FIGHTS, _TEXT, _MOST, _LONG = 50, 500, 2**53, 64
_PULSE = ('UPDATE pulse SET heard = ?, heartbeat = ?, skew_ms = ?, skew_bound_ms = ?, spooled = ?, spool_trouble = ?, '
          "note = ?, fights = ?, address = CASE WHEN ? = '' THEN address ELSE ? END, "
          "proved = CASE WHEN ? = '' THEN proved ELSE ? END WHERE node = ?")


def take(cursor: Cursor, loads: List[Tuple[int, Dict[str, Any], float]]) -> List[Any]:
    """The answers to heartbeats (node, tree, received): Beat, or NotMember for a node that is none any more."""
    newest = {node: (tree, received) for node, tree, received in loads}
    known = nodes.known(cursor, newest, lock=False)
    speaking = {node: known[node] for node in newest if node in known and known[node].status in nodes.SPEAKING}
    cursor.many(_PULSE, [_pulse(newest[node][0], newest[node][1], speaking[node]) for node in sorted(speaking)])
    for node in speaking.values():
        if node.silent_since is not None:
            nodes.heard(cursor, known, {node.id: newest[node.id][1]})
    given = approvals.given(cursor, [node for node in speaking if speaking[node].status == nodes.MEMBER],
                            max((received for _, _, received in loads), default=0.0))
    answers = {node: Beat(one.sequence, tuple(map(_approval, given.get(node, ()))),
                          quarantine.told(cursor, node) if one.status == nodes.QUARANTINED else None)
               for node, one in speaking.items()}
    return [answers.get(node) or NotMember(f'node {node} is no member') for node, _, _ in loads]


def _pulse(tree: Dict[str, Any], received: float, node: nodes.Known) -> Tuple[Any, ...]:
    skew, spool, fights = tree.get('skew'), tree.get('spool'), tree.get('fights')
    offset = bound = None
    if isinstance(skew, dict):
        offset, bound = _number(skew.get('offset_ms')), _number(skew.get('bound_ms'))
    waiting, trouble = 0, ''
    if isinstance(spool, dict):
        waiting, trouble = int(_number(spool.get('waiting')) or 0), _text(spool.get('trouble'))
    said = '[]'
    if fights and isinstance(fights, list):
        said = json.dumps([one for one in fights[:_FIGHTS] if isinstance(one, dict)])
    note = '' if tree.get('boot_id') == node.boot_id and tree.get('verdict') == node.verdict else _note(tree, node)
    address = _address(tree.get('address') or '')
    proved = int(address == _address(tree.get('client') or ''))
    return (received, received, offset, bound, waiting, trouble, note, said, address, address, address, proved,
            node.id)


def _note(tree: Dict[str, Any], node: nodes.Known) -> str:
    """What the heartbeat says otherwise than the newest report: a report is on its way, or was lost."""
    notes = []
    for name, was in (('boot_id', node.boot_id), ('verdict', node.verdict)):
        said = tree.get(name)
        if said and was and said != was:
            notes.append(f'{name} {_text(said)}')
    return '; '.join(notes)


def _approval(row: Tuple[Any, ...]) -> Dict[str, Any]:
    name, requirement, digest, by, until = row
    return {'id': name, 'requirement': requirement, 'digest': digest, 'by': by,
            'until': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(until))}


def _address(said: Any) -> str:
    """From where a node reaches the master; '' when that is nothing by which others reach it."""
    return _usual(said) if isinstance(said, str) and len(said) <= _LONG else ''


@functools.lru_cache(20000)       # each heartbeat of a node says the same
def _usual(said: str) -> str:
    return members.address(said)


def _number(value: Any) -> Any:
    """A number that both databases hold; None for anything else."""
    return float(value) if value.__class__ in (int, float) and -_MOST < value < _MOST else None


def _text(value: Any) -> str:
    return str(clean(value[:_TEXT])) if value and isinstance(value, str) else ''
