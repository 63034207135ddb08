"""What each format says of a finding, and the sentence of the verdict."""
import pytest
from hypothesis import HealthCheck, given, settings

from nodeprep.output.words import alike, command, half, outcome, shown, statement, verdict
from nodeprep.report import counts
from tests.output.samples import SAMPLES, SWAP, TIME, WAIVER, finding, report, seen
from tests.output.trees import RUDE, trees

MET = seen('now', 'a', 'x', 'x')
DRIFT_NOW, DRIFT_BOOT = seen('now', 'b', 'y', 'x', False), seen('boot', 'c', 'y', 'x', False)
UNTOLD = seen('now', 'd', 'no answer', 'x', None)
ADVICE, ADVICE_UNTOLD = dict(DRIFT_NOW, advised=True), dict(UNTOLD, advised=True)


@pytest.mark.parametrize('observations, more, whole, now, boot', [
    ([], {}, 'not-applicable', 'not-applicable', 'not-applicable'),
    ([MET], {}, 'met', 'met', 'not-applicable'),
    ([MET, DRIFT_BOOT], {}, 'drifted', 'met', 'drifted'),
    ([UNTOLD, DRIFT_BOOT], {}, 'drifted', 'unknown', 'drifted'),
    ([UNTOLD], {}, 'unknown', 'unknown', 'not-applicable'),
    ([ADVICE], {}, 'advised', 'advised', 'not-applicable'),
    ([ADVICE, DRIFT_BOOT], {}, 'drifted', 'advised', 'drifted'),
    ([ADVICE, UNTOLD], {}, 'unknown', 'unknown', 'not-applicable'),
    ([ADVICE_UNTOLD], {}, 'advised', 'unknown', 'not-applicable'),
    ([DRIFT_NOW], {'severity': 'advised'}, 'advised', 'advised', 'not-applicable'),
    ([MET, DRIFT_BOOT], {'waiver': WAIVER}, 'waived', 'met', 'waived'),
    ([MET], {'waiver': WAIVER}, 'met', 'met', 'not-applicable'),
    ([MET, DRIFT_BOOT], {'mode': 'ignore'}, 'ignored', 'ignored', 'ignored'),
    ([MET], {'mode': 'ignore'}, 'ignored', 'ignored', 'not-applicable'),
    ([DRIFT_NOW], {'mode': 'ignore', 'waiver': WAIVER}, 'ignored', 'ignored', 'not-applicable')])
def test_outcomes(observations, more, whole, now, boot):
    one = finding('swap', 'Swap is off', *observations, **more)
    assert (outcome(one), half(one, 'now'), half(one, 'boot')) == (whole, now, boot)


@given(trees())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_outcomes_and_the_verdict_of_the_report_never_disagree(tree):
    deciding = [outcome(one) for one in tree['findings'] if counts(one)]
    told = 'drifted' if 'drifted' in deciding else 'unknown' if 'unknown' in deciding else 'met'
    assert told == tree['verdict']
    assert all(outcome(one) in ('advised', 'waived', 'ignored', 'met', 'not-applicable')
               for one in tree['findings'] if not counts(one))


@pytest.mark.parametrize('findings, says', [
    ([], 'NOTHING EXAMINED: no requirement was looked at'),
    ([[MET]], 'FIT: the one required is met, now and after a reboot'),
    ([[MET], [MET]], 'FIT: all 2 required are met, now and after a reboot'),
    ([[seen('boot', 'a', 'x', 'x')], [seen('boot', 'a', 'x', 'x')]], 'FIT: all 2 required are met, at the next boot'),
    ([[MET], []], 'FIT: the one required is met, now and after a reboot'),
    ([[ADVICE]], 'FIT: nothing required has drifted; 1 advised not met'),
    ([[DRIFT_NOW, DRIFT_BOOT], [DRIFT_BOOT]], 'NOT FIT: 1 required drifted now, 2 after a reboot'),
    ([[DRIFT_NOW], [MET]], 'NOT FIT now: 1 required drifted'),
    ([[DRIFT_NOW, seen('boot', 'a', 'x', 'x')]], 'NOT FIT now: 1 required drifted; none after a reboot'),
    ([[]], 'NO VERDICT: nothing that was asked for applies here'),
    ([[MET, DRIFT_BOOT]], 'NOT FIT after a reboot: 1 required drifted; none now'),
    ([[DRIFT_BOOT]], 'NOT FIT: 1 required drifted at the next boot'),
    ([[DRIFT_NOW], [UNTOLD], [UNTOLD]],
     'NOT FIT now: 1 required drifted; 2 could not be told'),
    ([[UNTOLD]], 'CANNOT TELL: nothing required has drifted; 1 could not be told'),
    ([[dict(UNTOLD, found='/x: Permission denied')]],
     'CANNOT TELL: nothing required has drifted; 1 could not be told (run as root to know more)')])
def test_the_verdict_tells_now_and_boot_apart(findings, says):
    assert verdict(report(*[finding(f'r{at}', 'T', *one) for at, one in enumerate(findings)])) == says


def test_what_is_waived_or_ignored_is_said_and_never_met():
    assert verdict(SAMPLES['waived']) == ('FIT: all 17 required are met, now and after a reboot; 1 waived; 1 ignored')


@pytest.mark.parametrize('one, says', [
    (SWAP['observations'][0], '/dev/dm-1: swap in use, 12 MiB of 2047 MiB; wanted: no swap [/proc/swaps:2]'),
    (SWAP['observations'][1], '/etc/fstab:8: turns on /dev/mapper/centos-swap; wanted: no swap'),
    (TIME['observations'][0], 'offset: 183 ms behind; wanted: below 100 ms (advised) [/run/chrony/chronyd.sock]'),
    (MET, 'a: x'), (UNTOLD, 'd: could not tell: no answer; wanted: x'),
    (dict(MET, source=''), 'a: x'), (dict(MET, source='/b'), 'a: x [/b]')])
def test_a_statement_says_subject_found_wanted_and_source(one, says):
    assert statement([one]) == says


def test_observations_that_differ_in_the_subject_alone_are_one_statement():
    tools = [seen('now', name, 'not found', 'installed', False, 'PATH') for name in ('ip', 'tc')]
    assert [statement(group) for group in alike(tools)] == ['ip, tc: not found; wanted: installed [PATH]']
    many = [seen('now', str(at), 'busy', 'free', False, 'x') for at in range(9)]
    assert [statement(group) for group in alike(many)] == ['0, 1, 2, 3, 4, 5 and 3 more: busy; wanted: free [x]']


@pytest.mark.parametrize('other', [{'when': 'boot'}, {'met': None}, {'found': 'z'}, {'wanted': 'z'}, {'advised': True}])
def test_observations_that_differ_in_more_stay_apart(other):
    assert len(alike([DRIFT_NOW, dict(DRIFT_NOW, **other)])) == 2


@pytest.mark.parametrize('argv, typed', [
    (['swapoff', '--', '/dev/sda2'], 'swapoff -- /dev/sda2'), (['echo', ''], "echo ''"),
    (['echo', "it's"], "echo 'it'\"'\"'s'"), (['echo', '$(reboot)'], "echo '$(reboot)'"),
    (['echo', 'a\nb'], r"echo 'a\x0ab'"), (['echo', '\u00e9'], "echo '\u00e9'")])
def test_commands_are_quoted_for_a_shell(argv, typed):
    assert command(argv) == typed


@given(RUDE)
@settings(max_examples=300, deadline=None)
def test_what_is_shown_can_be_held_by_every_format(text):
    for letter in shown(text):
        code = ord(letter)
        assert code >= 32 and not 127 <= code < 160 and not 0xd800 <= code < 0xe000 and code & 0xfffe != 0xfffe
    assert shown(shown(text)) == shown(text)
