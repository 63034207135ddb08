"""JUnit: read back by junitparser, and by a strict XML parser."""
import xml.etree.ElementTree as ElementTree

import junitparser
from hypothesis import HealthCheck, example, given, settings

from nodeprep.output import Options, renderer
from nodeprep.output.words import change, outcome, shown, statement
from tests.output.samples import SAMPLES
from tests.output.trees import RUDE, trees

render = renderer('junit')
KINDS = {'met': None, 'drifted': junitparser.Failure, 'unknown': junitparser.Error}


@given(trees(RUDE))
@example(SAMPLES['hostile'])
@example(SAMPLES['empty'])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_another_program_reads_a_case_for_each_requirement(tree):
    (suite,) = junitparser.JUnitXml.fromstring(render(tree, Options()).encode())
    cases = list(suite)
    assert [case.name for case in cases] == [one['requirement'] for one in tree['findings']]
    kinds = [type(case.result[0]) if case.result else None for case in cases]
    assert kinds == [KINDS.get(outcome(one), junitparser.Skipped) for one in tree['findings']]
    written = suite.tests, suite.failures, suite.errors, suite.skipped
    suite.update_statistics()
    assert written == (suite.tests, suite.failures, suite.errors, suite.skipped)
    properties = {one.name: one.value for one in suite.properties()}
    assert properties['kernel'] == shown(tree['node']['kernel'], '\n').replace('\n', ' ')


@given(trees(RUDE))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_observation_and_change_is_in_it_as_text(tree):
    root = ElementTree.fromstring(render(tree, Options()).encode())
    for case, one in zip(root.iter('testcase'), tree['findings']):
        told = case.find('system-out').text
        for seen in one['observations']:
            assert statement([seen]) in told
            assert all(change(step) in told for step in seen['fix'])
    assert {part.tag for part in root.iter()} <= {'testsuites', 'testsuite', 'properties', 'property', 'testcase',
                                                   'failure', 'error', 'skipped', 'system-out'}
