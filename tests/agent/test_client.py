"""The client: what an answer means, what it does to the spool, and when the next try is made."""
import json
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep.agent.backoff import Backoff
from nodeprep.agent.client import Client, Members
from nodeprep.agent.credential import Credential
from nodeprep.agent.delivery import deliver
from nodeprep.agent.reporting import REFUSALS
from nodeprep.agent.spool import Spool
from nodeprep.chain import GAP, GENESIS, NEXT, digest
from nodeprep.host.network import Reply
from nodeprep.model import CannotTell
from tests.agent.disk import Disk
from tests.agent.master import Master, unpacked

KEPT = 'what is told is kept here; there journalctl -u nodeprep-master may say more'
CREDENTIAL = Credential('https://master:9443', 'node1', 's3cret-of-node1', 'ca')


class Wire:
    """In place of the connection: plays answers, then those of a master."""

    def __init__(self, clock, answers=(), master=None):
        self.here = ''
        self.clock, self.answers, self.master, self.asked = clock, list(answers), master or Master(), []

    def ask(self, method, path, headers, body):
        self.clock.now += 0.5
        headers = {name.lower(): value for name, value in headers.items()}
        self.asked.append((method, path, headers, body))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if answer is None or answer == 'lost':
            tree = unpacked(headers, body)
            status, answered = (self.master.take(tree['reports']) if path == '/v1/reports'
                                else self.master.beat(tree, self.clock.now + 100))
            if answer == 'lost':
                raise CannotTell('master:9443: no answer in time', '')
            return Reply(status, {}, json.dumps(answered).encode())
        self.clock.now += 0.5
        return answer

    def close(self):
        self.answers = []


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def time(self):
        return self.now


def speaking(answers=(), master=None):
    clock = Clock()
    wire = Wire(clock, answers, master)
    return Client(CREDENTIAL, now=clock.time, monotonic=clock.time, backoff=Backoff(draw=lambda: 1.0),
                  connection=wire, apart=' --state-dir /s'), wire, clock


def reports(count, size=0):
    made, previous = [], GENESIS
    for number in range(1, count + 1):
        report = {'id': f'r{number}', 'sequence': number, 'text': 'x' * size}
        own = digest(previous, report)
        made.append(dict(report, chain={'previous': previous, 'digest': own}))
        previous = own
    return made


def problem(status, said='no', **headers):
    return Reply(status, {name.replace('_', '-'): value for name, value in headers.items()},
                 json.dumps({'title': said}).encode())


def test_reports_are_sent_as_the_contract_says():
    client, wire, _ = speaking()
    assert client.send(reports(3)) == (3, '', (), 0.0)
    method, path, headers, body = wire.asked[0]
    assert (method, path) == ('POST', '/v1/reports')
    assert headers['authorization'] == 'Bearer s3cret-of-node1' and headers['content-type'] == 'application/json'
    assert 'content-encoding' not in headers and json.loads(body.decode())['reports'] == reports(3)
    assert client.send(reports(3)) == (3, '', (), 0.0) and list(wire.master.held) == ['r1', 'r2', 'r3']
    assert client.send([]) == (0, '', (), 0.0) and len(wire.asked) == 2


def test_a_long_body_is_packed():
    client, wire, _ = speaking()
    client.send(reports(3, 1000))
    _, _, headers, body = wire.asked[0]
    assert headers['content-encoding'] == 'gzip' and len(body) < 1000
    assert unpacked(headers, body)['reports'] == reports(3, 1000)


@pytest.mark.parametrize('answer, said', [
    (CannotTell('master:9443: connection refused', ''), 'the master does not answer: master:9443: connection refused'),
    (problem(500, 'database is locked.'), f'the master answers 500: database is locked: {KEPT}'),
    (Reply(503, {}, b'<html>'), f'the master answers 503: {KEPT}'),
    (problem(401), 'the master answers 401: no: was this node forgotten there? nodeprep leave --state-dir /s, then '
     'nodeprep join --state-dir /s again, as there nodeprep master token create --print-join-command prints it'),
    (problem(403), 'the master answers 403: no: is it the address of a master?'),
    (problem(404), 'the master answers 404: no: is it the address of a master?'),
    (Reply(302, {'location': 'https://evil'}, b''), 'the master answers 302: a redirect, which is not followed'),
    (Reply(200, {}, b'<html>Welcome'), 'the master answers 200: with something that is not JSON'),
    (Reply(201, {}, b'\xff'), 'the master answers 201: with something that is not JSON'),
    (Reply(200, {}, b'[' * 100000), 'the master answers 200: with something that is not JSON'),
    (Reply(400, {}, b'a proxy does not like it'), 'the master answers 400'),
    (problem(418, 'a\nb\x1b[31m'), 'the master answers 418: a b [31m'),
    (Reply(200, {}, b'{"sequence": 1}'), 'the master has not kept all reports: those up to 1 alone')])
def test_a_failure_keeps_the_reports_and_waits(answer, said):
    client, wire, clock = speaking([answer])
    sent = client.send(reports(2))
    assert sent == (1 if 'alone' in said else 0, said, (), 0.0) and 's3cret' not in repr(sent)
    assert client.wait() == 1.0 and client.problem == said
    assert client.send(reports(2)) == (0, said, (), 0.0) and len(wire.asked) == 1       # not before its time
    clock.now += 1.0
    assert client.wait() == 0 and client.send(reports(2)) == (2, '', (), 0.0) and client.problem == ''


def test_the_wait_grows_and_a_success_ends_it():
    client, wire, clock = speaking([problem(500)] * 4)
    waits = []
    for _ in range(4):
        client.send(reports(1))
        waits.append(client.wait())
        clock.now += client.wait()
    assert waits == [1, 2, 4, 8]
    client.send(reports(1))
    wire.answers = [problem(500)]
    client.beat({})
    assert client.wait() == 1


@pytest.mark.parametrize('status', [429, 503])
def test_retry_after(status):
    client, _, clock = speaking([problem(status, retry_after='120')])
    client.send(reports(1))
    assert client.wait() == 121
    client, _, clock = speaking([problem(status, retry_after='Thu, 01 Jan 1970 00:17:41 GMT')])
    client.send(reports(1))
    assert client.wait() == 61                    # it is the second 1001 when the answer comes


def too_old(**more):
    """The answer of a master that does not know the format of a report."""
    tree = dict({'title': 'Service Unavailable', 'detail': 'upgrade the master', 'format': 2, 'known': 1}, **more)
    return Reply(503, {'retry-after': '300'}, json.dumps(tree).encode())


def test_a_master_that_is_too_old_for_a_report_is_asked_again_later_and_told_all_else():
    client, wire, clock = speaking([too_old(), None, too_old()])
    said = 'the master answers 503: upgrade the master'
    assert client.send(reports(2)) == (0, said, (), 300.0)
    assert client.wait() == 0 and client.beat({}).problem == '' and client.problem == ''
    assert client.send(reports(2)) == (0, said, (), 300.0)
    assert client.send(reports(2)) == (2, '', (), 0.0)
    for odd in (too_old(format='2'), too_old(known=None)):
        wire.answers = [odd]
        assert client.send(reports(2)) == (0, f'{said}: {KEPT}', (), 0.0) and client.wait() > 300
        clock.now += client.wait()


def test_one_report_that_is_refused_does_not_block_the_rest():
    client, wire, clock = speaking(master=Master(sick=['r3', 'r6']))
    waiting, given_up, tries = reports(8), [], 0
    while waiting and tries < 20:
        sent = client.send(waiting)
        given_up += [(one.report['id'], one.why) for one in sent.refused]
        waiting = [one for one in waiting if one['sequence'] > sent.delivered_up_to]
        clock.now += client.wait()
        tries += 1
    assert list(wire.master.held) == ['r1', 'r2', 'r4', 'r5', 'r7', 'r8']
    assert given_up == [(f'r{number}', f'the master refuses report {number}: 422: report r{number} is sick')
                        for number in (3, 6)]
    assert tries == 2 * REFUSALS + 1              # neither is given up at once, and each ends its batch


def test_a_batch_that_is_too_long_goes_in_parts():
    class Small(Master):
        def take(self, batch):
            return Master.take(self, batch) if len(batch) < 3 else (413, {'title': 'too long'})
    client, wire, _ = speaking(master=Small())
    assert client.send(reports(9)) == (9, '', (), 0.0)
    assert list(wire.master.held.values()) == list(range(1, 10))


def test_a_part_is_delivered_before_the_trouble():
    client, wire, _ = speaking([problem(413), None, problem(500)])
    assert client.send(reports(8)).delivered_up_to == 4
    assert list(wire.master.held) == ['r1', 'r2', 'r3', 'r4'] and client.wait() == 1


def test_a_heartbeat_tells_the_skew_of_the_one_before():
    client, wire, _ = speaking()
    answer = client.beat({'verdict': 'met'})
    assert answer.problem == '' and answer.sequence == 0 and answer.approvals == ()
    assert wire.master.beats[0] == {'verdict': 'met', 'node': 'node1', 'sent': 1000.0, 'skew': None, 'address': ''}
    client.beat({})
    # It takes half a second, and the master, whose clock is 100 s ahead, answers at the end of it.
    assert wire.master.beats[1]['skew'] == {'offset_ms': 100250.0, 'bound_ms': 250.0}


@pytest.mark.parametrize('tree, expected', [
    ({'approvals': [{'id': 1}, 'x', None]}, ({'id': 1},)), ({'approvals': 'x'}, ()), ({'approvals': {'a': 1}}, ()),
    ({'sequence': 'x', 'received': [], 'answered': {}}, ())])
def test_strange_answers_to_a_heartbeat(tree, expected):
    client, _, _ = speaking([Reply(200, {}, json.dumps(tree).encode())])
    assert client.beat({}) == ('', 0.0, 0.0, expected, 0, None) and client.skew is None


@pytest.mark.parametrize('told, since, because', [
    ({'since': '1970-01-02T00:00:01Z', 'because': [{'node': 'n1', 'same': ['mac', 'hostname']}]}, 86401,
     [{'node': 'n1', 'same': ['mac', 'hostname']}]),
    ({}, None, []), ({'since': 'soon', 'because': 'x', 'more': 1}, None, []), ({'since': 5, 'because': [1]}, None, []),
    ({'since': '1970-13-01T00:00:00Z', 'because': [{'node': 'n\x1b[31m' + 'x' * 999, 'same': [1, 'a\nb'] * 9}, {},
                                                   {'node': 1, 'same': []}, {'node': 'n', 'same': 'mac'}]}, None,
     [{'node': 'n\\x1b[31m' + 'x' * 247, 'same': ['a\\x0ab'] * 4}]),
    ({'since': None, 'because': [{'node': 'n', 'same': []}] * 999}, None, [{'node': 'n', 'same': []}] * 20)])
def test_what_the_master_tells_of_a_quarantine_is_bounded(told, since, because):
    client, _, _ = speaking([Reply(200, {}, json.dumps({'quarantine': told}).encode())])
    assert client.beat({}).quarantine == {'since': since, 'because': because}


@pytest.mark.parametrize('told', [None, True, [], 'x', 5, [{}]])
def test_what_is_no_quarantine_is_none(told):
    client, _, _ = speaking([Reply(200, {}, json.dumps({'quarantine': told}).encode())])
    assert client.beat({}).quarantine is None


def test_a_heartbeat_without_an_answer():
    client, wire, _ = speaking([problem(500)])
    assert client.beat({}).problem == f'the master answers 500: no: {KEPT}' == client.beat({}).problem
    assert len(wire.asked) == 1


TROUBLE = st.sampled_from([
    None, None, 'lost', problem(500), problem(401), Reply(200, {}, b'junk'), problem(413),
    problem(429, retry_after='9'), Reply(302, {}, b''), CannotTell('x: reset', ''), Reply(400, {}, b'not of a master')])


@settings(deadline=None)
@given(answers=st.lists(TROUBLE, max_size=12), counts=st.lists(st.integers(0, 6), max_size=8),
       sick=st.sets(st.integers(1, 12), max_size=2))
def test_whatever_the_master_does_each_report_arrives_once_in_order(answers, counts, sick):
    master = Master(sick=[f'r{number}' for number in sick])
    client, _, clock = speaking(answers, master)
    with tempfile.TemporaryDirectory() as folder, Disk():
        spool, made = Spool(folder + '/spool'), 0
        for count in counts:
            for _ in range(count):
                made += 1
                spool.append({'id': f'r{made}'})
            deliver(spool, client)
            clock.now += client.wait()
        for _ in range(40):
            if not deliver(spool, client):
                break
            clock.now += client.wait()
        facts = spool.facts()
    assert facts.count == 0
    # 413 may have come REFUSALS times for a report alone. What was refused is told, except of the last of all.
    assert len(master.held) + facts.refused == made
    assert list(master.held.values()) == sorted(master.held.values())
    assert set(master.links) <= ({NEXT, GAP} if facts.refused else {NEXT})


def listed(status=200, tree=None, **headers):
    body = b'' if tree is None else json.dumps(tree).encode()
    return Reply(status, dict({'etag': '"1"'}, **headers), body)


def test_the_members_are_asked_for_with_the_tag_of_those_that_are_known():
    client, wire, _ = speaking([listed(tree={'cluster': ''}), listed(304)])
    assert client.members('') == Members(tag='"1"', tree={'cluster': ''})
    assert client.members('"1"') == Members(same=True, tag='"1"')
    (method, path, headers, body), (_, _, again, _) = wire.asked
    assert (method, path, body) == ('GET', '/v1/cluster', b'') and 'if-none-match' not in headers
    assert again['if-none-match'] == '"1"' and again['authorization'] == 'Bearer s3cret-of-node1'


@pytest.mark.parametrize('answer, said, soon', [
    (problem(404), 'the master answers 404: no: is it the address of a master?', False),
    (problem(409, 'too large'), 'the master answers 409: too large', True),
    (listed(304), 'the master answers 304', False), (Reply(200, {'etag': '"1"'}, b'[' * 10**5), '200', False),
    (listed(tree=[]), 'something that is not JSON', False), (listed(tree={}, etag=''), 'the master answers 200', False),
    (listed(tree={}, etag='W/"1"'), 'the master answers 200', False), (listed(tree={}, etag='"a\nb"'), '200', False),
    (listed(tree={}, etag='"' + 'x' * 101 + '"'), '200', False),
    (Reply(302, {'location': 'https://evil'}, b''), 'a redirect, which is not followed', False)])
def test_an_answer_that_has_no_members_keeps_nobody_from_speaking(answer, said, soon):
    client, _, _ = speaking([answer])
    found = client.members('')
    assert said in found.problem and (found.same, found.tree, found.soon) == (False, None, soon)
    assert client.wait() == 0 and client.beat({}).problem == ''


@pytest.mark.parametrize('answer', [problem(503), problem(429), problem(401), CannotTell('no route', '')])
def test_a_master_that_is_in_trouble_is_let_alone_for_a_while(answer):
    client, wire, _ = speaking([answer])
    assert client.members('"1"').soon and client.wait() > 0
    assert client.members('"1"').problem and len(wire.asked) == 1


def test_a_heartbeat_says_from_which_address_it_comes():
    client, wire, _ = speaking()
    wire.here = '10.0.0.7'
    client.beat({})
    assert wire.master.beats[0]['address'] == '10.0.0.7'
