"""Holds answers against the document of the interface, as if no object in it had a member that is not named."""
import functools
import json

import jsonschema

from nodeprep.master.api import openapi
from nodeprep.master.api.routes import routes
from nodeprep.master.http.problem import TYPE, Problem
from nodeprep.master.http.routes import Table

TABLE = Table(routes())


def closed(part):
    """The same schema with no member that it does not name; what says that it has others may."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    made = {name: closed(value) for name, value in part.items()}
    if made.get('type') == 'object':
        made.setdefault('additionalProperties', False)
    return made


@functools.lru_cache(None)
def document():
    return closed(openapi.tree(TABLE.routes))


@functools.lru_cache(None)
def validator(pattern, method, status, kind):
    """Of what the document says of one answer; None where it says that there is no body."""
    said = document()['paths'][pattern][method]['responses'][str(status)]
    if 'content' not in said:
        return None
    return jsonschema.Draft7Validator(dict(said['content'][kind]['schema'], components=document()['components']))


def wrong(method, path, answer):
    """What an answer has that the document does not say, a line each."""
    try:
        route, _ = TABLE.find(method, path.partition('?')[0])
    except Problem:
        return []                                        # no address of the interface
    kind = answer.headers.get('content-type', '')
    if kind not in ('application/json', TYPE):
        return []
    checked = validator(route.pattern, 'get' if method == 'HEAD' else method.lower(), answer.status, kind)
    if checked is None:
        return [f'{answer.status}: a body that is not named']
    return [f'{list(one.path)}: {one.message[:300]}' for one in checked.iter_errors(json.loads(answer.text))]
