"""The application: routes, who may, bodies, problems; and that a secret is in no answer and no line of the log."""
import asyncio
import gzip
import json
import time

import pytest

from nodeprep.master import secret
from nodeprep.master.http import bodies, response
from nodeprep.master.http.app import App
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.routes import ADMIN, ANYBODY, APPROVER, NODE, VIEWER, Route, Table
from nodeprep.master.store.trouble import StoreFull
from tests.master.asking import Asking, run
from tests.master.small import SmallMaster


async def told(request, master):
    """What the handler was given."""
    who = dict(request.who._asdict()) if request.who else None
    return response.json_({'who': who, 'params': request.params, 'query': request.query, 'csrf': request.csrf,
                           'length': len(request.body)})


async def parsed(request, master):
    return response.json_({'tree': request.json()})


async def form(request, master):
    return response.json_(request.form())


async def broken(request, master):
    raise KeyError(f'no such {request.headers.get("authorization", "")}')


async def full(request, master):
    return await master.write(lambda cursor: None)


ROUTES = [Route('GET', '/open', told, ANYBODY), Route('GET', '/v1/nodes/{name}', told, VIEWER),
          Route('GET', '/v1/nodes/{name}/history', told, VIEWER), Route('POST', '/v1/nodes', parsed, ADMIN),
          Route('POST', '/v1/approvals', told, APPROVER), Route('POST', '/v1/heartbeats', told, NODE),
          Route('POST', '/parse', parsed, ANYBODY, most=4096, inflated=100000),
          Route('GET', '/broken', broken, ANYBODY), Route('GET', '/full', full, ANYBODY),
          Route('GET', '/page', told, VIEWER, page=True),
          Route('POST', '/page', form, APPROVER, page=True), Route('POST', '/sign-in', form, ANYBODY, page=True)]


@pytest.fixture
def master():
    with SmallMaster() as made:
        yield made


@pytest.fixture
def app(master):
    return App(master.context, Table(ROUTES))


def test_a_route_is_found_with_what_its_braces_stand_for(app, master):
    ann = Asking(app, master.person('ann', 'viewer'))
    assert ann.get('/v1/nodes/a%2Fb%C3%A9?x=1&x=2&y').tree == {
        'who': {'name': 'ann', 'role': 'viewer'}, 'params': {'name': 'a/b\u00e9'}, 'query': {'x': '2', 'y': ''},
        'csrf': '', 'length': 0}
    assert ann.get('/v1/nodes/a/history').tree['params'] == {'name': 'a'}


@pytest.mark.parametrize('path', ['/v1/nodes/', '/v1/nodes', '/v1', '/', '//open', '/open/', '/v1/nodes/../open',
                                  '/v1/nodes/a/b', '/v1%2Fnodes/a', '/OPEN', '/./open', '*', ''])
def test_any_other_path_is_not_found(app, path):
    answer = Asking(app).ask('GET', path)
    assert answer.status in (404, 405)
    assert answer.headers['content-type'] == 'application/problem+json'


@pytest.mark.parametrize('path', ['/v1/nodes/%ff', '/v1/nodes/%00', '/v1/nodes/\xff', '/open?x=%ff', '/open?\xff=1',
                                  '/open?x=%00', '/open?' + '&' * 30000])
def test_an_address_that_is_no_text_is_refused(app, path):
    answer = Asking(app, 'npu_' + 'x' * 43).ask('GET', path)
    assert (answer.status, answer.tree['title']) == (400, 'Bad Request')


def test_the_methods_of_an_address_are_told(app):
    answer = Asking(app).ask('DELETE', '/open')
    assert (answer.status, answer.headers['allow']) == (405, 'GET, HEAD')
    assert Asking(app).ask('PATCH', '/v1/heartbeats').headers['allow'] == 'POST'


def test_head_is_get_without_a_body(app):
    got, head = Asking(app).get('/open'), Asking(app).ask('HEAD', '/open')
    assert head.status == 200 and head.body == b''
    assert head.headers['content-length'] == got.headers['content-length']


def test_a_problem_is_one_of_rfc_9457(app):
    answer = Asking(app).get('/v1/nodes/a')
    assert answer.tree == {'type': 'about:blank', 'title': 'Unauthorized', 'status': 401,
                           'detail': 'This needs a secret: Authorization: Bearer ...'}
    assert answer.headers['content-type'] == 'application/problem+json'
    assert answer.headers['www-authenticate'].startswith('Bearer')


def test_each_answer_says_how_it_may_be_used(app):
    headers = Asking(app).get('/open').headers
    assert headers['cache-control'] == 'no-store' and headers['x-content-type-options'] == 'nosniff'
    assert headers['referrer-policy'] == 'same-origin'
    page = response.html('<p>')
    assert dict(page.whole())['Content-Security-Policy'].startswith("default-src 'none'; ")


# --- who may


def status(app, secret_, method, path):
    return Asking(app, secret_).ask(method, path).status


def test_each_role_may_what_those_below_it_may(app, master):
    secrets = [master.person(role, role) for role in ('viewer', 'approver', 'admin')]
    gained = [[status(app, one, method, path) for one in secrets] for method, path in
              (('GET', '/v1/nodes/a'), ('POST', '/v1/approvals'), ('POST', '/v1/nodes'))]
    assert gained == [[200, 200, 200], [403, 200, 200], [403, 403, 415]]


def test_nodes_and_people_have_routes_of_their_own(app, master):
    node, admin = master.node('a', 7), master.person('root', 'admin')
    assert status(app, node, 'POST', '/v1/heartbeats') == 200
    assert status(app, node, 'GET', '/v1/nodes/a') == 403
    assert status(app, admin, 'POST', '/v1/heartbeats') == 403
    assert Asking(app, node).ask('POST', '/v1/heartbeats').tree['who'] == {'id': 7, 'name': 'a'}


@pytest.mark.parametrize('shown', ['', 'x', 'npu_', 'npn_' + 'x' * 43, 'npu_' + 'x' * 43, 'npu_' + 'x' * 5000,
                                   'nps_' + 'x' * 43, '\xff' * 47, "' or 1=1 --"])
def test_a_secret_that_is_none_opens_nothing(app, shown):
    for method, path in (('GET', '/v1/nodes/a'), ('POST', '/v1/heartbeats')):
        assert Asking(app).ask(method, path, headers={'authorization': f'Bearer {shown}'}).status == 401


@pytest.mark.parametrize('header', ['Basic YTpi', 'Bearer', 'Bearer ', 'bearer', ''])
def test_another_scheme_is_refused(app, header):
    assert Asking(app).ask('GET', '/v1/nodes/a', headers={'authorization': header}).status == 401


def test_a_secret_of_another_kind_opens_nothing(app, master):
    token = master.person('ann', 'admin')
    assert status(app, 'npn_' + token[4:], 'POST', '/v1/heartbeats') == 401
    assert status(app, 'npn_' + token[4:], 'GET', '/v1/nodes/a') == 401


def test_what_has_ended_opens_nothing(app, master):
    now = master.clock.now
    person, node = master.person('ann', 'admin', now + 10), master.node('a', 1, expires=now + 10)
    gone, left = master.node('b', 2, 'forgotten'), master.node('c', 3, 'left')
    quarantined = master.node('d', 4, 'quarantined')
    assert [status(app, one, 'POST', '/v1/heartbeats') for one in (node, gone, left, quarantined)] == [
        200, 401, 401, 200]
    assert status(app, person, 'GET', '/v1/nodes/a') == 200
    master.clock.now += 10
    assert status(app, node, 'POST', '/v1/heartbeats') == status(app, person, 'GET', '/v1/nodes/a') == 401


def test_a_node_that_is_remembered_is_forgotten_when_credentials_change(app, master):
    node, cursor = master.node('a', 1), master.store.cursor
    assert status(app, node, 'POST', '/v1/heartbeats') == 200
    cursor.run('delete from credential')
    assert status(app, node, 'POST', '/v1/heartbeats') == 200, 'it is remembered, so that this test tests something'
    master.context.known.settle('2')
    assert status(app, node, 'POST', '/v1/heartbeats') == 401


def test_all_nodes_are_looked_up_with_the_first_of_them(app, master):
    one, other, cursor = master.node('a', 1), master.node('b', 2), master.store.cursor
    left, ends = master.node('c', 3, 'left'), master.node('d', 4, expires=master.clock.now + 10)
    assert status(app, one, 'POST', '/v1/heartbeats') == 200
    cursor.run('delete from credential')
    assert [status(app, who, 'POST', '/v1/heartbeats') for who in (other, left, ends)] == [200, 401, 200]
    master.clock.now += 10
    assert [status(app, who, 'POST', '/v1/heartbeats') for who in (other, ends)] == [200, 401]
    master.context.known.settle('2')
    assert status(app, other, 'POST', '/v1/heartbeats') == 401


def test_a_header_that_must_be_there_once_is_refused_twice(app, master):
    token = master.person('ann', 'viewer')
    answer = Asking(app, token).ask('GET', '/v1/nodes/a', raw=[(b'authorization', b'Bearer x')])
    assert answer.status == 400 and 'authorization' in answer.tree['detail']
    assert Asking(app).ask('GET', '/open', raw=[(b'Host', b'evil')]).status == 400
    assert Asking(app).ask('GET', '/open', raw=[(b'x-other', b'1'), (b'X-Other', b'2')]).status == 200


@pytest.mark.parametrize('host', ['', ' ', 'a b', 'a/b', 'a@b', 'https://a', 'a:b', 'a:1:2', '[::1', '::1', '[]',
                                  '[g::]', 'a%', 'a%zz', 'a\\b', '<a>', '"a"', 'a\xe9', 'a?b', 'a#b', ':443'])
def test_a_host_that_is_none_is_refused(app, host):
    answer = Asking(app).ask('GET', '/open', headers={'host': host})
    assert (answer.status, answer.headers['connection']) == (400, 'close') and 'Host' in answer.tree['detail']


@pytest.mark.parametrize('host', ['a', 'A.example.', 'a_b-c:9443', 'a:', '192.0.2.7:1', '[::1]', '[2001:db8::1]:9443',
                                  'a%20b'])
def test_a_host_that_is_one_is_taken(app, host):
    assert Asking(app).ask('GET', '/open', headers={'host': host}).status == 200


def test_wrong_secrets_are_slowed_down_and_right_ones_are_not(app, master):
    node, person, fresh = master.node('a', 1), master.person('ann', 'viewer'), master.person('eve', 'viewer')
    assert status(app, node, 'POST', '/v1/heartbeats') == status(app, person, 'GET', '/v1/nodes/a') == 200
    answers = [Asking(app, 'npu_' + f'{n:043}').get('/v1/nodes/a') for n in range(30)]
    assert [one.status for one in answers] == [401] * 20 + [429] * 10
    assert answers[-1].headers['retry-after'] == '3'
    assert status(app, fresh, 'GET', '/v1/nodes/a') == 429, 'who has not proved anything waits'
    master.context.known.forget()
    assert status(app, node, 'POST', '/v1/heartbeats') == status(app, person, 'GET', '/v1/nodes/a') == 200
    assert Asking(app, 'npu_' + 'x' * 43, client='192.0.2.8').get('/v1/nodes/a').status == 401, 'another address'
    master.monotonic.now += 3
    assert status(app, fresh, 'GET', '/v1/nodes/a') == 200


# --- bodies


def parse(app, body, **headers):
    return Asking(app).ask('POST', '/parse', body, dict({'content_type': 'application/json'}, **headers))


def test_a_body_is_parsed_packed_or_not(app):
    assert parse(app, b'{"a": [1, 2.5, null]}').tree == {'tree': {'a': [1, 2.5, None]}}
    assert parse(app, gzip.compress(b'["\xc3\xa9"]'), content_encoding='gzip').tree == {'tree': ['\u00e9']}
    assert parse(app, b'7', content_type='application/json; charset=utf-8').tree == {'tree': 7}


@pytest.mark.parametrize('body', [
    b'', b'{', b'{"a": NaN}', b'[Infinity]', b'[-Infinity]', b'[1e999]', b'[1' + b'0' * 3000 + b']', b'\xff', b'"\xc3"',
    b'["\\ud800"]', b'{"\\ud800": 1}', b'["\\u0000"]', b'\xef\xbb\xbf[]', b'[1] x', b'[' * 65 + b']' * 65,
    b'{"a":' * 100 + b'1' + b'}' * 100, b'[' * 4000, b'["' + b'\\"[' * 100, b'[' * 70 + b'"]"' * 3,
    b'[0.' + b'1' * 90 + b']'])
def test_a_body_that_is_no_json_is_a_bad_request(app, body):
    answer = parse(app, body)
    assert (answer.status, answer.tree['title']) == (400, 'Bad Request')
    assert len(answer.body) < 1000


@pytest.mark.parametrize('body', [
    b'[' * 64 + b']' * 64, b'[' + b'[],' * 500 + b'[]]', b'["' + b'[' * 1000 + b'"]', b'["\\\\u0000"]',
    b'["\\ud83d\\ude00"]', b'[' + b'{"a": [1]},' * 100 + b'0]',
    b'["\\"' + b'[' * 100 + b'"]', b'[9223372036854775807]'])
def test_a_body_that_only_looks_hostile_is_taken(app, body):
    assert parse(app, body).tree == {'tree': json.loads(body.decode())}


@pytest.mark.parametrize('rest', [b'"' + b'\\"' * 250000, b'\\"' * 250000, b'"' * 500001, b'\\' * 500001,
                                  b'[' * 500000])
def test_how_deep_a_body_is_costs_little_to_find_out(rest):
    """A pattern for strings took a minute for 64 KiB of these, which anybody may send to /v1/join."""
    begin = time.process_time()
    with pytest.raises(Problem):
        bodies.tree(b'[' * 65 + rest)
    assert time.process_time() - begin < 20


def test_the_length_of_a_body_is_bounded_before_it_is_read(app):
    assert parse(app, b'[]', content_length='4097').status == 413
    assert parse(app, b'[]', content_length='100000000000').status == 413
    assert parse(app, b'[]', content_length='9' * 400).status == 413
    assert parse(app, b'[]', content_length='-1').status == 413
    answer = parse(app, b'"' + b'x' * 4096 + b'"')
    assert answer.status == 413 and answer.headers['connection'] == 'close'


def test_a_body_without_a_length_is_bounded_too(app):
    read = []

    def endless():
        while len(read) < 100:
            read.append(1)
            yield b'x' * 1000
    parts = list(endless())
    answer = Asking(app).ask('POST', '/parse', headers={'content_type': 'application/json'}, parts=parts)
    assert answer.status == 413
    assert len(parts) == 100
    asked = Asking(app).ask('POST', '/parse', headers={'content_type': 'application/json'},
                            parts=[b'["', b'a' * 3000, b'"]'])
    assert asked.tree == {'tree': ['a' * 3000]}


def test_what_a_packed_body_becomes_is_bounded(app):
    bomb = gzip.compress(b'0' * 3000000)
    assert len(bomb) < 4096
    answer = parse(app, bomb, content_encoding='gzip')
    assert answer.status == 413 and 'unpacked' in answer.tree['detail']


@pytest.mark.parametrize('said', [0, 1, 2999999, 2**32 - 1])
def test_what_a_packed_body_says_of_its_length_is_not_believed(app, said):
    bomb = gzip.compress(b'0' * 3000000)[:-4] + said.to_bytes(4, 'little')
    assert parse(app, bomb, content_encoding='gzip').status in (400, 413)


def test_a_body_of_very_many_values_is_refused_before_they_fill_the_memory():
    for one in (b'[],', b'{},', b'1,'):
        with pytest.raises(Problem) as refused:
            bodies.tree(b'[' + one * (2**20 + 1) + b'0]')
        assert refused.value.status == 413
    assert len(bodies.tree(b'[' + b'1,' * 1000000 + b'0]')) == 1000001


def test_few_large_bodies_are_worked_on_at_once(master):
    at_once = [0, 0]

    async def slow(request, context):
        at_once[0] += 1
        at_once[1] = max(at_once)
        await asyncio.sleep(0.02)
        at_once[0] -= 1
        return response.json_({'length': len(request.body)})
    app = App(master.context, Table([Route('POST', '/slow', slow, ANYBODY, most=2**20, inflated=2**20)]))

    async def asked():
        body = gzip.compress(b' ' * 500000)
        scope = {'type': 'http', 'http_version': '1.1', 'method': 'POST', 'path': '/slow', 'raw_path': b'/slow',
                 'query_string': b'', 'headers': [(b'host', b'master'), (b'content-encoding', b'gzip')],
                 'client': ('192.0.2.7', 1)}

        async def receive():
            return {'type': 'http.request', 'body': body}
        return [one.status for one in await asyncio.gather(*[app.answered(scope, receive) for _ in range(9)])]
    assert run(asked()) == [200] * 9, master.lines
    assert at_once == [0, 2]


@pytest.mark.parametrize('body', [b'', b'[]', gzip.compress(b'[]')[:-1], gzip.compress(b'[]') + b'x',
                                  gzip.compress(b'[') + gzip.compress(b']')])
def test_a_body_that_is_no_gzip_is_a_bad_request(app, body):
    assert parse(app, body, content_encoding='gzip').status == 400


def test_another_packing_or_kind_is_refused(app):
    assert parse(app, b'[]', content_encoding='br').status == 415
    assert parse(app, b'[]', content_encoding='gzip, gzip').status == 415
    assert parse(app, b'[]', content_type='text/plain').status == 415
    assert Asking(app).ask('POST', '/parse', b'[]').status == 200
    assert Asking(app).ask('POST', '/parse', b'[]', {'cookie': 'a=b'}).status == 415
    assert Asking(app).ask('POST', '/parse').status == 415


def test_a_body_that_is_cut_off_is_a_bad_request(app):
    parts = [b'[', b'1']

    async def receive():
        return {'type': 'http.request', 'body': parts.pop(0), 'more_body': True} if parts else \
            {'type': 'http.disconnect'}
    from nodeprep.master.http import bodies
    from tests.master.asking import run
    with pytest.raises(Problem) as caught:
        run(bodies.whole(receive, '', 100))
    assert caught.value.status == 400


def test_a_body_that_does_not_come_is_not_waited_for():
    async def receive():
        import asyncio
        await asyncio.sleep(100)
    from nodeprep.master.http import bodies
    from tests.master.asking import run
    with pytest.raises(Problem) as caught:
        run(bodies.whole(receive, '', 100, patience=0.01))
    assert caught.value.status == 408


def test_a_body_that_drips_is_not_waited_for():
    async def receive():
        import asyncio
        await asyncio.sleep(0.01)
        return {'type': 'http.request', 'body': b'x', 'more_body': True}
    from nodeprep.master.http import bodies
    from tests.master.asking import run
    with pytest.raises(Problem) as caught:
        run(bodies.whole(receive, '', 10000, patience=0.2))
    assert caught.value.status == 408


def test_who_may_not_ask_sends_no_body(app, master):
    """401 and 403 come before the body is read, so that nobody unknown makes the master hold one."""
    def unread():
        raise AssertionError('the body was read')
        yield b''

    class Unread(list):
        def pop(self, at):
            raise AssertionError('the body was read')
    viewer = master.person('ann', 'viewer')
    assert Asking(app).ask('POST', '/v1/heartbeats', parts=Unread([b''])).status == 401
    assert Asking(app, viewer).ask('POST', '/v1/approvals', parts=Unread([b''])).status == 403


# --- pages


def test_a_browser_without_a_session_is_led_to_sign_in(app):
    answer = Asking(app).get('/page?q=a%26b')
    assert (answer.status, answer.headers['location']) == (303, '/sign-in?next=%2Fpage%3Fq%3Da%2526b')
    assert Asking(app).submit('/page', {}).headers['location'] == '/sign-in?next=%2F'


def test_a_form_of_another_site_is_refused(app, master):
    ann = Asking(app, master.person('ann', 'approver'))
    assert ann.submit('/page', {'a': ['1', '2'], 'b': '\u00e9'}).tree == {'a': ['1', '2'], 'b': ['\u00e9']}
    for headers in ({'origin': 'https://evil'}, {'origin': 'null'}, {'origin': 'http://master'},
                    {'sec_fetch_site': 'cross-site'}, {'sec_fetch_site': 'same-site'}):
        assert ann.submit('/page', {}, **headers).status == 403
        assert Asking(app).submit('/sign-in', {}, **headers).status == 403
    assert Asking(app).submit('/sign-in', {'token': 'x'}, sec_fetch_site='same-origin').status == 200


@pytest.mark.parametrize('body', [b'a=%ff', b'a=\xff', b'a=%00', b'&' * 30000])
def test_a_form_that_is_no_text_is_refused(app, body):
    answer = Asking(app).ask('POST', '/sign-in', body, {'content-type': 'application/x-www-form-urlencoded'})
    assert answer.status == 400


# --- faults


def test_a_fault_is_told_without_what_is_secret(app, master):
    token = master.person('ann', 'admin')
    answer = Asking(app, token).get('/broken')
    assert (answer.status, answer.tree['detail']) == (500, 'This is a fault in nodeprep; its log says more.')
    assert 'KeyError' in master.lines[-1] and 'test_app.py' in master.lines[-1]
    assert token not in answer.text and token not in master.lines[-1]
    assert '[secret]' in master.lines[-1]


def test_a_store_that_is_in_trouble_is_asked_again_later(app, master):
    master.store.broken = StoreFull('the disk is full')
    for _ in range(3):
        answer = Asking(app).get('/full')
        assert (answer.status, answer.headers['retry-after']) == (503, '30')
    assert 'disk' not in answer.text and master.lines == ['the store: the disk is full']
    master.monotonic.now += 10
    Asking(app).get('/full')
    assert len(master.lines) == 2, 'it is told again, but not for each node'


def test_nothing_secret_is_in_an_answer_or_the_log(app, master):
    tokens = [master.person('ann', 'viewer'), master.node('a', 1), secret.made(secret.NODE), secret.join_token()]
    for token in tokens:
        for method, path in (('GET', '/v1/nodes/a'), ('POST', '/v1/heartbeats'), ('POST', '/v1/nodes'),
                             ('GET', '/page'), ('GET', '/nowhere'), ('GET', '/broken')):
            answer = Asking(app, token).ask(method, path)
            assert token not in answer.text + str(answer.all)
    assert not any(token in line for token in tokens for line in master.lines)


def test_a_route_is_there_once():
    with pytest.raises(ValueError, match='two routes for GET /v1/nodes/'):
        Table([*ROUTES, ROUTES[1]])
