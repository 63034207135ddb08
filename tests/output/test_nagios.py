"""Nagios: one line with performance data that parses, and no other pipe."""
import re

from hypothesis import HealthCheck, example, given, settings

from nodeprep.output import Options, exit_code, renderer
from tests.output.samples import SAMPLES, finding, report, seen
from tests.output.trees import RUDE, trees

render = renderer('nagios')
NAMES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN']
# label=value[unit];[warn];[crit];[min];[max] of the Monitoring Plugins Development Guidelines.
PERFORMANCE = r"([^'= |]+)=([0-9.]+)(s?);([0-9.]*);([0-9.]*);([0-9.]*)(?:;([0-9.]*))?"


@given(trees(RUDE))
@example(SAMPLES['hostile'])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_first_line_has_the_state_and_all_counts(tree):
    text = render(tree, Options())
    first = text.split('\n')[0]
    assert text.count('|') == first.count('|') == 1
    said, performance = first.split(' | ')
    assert said.startswith(f'NODEPREP {NAMES[exit_code(tree, "nagios")]} - ')
    values = {}
    for word in performance.split(' '):
        match = re.match(PERFORMANCE + r'\Z', word)
        assert match, word
        values[match.group(1)] = match.group(2)
    assert {name: int(values[name]) for name in tree['summary']} == tree['summary']
    assert float(values['time']) == 0.0125


def test_what_is_advised_and_could_not_be_told_warns_of_nothing():
    untold = seen('now', 'x', 'no answer', 'y', None, advised=True)
    assert exit_code(report(finding('registry', 'T', untold)), 'nagios') == 0
    assert exit_code(report(finding('registry', 'T', dict(untold, met=False))), 'nagios') == 1


def test_each_fault_has_a_line():
    lines = render(SAMPLES['drifted'], Options()).splitlines()[1:]
    assert lines[0] == 'docker [now] /var/run/docker.sock: could not tell: permission denied; wanted: an answer'
    assert len(lines) == 9
