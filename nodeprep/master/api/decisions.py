"""What waits for a person, and what a person decides: plans, waivers, clones; and the log of it."""
from nodeprep import catalogue
from nodeprep.chain import counts
from nodeprep.master import decisions, membership, shapes
from nodeprep.master.api import reading
from nodeprep.master.api.answers import SETTLING, each, having, named
from nodeprep.master.http import response
from nodeprep.master.http.gate import may
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import ADMIN, APPROVER, VIEWER, Query, Route
from nodeprep.master.store import approvals, audit, clones, nodes, settled, unsettled, waivers
from nodeprep.typed import Any, Dict

_DECISIONS = ('approve', 'deny')
_MOST_VALID = 366 * 86400.0
EVERY = '*'               # in place of a node: all of them, as for `nodeprep master waive`
_TEXT = {'type': 'string', 'maxLength': reading.LONGEST}


async def plans(request: Request, master: Any) -> Response:
    """The plans that wait for an answer, the oldest first; with state=all the newest, whatever became of them."""
    reading.only(request, _PLANS)
    name, requirement = request.query.get('node'), request.query.get('requirement')
    which = reading.choice(request, 'state', ('proposed', 'all'), 'proposed')

    def look(cursor: Any) -> Any:
        if which == 'all':
            return approvals.newest(cursor, reading.MOST)
        there = nodes.find(cursor, name) if name is not None else None
        return [] if name is not None and there is None else \
            approvals.waiting(cursor, there[0] if there else None, requirement)
    found = [one for one in await master.read(look) if name in (None, one['name'])
             and requirement in (None, one['requirement'])]
    return response.json_({'approvals': [shapes.approval(one) for one in found[:reading.MOST]]})


async def decide_plan(request: Request, master: Any) -> Response:
    """Approves or denies a plan."""
    tree, person, now = request.json_object(), request.person, master.clock()
    what = reading.text(tree, 'decision')
    if what not in _DECISIONS:
        raise Problem(400, 'decision: is neither approve nor deny')
    number = reading.text(tree, 'id', needed=False)
    fields = {name: reading.text(tree, name, needed=not number) for name in ('node', 'requirement')}
    digest = reading.text(tree, 'digest', needed=False)
    reason = reading.text(tree, 'reason', needed=False, most=1000)
    valid = reading.seconds(tree, 'valid', _MOST_VALID) or master.settings.approvals
    found = await _decided(master.write(lambda cursor: decisions.approval(
        cursor, what == 'approve', person.name, now, valid, reason, number, digest=digest, **fields)))
    return response.json_(shapes.approval(found))


async def exceptions(request: Request, master: Any) -> Response:
    """The waivers that hold; with state=all those that are over or ended too."""
    reading.only(request, _WAIVERS)
    which, now = reading.choice(request, 'state', ('active', 'all'), 'active'), master.clock()
    found, settling = await master.read(lambda cursor: (shapes.waivers(
        cursor, waivers.all_of(cursor) if which == 'all' else waivers.active(cursor, now)), unsettled.there(cursor)))
    return response.json_({'waivers': found, 'settling': settling})


async def waive(request: Request, master: Any) -> Response:
    """Adds a waiver."""
    tree, person, now = request.json_object(), request.person, master.clock()
    everybody = tree.get('all', False)
    if not isinstance(everybody, bool):
        raise Problem(400, 'all: is neither true nor false')
    requirement, reason, owner, until = (reading.text(tree, name, most=1000)
                                         for name in ('requirement', 'reason', 'owner', 'until'))
    to = [reading.text(tree, name, needed=False) for name in ('node', 'label')]
    if to[0] == EVERY:
        to[0], everybody = '', True

    def work(cursor: Any) -> Any:
        kind, scope = decisions.scope(to[0], to[1], everybody)
        number = decisions.waive(cursor, kind, scope, requirement, reason, owner, until, person.name, now,
                                 catalogue.ids())
        return next(one for one in waivers.all_of(cursor) if one['id'] == number)
    given = await _decided(master.write(work))
    await master.apart(settled.finish, master.store, now)
    return response.json_((await master.look_up(lambda cursor: shapes.waivers(cursor, [given])))[0], 201)


async def unwaive(request: Request, master: Any) -> Response:
    """Ends a waiver. Its id stands in the query, or in a body as that of the waiver itself."""
    reading.only(request, _ID)
    number, person, now = reading.number(request, 'id', 0, 2**40), request.person, master.clock()
    if not number and request.body:
        said: Any = request.json_object().get('id')
        if not counts(said) or said > 2**40:
            raise Problem(400, f'id: is not a number from 1 to {2**40}')
        number = said
    if not number or not await master.write(lambda cursor: waivers.end(cursor, number, person.name, now)):
        raise Problem(404, 'There is no such waiver, or it is ended already.')
    await master.apart(settled.finish, master.store, now)
    return Response(204)


async def alike(request: Request, master: Any) -> Response:
    """Nodes that cannot be told apart; with state=all those that were decided too."""
    reading.only(request, _CLONES)
    which = reading.choice(request, 'state', ('open', 'all'), 'open')
    found = await master.read(lambda cursor: clones.every(cursor, which == 'open'))
    return response.json_({'clones': [shapes.clone(one) for one in found]})


async def decide_clone(request: Request, master: Any) -> Response:
    """Decides about two nodes that cannot be told apart. To forget one needs the role admin."""
    tree, person, now = request.json_object(), request.person, master.clock()
    number, what = tree.get('id'), reading.text(tree, 'decision')
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 2**53:
        raise Problem(400, 'id: is not a number')
    if what not in clones.DECISIONS:
        raise Problem(400, f'decision: is none of {", ".join(clones.DECISIONS)}')
    if what != clones.KEEP_BOTH and not may(person, ADMIN):
        raise Problem(403, 'To forget a node needs the role admin.')

    def work(cursor: Any) -> Any:
        membership.decide(cursor, number, what, person.name, now)
        return clones.find(cursor, number)
    found = await _decided(master.write(work))
    master.known.forget()
    return response.json_(shapes.clone(found))


async def deeds(request: Request, master: Any) -> Response:
    """Who decided what, the newest first."""
    reading.only(request, _AUDIT)
    most = reading.number(request, 'most', reading.PER, reading.MOST)
    before = reading.number(request, 'before', 2**40, 2**40)
    found = await master.read(lambda cursor: audit.newest(cursor, most, before))
    return response.json_({'audit': [dict(one, at=shapes.stamp(one['at'])) for one in found]})


async def _decided(waiting: Any) -> Any:
    try:
        return await waiting
    except ValueError as error:
        raise Problem(409, f'{str(error)[:1].upper()}{str(error)[1:]}.') from None


_PLANS = {'state': reading.choosing('Those that wait, or all.', 'proposed', 'all'), 'node': Query('Of one node.'),
          'requirement': Query('About one requirement.')}
_WAIVERS = {'state': reading.choosing('Those that hold, or all.', 'active', 'all')}
_ID = {'id': reading.counting('Of the waiver.', 2**40)}
_CLONES = {'state': reading.choosing('Those that wait, or all.', 'open', 'all')}
_AUDIT = {'most': reading.counting('How many.', reading.MOST),
          'before': reading.counting('Those with an id below this one, to go on from.', 2**40)}
_CONFLICT = {409: 'It cannot be decided so, and why.'}


def _body(needed: Any, **properties: Any) -> Dict[str, Any]:
    return {'type': 'object', 'required': list(needed), 'properties': properties}


ROUTES = (
    Route('GET', '/v1/approvals', plans, VIEWER, 'The plans that wait for an answer', query=_PLANS,
          answer=having(approvals=each(named('Approval')))),
    Route('POST', '/v1/approvals', decide_plan, APPROVER, 'Approves or denies a plan', answers=_CONFLICT, body=_body(
        ['decision'], decision={'enum': list(_DECISIONS)}, id=_TEXT, node=_TEXT, requirement=_TEXT,
        digest=dict(_TEXT, description='Of the plan that was shown: with it no other one is decided.'), reason=_TEXT,
        valid={'type': 'number', 'description': 'Seconds that an approval holds.'}), answer=named('Approval')),
    Route('GET', '/v1/waivers', exceptions, VIEWER, 'The waivers', query=_WAIVERS,
          answer=having(waivers=each(named('Waiver')), settling=SETTLING)),
    Route('POST', '/v1/waivers', waive, APPROVER, 'Adds a waiver', answers=_CONFLICT, success=201, body=_body(
        ['requirement', 'reason', 'owner', 'until'], node=dict(_TEXT, description='* for all.'),
        label=dict(_TEXT, description='NAME=VALUE'), all={'type': 'boolean'}, requirement=_TEXT, reason=_TEXT,
        owner=_TEXT,
        until={'type': 'string', 'description': 'Its last day, YYYY-MM-DD, in UTC.'}), answer=named('Waiver')),
    Route('DELETE', '/v1/waivers', unwaive, APPROVER, 'Ends a waiver', query=_ID, success=204),
    Route('GET', '/v1/clones', alike, VIEWER, 'Nodes that cannot be told apart', query=_CLONES,
          answer=having(clones=each(named('Clone')))),
    Route('POST', '/v1/clones', decide_clone, APPROVER, 'Decides about two of them', answers=_CONFLICT, body=_body(
        ['id', 'decision'], id={'type': 'integer'}, decision={'enum': list(clones.DECISIONS)}),
        answer=named('Clone')),
    Route('GET', '/v1/audit', deeds, ADMIN, 'Who decided what', query=_AUDIT,
          answer=having(audit=each(named('Deed')))),
)
