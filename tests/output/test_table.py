"""The table: fits, tells wrong from fine by words alone, and cannot be made to say what the tree does not."""
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.language import CHINESE, speaking
from nodeprep.output import Options
from nodeprep.output.columns import columns, wrapped
from nodeprep.output.table import render
from nodeprep.output.words import half, outcome
from tests.output.samples import (
    BRIDGE,
    DISK,
    DOCKER,
    FIREWALL,
    MEMORY,
    SAMPLES,
    SELINUX,
    SWAP,
    TIME,
    TOOLS,
    finding,
    report,
    run,
    seen,
    write,
)
from tests.output.trees import RUDE, trees

WORDS = {'met': 'met', 'drifted': 'DRIFT', 'unknown': 'unknown', 'not-applicable': 'n/a'}
OPTIONS = st.builds(Options, st.just(False), st.integers(40, 120), st.booleans(), st.booleans())
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rows(text):
    """(id, NOW, BOOT) of each row, as a script reads them: below the heading, not indented, up to the blank line."""
    lines = iter(text.split('\n'))
    for line in lines:
        if re.match(r'^ +NOW +BOOT$', line):
            break
    for line in lines:
        if not line:
            return
        if not line.startswith(' '):
            yield tuple(line.split()[:3])


@given(trees(RUDE), OPTIONS)
@SETTINGS
def test_no_line_is_wider_than_asked_but_those_of_a_diff(tree, options):
    for one in tree['findings']:
        for observation in one['observations']:
            for change in observation['fix']:
                change.pop('diff', None)
    assert [line for line in render(tree, options).split('\n') if columns(line) > options.width] == []


def test_a_title_of_blanks_does_not_end_the_rows():
    tree = report(*(finding(name, ' ', mode='report') for name in ('cpu', 'disk')))
    assert [row[0] for row in rows(render(tree, Options(False, 40, verbose=True)))] == ['cpu', 'disk']


@given(trees(RUDE), OPTIONS)
@SETTINGS
def test_a_script_reads_the_rows_that_the_tree_has_and_no_others(tree, options):
    expected = {(one['requirement'], *(WORDS.get(half(one, when), half(one, when)) for when in ('now', 'boot')))
                for one in tree['findings']}
    told = list(rows(render(tree, options)))
    assert len(told) == len(set(told)) and set(told) <= expected
    wrong = {row for row in expected for one in tree['findings']
             if one['requirement'] == row[0] and outcome(one) in ('drifted', 'unknown', 'advised')}
    assert wrong <= set(told)
    if options.verbose and not options.quiet:
        assert set(told) == expected


@given(trees(RUDE), OPTIONS)
@SETTINGS
def test_colour_changes_nothing_but_colour(tree, options):
    coloured = render(tree, options._replace(color=True))
    assert re.sub(r'\x1b\[[0-9;]*m', '', coloured) == render(tree, options)
    assert coloured.count('\x1b[0m') * 2 == coloured.count('\x1b')
    assert '\x1b' not in render(tree, options)


@pytest.mark.parametrize('sample', ['drifted-at-boot', 'advised', 'unknown', 'waived', 'met', 'image'])
def test_a_host_with_few_faults_is_read_on_one_screen(sample):
    assert len(render(SAMPLES[sample], Options()).splitlines()) <= 30


def with_fine(*faults):
    """A report with these faults where all else is met."""
    ids = [fault['requirement'] for fault in faults]
    return report(*faults, *[one for one in SAMPLES['met']['findings'] if one['requirement'] not in ids])


@pytest.mark.parametrize('faults', [
    (SWAP, SELINUX, FIREWALL, MEMORY), (SWAP, SELINUX, BRIDGE, TIME), (DOCKER, TOOLS, SWAP),
    (SWAP, SELINUX, FIREWALL, TIME, DOCKER)])
def test_a_host_with_some_faults_is_read_on_one_screen(faults):
    assert len(render(with_fine(*faults), Options()).splitlines()) <= 40


def test_with_many_faults_each_is_told_in_brief():
    text = render(with_fine(SWAP, SELINUX, FIREWALL, MEMORY, BRIDGE, TOOLS, DISK), Options())
    lines = text.splitlines()
    assert len(lines) <= 50
    assert 'and 2 more: nodeprep check bridge' in text and 'and 1 more: nodeprep check tools' in text
    at = next(number for number, line in enumerate(lines) if line.startswith('swap '))
    assert lines[at + 1:at + 5] == ['  now   /dev/dm-1: swap in use, 12 MiB of 2047 MiB; wanted: no swap',
                                    '        fix (disruptive): swapoff -- /dev/dm-1',
                                    '  boot  /etc/fstab:8: turns on /dev/mapper/centos-swap; wanted: no swap',
                                    '        fix: write /etc/fstab; systemctl mask swap.target']


def test_in_brief_nothing_that_was_found_is_taken_for_a_source():
    odd = [finding(f'r{at}', 'T', seen('now', 'x', 'error [Errno -2] ' + 'y' * 80 + ' [z', 'w', False, 'x'))
           for at in range(6)]
    assert render(report(*odd), Options()).count('[z; wanted: w') == 6


def test_evidence_takes_one_line_at_most_and_all_of_it_with_verbose():
    long = seen('now', 'x', 'y', 'z', False, ', '.join(f'/usr/lib/sysctl.d/{at}.conf' for at in range(9)))
    lines = render(report(finding('bridge', 'T', long)), Options()).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith('  now '))
    assert lines[at + 1].endswith('...]') and lines[at + 2] == ''
    assert '/usr/lib/sysctl.d/8.conf' in render(report(finding('bridge', 'T', long)), Options(verbose=True))


def test_advice_is_marked_where_the_row_does_not_say_it():
    assert '(advised)' in render(report(TOOLS), Options())
    assert '(advised)' not in render(report(TIME), Options())


def test_what_is_only_advised_waits_while_something_required_is_wrong():
    assert 'chronyc' in render(with_fine(TIME), Options())
    assert 'chronyc' not in render(with_fine(TIME, SWAP), Options())
    assert 'time-sync' in render(with_fine(TIME, SWAP), Options())


def test_what_is_fine_is_folded_as_soon_as_something_is_wrong():
    text = render(SAMPLES['drifted-at-boot'], Options())
    assert list(rows(text)) == [('swap', 'met', 'DRIFT')]
    assert 'n/a: hosts, network' in text
    assert len(list(rows(render(SAMPLES['met'], Options())))) == 21


def test_the_worst_stands_last_next_to_the_verdict():
    assert [row[0] for row in rows(render(SAMPLES['drifted'], Options()))] == [
        'time-sync', 'docker', 'firewall', 'memory', 'selinux', 'swap']


def test_quiet_says_nothing_of_a_fit_host_but_the_verdict():
    assert render(SAMPLES['met'], Options(quiet=True)) == 'FIT: all 19 required are met, now and after a reboot.\n'


def test_quiet_leaves_out_what_is_waived():
    assert list(rows(render(report(DISK, SWAP), Options(quiet=True)))) == [('swap', 'DRIFT', 'DRIFT')]


def test_a_title_never_stands_beside_a_drift_as_if_it_were_true():
    for line in render(SAMPLES['drifted'], Options()).splitlines():
        assert not re.search(r'DRIFT +Swap is off', line)


@pytest.mark.parametrize('verbose', [False, True])
def test_evidence_remedy_and_risk_are_told(verbose):
    text = ' '.join(render(report(SWAP, FIREWALL), Options(verbose=verbose)).split())
    assert '/dev/dm-1: swap in use, 12 MiB of 2047 MiB; wanted: no swap [/proc/swaps:2]' in text
    assert 'swapoff -- /dev/dm-1' in text and 'disruptive' in text
    assert 'write /etc/fstab' in text and 'systemctl mask swap.target' in text
    assert 'hint: This node runs 14 containers' in text
    assert ('undo: swapon -- /dev/dm-1' in text) is verbose
    assert ('-/dev/mapper/centos-swap swap swap defaults 0 0' in text) is verbose


def test_a_remedy_of_several_observations_is_told_once():
    assert render(report(BRIDGE), Options()).count('modprobe') == 1
    assert render(report(BRIDGE), Options()).count('/etc/sysctl.d/zz-nodeprep.conf') == 1


def test_verbose_shows_every_observation_met_ones_too():
    text = ' '.join(render(SAMPLES['met'], Options(verbose=True)).split())
    for one in SAMPLES['met']['findings']:
        for observation in one['observations']:
            assert f'{observation["when"]} met' in text
            assert observation['found'] in text and observation['source'] in text


def test_what_is_left_out_is_counted():
    held = [seen('now', f'port {at}', f'held by {at}', 'free', False) for at in range(9)]
    ports = finding('ports', 'Free ports', *held)
    assert 'and 5 more: nodeprep check ports' in render(report(ports, SWAP), Options())
    assert 'more' not in render(report(ports), Options())


def test_a_long_plan_is_cut_and_counted():
    long = finding('docker', 'Docker', seen('boot', 'x', 'y', 'z', False, fix=[write(f'/etc/{at}') for at in range(6)]
                                            + [run('reboot', risk='reboot')]))
    text = ' '.join(render(report(long), Options()).split())
    assert 'fix (reboot): write /etc/0; write /etc/1; write /etc/2; write /etc/3; and 3 more' in text


def test_a_waiver_says_who_until_when_and_why():
    text = ' '.join(render(SAMPLES['waived'], Options()).split())
    assert 'disk waived n/a until 2026-05-31 by ops@example.com: lab host, its disk grows in May' in text


def test_only_ascii_comes_from_here():
    for sample in sorted(SAMPLES):
        if sample != 'hostile':
            render(SAMPLES[sample], Options(verbose=True)).encode('ascii')


def test_wide_and_combining_letters_are_measured():
    assert columns('\u8282\u70b9') == 4 and columns('e\u0301') == 1 and columns('\u00e9') == 1
    assert wrapped('\u8282' * 5, 4) == ['\u8282' * 2, '\u8282' * 2, '\u8282']
    tree = report(*SAMPLES['drifted-at-boot']['findings'], name='\u8282\u70b9' * 30)
    assert max(map(columns, render(tree, Options()).split('\n'))) <= 80


@given(st.text(), st.integers(2, 30))
def test_wrapping_loses_no_letter_but_blanks(text, width):
    lines = wrapped(text, width)
    assert ''.join(''.join(lines).split()) == ''.join(text.split())
    assert all(columns(line) <= width for line in lines)


def test_the_summary_names_all_that_the_verdict_counts_as_not_told():
    untold = dict(met=None, wanted='x')
    halves = [finding(name, 'T', *[dict(seen(when, name, 'y', 'x', False), **more) for when, more in whens])
              for name, whens in (('docker', [('now', {}), ('boot', untold)]), ('kubelet', [('now', untold)]),
                                  ('swap', [('now', untold), ('boot', {})]), ('cpu', [('now', {}), ('now', untold)]))]
    said = ' '.join(render(report(*halves), Options()).split())
    assert '2 required drifted now, 1 after a reboot; 3 could not be told. ' in said
    assert 'now: docker, cpu; after a reboot: swap; could not be told: docker (after a reboot), kubelet, ' \
           'swap (now) Next' in said
    assert 'docker（重启后）' in render(report(*halves), Options(language=speaking(CHINESE)))


def test_what_to_type_next_is_a_line_each_and_names_the_fix_where_there_is_one():
    options = Options(program='./nodeprep', said=' --root /mnt', ids=' swap')
    assert render(report(SWAP), options).endswith(
        '\n  Next: ./nodeprep explain swap\n        ./nodeprep check --root /mnt swap --verbose\n'
        '        ./nodeprep fix --dry-run --root /mnt swap\n')
    assert 'fix --dry-run' not in render(report(SWAP), options._replace(said=' --ignore cpu'))
    left = finding('cpu', 'There are enough CPUs', seen('now', 'CPUs', '1', 'at least 2', False))
    said = render(report(left), Options())
    assert 'Next: nodeprep explain cpu' in said and 'fix' not in said
