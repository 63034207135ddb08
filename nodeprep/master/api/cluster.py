"""What a node is told of its cluster, when its owner wants to have that from the master."""
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import NODE, Route
from nodeprep.typed import Any

_MEMBER = {'type': 'object', 'required': ['name', 'role', 'addresses'], 'properties': {
    'name': {'type': 'string', 'description': 'Under which it joined, in lower case.'}, 'role': {'type': 'string'},
    'addresses': {'type': 'array', 'items': {'type': 'string'},
                  'description': 'From which it reaches the master.'}}}
_CONFLICT = {'type': 'object', 'required': ['name', 'why'], 'properties': {
    'name': {'type': 'string'}, 'why': {'type': 'string'}}}
_ANSWER = {'type': 'object', 'required': ['cluster', 'members', 'conflicts'], 'properties': {
    'cluster': {'type': 'string', 'description': "The value of the label `cluster`; '' of nodes without it."},
    'members': {'type': 'array', 'items': _MEMBER},
    'conflicts': {'type': 'array', 'items': _CONFLICT, 'description': 'Those that are left out.'}}}


async def members(request: Request, master: Any) -> Response:
    """The members of the cluster of the node that asks; 304 when it has them already."""
    told = await master.clusters.of(request.node.id)
    if told is None:
        raise Problem(409, 'This node has not reported yet.')
    if told.problem:
        raise Problem(409, told.problem)
    headers = (('ETag', told.tag), ('Cache-Control', 'private, no-cache'))
    held = request.headers.get('if-none-match', '').split(',')
    if told.tag in (one.strip() for one in held):
        return Response(304, headers=headers)
    return Response(200, told.body, 'application/json', headers)


ROUTES = (
    Route('GET', '/v1/cluster', members, NODE, 'The members of the cluster of the node that asks', answer=_ANSWER,
          answers={304: 'They are those of If-None-Match.',
                   409: 'The node has not reported yet, or the cluster is too large to be told.'}),
)
