"""What the store knows, as trees for JSON: the interface and the commands with -o json show the same ones."""
import time

from nodeprep.compliance import fixes
from nodeprep.master.store import clones, history, kept, unsettled
from nodeprep.typed import Any, Dict, List, Optional

Tree = Dict[str, Any]


def stamp(seconds: Optional[float]) -> Optional[str]:
    """A time as RFC 3339, in UTC; None of None.

    >>> stamp(0.0)
    '1970-01-01T00:00:00Z'
    """
    return None if seconds is None else time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))


def row(one: Any) -> Tree:
    """A node among others: a grid.Row."""
    return {'name': one.name, 'standing': one.standing, 'role': one.role, 'os': one.os, 'heard': stamp(one.heard),
            'silent_since': stamp(one.silent_since), 'labels': dict(one.labels),
            'requirements': {name: {'outcome': cell.outcome, 'now': cell.now, 'boot': cell.boot,
                                    'since': stamp(cell.since)} for name, cell in sorted(one.cells.items())}}


def node(cursor: Any, name: str) -> Optional[Tree]:
    """A node with all that is known of it now; None when there is none of this name."""
    one = history.node(cursor, name)
    if one is None:
        return None
    times = ('joined', 'taken', 'received', 'heard', 'silent_since')
    made = {field: getattr(one, field) for field in (
        'name', 'status', 'standing', 'role', 'os', 'kernel', 'arch', 'kubernetes', 'agent_version', 'profile',
        'machine_id', 'product_uuid', 'sequence', 'boot_id', 'verdict', 'config_problem', 'skew_ms', 'skew_bound_ms',
        'spooled', 'spool_trouble')}
    made.update((field, stamp(getattr(one, field))) for field in times)
    made.update(summary=kept.tree(one.summary or '{}', {}), fights=kept.tree(one.fights or '[]', []),
                labels=dict(history.labels(cursor, one.id)), identities=[
                    {'kind': kind, 'value': value} for kind, value in history.identities(cursor, one.id)],
                requirements=[_state(state) for state in history.states(cursor, one.id)],
                clones=[clone(row) for row in clones.of(cursor, one.id)])
    return made


def changes(cursor: Any, number: int, requirement: str, most: int, before: Optional[float]) -> Tree:
    """What became of a node, the newest first."""
    return {'transitions': [
        {'id': one.id, 'requirement': one.requirement, 'at': stamp(one.at), 'was': one.was, 'before': one.before,
         'state': one.state, 'outcome': one.outcome, 'now': one.now, 'boot': one.boot}
        for one in history.changes(cursor, number, requirement, most, before)],
        'events': [{'at': stamp(one.at), 'what': one.what, 'said': one.said}
                   for one in history.events(cursor, number, most)]}


def drift(one: Any) -> Tree:
    """A requirement that a node does not meet: a drift.Row."""
    made = {field: getattr(one, field) for field in (
        'node', 'role', 'requirement', 'title', 'outcome', 'state', 'now', 'boot', 'severity', 'mode', 'says', 'digest',
        'approval')}
    made.update(since=stamp(one.since), silent_since=stamp(one.silent_since),
                waiver=kept.waiver(one.waiver))
    return made


def fix(one: Any) -> Tree:
    """What was fixed on a node: a compliance.fixes.Fix."""
    made = {field: getattr(one, field) for field in (
        'node', 'requirement', 'transaction', 'result', 'why', 'allowed', 'who', 'reason', 'undone_by')}
    made.update(at=stamp(one.at), undone=stamp(one.undone), how=fixes.how(one.allowed))
    return made


def approval(one: Tree) -> Tree:
    """A row of approvals."""
    return {'id': one['id'], 'node': one['name'], 'requirement': one['requirement'], 'digest': one['digest'],
            'state': one['state'], 'proposed': stamp(one['proposed']), 'decided': stamp(one['decided']),
            'by': one['by'], 'until': stamp(one['until']), 'reason': one['reason'],
            'plan': kept.plan(one['plan'])[0]}


def waiver(one: Tree) -> Tree:
    """A row of waivers."""
    scope = {'node': {'node': one['scope'], 'gone': bool(one['gone'])}, 'label': {'label': one['scope']},
             'all': {'all': True}}
    return dict(scope.get(one['scope_kind'], {}), id=one['id'], requirement=one['requirement'], reason=one['reason'],
                owner=one['owner'], until=one['until'], created=stamp(one['created']), by=one['by'],
                ended=stamp(one['ended']), ended_by=one['ended_by'])


def waivers(cursor: Any, found: List[Tree]) -> List[Tree]:
    """Rows of waivers; `settling` those that were given or ended a moment ago and do not count everywhere yet."""
    left = unsettled.waivers(cursor)
    return [dict(waiver(one), settling=one['id'] in left) for one in found]


def clone(one: Tree) -> Tree:
    """A row of clones."""
    return {'id': one['id'], 'kind': one['kind'], 'value': one['value'], 'first': one['first_name'],
            'later': one['later_name'], 'found': stamp(one['found']), 'decided': stamp(one['decided']),
            'by': one['by'], 'decision': one['decision'], 'still': bool(one['still'])}


def _state(one: Any) -> Tree:
    made = {field: getattr(one, field) for field in (
        'requirement', 'outcome', 'state', 'now', 'boot', 'severity', 'mode', 'title', 'digest')}
    kept: List[Tree] = one.finding.get('observations', [])
    made.update(since=stamp(one.since), observations=kept, note=one.finding.get('note', ''),
                waiver=one.finding.get('waiver'), kubeadm=one.finding.get('kubeadm', []))
    return made
