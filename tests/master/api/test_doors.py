"""Every route of the interface with no secret, a wrong one, one that is not enough, one of another kind."""
import json

import jsonschema
import pytest

from nodeprep.master import secret
from nodeprep.master.api.routes import routes
from nodeprep.master.http.request import ROLES
from nodeprep.master.http.routes import ANYBODY, NODE
from tests.master.api import documented
from tests.master.asking import Asking

ALL = routes()
CLOSED = [route for route in ALL if route.who != ANYBODY]


def name(route):
    return f'{route.method} {route.pattern}'


def ask(app, route, shown=''):
    return Asking(app, shown).ask(route.method, route.pattern.replace('{', '').replace('}', ''), b'{}',
                                  {'content_type': 'application/json'})


def test_what_anybody_may_ask_is_little():
    assert sorted(name(route) for route in ALL if route.who == ANYBODY) == [
        'GET /healthz', 'GET /readyz', 'GET /v1/ca', 'GET /v1/openapi.json', 'POST /v1/join']


@pytest.mark.parametrize('route', CLOSED, ids=name)
def test_a_route_is_shut_to_those_who_may_not(master, route):
    node = master.join('node1').secret
    admin = master.person('admin', 'admin').secret
    others = {'nothing': ('', 401), 'a made-up one': ('npu_' + 'x' * 43, 401), 'of a node': ('npn_' + 'x' * 43, 401),
              'a session': (secret.made(secret.SESSION), 401), 'a join token': (master.token(), 401)}
    if route.who == NODE:
        others['a person'] = (admin, 403)
        left = master.join('node2')
        left.ask('DELETE', '/v1/join')
        others['a node that left'] = (left.secret, 401)
    else:
        others['a node'] = (node, 403)
        for role in ROLES[:ROLES.index(route.who)]:
            others[role] = (master.person(role, role).secret, 403)
        others['somebody whose time is over'] = (master.person('old', 'admin', master.clock.now).secret, 401)
    gained = {who: ask(master.app, route, shown).status for who, (shown, _) in others.items()}
    assert gained == {who: status for who, (_, status) in others.items()}
    right = ask(master.app, route, node if route.who == NODE else admin).status
    assert right not in (401, 403), 'the door opens'


def test_the_document_has_every_route_and_is_openapi(master):
    tree = Asking(master.app).get('/v1/openapi.json').tree
    told = {(path, method.upper()) for path, methods in tree['paths'].items() for method in methods}
    assert told == {(route.pattern, route.method) for route in ALL}
    assert tree['openapi'] == '3.1.0'
    for named in tree['components']['schemas'].values():
        jsonschema.Draft7Validator.check_schema(named)
    identifiers = [one['operationId'] for methods in tree['paths'].values() for one in methods.values()]
    assert len(set(identifiers)) == len(identifiers)
    referred = set(_references(tree))
    assert referred and referred <= {f'#/components/schemas/{name}' for name in tree['components']['schemas']}


def _references(tree):
    if isinstance(tree, dict):
        for key, item in tree.items():
            if key == '$ref':
                yield item
            else:
                yield from _references(item)
    elif isinstance(tree, list):
        for item in tree:
            yield from _references(item)


def test_the_schema_of_reports_takes_what_agents_send(master):
    from tests.master.fleet import Host, plan
    tree = Asking(master.app).get('/v1/openapi.json').tree
    body = tree['paths']['/v1/reports']['post']['requestBody']['content']['application/json']['schema']
    whole = dict(body, components=tree['components'])
    host = Host(1)
    host.set('swap', 'drifted', mode='approve', changes=plan())
    report = host.report()
    jsonschema.validate({'reports': [report, host.report(gap=[2, 3])]}, documented.closed(whole))
    jsonschema.validate(report, whole)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({'reports': [dict(report, verdict='fine')]}, whole)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(dict(report, chain={}), whole)
    jsonschema.validate({name: value for name, value in report.items() if name != 'chain'}, documented.closed(whole))


def test_a_master_whose_store_is_in_trouble_is_alive_and_not_ready(master):
    ask_ = Asking(master.app)
    assert ask_.get('/healthz').status == ask_.get('/readyz').status == 200
    master.store.writer.close()
    assert ask_.get('/healthz').status == 200
    answer = ask_.get('/readyz')
    assert answer.status == 503 and answer.headers['retry-after']


def test_nothing_is_answered_that_the_document_does_not_name(master):
    """What all other tests here ask is held against that too; here is that it would be noticed."""
    ann = master.person('ann', 'viewer')
    answer = ann.get('/v1/drift')
    assert documented.wrong('GET', '/v1/drift', answer) == []
    more = answer._replace(body=json.dumps(dict(answer.tree, more=1)).encode())
    less = answer._replace(body=json.dumps({'drift': [{}]}).encode())
    assert "'more'" in documented.wrong('GET', '/v1/drift', more)[0] and documented.wrong('GET', '/v1/drift', less)


def test_the_document_says_of_every_object_that_is_answered_what_is_in_it(master):
    tree = Asking(master.app).get('/v1/openapi.json').tree
    said = list(_objects([methods[one]['responses'] for methods in tree['paths'].values() for one in methods]))
    said += _objects(tree['components']['schemas'])
    assert len(said) > 50 and [one for one in said if not {'properties', 'additionalProperties'} & set(one)] == []


def _objects(tree):
    if isinstance(tree, dict):
        if tree.get('type') == 'object':
            yield tree
        for item in tree.values():
            yield from _objects(item)
    elif isinstance(tree, list):
        for item in tree:
            yield from _objects(item)
