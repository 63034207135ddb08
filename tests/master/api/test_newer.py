"""Reports of a format that is newer than this master: they wait at their node until it is upgraded, which is told."""
import pytest

from nodeprep import __version__
from nodeprep.agent.backoff import Backoff
from nodeprep.agent.client import Client
from nodeprep.agent.credential import Credential
from nodeprep.agent.spool import Spool
from nodeprep.agent.voice import Voice
from nodeprep.host.network import Reply
from nodeprep.master.api import reports as here
from tests.master.fleet import Host


@pytest.fixture
def node(master):
    return master.join('node1')


@pytest.fixture
def host(master):
    return Host(1, 'node1', start=master.clock.now)


def kept(master):
    return master.store.read(lambda cursor: cursor.all('SELECT sequence, link FROM report ORDER BY sequence'))


def test_it_is_told_which_format_is_known_and_when_to_come_again(master, node, host):
    answer = node.post('/v1/reports', host.report(format=2))
    assert answer.status == 503 and answer.headers['content-type'] == 'application/problem+json'
    assert (answer.tree['format'], answer.tree['known']) == (2, 1)
    assert answer.tree['detail'] == (f'This master, nodeprep {__version__}, knows reports up to format 1, and this one '
                                     f'is of format 2: upgrade the master. The node is to keep it until then.')
    assert 60 <= int(answer.headers['retry-after']) <= 600
    assert kept(master) == [] and node.post('/v1/heartbeats', host.beat()).status == 200
    node.post('/v1/reports', {'reports': [host.report(format=2)]})
    assert [line for line in master.lines if 'format' in line] == [
        'node1 sends reports of format 2, and this nodeprep knows format 1: they are kept by the nodes until it is '
        'upgraded']


def test_older_reports_before_it_are_taken_and_no_other_is_acknowledged(master, node, host):
    older, newer = [host.report(), host.report()], [host.report(format=2), host.report()]
    answer = node.post('/v1/reports', {'reports': older + newer})
    assert (answer.status, answer.tree) == (201, {'sequence': 2, 'new': 2})
    assert kept(master) == [(1, 'next'), (2, 'next')]
    answer = node.post('/v1/reports', {'reports': older + newer})
    assert (answer.status, answer.tree) == (200, {'sequence': 2, 'new': 0})
    assert node.post('/v1/reports', {'reports': newer}).status == 503


@pytest.mark.parametrize('said', [0, -1, True, '2', 1.5, None, [2]])
def test_what_no_later_master_would_take_is_refused(node, host, said):
    assert node.post('/v1/reports', host.report(format=said)).status == 422


class Wire:
    """In place of a connection: the application itself."""

    def __init__(self, node):
        self.node, self.here = node, '192.0.2.7'

    def ask(self, method, path, headers, body):
        answer = self.node.ask(method, path, body, headers)
        return Reply(answer.status, answer.headers, answer.body)

    def close(self):
        self.node = None


def test_an_agent_keeps_them_goes_on_with_heartbeats_and_delivers_after_the_upgrade(master, node, host, tmp_path,
                                                                                   monkeypatch):
    known, clock = here.FORMAT, master.monotonic
    client = Client(Credential('https://master:9443', 'node1', node.secret, 'ca'), now=master.clock, monotonic=clock,
                    backoff=Backoff(draw=lambda: 1.0), connection=Wire(node))
    voice = Voice(Spool(str(tmp_path / 'spool')), client, 'https://master:9443', 60.0, clock, clock)
    voice.about(host.beat())

    def live(seconds):
        end = clock.now + seconds
        while clock.now < end:
            clock.now += min(max(voice.step(), 0.1), end - clock.now)
    voice.tell(host.unnumbered())
    live(1)
    monkeypatch.setattr(here, 'FORMAT', known - 1)       # as if the master were of yesterday
    for _ in range(3):
        voice.tell(host.unnumbered())
    before = master.context.counts['heartbeats']
    live(3600)
    assert len(kept(master)) == 1 and voice.facts()['spool'] == dict(
        voice.facts()['spool'], waiting=3, refused=0, dropped=0)
    assert master.context.counts['heartbeats'] - before > 55
    facts = voice.facts()['master']
    assert facts['problem'] == '' and 'upgrade the master' in facts['held'] and facts['reached'] > clock.now - 61
    assert [said.partition(':')[0] for said, _ in voice.heard()] == ['the master takes no reports, which are kept here']
    monkeypatch.setattr(here, 'FORMAT', known)
    live(600)
    assert kept(master) == [(number, 'next') for number in range(1, 5)]
    assert voice.facts()['spool']['waiting'] == 0 and voice.facts()['master']['held'] == ''
    assert [said for said, _ in voice.heard()] == ['the master takes reports again']
