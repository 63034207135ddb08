"""What goes the quick way means what it means in the ordinary one, byte for byte, also for budgets and time-outs."""
import gzip
import json

import pytest

from nodeprep.master import membership, secret
from nodeprep.master.api.routes import routes
from nodeprep.master.store import known, open_store
from tests.master.fleet import Host
from tests.master.http.wire import Wires, post, status


@pytest.fixture
def wires(store):
    with Wires(store, routes()) as made:
        made.token = made.node('node00001')
        yield made


LONG = b'{"a":"' + b'x' * (64 * 2**10 - 8) + b'"}'           # as long as a body may be


def beat(host=None):
    return json.dumps((host or Host()).beat()).encode()


def quick(wires, *data):
    """A client whose next request with one of these heads is a quick one."""
    line = wires.line()
    for one in data or (post(wires.token),):
        for _ in range(3):
            line.ask(one)
        before = wires.quick
        line.ask(one)
        assert wires.quick == before + 1, one
    wires.ended.clear()
    return line


def test_the_first_requests_are_read_and_those_like_them_are_quick(wires):
    line, seen = wires.line(), []
    for _ in range(4):
        assert status(line.ask(post(wires.token))) == [200]
        seen.append(wires.quick)
    assert seen == [0, 0, 1, 2]            # who asks is known when the first is answered
    assert [what for what, _ in wires.scribe.told] == ['beats'] * 4
    assert len({str(plain) for _, plain in wires.scribe.told}) == 1
    assert line.connection._now is None and wires.ended == ['/v1/heartbeats'] * 4


def test_reports_are_taken_and_taken_once(wires):
    host, line = Host(), wires.line()
    answers = []
    for _ in range(4):
        body = json.dumps({'reports': [host.report()]}).encode()
        answers.append(line.ask(post(wires.token, body, '/v1/reports')))
    assert wires.quick == 2 and [status(one) for one in answers] == [[201]] * 4
    assert answers[3].endswith(b'{"sequence":4,"new":1}')
    assert line.ask(post(wires.token, body, '/v1/reports')).endswith(b'{"sequence":4,"new":0}') and wires.quick == 3


def test_what_one_node_sent_is_known_of_another(wires):
    other = wires.node('node00002', 2)
    wires.line().ask(post(other))
    quick(wires)
    before = wires.quick
    assert status(wires.line().ask(post(other))) == [200] and wires.quick == before + 1
    (_, (mine, _, _)), (_, (its, _, _)) = wires.scribe.told[-2:]
    assert mine != its


@pytest.mark.parametrize('data', [
    lambda token: (post(token)[:60], post(token)[60:]), lambda token: (post(token)[:-1], b'}'),
    lambda token: (post(token) * 2,), lambda token: (post(token) + b'\r\n',),
    lambda token: (post(token) + post(token)[:9], post(token)[9:]),
    lambda token: (b'\r\n', post(token))])
def test_it_is_learned_from_one_whole_request_in_one_segment_alone(wires, data):
    line = wires.line()
    line.ask(post(wires.token, X='1'))
    assert status(line.ask(*data(wires.token)))[0] == 200 and wires.quick == 0
    assert status(wires.line().ask(post(wires.token))) == [200] and wires.quick == 0


def test_nothing_is_learned_of_who_is_not_known(wires):
    for token in (secret.made(secret.NODE), secret.made(secret.PERSON), 'x'):
        line = wires.line()
        for _ in range(3):
            assert status(line.ask(post(token))) == [401]
    wires.line().ask(post(wires.token, X='1'))
    assert status(wires.line().ask(post(wires.token))) == [200] and wires.quick == 0


def test_a_secret_with_something_behind_it_is_another_one(wires):
    quick(wires)
    for token in (wires.token + 'a', wires.token + '\xe9', wires.token + ', Bearer ' + wires.token):
        line = wires.line()
        for _ in range(4):
            assert status(line.ask(post(token))) == [401]


def revoked(wires):
    wires.store.do(lambda cursor: membership.forget(cursor, 'node00001', 'ada', wires.clock.now))
    wires.context.known.settle(wires.store.read(known.version))
    return wires.token


def left(wires):
    wires.store.do(lambda cursor: membership.leave(cursor, 1, wires.clock.now))
    wires.context.known.forget()
    return wires.token


def expired(wires):
    wires.store.do(lambda cursor: cursor.run('UPDATE credential SET expires = ?', (wires.clock.now + 5,)))
    wires.context.known.forget()
    before = wires.quick
    for _ in range(2):
        assert status(wires.line().ask(post(wires.token))) == [200]
    assert wires.quick == before + 1
    wires.clock.now += 5
    return wires.token


@pytest.mark.parametrize('ended', [revoked, left, expired, lambda wires: secret.made(secret.NODE)])
def test_who_is_known_no_more_is_told_so_as_ever(wires, ended):
    line = quick(wires)
    token = ended(wires)
    before, told = wires.quick, len(wires.scribe.told)
    answer = line.ask(post(token))
    assert status(answer) == [401] and b'WWW-Authenticate: Bearer' in answer and b'The secret is not known' in answer
    assert wires.quick == before and len(wires.scribe.told) == told


def test_who_is_no_member_when_it_is_written_is_told_so(wires):
    line = quick(wires)
    wires.store.do(lambda cursor: membership.leave(cursor, 1, wires.clock.now))
    answer = line.ask(post(wires.token))
    assert status(answer) == [401] and b'a member no more' in answer and wires.ended == ['/v1/heartbeats']


def unusual(token):
    """Requests of which none is quick, however often it comes."""
    return [post(token, gzip.compress(LONG + b' '), Content_Encoding='gzip'),
            post(token, Expect='100-continue'), post(token, Connection='close'),
            post(token, Connection='keep-alive'), post(token, Connection='Upgrade', Upgrade='h2c'),
            post(token, version='1.0'), post(token, version='1.0', Connection='keep-alive'),
            post(token, path='/v1/heartbeats?a=1'),
            post(token, path='https://other:1/v1/heartbeats?x'), post(token, LONG + b' '),
            post(token, path='/v1/heartbeats/'), post(token, path='/v1/heartbeat'), post(token, path='*'),
            post(token, method='GET'), post(token, method='HEAD'), post(token, method='PUT'),
            post(token, method='BREW'), post(token, b'', path='/v1/drift'),
            post(token, Content_Length=None, Transfer_Encoding='chunked')[:-2] + b'2\r\n{}\r\n0\r\n\r\n',
            post(token, Host=None), post(token, Host=''), post(token, Host='a b'),
            post(token, content_type='text/plain'), post(token, authorization='Bearer x'),
            post(token, **{f'X{number}': '' for number in range(17)})]


@pytest.mark.parametrize('number', range(len(unusual(''))))
def test_what_is_unusual_is_never_quick_and_answered_as_without_memory(wires, number):
    data = unusual(wires.token)[number]
    answers = []
    quick(wires)
    before = wires.quick
    for _ in range(4):
        answers.append(wires.line().ask(data))
    assert wires.quick == before and answers == [answers[0]] * 4
    assert b'HTTP/1.1 ' in answers[0]


def alike(token):
    """Requests that become quick, whatever is answered."""
    lasting, again = Host(), json.dumps({'reports': [Host().report()]}).encode()
    packed = gzip.compress(b'{}')
    return [
        post(token), post(token, beat(lasting)), post(token, b''), post(token, b'[]'),
        post(token, b'nul'), post(token, b'\xff'), post(token, b'{"a":"\\ud800"}'), post(token, b'{"a":NaN}'),
        post(token, b'[' * 65 + b']' * 65), post(token, b'{}', Content_Type='text/plain'),
        post(token, b'{}', Content_Type=None), post(token, b'{}', Content_Type='Application/JSON; charset=x'),
        post(token, packed, Content_Encoding='gzip'), post(token, packed, Content_Encoding=' X-GZIP\t'),
        post(token, packed[:-1] + b'\0', Content_Encoding='gzip'),
        post(token, packed + packed, Content_Encoding='gzip'), post(token, packed + b'\0', Content_Encoding='gzip'),
        post(token, b'', Content_Encoding='gzip'), post(token, gzip.compress(LONG), Content_Encoding='gzip'),
        post(token, gzip.compress(LONG)[:-4] + b'\2\0\0\0', Content_Encoding='gzip'),
        post(token, Content_Encoding='gzip'), post(token, Content_Encoding='identity'),
        post(token, Content_Encoding=''), post(token, Content_Encoding='br'),
        post(token, gzip.compress(again), '/v1/reports', Content_Encoding='gzip'),
        post(token, LONG), post(token, path='/v1/heartbeats?'), post(token, b'{}', Cookie='a=b', Origin='https://x'),
        post(token, b'{}', Accept_Language='de'), post(token, path='https://other:1/v1/heartbeats'),
        post(token, b'', '/v1/reports'), post(token, b'{}', '/v1/reports'), post(token, b'[]', '/v1/reports'),
        post(token, b'{"reports":[]}', '/v1/reports'), post(token, b'{"reports":[{}]}', '/v1/reports'),
        post(token, b'{"reports":[{"format":2}]}', '/v1/reports'), post(token, again, '/v1/reports'),
        post(token, again[:-1] + b' ', '/v1/reports'), post(token, again.replace(b'met', b'MET', 1), '/v1/reports')]


@pytest.mark.parametrize('number', range(len(alike(''))))
def test_what_is_quick_is_answered_as_without_memory(wires, tmp_path, number):
    data, became = alike(wires.token)[number], []
    stores = [open_store(f'sqlite://{tmp_path}/{one}.db') for one in 'ab']
    try:
        for memory, store in zip((True, False), stores):
            with Wires(store, routes(), memory) as made:
                made.node('node00001', token=wires.token)
                line = made.line()
                line.ask(post(wires.token, X='1'))
                answers = [line.ask(data) for _ in range(4)]
                assert made.quick == (3 if memory else 0) and made.faults == []
                idle = list(made.crowd.idle) == [line.connection]
                became.append((answers, made.scribe.told, made.lines, made.ended, made.context.counts,
                               made.context.budgets._full, line.connection.patience._deadline, idle))
    finally:
        for one in stores:
            one.close()
    assert became[0] == became[1] and [len(status(one)) for one in answers] == [1] * 4
