"""OpenAPI 3 of the HTTP interface, made from the table of routes: what it says is what is served."""
import functools
import json

from nodeprep import __version__, schema
from nodeprep.master.api import answers
from nodeprep.master.http import response
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import ANYBODY, NODE, Route
from nodeprep.typed import Any, Dict, Iterable

_PROBLEM = {'type': 'object', 'required': ['type', 'title', 'status', 'detail'], 'properties': {
    'type': {'type': 'string'}, 'title': {'type': 'string'}, 'status': {'type': 'integer'},
    'detail': {'type': 'string'},
    'sequence': {'type': 'integer', 'description': 'Of refused reports: the highest number of one that is on disk.'},
    'format': {'type': 'integer', 'description': 'Of a report that is newer than this master.'},
    'known': {'type': 'integer', 'description': 'The format that this master knows.'}}}
_NEVER = {400: 'What was sent is not understood.', 401: 'There is no secret, or a wrong one.',
          403: 'The secret is right, and is not enough for this.', 404: 'There is no such thing.',
          408: 'The body did not come in time.', 413: 'The body is too long.', 415: 'The body is of another kind.',
          429: 'Too many wrong secrets came from this address.', 503: 'The store is in trouble; ask again.'}


def tree(routes: Iterable[Route]) -> Dict[str, Any]:
    """The document. Pages are not in it."""
    paths: Dict[str, Any] = {}
    for route in routes:
        if not route.page:
            paths.setdefault(route.pattern, {})[route.method.lower()] = _operation(route)
    return {
        'openapi': '3.1.0',
        'info': {'title': 'nodeprep master', 'version': __version__,
                 'description': 'Whether the nodes of a fleet are fit for Kubernetes. Errors are of RFC 9457.'},
        'paths': paths,
        'components': {
            'schemas': _schemas(),
            'securitySchemes': {
                'node': {'type': 'http', 'scheme': 'bearer', 'description': 'The credential that joining gave (npn_).'},
                'person': {'type': 'http', 'scheme': 'bearer', 'description': 'A user token (npu_).'}}}}


def _operation(route: Route) -> Dict[str, Any]:
    made: Dict[str, Any] = {
        'summary': route.summary, 'operationId': route.method.lower() + ''.join(
            part.strip('{}').title() for part in route.pattern.replace('.', '/').split('/')),
        'security': [] if route.who == ANYBODY else [{'node' if route.who == NODE else 'person': []}],
        'parameters': [{'name': part[1:-1], 'in': 'path', 'required': True, 'schema': {'type': 'string'}}
                       for part in route.pattern.split('/') if part[:1] == '{'],
        'responses': _responses(route)}
    if route.who not in (ANYBODY, NODE):
        made['x-role'] = route.who
    made['parameters'] += [{'name': name, 'in': 'query', 'required': False, 'description': one.about,
                            'schema': one.schema} for name, one in route.query.items()]
    if route.body is not None:
        made['requestBody'] = {'required': True, 'content': {'application/json': {'schema': route.body}}}
    return made


def _responses(route: Route) -> Dict[str, Any]:
    right: Dict[str, Any] = {'description': route.summary}
    if route.answer is not None:
        right['content'] = {route.kind: {'schema': route.answer}}
        right['content'].update((kind, {'schema': {'type': 'string'}}) for kind in route.also)
    found = {str(route.success): right}
    for status in sorted(set(_NEVER) | set(route.answers)):
        said = route.answers.get(status) or _NEVER[status]
        content = {'application/problem+json': {'schema': {'$ref': '#/components/schemas/Problem'}}}
        found[str(status)] = dict(right, description=said) if status < 400 else {'description': said,
                                                                                'content': content}
    return found


def _schemas() -> Dict[str, Any]:
    """The schemas of answers, and of reports and their definitions, each under a name of its own."""
    made: Dict[str, Any] = dict(answers.SCHEMAS, Problem=_PROBLEM)
    for kind, name in ((schema.REPORT, 'Report'), (schema.COMPLIANCE, 'Compliance')):
        whole = json.loads(schema.text(kind=kind))
        whole.pop('$schema', None)
        parts = whole.pop('definitions', {})
        if kind == schema.REPORT:
            whole['properties'].update(answers.SENT)
            parts['finding']['properties']['proposal'] = answers.PROPOSAL
        made[name] = _moved(whole, name)
        made.update((f'{name}.{part}', _moved(found, name)) for part, found in parts.items())
    return made


def _moved(found: Any, under: str) -> Any:
    """A schema whose references are to where the definitions stand here."""
    if isinstance(found, list):
        return [_moved(one, under) for one in found]
    if not isinstance(found, dict):
        return found
    return {name: item.replace('#/definitions/', f'#/components/schemas/{under}.') if name == '$ref' else
            _moved(item, under) for name, item in found.items()}


def route(routes: Iterable[Route]) -> Route:
    """The route that serves it, for these and itself."""
    @functools.lru_cache(None)
    def text() -> Response:
        return response.json_(tree([*routes, own]))

    async def handler(request: Request, master: Any) -> Response:
        """The document."""
        return text()
    own = Route('GET', '/v1/openapi.json', handler, ANYBODY, 'This document', answer=answers.ANYTHING)
    return own
