"""/nodes/{name}: one node: what is wrong with it and for how long, the evidence, the plan, its past."""
import re

from nodeprep.compliance.fixes import Fix
from nodeprep.language import N_
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import history, kept, mended
from nodeprep.master.store.asked import Asked
from nodeprep.master.web import frame, query, render, said
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

_BEFORE = re.compile(r'(\d{1,12}(?:\.\d{1,9})?)-(\d{1,15})$')
MOST = 60                 # changes on one page
_FIXES = 10               # that are shown; the page of fixes has all of them
_ORDER = ('drifted', 'unknown', 'advised', 'waived', 'met', 'ignored', 'not-applicable')
WRONG = ('drifted', 'unknown', 'advised', 'waived')


class Whole(NamedTuple):
    """All that the page shows. `plans` are the newest by requirement and digest."""

    node: history.Node
    labels: List[Tuple[str, str]]
    identities: List[Tuple[str, str]]
    states: List[history.State]
    changes: List[history.Change]
    events: List[history.Event]
    plans: List[history.Plan]
    fixes: List[Fix]


async def show(request: Request, master: Any) -> Response:
    """GET /nodes/{name}. Problem 404."""
    name = request.params['name']
    said_before = request.query.get('before', '')
    found = _BEFORE.match(said_before)
    if said_before and not found:
        raise query.odd('before', said_before)
    before, last = (float(found.group(1)), int(found.group(2))) if found else (None, 0)
    only = request.query.get('requirement', '')

    def look(cursor: Any) -> Any:
        node = history.node(cursor, name)
        if node is None:
            return None
        changes = history.changes(cursor, node.id, only, MOST + 1, before, last)
        if only and not changes:
            query.sure(cursor, Asked(requirement=only))
        return Whole(node, history.labels(cursor, node.id), history.identities(cursor, node.id),
                     history.states(cursor, node.id), changes,
                     history.events(cursor, node.id), history.plans(cursor, node.id),
                     mended.newest(cursor, node.id, _FIXES + 1))
    around, whole = await frame.around(request, master, '', look, said=said.of(request))
    if whole is None:
        raise Problem(404, N_('There is no node {name}.'), about={'name': name})
    states = sorted(whole.states, key=lambda one: (_rank(one.outcome), one.since, one.requirement))
    changes, more = whole.changes[:MOST], len(whole.changes) > MOST
    fights = {one['requirement']: one.get('why', '') for one in kept.tree(whole.node.fights or '[]', [])
              if isinstance(one, dict) and isinstance(one.get('requirement'), str)}
    return await render.answer(
        master, 'node.html', frame=around, whole=whole, node=whole.node,
        wrong=[one for one in states if one.outcome in WRONG],
        fine=[one for one in states if one.outcome not in WRONG], plans=_newest(whole.plans), fights=fights,
        changes=changes, more=f'{changes[-1].at!r}-{changes[-1].id}' if more else None, only=only, before=before,
        counts=_counts(states), fixes=whole.fixes[:_FIXES], more_fixes=len(whole.fixes) > _FIXES)


def _rank(outcome: str) -> int:
    """Where it stands; one that is damaged comes first."""
    return _ORDER.index(outcome) if outcome in _ORDER else -1


def _newest(plans: List[history.Plan]) -> Dict[Tuple[str, str], history.Plan]:
    found: Dict[Tuple[str, str], history.Plan] = {}
    for one in plans:
        found.setdefault((one.requirement, one.digest), one)
    return found


def _counts(states: List[history.State]) -> List[Tuple[str, int]]:
    outcomes = [one.outcome for one in states]
    return [(name, outcomes.count(name)) for name in _ORDER if name in outcomes]
