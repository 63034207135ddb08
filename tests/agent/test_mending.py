"""Modes, windows, limits and fights through the loop, with the real hand."""
import shutil

import pytest

from nodeprep.agent.client import Answer, Sent
from nodeprep.agent.mending import Flight, Mending
from nodeprep.agent.past import Fact
from tests import actor
from tests.agent.owned import Owned
from tests.agent.whole import Whole

SELINUX = 'requirements: {selinux: {mode: %s}}\n'
SWAP = 'requirements: {swap: {mode: %s}}\n'


class Client:
    """A master that answers as a test likes."""

    def __init__(self):
        self.approvals, self.reports, self.beats = (), [], []

    def wait(self):
        return 0.0

    def send(self, batch):
        self.reports += batch
        return Sent(batch[-1]['sequence'])

    def beat(self, tree):
        self.beats.append(tree)
        return Answer('', approvals=self.approvals)

    def close(self):
        pass


@pytest.fixture
def make(tmp_path, utc):
    made = []

    def whole(config, client=None, problem=''):
        owned = Owned(tmp_path / f'machine{len(made)}').config(config)
        made.append(Whole(owned, tmp_path / f'agent{len(made)}', client, problem))
        return made[-1].begin()
    yield whole
    for one in made:
        one.end()


def state(whole, requirement):
    return next(one for one in whole.status()['requirements'] if one['requirement'] == requirement)


def test_mode_report_starts_nobody(make):
    whole = make(SELINUX % 'report')
    whole.rounds(3)
    assert whole.hands == [] and all('proposal' not in one for one in whole.reports()[-1]['findings'])


def test_mode_fix_is_mended_and_told_with_its_transaction(make):
    whole = make(SELINUX % 'fix')
    assert whole.hands == ['selinux'] and whole.status()['hand']['fixing']['requirement'] == 'selinux'
    whole.turn()
    assert state(whole, 'selinux')['now'] == 'met' and whole.status()['hand']['fixing'] is None
    (done,) = whole.status()['hand']['done']
    assert (done['requirement'], done['result'], done['transaction']) == ('selinux', 'done', '000001')
    assert done['by']['how'] == 'policy' and whole.hands == ['selinux']
    fields = [fields for kind, _, fields in whole.lines if kind == 'fix']
    assert fields[-1] == {'requirement': 'selinux', 'transaction': '000001'}


@pytest.mark.parametrize('mode', ['approve', 'fix'])
def test_an_agent_that_lets_nothing_be_fixed_says_so_once_of_what_it_was_to_mend(make, mode):
    why = 'this agent does not run as root, and lets nothing be fixed'
    whole = make('requirements: {selinux: {mode: %s}, swap: {mode: report}, forwarding: {mode: %s}}\n'
                 'waivers: [{requirement: forwarding, reason: x, owner: y, until: 2099-12-31}]\n' % (mode, mode),
                 problem=why)
    whole.rounds(2)
    assert whole.hands == [] and whole.status()['hand']['waiting'] == [{'requirement': 'selinux', 'why': why}]
    assert whole.said('fix') == [f'selinux: waits: {why}'], whole.said('fix')
    assert all('proposal' not in one for one in whole.reports()[-1]['findings'])
    whole.owned.config(SELINUX % 'report')
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    assert whole.status()['hand']['waiting'] == []


def test_one_after_the_other(make):
    whole = make('requirements: {selinux: {mode: fix}, swap: {mode: fix}, forwarding: {mode: fix}}\n')
    whole.rounds(4)
    assert sorted(whole.hands) == ['forwarding', 'selinux', 'swap'] and len(whole.owned.past()) == 3


def test_while_a_fix_goes_on_no_other_begins(make):
    whole = make('requirements: {selinux: {mode: report}, swap: {mode: fix}, forwarding: {mode: fix}}\n')
    whole.busy = True
    begun = list(whole.hands)
    whole.rounds(2)
    assert whole.hands == begun and len(begun) == 1
    (waits,) = whole.status()['hand']['waiting']
    assert f'comes after {begun[0]}, which is being fixed' in waits['why']
    whole.busy = False
    whole.rounds(3)
    assert len(whole.hands) == 2


def test_a_reload_while_a_fix_goes_on_waits_for_its_end_and_is_in_force_for_the_next(make):
    whole = make('requirements: {selinux: {mode: fix}, swap: {mode: fix}}\n')
    whole.busy = True
    whole.rounds(1)
    assert len(whole.hands) == 1
    other = {'selinux': 'swap', 'swap': 'selinux'}[whole.hands[0]]
    whole.owned.config('requirements: {%s: {mode: report}}\n' % other)
    whole.bell.signals.append('SIGHUP')
    whole.turn()
    assert whole.status()['hand']['fixing'] and len(whole.hands) == 1
    whole.busy = False
    whole.rounds(3)
    assert len(whole.hands) == 1 and not whole.status()['hand']['fixing']
    assert [message for message in whole.said('fix') if message.startswith(whole.hands[0])]


def test_mode_approve_proposes_and_waits_for_that_very_plan(make):
    client = Client()
    whole = make(SELINUX % 'approve', client)
    assert whole.hands == []
    whole.voice.step()
    finding = next(one for one in client.reports[-1]['findings'] if one['requirement'] == 'selinux')
    digest = finding['proposal']['digest']
    assert digest == whole.owned.digest('selinux') and finding['proposal']['changes']
    assert any('waits until the plan' in one['why'] for one in whole.status()['hand']['waiting'])
    client.approvals = ({'id': 'a1', 'requirement': 'selinux', 'digest': 'f' * 64, 'by': 'bob',
                         'until': '2030-01-01T00:00:00Z'},)
    whole.pass_time(60)
    whole.voice.step()
    whole.turn()
    assert whole.hands == []                                                        # another plan was approved
    client.approvals = (dict(client.approvals[0], id='a2', digest=digest),)
    whole.pass_time(60)
    whole.voice.step()
    whole.turn()
    assert whole.hands == ['selinux']
    (past,) = whole.owned.past()
    assert (past.by['how'], past.by['who'], past.by['approval']) == ('approval', 'bob', 'a2')


def test_a_window_is_waited_for(make):
    whole = make('requirements: {selinux: {mode: fix}}\nwindows: ["Mon 02:00-04:00"]\n')
    assert whole.hands == []
    opens = whole.status()['hand']['window']
    assert opens > whole.clock and 'window' in whole.status()['hand']['waiting'][0]['why']
    whole.rounds(3)
    (said,) = whole.said('fix')                                                    # the journal alone says it too
    assert said.startswith('selinux: waits: no window is open (Mon 02:00-04:00); the next one opens at Mon ')
    while whole.clock < opens - 120:
        whole.pass_time(min(3600, opens - 60 - whole.clock))
        whole.rounds()
        assert whole.hands == [] or whole.clock >= opens
    whole.rounds(3)
    assert whole.hands == ['selinux'] and whole.clock >= opens


def test_the_limit_of_a_day(make):
    whole = make('requirements: {selinux: {mode: fix}, swap: {mode: fix}}\nlimits: {fixes_per_day: 1}\n')
    whole.rounds(4)
    assert len(whole.hands) == 1
    assert 'fixes_per_day' in whole.status()['hand']['waiting'][0]['why']


def test_a_fight_is_ended_named_and_outlives_a_restart(make):
    whole = make('requirements: {forwarding: {mode: fix}}\n')
    for _ in range(6):
        whole.rounds(2)
        whole.owned.host.files({'/proc/sys/net/ipv4/ip_forward': '0\n'})
        whole.pass_time(60)
    whole.rounds(2)
    (fight,) = whole.status()['hand']['fights']
    assert fight['requirement'] == 'forwarding' and fight['stopped'] and len(whole.hands) == 3
    assert not [one for one in whole.said('fix') if 'waits' in one]                # the line about the fight says it
    assert whole.reports()[-1]['fights'] == [fight] and len(whole.said('fight')) == 1
    whole.end()
    whole.begin()
    whole.rounds(2)
    assert len(whole.hands) == 3 and whole.status()['hand']['fights'] == [fight]


@pytest.mark.parametrize('program', ['dnf', 'rpm'])
def test_a_package_manager_at_work_is_waited_for(make, program):
    whole = make(SELINUX % 'report')
    whole.owned.config(SELINUX % 'fix')
    process = '/proc/4711/{}'
    whole.owned.host.files({'/proc/1/comm': 'systemd\n', process.format('comm'): program + '\n',
                            process.format('cmdline'): f'/usr/bin/{program}\0-U\0docker-ce\0'})
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    whole.rounds(2)
    assert whole.hands == []
    assert f'selinux: waits: {program} is at work (process 4711)' in '\n'.join(whole.said('fix'))
    if program == 'rpm':                                              # one that only asks
        whole.owned.host.files({process.format('cmdline'): 'rpm\0-qa\0'})
    else:
        shutil.rmtree(whole.owned.host.root + '/proc/4711')
    whole.rounds(2)
    assert whole.hands == ['selinux']


def test_what_a_package_manager_stops_meanwhile_is_not_taken_back(make):
    whole = make('requirements: {forwarding: {mode: fix}}\n')
    whole.rounds(2)
    assert whole.hands == ['forwarding']
    whole.owned.host.files({'/proc/1/comm': 'systemd\n', '/proc/4711/comm': 'dnf\n',
                            '/proc/4711/cmdline': 'dnf\0upgrade', '/proc/sys/net/ipv4/ip_forward': '0\n'})
    whole.rounds(2)
    whole.owned.host.files({'/proc/sys/net/ipv4/ip_forward': '1\n'})
    shutil.rmtree(whole.owned.host.root + '/proc/4711')
    whole.rounds(2)
    assert whole.hands == ['forwarding'] and whole.status()['hand']['fights'] == []


def test_one_revert_is_spoken_of_for_a_day(make):
    whole = make('requirements: {forwarding: {mode: fix}}\n')
    whole.rounds(2)
    whole.owned.host.files({'/proc/sys/net/ipv4/ip_forward': '0\n'})
    whole.rounds(2)
    (fight,) = whole.status()['hand']['fights']
    assert fight['reverts'] == 1 and not fight['stopped']
    whole.pass_time(86400)
    whole.rounds(2)
    assert whole.status()['hand']['fights'] == []


def test_a_hand_that_does_nothing_is_not_asked_again_for_the_same_plan(make):
    whole = make(SELINUX % 'report')
    whole.owned.config(SELINUX % 'fix')
    whole.owned.hand = lambda requirement: 1                       # it refuses, and journals nothing
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    whole.rounds(3)
    assert whole.hands == ['selinux']
    assert 'the hand was asked and did nothing' in whole.status()['hand']['waiting'][0]['why']


def test_a_hand_that_was_killed_before_it_did_anything_is_asked_again_in_a_while(make):
    whole = make(SELINUX % 'report')
    whole.owned.config(SELINUX % 'fix')
    mends, begun = whole.owned.hand, whole.clock
    whole.owned.hand = lambda requirement: -9
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    whole.turn()
    whole.rounds(7)
    assert whole.hands == ['selinux'] * 2 and 300 <= whole.clock - begun < 600
    whole.owned.hand = mends
    whole.rounds(6)
    assert whole.hands == ['selinux'] * 3 and state(whole, 'selinux')['now'] == 'met'
    assert len([said for said in whole.said('fix') if 'did nothing' in said]) == 1


def test_a_hand_that_an_agent_before_this_one_started_is_no_hand_that_did_nothing(make):
    """systemd does not start it a second time; its transaction had begun when it was asked to."""
    whole = make(SWAP % 'report')
    owned = whole.owned.config(SWAP % 'fix')
    mends = owned.hand

    def meanwhile(host, argv):
        """While the hand is at its first command the agent is started anew."""
        owned.host.actor, owned.hand, whole.busy = actor.act, (lambda requirement: 0), True
        whole.end()
        whole.begin()
        assert whole.hands == ['swap'] and whole.status()['hand']['fixing']
        return actor.act(host, argv)
    owned.host.actor = meanwhile
    assert mends('swap') == 0 and whole.hands
    whole.busy = False
    whole.turn()
    assert state(whole, 'swap')['now'] == 'met' and whole.said('fix')[1:] == ['swap: done; transaction 000001']


def test_a_drift_that_went_and_comes_again_is_mended_although_the_hand_once_did_nothing(make):
    whole = make(SELINUX % 'report')
    whole.owned.config(SELINUX % 'fix')
    mends, whole.owned.hand = whole.owned.hand, lambda requirement: 1
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    whole.turn()
    files = {path: whole.owned.host.read(path) for path in ('/etc/selinux/config', '/sys/fs/selinux/enforce')}
    whole.owned.host.files({'/etc/selinux/config': 'SELINUX=permissive\n', '/sys/fs/selinux/enforce': '0'})
    whole.rounds(1)
    assert state(whole, 'selinux')['state'] == 'met'
    whole.owned.hand = mends
    whole.owned.host.files(files)
    whole.rounds(1)
    whole.turn()
    assert whole.hands == ['selinux'] * 2 and state(whole, 'selinux')['now'] == 'met'


def test_systemd_that_does_not_start_it_is_told(make):
    whole = make(SELINUX % 'report')
    whole.owned.config(SELINUX % 'fix')
    whole.refuses = 'Unit nodeprep-fix@selinux.service not found.'
    whole.bell.signals = ['SIGHUP']
    whole.turn()
    assert whole.status()['hand']['waiting'] == [{'requirement': 'selinux', 'why': whole.refuses}]


def test_the_digest_in_the_report_is_of_what_is_on_the_disk_now(make):
    whole = make(SELINUX % 'approve')
    before = next(one for one in whole.reports()[-1]['findings'] if one['requirement'] == 'selinux')['proposal']
    host = whole.owned.host
    host.files({'/etc/selinux/config': host.read('/etc/selinux/config') + '# a comment at the other end\n'})
    whole.rounds()
    after = next(one for one in whole.reports()[-1]['findings'] if one['requirement'] == 'selinux')['proposal']
    assert after['digest'] == whole.owned.digest('selinux') != before['digest']


def test_what_is_looked_at_seldom_is_looked_at_after_its_fix_before_another_one(make):
    """`hosts` asks the resolver, in a process of its own each five minutes: until it is back nothing is known."""
    whole = make('requirements:\n  hosts: {mode: fix, entries: {192.0.2.1: k8s-master}}\n')
    whole.owned.host.resolved['k8s-master'] = ['192.0.2.1']
    begun = whole.clock
    whole.rounds(3)
    assert whole.hands == ['hosts'] and state(whole, 'hosts')['now'] == 'met' and whole.clock - begun < 300
    assert not [message for message in whole.said('fix') if 'did nothing' in message]


def test_what_the_hand_is_at_is_not_told_as_not_fixed():
    class Journal:
        facts = (Fact('000001', 1.0, {'how': 'policy'}, {'swap': ('failed', 'x')}, 'failed', ''),
                 Fact('000002', 2.0, {'how': 'policy'}, {'swap': ('', '')}, '', ''))

        def look(self):
            """There is nothing new in it."""
    mending = Mending(lambda: None, None, None, lambda: 3.0, lambda: 3.0)
    mending._history = Journal()
    mending.in_flight = Flight('swap', 'digest', 2.0, 9.0, ('000001', 'failed'))
    assert [one['transaction'] for one in mending.facts()['done']] == ['000001']
    mending.in_flight = Flight('selinux', 'digest', 2.0, 9.0, ('', ''))
    assert [one['transaction'] for one in mending.facts()['done']] == ['000001', '000002'], 'that one was cut short'
