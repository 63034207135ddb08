"""Each rule by itself: what stands against a fix, and in which words."""
import itertools

import pytest

from nodeprep import plandigest
from nodeprep.agent.allow import State, may
from nodeprep.agent.approvals import Approval
from nodeprep.agent.past import Fact
from nodeprep.model import Rule, Waiver, Write
from nodeprep.plan import Part
from nodeprep.policy import Policy
from nodeprep.settings import Value

NOW = 1769860800.0                 # Saturday 2026-01-31 12:00 UTC
PART = Part('swap', 'Swap is off', (Write('/etc/fstab', 'a', None, 'b'),), (('/etc/fstab', 'boot'),))
DIGEST = plandigest.digest(PART)
GOOD = Approval('a7', 'swap', DIGEST, 'alice', '2026-01-31T12:00:01Z')
FIX, APPROVE = Rule('fix', 'required', {}), Rule('approve', 'required', {})


def policy(**values):
    made = Policy()
    for name, value in values.items():
        made.settings[name.replace('__', '.')] = Value(value, '/etc/nodeprep/nodeprep.yaml:7')
    return made


POLICY = policy(requirements__swap__mode='fix')


def fact(result='done', how='policy', digest=DIGEST, begun=NOW - 60, undone='', why=''):
    return Fact('000004', begun, {'how': how, 'who': 'x', 'digest': digest}, {'swap': (result, why)}, 'done', undone)


def against(rule=FIX, part=PART, policy=POLICY, now=NOW, state=State(), approvals=()):
    verdict = may(rule, part, policy, now, state, approvals)
    assert verdict.allowed is (not verdict.why) and bool(verdict.by) is verdict.allowed
    return verdict.why


def test_fix_acts_and_the_journal_is_told_which_line_allows_it():
    assert may(FIX, PART, POLICY, NOW, State(), ()) == (
        True, '', {'how': 'policy', 'who': '/etc/nodeprep/nodeprep.yaml:7', 'digest': DIGEST})


def test_approve_acts_with_an_approval_of_this_very_plan():
    assert may(APPROVE, PART, POLICY, NOW, State(), [GOOD]) == (
        True, '', {'how': 'approval', 'who': 'alice', 'approval': 'a7', 'digest': DIGEST})


@pytest.mark.parametrize('mode', ['report', 'ignore'])
def test_other_modes_do_nothing_not_even_with_an_approval(mode):
    assert f'mode is {mode}; requirements: {{swap: {{mode: fix}}}}' in \
        against(Rule(mode, 'required', {}), approvals=[GOOD])


def test_a_waiver_holds_through_its_last_day():
    waiver = Waiver('swap', 'lab', 'ops@example.com', '2026-01-31')
    assert 'waived by ops@example.com until 2026-01-31' in against(FIX._replace(waiver=waiver))
    assert against(FIX._replace(waiver=waiver), now=NOW + 86400) == ''


def test_nothing_to_change():
    assert 'nothing that a fix would change' in against(part=PART._replace(changes=()))


@pytest.mark.parametrize('approval, said', [
    (GOOD._replace(digest='0' * 64), f'alice approved the plan 000000000000 (a7), and by now it is {DIGEST[:12]}'),
    (GOOD._replace(requirement='disk'), f'it waits until the plan {DIGEST[:12]} is approved'),
    (GOOD._replace(until='2026-01-31T12:00:00Z'), 'lapsed at 2026-01-31T12:00:00Z'),
    (GOOD._replace(until='2026-01-31T12:59:59+01:00'), 'lapsed'),
    (GOOD._replace(id='used'), 'the approval used of alice was for one fix, which has begun')])
def test_an_approval_that_does_not_count(approval, said):
    state = State(used=frozenset(['used']))
    assert said in against(APPROVE, state=state, approvals=[approval])
    assert against(APPROVE, state=state, approvals=[approval, GOOD]) == ''
    assert against(APPROVE, state=state, approvals=[GOOD, approval]) == ''


@pytest.mark.parametrize('rule', [FIX, APPROVE], ids=['fix', 'approve'])
def test_windows_and_limits_hold_for_both_modes(rule, utc):
    shut = policy(windows=('Sat 02:00-04:00', 'Sun 02:00-04:00'))
    assert against(rule, policy=shut, approvals=[GOOD]) == \
        'no window is open (Sat 02:00-04:00, Sun 02:00-04:00); the next one opens at Sun 2026-02-01 02:00'
    assert against(rule, policy=policy(windows=('12:00-12:01',)), approvals=[GOOD]) == ''
    assert against(rule, policy=policy(windows=()), approvals=[GOOD]) == ''
    three = policy(limits__fixes_per_day=3)
    assert against(rule, policy=three, state=State(2), approvals=[GOOD]) == ''
    assert against(rule, policy=three, state=State(3), approvals=[GOOD]) == \
        '3 fixes were made today, and limits.fixes_per_day is 3'
    assert 'limits.fixes_per_day is 0' in against(rule, policy=policy(limits__fixes_per_day=0), approvals=[GOOD])


def test_what_a_person_took_back_is_not_done_again():
    assert against(state=State(last=fact(undone='2026-01-31T11:59:00Z'))) == \
        '000004 did it, and somebody took that back at 2026-01-31T11:59:00Z; nodeprep fix swap lets it go on'
    assert against(state=State(last=fact(how='person', undone='2026-01-31T11:59:00Z'))) == ''


def test_a_plan_that_failed_is_not_tried_again_within_a_day():
    failed = fact('failed', why='no luck')
    assert '000004 tried the same and failed (no luck)' in against(state=State(last=failed))
    assert against(state=State(last=failed), now=NOW + 86400 - 60) == ''
    assert 'failed' in against(state=State(last=failed), now=NOW - 3600)            # the clock was set back
    assert against(state=State(last=failed), now=NOW - 5 * 365 * 86400) == ''         # by years
    assert against(state=State(last=fact('failed', digest='another'))) == ''
    assert against(state=State(last=fact('failed', how='person'))) == ''
    assert against(state=State(last=fact('interrupted'))) == ''


def test_a_fight_stops_it():
    assert against(state=State(fight='puppet takes it back')) == 'puppet takes it back'


def test_nothing_makes_up_for_what_stands_against_it():
    """Whatever else is right: one thing that is wrong is enough."""
    wrong = {'fight': State(fight='f'), 'undone': State(last=fact(undone='u')), 'limit': State(9),
             'failed': State(last=fact('failed'))}
    for (_, state), rule in itertools.product(wrong.items(), (FIX, APPROVE)):
        assert against(rule, policy=policy(limits__fixes_per_day=9), state=state, approvals=[GOOD])
