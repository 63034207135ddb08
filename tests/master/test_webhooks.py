"""Others are told what happens, once each, also when they do not answer for a while."""
import json

import pytest

from nodeprep.compliance.document import stamp
from nodeprep.master import webhooks
from nodeprep.master.posting import Posted, signature
from nodeprep.master.settingvalues import Webhook
from nodeprep.master.store import doctor, nodes, outbox
from nodeprep.master.store.news import Event, Reader
from tests.master.fleet import Host
from tests.master.test_ingest import AT, join, rows, take

GENERIC, ALERTS = Webhook('ops', 'https://ops/hook?token=x'), Webhook('am', 'http://am:9093', 'alertmanager')


class Receiver:
    """What was sent; it takes nothing while `problem` says why."""

    def __init__(self):
        self.got, self.problem, self.now = [], '', AT + 1000

    def send(self, url, body, secret, delivery, at):
        if not self.problem:
            self.got.append((url, json.loads(body.decode()), delivery))
        return Posted(self.problem)

    def clock(self):
        return self.now


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def host():
    return Host(1, requirements=('swap', 'disk'))


def hooks(store, receiver, *which):
    made = webhooks.Webhooks(store, which, receiver.clock, receiver.send)
    made.step()
    return made


def events(receiver):
    return [(one['event'], one['node'], one['requirement'], one['before'], one['outcome'])
            for _, body, _ in receiver.got for one in body['events']]


def test_what_was_before_the_hook_is_not_told_and_what_follows_is(store, receiver, host):
    join(store, host)
    host.set('swap', 'drifted')
    take(store, 1, host.report())
    made = hooks(store, receiver, GENERIC)
    assert receiver.got == []
    host.set('disk', 'drifted')
    take(store, 1, host.report())
    host.set('disk', 'met')
    take(store, 1, host.report())
    store.do(lambda cursor: nodes.silent(cursor, 1, AT + 500))
    made.step()
    made.step()
    assert events(receiver) == [('transition', 'node00001', 'disk', 'met', 'drifted'),
                                ('transition', 'node00001', 'disk', 'drifted', 'met'),
                                ('silent', 'node00001', None, None, None)]
    assert receiver.got[0][0] == GENERIC.url and rows(store, 'SELECT * FROM outbox') == []


def test_the_first_word_about_a_requirement_is_news_when_it_fails(store, receiver, host):
    made = hooks(store, receiver, GENERIC)
    join(store, host)
    host.set('swap', 'unknown')
    take(store, 1, host.report())
    made.step()
    assert events(receiver) == [('transition', 'node00001', 'swap', None, 'unknown'),
                                ('joined', 'node00001', None, None, None)]


def test_who_does_not_answer_is_told_later_in_order_and_once(store, receiver, host):
    made = hooks(store, receiver, GENERIC)
    join(store, host)
    receiver.problem = 'it answers 500'
    for state in ('drifted', 'met', 'unknown'):
        host.set('swap', state)
        take(store, 1, host.report())
        made.step()
    assert receiver.got == [] and made.problems == {'ops': 'it answers 500'}
    assert rows(store, 'SELECT tries, problem FROM outbox ORDER BY id')[0] == (1, 'it answers 500')
    receiver.problem = ''
    receiver.now += 60
    made.step()
    assert [one[3:] for one in events(receiver) if one[2]] == [
        (None, 'drifted'), ('drifted', 'met'), ('met', 'unknown')]
    assert len({delivery for _, _, delivery in receiver.got}) == len(receiver.got)
    made.step()
    assert rows(store, 'SELECT * FROM outbox') == [] and made.problems == {'ops': ''}


def test_after_a_day_a_message_is_given_up_and_kept_for_the_doctor(store, receiver, host):
    made = hooks(store, receiver, GENERIC)
    join(store, host)
    receiver.problem = 'it cannot be reached'
    for _ in range(60):
        made.step()
        receiver.now += 3600
    (row,) = rows(store, 'SELECT tries, failed, made FROM outbox')
    assert row[1] is not None and 86400 >= row[1] - row[2] > 80000 and row[0] < 40
    assert store.read(outbox.waiting) == {'ops': (0, 1)}
    said = [one for seen in store.read(lambda cursor: list(doctor.look(cursor))) for one in seen.wrong]
    assert said == [f'ops: 1 message waits or was given up, since {stamp(row[2])}: it cannot be reached']


def test_the_outbox_is_bounded_and_says_what_went(store, receiver, host, monkeypatch):
    monkeypatch.setattr(outbox, 'MOST', 3)
    made = hooks(store, receiver, GENERIC)
    join(store, host)
    receiver.problem = 'down'
    for state in ('drifted', 'met', 'unknown', 'met', 'drifted'):
        host.set('swap', state)
        take(store, 1, host.report())
        made.step()
    assert rows(store, 'SELECT count(*) FROM outbox') == [(3,)] and made.dropped == {'ops': 2}


def test_messages_to_a_hook_that_is_taken_away_go(store, receiver, host):
    store.do(lambda cursor: outbox.add(cursor, 'old', ['{}'], AT))
    hooks(store, receiver, GENERIC)
    assert rows(store, 'SELECT * FROM outbox') == []


def test_alertmanager_is_told_what_begins_and_what_ends(store, receiver, host):
    made = hooks(store, receiver, ALERTS)
    join(store, host)
    host.set('swap', 'drifted')
    take(store, 1, host.report())
    made.step()
    (url, (alert,), _), = receiver.got
    assert url == 'http://am:9093/api/v2/alerts'
    assert alert['labels'] == {'alertname': 'NodeprepDrift', 'node': 'node00001', 'requirement': 'swap',
                               'severity': 'required'}
    assert (alert['startsAt'], alert['endsAt']) == ('2023-11-14T22:14:20Z', '2023-11-14T22:45:00Z')
    host.set('swap', 'unknown')
    take(store, 1, host.report())
    made.step()
    ended, begun = receiver.got[1][1]
    assert ended['labels'] == alert['labels'] and ended['endsAt'] == '2023-11-14T22:15:20Z'
    assert begun['labels']['alertname'] == 'NodeprepUnknown' and begun['startsAt'] == '2023-11-14T22:15:20Z'


def test_alerts_that_last_are_told_again(store, receiver, host):
    join(store, host, Host(2))
    host.set('swap', 'drifted')
    take(store, 1, host.report())
    store.do(lambda cursor: nodes.silent(cursor, 2, AT))
    made = hooks(store, receiver, ALERTS)
    assert [[one['labels']['alertname'] for one in body] for _, body, _ in receiver.got] == [
        ['NodeprepDrift', 'NodeprepSilent']]
    receiver.now += 299
    made.step()
    assert len(receiver.got) == 1
    receiver.now += 1
    made.step()
    assert receiver.got[1][1][0]['endsAt'] > receiver.got[0][1][0]['endsAt']


def test_one_that_was_away_is_told_what_lasts_when_it_is_back(store, receiver, host):
    """It may have been started anew, and forgot all; and what waited for it may be long over."""
    join(store, host)
    host.set('swap', 'drifted')
    take(store, 1, host.report())
    made = hooks(store, receiver, ALERTS)
    receiver.problem = 'it cannot be reached'
    for state in ('drifted', 'met') * 12 + ('drifted',):
        host.set('disk', state)
        take(store, 1, host.report())
        made.step()
    receiver.problem, before = '', len(receiver.got)
    receiver.now += 60
    made.step()
    made.step()
    told = [[(one['labels']['requirement'], one['endsAt'] > '2023-11-14T22:31') for one in body]
            for _, body, _ in receiver.got[before:]]
    assert len(told) == 26 and told[-1] == [('disk', True), ('swap', True)], 'the last word is what is so'
    made.step()
    assert len(receiver.got) == before + 26


def test_what_lasts_is_tried_again_soon_when_it_is_not_taken(store, receiver, host):
    join(store, host)
    host.set('swap', 'drifted')
    take(store, 1, host.report())
    receiver.problem = 'it answers 503'
    made = hooks(store, receiver, ALERTS)
    assert made.problems == {'am': 'it answers 503'}
    receiver.problem = ''
    receiver.now += 29
    made.step()
    assert receiver.got == []
    receiver.now += 1
    made.step()
    assert len(receiver.got) == 1 and made.problems == {'am': ''}


def test_two_masters_tell_each_thing_once(store, receiver, host):
    one, two = hooks(store, receiver, GENERIC), hooks(store, receiver, GENERIC)
    join(store, host)
    one.step(), two.step()
    host.set('swap', 'drifted')
    take(store, 1, host.report())
    two.step(), one.step()
    assert [one[0] for one in events(receiver)] == ['joined', 'transition']


def test_a_number_that_is_missing_is_waited_for(store, host):
    reader = Reader('x')
    store.do(lambda cursor: reader.read(cursor, AT))
    join(store, host)
    hidden = ('INSERT INTO presence (id, node, at, what) VALUES (?, 1, ?, ?)')
    store.do(lambda cursor: cursor.run(hidden, (3, AT, 'heard')))
    first = Event('joined', 'node00001', 1, AT)
    assert store.do(lambda cursor: reader.read(cursor, AT)) == [first]
    assert store.do(lambda cursor: reader.read(cursor, AT + 29)) == []
    store.do(lambda cursor: cursor.run(hidden, (2, AT, 'silent')))
    assert [one.what for one in store.do(lambda cursor: reader.read(cursor, AT + 29))] == ['silent', 'heard']
    store.do(lambda cursor: cursor.run(hidden, (9, AT, 'left')))
    assert store.do(lambda cursor: reader.read(cursor, AT + 40)) == []
    assert [one.what for one in store.do(lambda cursor: reader.read(cursor, AT + 70))] == ['left']


def test_a_signature_binds_time_and_body():
    made = {signature('s', b'{}', 5), signature('s', b'{}', 6), signature('s', b'{ }', 5), signature('t', b'{}', 5)}
    assert len(made) == 4
