"""A report is sent to each once, by whichever master, also when it is not taken for a while."""
import json
import os

import pytest

from nodeprep.master.delivery import making, periods, queue
from nodeprep.master.delivery.mail import Sent
from nodeprep.master.delivery.wishes import Hook, Mail, Wishes
from nodeprep.master.posting import Posted
from nodeprep.master.settings import Settings
from nodeprep.master.store import deliveries, outbox
from nodeprep.master.webhooks import Webhooks
from tests.master.fleet import Host
from tests.master.test_ingest import join, take

NOW = 1700100000.0
MAIL = Mail(('127.0.0.1', 25), 'n@example.com', ('ops@example.com',))
HOOK = Hook('https://log/r', 'hush')


class World:
    """A store with a node that drifted, settings, and receivers that take something or say why not."""

    def __init__(self, store, folder):
        self.store, self.data, self.now = store, folder, NOW
        self.settings = Settings(report=Wishes(folder=f'{folder}/reports', mail=MAIL, webhook=HOOK))
        os.mkdir(self.settings.report.folder)
        os.mkdir(f'{folder}/data', 0o700)
        self.mails, self.posts, self.problem = [], [], ''

    def put(self):
        made = making.make(self.store, self.settings, f'{self.data}/data', self.now)
        queue.put(self.store, self.settings, made, self.now)
        return made

    def sender(self, wishes=None):
        return queue.Sender(self.store, wishes or self.settings.report, lambda: self.now, self.mail, self.post)

    def mail(self, mail, letter):
        self.mails.append(letter)
        return Sent(self.problem)

    def post(self, url, body, secret, delivery, at):
        self.posts.append((url, json.loads(body.decode()), secret, delivery))
        return Posted(self.problem)

    def waiting(self):
        return self.store.read(outbox.waiting)


@pytest.fixture
def world(store, tmp_path):
    host = Host(1, requirements=('swap', 'disk'))
    host.set('swap', 'drifted', found='swap is on')
    take(store, join(store, host)[0], host.report())
    return World(store, str(tmp_path))


def test_each_is_sent_it_once_with_the_summary_and_the_page(world):
    made = world.put()
    assert set(world.waiting()) == set(queue.CHANNELS)
    sender = world.sender()
    sender.step()
    sender.step()
    (letter,), ((url, body, secret, _),) = world.mails, world.posts
    assert letter['html'].startswith('<!DOCTYPE html>') and letter['text'].startswith('Compliance')
    assert letter['id'] == made.tree['id'] == body['report']['id'] and letter['name'] == f'compliance-{made.day}.html'
    assert (url, secret) == ('https://log/r', 'hush') and body['report']['digest'] == made.tree['digest']
    assert body['report']['worst'][0]['requirement'] == 'swap' and body['report']['files'] == made.paths
    assert world.waiting() == {} and sender.problems == {'report mail': '', 'report webhook': ''}
    notes = world.store.read(deliveries.notes)
    assert notes['report mail'] == {'day': made.day, 'at': NOW, 'problem': '', 'refused': 0}


def test_a_second_master_with_the_same_database_sends_nothing_more(world):
    world.put()
    world.put()
    assert world.waiting() == {'report mail': (1, 0), 'report webhook': (1, 0)}
    world.sender().step()
    world.put()
    assert world.waiting() == {}
    world.now += 86400.0
    world.put()
    assert world.waiting() == {'report mail': (1, 0), 'report webhook': (1, 0)}


def test_what_is_not_taken_is_tried_later_each_time_and_given_up_after_a_day(world):
    world.put()
    world.problem, sender, tries = 'it answers 452', world.sender(), 0
    begin = world.now
    while world.now < begin + 2 * 86400.0:
        before = len(world.mails)
        sender.step()
        tries += len(world.mails) - before
        world.now += 60.0
    assert 20 < tries < 60 and world.waiting() == {'report mail': (0, 1), 'report webhook': (0, 1)}
    assert world.store.read(deliveries.notes)['report mail']['problem'] == 'it answers 452'
    world.problem = ''
    world.put()
    world.sender().step()
    assert world.waiting() == {'report mail': (0, 1), 'report webhook': (0, 1)} and len(world.mails) == tries + 1


def test_who_is_named_no_more_is_sent_nothing_later(world):
    world.put()
    world.sender(world.settings.report._replace(mail=Mail())).step()
    assert world.mails == [] and len(world.posts) == 1 and world.waiting() == {}


def test_webhooks_of_events_leave_reports_alone(world):
    from nodeprep.master.settingvalues import Webhook
    world.put()
    Webhooks(world.store, (Webhook('ops', 'https://ops'),), lambda: world.now, lambda *call: Posted('')).step()
    assert set(world.waiting()) == set(queue.CHANNELS)


def test_what_was_written_is_noted_and_not_due_again(world):
    assert making.due(world.settings.report, world.now)
    made = world.put()
    assert making.write(world.store, world.settings.report, made, world.now) == []
    assert not making.due(world.settings.report, world.now)
    note = world.store.read(deliveries.notes)['report written']
    assert note == {'day': made.day, 'at': NOW, 'host': os.uname().nodename}
    assert made.tree['since'] < made.tree['until'] and periods.last('daily', NOW)[1] % 86400 == 0
    with open(made.paths[2], encoding='utf-8') as file:
        assert json.load(file)['digest'] == made.tree['digest']
