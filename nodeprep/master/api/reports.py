"""What agents say: reports, kept once each, and heartbeats, answered with what a person allowed."""
from nodeprep.master.http import response
from nodeprep.master.http.bodies import INFLATED, REPORTS
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import NODE, Route
from nodeprep.master.known import CHALLENGE
from nodeprep.master.store.nodes import NotMember
from nodeprep.typed import Any, List

MOST = 1000               # reports of one request
TOGETHER = 128 * 2**10    # bytes of several reports: they are written in one go, for which others wait
LONG = 64 * 2**10         # bytes: what is longer is read in a thread, so that others are served meanwhile
_SEQUENCE = {'type': 'integer', 'description': 'The highest number of a report of this node that is on disk.'}


async def reports(request: Request, master: Any) -> Response:
    """Takes one report or a batch: all of it or nothing."""
    received = master.clock()
    node = request.node
    if len(request.body) > LONG:
        trees = await master.apart(_read, request)
        master.budgets.spend(node.id, len(trees) - 1, 0)
        load = await master.apart(master.prepared, node.id, trees, received)
    else:
        trees = _read(request)
        master.budgets.spend(node.id, len(trees) - 1, 0)
        load = master.prepared(node.id, trees, received)
    taken = await _taken(master.reports(load))
    if taken.refused:
        master.count('refused')
        raise Problem(422, taken.refused, sequence=taken.sequence)
    master.count('reports', taken.new)
    return response.json_({'sequence': taken.sequence, 'new': taken.new}, 201 if taken.new else 200)


async def heartbeats(request: Request, master: Any) -> Response:
    """Takes a heartbeat, and tells the time by which a node measures its own clock."""
    received = master.clock()
    tree = dict(request.json_object(), client=request.client)
    beat = await _taken(master.beat(request.node.id, tree, received))
    master.count('heartbeats')
    return response.json_({'received': received, 'answered': master.clock(), 'approvals': list(beat.approvals),
                           'sequence': beat.sequence})


async def _taken(waiting: Any) -> Any:
    try:
        return await waiting
    except NotMember:
        raise Problem(401, 'This node is a member no more.', CHALLENGE) from None


def _read(request: Request) -> List[Any]:
    tree = request.json_object()
    found = tree.get('reports') if 'reports' in tree else [tree]
    if not isinstance(found, list) or not 0 < len(found) <= MOST:
        raise Problem(422, f'reports: is not a list of 1 to {MOST} reports.')
    if len(found) > 1 and len(request.body) > TOGETHER:
        raise Problem(413, f'Several reports are at most {TOGETHER} bytes together; send fewer of them at once.')
    return found


ROUTES = (
    Route('POST', '/v1/reports', reports, NODE, 'Takes reports, in order', most=REPORTS, inflated=INFLATED,
          body={'oneOf': [{'type': 'object', 'required': ['reports'], 'properties': {
              'reports': {'type': 'array', 'minItems': 1, 'maxItems': MOST,
                          'items': {'$ref': '#/components/schemas/Report'}}}},
              {'$ref': '#/components/schemas/Report'}]},
          answer={'type': 'object', 'required': ['sequence', 'new'], 'properties': {
              'sequence': _SEQUENCE, 'new': {'type': 'integer', 'description': 'Those that were not seen before.'}}},
          success=201, answers={200: 'All of them were seen before.', 422: 'A report will never be taken, and why.'}),
    Route('POST', '/v1/heartbeats', heartbeats, NODE, 'Takes a heartbeat', body={'type': 'object'},
          answer={'type': 'object', 'required': ['received', 'answered', 'approvals', 'sequence'], 'properties': {
              'received': {'type': 'number'}, 'answered': {'type': 'number'}, 'sequence': _SEQUENCE,
              'approvals': {'type': 'array', 'items': {'type': 'object'}}}}),
)
