"""A fix that goes on, through the loop: what waits for its end, and what that is when the hand did nothing."""
from nodeprep.agent.past import Fact, Past
from nodeprep.agent.underway import Flight, Underway
from tests import actor
from tests.agent.whole import SELINUX, SWAP


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
    assert whole.hands == ['selinux'] * 3 and whole.state('selinux')['now'] == 'met'
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
    assert whole.state('swap')['now'] == 'met' and whole.said('fix')[1:] == ['swap: done; transaction 000001']


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
    assert whole.state('selinux')['state'] == 'met'
    whole.owned.hand = mends
    whole.owned.host.files(files)
    whole.rounds(1)
    whole.turn()
    assert whole.hands == ['selinux'] * 2 and whole.state('selinux')['now'] == 'met'


def test_what_is_looked_at_seldom_is_looked_at_after_its_fix_before_another_one(make):
    """`hosts` asks the resolver, in a process of its own each five minutes: until it is back nothing is known."""
    whole = make('requirements:\n  hosts: {mode: fix, entries: {192.0.2.1: k8s-master}}\n')
    whole.owned.host.resolved['k8s-master'] = ['192.0.2.1']
    begun = whole.clock
    whole.rounds(3)
    assert whole.hands == ['hosts'] and whole.state('hosts')['now'] == 'met' and whole.clock - begun < 300
    assert not [message for message in whole.said('fix') if 'did nothing' in message]


def test_what_the_hand_is_at_is_not_told_as_not_fixed():
    class Journal:
        facts = (Fact('000001', 1.0, {'how': 'policy'}, {'swap': ('failed', 'x')}, 'failed', ''),
                 Fact('000002', 2.0, {'how': 'policy'}, {'swap': ('', '')}, '', ''))

        def look(self):
            """There is nothing new in it."""
    past = Past(lambda: None)
    past._history = Journal()
    underway = Underway(None, past, None, lambda: 3.0, lambda: 3.0)
    underway.flight = Flight('swap', 'digest', 2.0, 9.0, ('000001', 'failed'))
    assert [one['transaction'] for one in underway.facts()['done']] == ['000001']
    underway.flight = Flight('selinux', 'digest', 2.0, 9.0, ('', ''))
    assert [one['transaction'] for one in underway.facts()['done']] == ['000001', '000002'], 'that one was cut short'
