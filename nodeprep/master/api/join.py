"""Joining: a machine shows a join token and becomes a node with a credential of its own; and how it leaves."""
import re
import uuid

from nodeprep.master import membership, secret
from nodeprep.master.http import gate, response
from nodeprep.master.http.problem import Problem, try_again
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import ANYBODY, NODE, Route
from nodeprep.master.store import credentials, joining, quarantine, tokens
from nodeprep.master.store.ahead import so_far
from nodeprep.text import clean
from nodeprep.typed import Any, Dict, List

NAME = re.compile(r'[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?')
_REQUEST = re.compile(r'[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
_WRONG = 'The join token is not known, has expired or is used up: nodeprep master token create makes one.'
BODY = {'type': 'object', 'required': ['token', 'name'], 'properties': {
    'token': {'type': 'string', 'pattern': r'^[a-z0-9]{6}\.[a-z0-9]{16}$'},
    'name': {'type': 'string', 'pattern': f'^{NAME.pattern}$'},
    'request': {'type': 'string', 'format': 'uuid', 'description': 'An id of this one try: a replay is refused.'},
    'machine_id': {'type': 'string', 'maxLength': 100}, 'product_uuid': {'type': 'string', 'maxLength': 100},
    'hostname': {'type': 'string', 'maxLength': 100, 'description': 'Of the machine; default: the name.'},
    'macs': {'type': 'array', 'maxItems': 256, 'items': {'type': 'string', 'maxLength': 100}},
    'version': {'type': 'string', 'maxLength': 100}}}
QUARANTINE = {'type': 'object', 'required': ['since', 'because'], 'description': 'Not of a node that is in none.',
              'properties': {'since': {'type': 'string', 'format': 'date-time'}, 'because': {
                  'type': 'array', 'items': {'type': 'object', 'required': ['node', 'same'], 'properties': {
                      'node': {'type': 'string', 'description': 'Who came before it.'},
                      'same': {'type': 'array', 'items': {'type': 'string'},
                               'description': 'Kinds of identities that still are; none: that is over, and nobody has '
                                              'decided.'}}}}}}
ANSWER = {'type': 'object', 'required': ['node', 'credential', 'heartbeat'], 'properties': {
    'node': {'type': 'string'}, 'credential': {'type': 'string'},
    'heartbeat': {'type': 'number', 'description': 'Seconds from one heartbeat to the next.'},
    'quarantined': {'type': 'boolean', 'description': 'Another node has the same identity; a person decides.'},
    'quarantine': QUARANTINE}}


async def authority(request: Request, master: Any) -> Response:
    """The CA that a node is to trust, once it has found that its hash is the one it was told."""
    return response.json_({'ca': master.keys.ca, 'hash': master.keys.hash})


async def join(request: Request, master: Any) -> Response:
    """Makes a node. The token is used up by nothing but a success."""
    tree = request.json_object()
    token = str(tree.get('token', ''))
    now = master.clock()
    await _check_token(request, master, token, now)
    made = secret.made(secret.NODE)
    one = _read(tree, secret.token_name(token), secret.hashed(made))

    def work(cursor: Any) -> Any:
        if not tokens.use(cursor, one.token, now):
            raise Problem(401, _WRONG)
        made_of_it = joining.join(cursor, one, now)
        return made_of_it.quarantined and quarantine.told(cursor, made_of_it.node)
    try:
        apart = await master.write(work)
    except joining.AlreadyMember:
        raise Problem(409, f'A node of this name is a member already. If it is another machine: join with --node-name '
                           f'and a name of its own. If it is this machine, or it is gone: nodeprep master forget '
                           f'{one.name}, then join again.') from None
    except joining.RequestSeen:
        raise Problem(409, 'This request was answered before; join again.') from None
    master.count('joined')
    answer = {'node': one.name, 'credential': made, 'heartbeat': master.settings.heartbeat, 'quarantined': bool(apart)}
    if apart:
        answer['quarantine'] = apart
    return response.json_(answer, 201)


async def leave(request: Request, master: Any) -> Response:
    """The node goes: its credentials end, and nothing of it is expected any more."""
    node, now = request.node, master.clock()
    await master.write(lambda cursor: membership.leave(cursor, node.id, now))
    master.known.forget()
    return Response(204)


async def rotate(request: Request, master: Any) -> Response:
    """A new credential for the node that asks; the one that it asks with counts until the new one is used, and then
    for a while.
    """
    node, now, made = request.node, master.clock(), secret.made(secret.NODE)
    asking = secret.hashed(gate.bearer(request.headers['authorization']))
    try:
        await master.write(lambda cursor: credentials.give(cursor, node.id, secret.hashed(made), now, asking))
    except credentials.Replaced:
        raise Problem(409, 'This credential was replaced by a newer one, which is in use.') from None
    master.known.forget()
    return response.json_({'credential': made, 'overlap': credentials.OVERLAP}, 201)


async def _check_token(request: Request, master: Any, token: str, now: float) -> None:
    """Problem 401, 429. Whether it has uses left is seen when one is taken."""
    wait = master.tries.wait(request.client)
    if wait:
        raise try_again(429, wait, 'Too many wrong secrets came from this address.')
    name = secret.token_name(token)
    found = await master.look_up(lambda cursor: tokens.find(cursor, name)) if name else None
    good = secret.same(secret.hashed(token), found.hash if found else '')
    if found is None or not good or found.expires <= now or found.uses_left == 0 or not so_far(found.created, now):
        master.tries.failed(request.client)
        raise Problem(401, _WRONG)


def _read(tree: Dict[str, Any], token: str, digest: str) -> joining.Joining:
    name, request = tree.get('name'), tree.get('request', str(uuid.uuid4()))
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Problem(400, 'name: is not a host name of letters, digits and -._')
    if not isinstance(request, str) or not _REQUEST.fullmatch(request):
        raise Problem(400, 'request: is not a UUID')
    macs = tree.get('macs', [])
    if not isinstance(macs, list) or len(macs) > 256:
        raise Problem(400, 'macs: is not a list of up to 256 addresses')
    return joining.Joining(name, request.lower(), digest, _short(tree, 'machine_id'), _short(tree, 'product_uuid'),
                           _shorts(macs), token, _short(tree, 'hostname'))


def _short(tree: Dict[str, Any], field: str) -> str:
    return _shorts([tree.get(field, '')], field)[0]


def _shorts(values: List[Any], field: str = 'macs') -> List[str]:
    if not all(isinstance(value, str) and len(value) <= 100 for value in values):
        raise Problem(400, f'{field}: is not a short text')
    return [str(clean(value)) for value in values]


ROUTES = (
    Route('GET', '/v1/ca', authority, ANYBODY, 'The CA of this master',
          answer={'type': 'object', 'required': ['ca', 'hash'], 'properties': {
              'ca': {'type': 'string'}, 'hash': {'type': 'string', 'pattern': '^sha256:[0-9a-f]{64}$'}}}),
    Route('POST', '/v1/join', join, ANYBODY, 'Makes a node of a machine that shows a join token', body=BODY,
          answer=ANSWER, success=201, answers={409: 'There is such a node, or this very request was made before.'}),
    Route('DELETE', '/v1/join', leave, NODE, 'The node leaves', success=204),
    Route('POST', '/v1/credential', rotate, NODE, 'A new credential for the node', success=201,
          answers={409: 'There is a newer one, which is in use.'},
          answer={'type': 'object', 'required': ['credential', 'overlap'], 'properties': {
              'credential': {'type': 'string'},
              'overlap': {'type': 'number',
                          'description': 'Seconds that the old one counts once the new one was used.'}}}),
)
