"""TAP: read back by tap.py, its diagnostics by PyYAML."""
import re

import yaml
from hypothesis import HealthCheck, example, given, settings
from tap.parser import Parser

from nodeprep.output import Options, renderer
from nodeprep.output.words import outcome, shown
from tests.output.samples import SAMPLES
from tests.output.trees import RUDE, trees

render = renderer('tap')
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(trees(RUDE))
@example(SAMPLES['hostile'])
@SETTINGS
def test_another_program_reads_a_test_for_each_requirement(tree):
    lines = list(Parser().parse_text(render(tree, Options())))
    assert [line.category for line in lines if line.category in ('bail', 'unknown')] == [
        'unknown' for line in lines if line.category == 'unknown']      # the lines of YAML blocks
    assert [line.expected_tests for line in lines if line.category == 'plan'] == [len(tree['findings'])]
    tests = [line for line in lines if line.category == 'test']
    told = [(test.number, test.ok, test.skip, test.todo) for test in tests]
    expected = []
    for number, one in enumerate(tree['findings'], 1):
        word = outcome(one)
        expected.append((number, word in ('met', 'not-applicable', 'ignored'), word in ('not-applicable', 'ignored'),
                         word in ('waived', 'advised')))
    assert told == expected


def test_an_empty_report_is_skipped():
    plan = next(line for line in Parser().parse_text(render(SAMPLES['empty'], Options())) if line.category == 'plan')
    assert plan.expected_tests == 0 and plan.skip


@given(trees(RUDE))
@SETTINGS
def test_the_blocks_are_yaml_that_says_what_was_found(tree):
    blocks = re.findall(r'^  ---\n(.*?)^  \.\.\.\n', render(tree, Options()), re.M | re.S)
    wrong = [one for one in tree['findings'] if outcome(one) not in ('met', 'not-applicable', 'ignored')]
    assert len(blocks) == len(wrong)
    for block, one in zip(blocks, wrong):
        told = yaml.safe_load(block)
        failed = [seen for seen in one['observations'] if seen['met'] is not True]
        assert [seen.get('found', '') for seen in told['observations']] == [shown(seen['found']) for seen in failed]
        assert [bool(seen.get('fix')) for seen in told['observations']] == [bool(seen['fix']) for seen in failed]
        assert (told['now'], told['boot']) == (one['now'], one['boot'])
