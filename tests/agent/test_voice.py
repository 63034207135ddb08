"""voice: the spool is emptied beside the loop; what is heard is told to it."""
import json
import stat
import threading

import pytest

from nodeprep.agent.client import Answer
from nodeprep.agent.last import Last
from nodeprep.agent.reporting import Refused, Sent
from nodeprep.agent.spool import Spool
from nodeprep.agent.voice import Voice


class Client:
    """Plays answers."""

    def __init__(self):
        self.sent, self.beats, self.answers, self.pause = [], [], [], 0.0

    def wait(self):
        return self.pause

    def send(self, batch):
        self.sent.append([one['sequence'] for one in batch])
        return self.answers.pop(0) if self.answers else Sent(batch[-1]['sequence'])

    def beat(self, tree):
        self.beats.append(tree)
        return self.answers.pop(0) if self.answers else Answer('')

    def close(self):
        self.closed = True


@pytest.fixture
def made(tmp_path):
    clock, client = [1000.0], Client()
    voice = Voice(Spool(str(tmp_path / 'spool')), client, 'https://master', 60.0, lambda: clock[0], lambda: clock[0])
    voice.clock, voice.client = clock, client
    yield voice
    voice.end()


def test_the_last_report_stays_when_it_is_delivered(made, tmp_path):
    path = tmp_path / 'last-report.json'
    made.keeps(Last(str(path)))
    made.tell({'id': 'a'})
    made.tell({'id': 'b'})
    made.step()
    kept = json.loads(path.read_text())
    assert (kept['id'], kept['sequence'], len(kept['chain']['digest'])) == ('b', 2, 64)
    assert made.facts()['spool']['waiting'] == 0 and stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_last_report_that_cannot_be_kept_holds_nothing_up(made, tmp_path):
    made.keeps(Last(str(tmp_path / 'none' / 'last-report.json')))
    made.tell({'id': 'a'})
    made.step()
    assert made.client.sent == [[1]]


def test_reports_first_then_heartbeats(made):
    made.about({'verdict': 'met'})
    made.tell({'id': 'a'})
    made.tell({'id': 'b'})
    made.step()
    assert made.client.sent == [[1, 2]] and made.client.beats == []
    made.step()
    assert made.client.beats[0]['verdict'] == 'met' and made.client.beats[0]['sequence'] == 2
    assert made.client.beats[0]['spool']['waiting'] == 0 and len(made.client.beats[0]['head']) == 64
    assert made.step() == 60.0 and len(made.client.beats) == 1
    made.clock[0] += 60
    made.step()
    assert len(made.client.beats) == 2


def test_another_time_between_heartbeats_counts_at_once(made):
    made.about({'verdict': 'met'})
    made.step()
    made.every(60.0)                                      # the same: nothing to hurry for
    assert made.step() == 60.0
    made.every(10.0)
    made.step()
    assert made.step() == 10.0 and len(made.client.beats) == 2


def test_before_the_first_round_there_is_no_heartbeat(made):
    assert made.step() > 0 and made.client.beats == []


def test_a_client_that_waits_is_left_alone(made):
    made.client.pause = 7.0
    made.tell({'id': 'a'})
    assert made.step() == 7.0 and made.client.sent == []


def test_an_outage_is_told_once_and_its_end(made):
    made.tell({'id': 'a'})
    away = 'the master does not answer: no route'
    made.client.answers = [Sent(0, away), Sent(0, 'the master does not answer: no answer in time')]
    made.step()
    assert made.facts()['master']['problem'] == away
    made.step()
    assert made.news() and [said for said, _ in made.heard()] == [away]
    assert made.facts()['master']['problem'] == 'the master does not answer: no answer in time'
    assert made.facts()['spool']['waiting'] == 1
    made.clock[0] += 5
    made.step()
    assert [said for said, _ in made.heard()] == ['the master answers as it should again'] and not made.heard()
    assert made.facts()['master']['reached'] == 1005.0 and made.facts()['spool']['waiting'] == 0


def test_an_answer_is_told_as_the_answer_that_it_is_and_since_when(made):
    made.tell({'id': 'a'})
    told = [('the master does not answer: no route', 1000.0), ('the master answers 401: not known: join again', 1010.0),
            ('the master answers 401: not known: join again', 1010.0), ('the master answers 503: busy', 1030.0)]
    made.client.answers = [Sent(0, problem) for problem, _ in told]
    for problem, since in told:
        made.step()
        facts = made.facts()['master']
        assert (facts['problem'], facts['since']) == (problem, since)
        made.clock[0] += 10
    assert [said for said, _ in made.heard()] == [told[0][0], told[1][0], told[3][0]]


def test_under_which_name_this_host_joined_stands_in_the_status(tmp_path):
    voice = Voice(Spool(str(tmp_path / 'spool')), Client(), 'https://master', 60.0, lambda: 0.0, lambda: 0.0, node='n1')
    assert voice.facts()['master']['node'] == 'n1'
    voice.end()


def test_a_refused_report_is_told_and_does_not_block(made):
    made.tell({'id': 'a'})
    report = made._spool.oldest(1, 1000)[0]
    made.client.answers = [Sent(1, '', (Refused(report, 'the master will not have it'),))]
    made.step()
    facts = made.facts()['spool']
    assert (facts['waiting'], facts['refused']) == (0, 1)
    assert [said for said, _ in made.heard()] == ['the master will not have it']


def test_approvals_are_news_when_they_change(made):
    made.about({'verdict': 'met'})
    made.client.answers = [Answer('', approvals=({'id': 'a1'},)), Answer('', approvals=({'id': 'a1'},))]
    made.step()
    assert made.news() and made.approvals == ({'id': 'a1'},) and not made.news()
    made.clock[0] += 60
    made.step()
    assert not made.news()


def test_a_quarantine_is_told_once_and_its_end(made):
    made.about({'verdict': 'met'})
    one = {'since': 5, 'because': [{'node': 'n1', 'same': ['machine_id', 'mac']}]}
    other = {'since': 5, 'because': [{'node': 'n1', 'same': ['mac']}]}
    made.client.answers = [Answer('', quarantine=told) for told in (None, one, one, other)] + [
        Answer('the master does not answer: no route'), Answer('', quarantine=other), Answer('')]

    def step():
        made.step()
        made.clock[0] += 60
        said = [one for one in made.heard() if 'answer' not in one[0]]
        return made.news(), made.facts()['master']['quarantine'], said
    assert step() == (True, None, []), 'what is approved: nothing'
    news, quarantine, said = step()
    assert news and quarantine == one and [priority for _, priority in said] == [4]
    assert said[0][0] == (
        'this node is in quarantine at its master: n1 came first and has the same machine-id, MAC address; what it '
        'reports is kept and changes nothing until whoever looks after the master decides: `nodeprep master clones` '
        'there, or https://master/clones')
    assert step() == (False, one, []) and step() == (True, other, [])
    assert step()[1:] == (other, []) and step()[1:] == (other, []), 'a master that is away has decided nothing'
    assert step() == (True, None, [('the master has let this node out of quarantine: what it reports counts', 5)])


def test_a_number_that_the_master_has_is_not_given_again(made):
    made.about({'verdict': 'met'})
    made.client.answers = [Answer('', sequence=40)]
    made.step()
    made.tell({'id': 'a'})
    assert made._spool.oldest(1, 1000)[0]['sequence'] == 41


def test_with_a_thread_it_goes_by_itself_and_ends(tmp_path):
    client, rung = Client(), threading.Event()
    voice = Voice(Spool(str(tmp_path / 'spool')), client, 'https://master', 60.0, lambda: 0.0, lambda: 0.0,
                  lock=threading.Lock())
    client.answers = [Sent(0, 'gone'), Sent(1)]
    voice.begin(rung.set)
    voice.tell({'id': 'a'})
    assert rung.wait(20)
    voice.end()
    voice._thread.join(20)
    assert client.closed and client.sent[0] == [1] and not voice._thread.is_alive()


def test_a_fault_of_its_own_is_told_and_does_not_end_the_telling(tmp_path):
    class Faulty(Client):
        """Meets what nobody expected, once."""

        def send(self, batch):
            if not self.sent:
                self.sent.append([])
                raise ZeroDivisionError('what?')
            return Client.send(self, batch)
    client, rung = Faulty(), threading.Event()
    voice = Voice(Spool(str(tmp_path / 'spool')), client, 'https://master', 60.0, lambda: 0.0, lambda: 0.0,
                  lock=threading.Lock())
    voice.tell({'id': 'a'})               # before it begins: else it may be woken for what it has tried already
    voice.begin(rung.set)
    assert rung.wait(20)
    assert 'a fault in nodeprep (ZeroDivisionError: what?, at ' in voice.facts()['master']['problem']
    assert [('ZeroDivisionError' in said, priority) for said, priority in voice.heard()] == [(True, 3)]
    rung.clear()
    voice.tell({'id': 'b'})
    assert rung.wait(20)
    assert [said for said, _ in voice.heard()] == ['the master answers as it should again']
    voice.end()
    voice._thread.join(20)
    assert client.sent == [[], [1, 2]] and not voice._thread.is_alive()


def test_without_a_master_nothing_is_sent_and_all_is_kept(tmp_path):
    voice = Voice(Spool(str(tmp_path / 'spool')), None, '', 60.0, lambda: 0.0, lambda: 0.0)
    voice.begin(lambda: None)
    voice.tell({'id': 'a'})
    assert voice.step() > 60 and voice.facts()['spool']['waiting'] == 1
    assert voice.facts()['master'] == {'url': '', 'node': '', 'reached': None, 'problem': '', 'since': 0.0, 'held': '',
                                       'quarantine': None}
    voice.end()


class Roster:
    """Plays what became of the list."""

    def __init__(self):
        self.pause, self.steps, self.answers, self.problem = 0.0, [], [], ''

    def wait(self):
        return self.pause

    def facts(self):
        return {'at': 5.0, 'problem': self.problem}

    def step(self, client, heartbeat):
        self.steps.append(heartbeat)
        self.pause = 300.0
        listed, self.problem = self.answers.pop(0)
        return listed


def test_the_members_are_asked_for_after_the_first_heartbeat(made):
    roster = Roster()
    made.follow(roster)
    assert made.step() > 0 and roster.steps == [], 'nothing was looked at yet'
    made.about({'verdict': 'met'})
    made.tell({'id': 'a'})
    roster.answers = [('new', '')]
    for sent, beats, asked in ((1, 0, 0), (1, 1, 0), (1, 1, 1)):
        made.step()
        assert (len(made.client.sent), len(made.client.beats), len(roster.steps)) == (sent, beats, asked)
    assert roster.steps == [60.0] and made.news() and made.listed() == 'new' and made.listed() == ''
    assert made.step() == 60.0
    made.clock[0] += 60
    made.step()
    assert len(roster.steps) == 1 and len(made.client.beats) == 2


def test_what_is_wrong_with_the_list_is_said_once_and_heartbeats_go_on(made):
    roster = Roster()
    made.follow(roster)
    made.about({'verdict': 'met'})
    roster.answers = [('', 'it is not believed'), ('', 'it is not believed'), ('', 'another'), ('same', '')]
    made.step()
    for _ in range(4):
        roster.pause = 0.0
        made.step()
    assert [said for said, _ in made.heard()] == ['the list of the cluster: it is not believed',
                                                  'the list of the cluster: another']
    assert made.listed() == 'same' and made.facts()['master']['problem'] == ''
    assert made.facts()['members'] == {'at': 5.0, 'problem': ''}


def test_that_there_is_another_list_is_not_lost_behind_one_that_is_the_same(made):
    roster = Roster()
    made.follow(roster)
    made.about({'verdict': 'met'})
    roster.answers = [('new', ''), ('same', '')]
    made.step()
    for _ in range(2):
        roster.pause = 0.0
        made.step()
    assert made.listed() == 'new'


def test_reports_that_a_master_is_too_old_for_are_held_and_heartbeats_go_on(made):
    made.about({'verdict': 'met'})
    made.tell({'id': 'a'})
    made.client.answers = [Sent(0, 'upgrade the master', (), 300.0)]
    made.step()
    made.step()
    assert (len(made.client.sent), len(made.client.beats)) == (1, 1)
    assert made.facts()['master']['held'] == 'upgrade the master' and made.facts()['master']['problem'] == ''
    assert made.step() == 60.0
    for _ in range(4):
        made.clock[0] += 60
        made.step()
    assert (len(made.client.sent), len(made.client.beats)) == (1, 5)
    made.clock[0] += 60
    made.client.answers = [Sent(0, 'the master answers 500')]
    made.step()
    assert made.facts()['master']['held'] == 'upgrade the master', 'nothing says that it is over'
    made.client.answers = [Sent(0, 'upgrade the master', (), 300.0)]
    made.step()
    made.clock[0] += 300
    made.step()
    assert made.facts()['master']['held'] == '' and made.facts()['spool']['waiting'] == 0
    assert [said for said, _ in made.heard()] == [
        'the master takes no reports, which are kept here: upgrade the master',
        'the master answers 500', 'the master answers as it should again',
        'the master takes reports again']
