"""The fleet, one node, what became of it, what is not met; and a node that is taken away."""
from nodeprep.master import membership, shapes
from nodeprep.master.api import reading
from nodeprep.master.api.answers import COUNTS, NUMBER, SETTLING, TEXT, each, having, named
from nodeprep.master.http import response
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import ADMIN, VIEWER, Query, Route
from nodeprep.master.store import drift, grid, history, unsettled
from nodeprep.master.store.asked import Asked
from nodeprep.master.store.nodes import NotMember
from nodeprep.typed import Any

_NODES = having(nodes=each(named('Row')), total=NUMBER, standings=COUNTS, page=NUMBER, per=NUMBER, settling=SETTLING)
_DRIFT = having(drift=each(named('Drift')), counts=COUNTS, page=NUMBER, per=NUMBER, settling=SETTLING)
_PAST = having(node=TEXT, transitions=each(named('Change')), events=each(named('Event')))
_HISTORY = {'requirement': Query('Of one requirement alone.'),
            'before': Query('Before a time, to go on from.', {'type': 'string', 'format': 'date-time'}),
            'most': reading.counting('How many.', reading.MOST)}
# What is not met is told apart by its kind, and not by how it or its node stands.
_WHOSE = dict({name: reading.NODES[name] for name in ('search', 'label', 'role', 'os')},
              requirement=Query('Of one requirement alone.'))
_ORDER = {'order': reading.choosing('Which come first.', *grid.ORDERS)}
_KIND = {'kind': reading.choosing('What is listed; silent: what silent nodes told last.', *drift.KINDS),
         'order': reading.choosing('Which come first.', *drift.ORDERS)}


async def fleet(request: Request, master: Any) -> Response:
    """The nodes, a page of them, with their states."""
    reading.only(request, reading.NODES, reading.PAGES, _ORDER)
    about, (page, per) = reading.asked(request), reading.paging(request)
    order = reading.choice(request, 'order', tuple(grid.ORDERS), 'worst')
    _, standings, rows, settling = await master.read(lambda cursor: (
        reading.sure(cursor, about),
        grid.standings(cursor, about), grid.rows(cursor, about, order, page, per), unsettled.there(cursor)))
    return response.json_({'nodes': [shapes.row(one) for one in rows], 'total': sum(standings.values()),
                           'standings': standings, 'page': page, 'per': per, 'settling': settling})


async def node(request: Request, master: Any) -> Response:
    """All that is known of one node now, with the evidence."""
    reading.only(request)
    name = request.params['name']
    found, settling = await master.read(lambda cursor: (shapes.node(cursor, name), unsettled.there(cursor)))
    if found is None:
        raise _nobody(name)
    return response.json_(dict(found, settling=settling))


async def past(request: Request, master: Any) -> Response:
    """What became of a node, the newest first."""
    reading.only(request, _HISTORY)
    name, requirement = request.params['name'], request.query.get('requirement', '')[:reading.LONGEST]
    most = reading.number(request, 'most', reading.PER, reading.MOST)
    before = reading.when(request, 'before', master.clock(), -1.0)

    def look(cursor: Any) -> Any:
        one = history.node(cursor, name)
        if one and requirement and not history.changes(cursor, one.id, requirement, 1):
            reading.sure(cursor, Asked(requirement=requirement))
        return one and shapes.changes(cursor, one.id, requirement, most, None if before < 0 else before)
    found = await master.read(look)
    if found is None:
        raise _nobody(name)
    return response.json_(dict(found, node=name))


async def drifted(request: Request, master: Any) -> Response:
    """What is not met, for how long, and what waits for a person."""
    reading.only(request, _WHOSE, reading.PAGES, _KIND)
    about, (page, per) = reading.asked(request), reading.paging(request)
    kind = reading.choice(request, 'kind', drift.KINDS, drift.KINDS[0])
    order = reading.choice(request, 'order', tuple(drift.ORDERS), 'longest')
    _, counts, rows, settling = await master.read(lambda cursor: (
        reading.sure(cursor, about),
        drift.counts(cursor, about), drift.rows(cursor, kind, about, order, page, per), unsettled.there(cursor)))
    return response.json_({'drift': [shapes.drift(one) for one in rows], 'counts': counts, 'page': page, 'per': per,
                           'settling': settling})


async def forget(request: Request, master: Any) -> Response:
    """Takes a node away: its credential ends, its name is free."""
    name, who, now = request.params['name'], request.person.name, master.clock()
    try:
        await master.write(lambda cursor: membership.forget(cursor, name, who, now))
    except NotMember:
        raise _nobody(name) from None
    master.known.forget()
    return Response(204)


def _nobody(name: str) -> Problem:
    return Problem(404, f'There is no node {name[:reading.LONGEST]}.')


ROUTES = (
    Route('GET', '/v1/nodes', fleet, VIEWER, 'The fleet', query=dict(reading.NODES, **reading.PAGES, **_ORDER),
          answer=_NODES),
    Route('GET', '/v1/nodes/{name}', node, VIEWER, 'One node, with the evidence', answer=named('Node')),
    Route('DELETE', '/v1/nodes/{name}', forget, ADMIN, 'Takes a node away', success=204),
    Route('GET', '/v1/nodes/{name}/history', past, VIEWER, 'What became of a node', query=_HISTORY, answer=_PAST),
    Route('GET', '/v1/drift', drifted, VIEWER, 'What is not met', query=dict(_WHOSE, **reading.PAGES, **_KIND),
          answer=_DRIFT),
)
