"""JUnit of a compliance report: read back by junitparser, and by a strict XML parser."""
import xml.etree.ElementTree as ElementTree

import junitparser
import pytest

from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from nodeprep.output.words import shown
from tests.output.compliance.fleet import fleet

render = renderer('junit')
TREES = {'three': fleet(3), 'seventy': fleet(70), 'rude': fleet(70, rude=True)}


def wanted(tree, node, requirement):
    """Of which kind the result of a case should be, said once more."""
    opened = [one for one in tree['open'] if (one['node'], one['requirement']) == (node['name'], requirement)]
    if node['standing'] == 'silent':
        return junitparser.Error
    if opened and not opened[0]['waived_until']:
        return junitparser.Failure if opened[0]['state'] == 'drifted' else junitparser.Error
    return junitparser.Skipped if opened or requirement in node['whole']['not-applicable'] else type(None)


@pytest.mark.parametrize('name', TREES)
def test_another_program_reads_a_suite_for_each_node_and_a_case_for_each_requirement(name):
    tree = TREES[name]
    suites = list(junitparser.JUnitXml.fromstring(render(tree, Options()).encode()))
    assert [suite.hostname for suite in suites] == [shown(one['name']) for one in tree['nodes']]
    for suite, node in zip(suites, tree['nodes']):
        cases = {case.name: case for case in suite}
        assert sorted(cases) == sorted([*node['whole']['met'], *node['whole']['not-applicable'], *node['requirements']])
        for requirement, case in cases.items():
            assert type(case.result[0] if case.result else None) is wanted(tree, node, requirement)
        written = suite.tests, suite.failures, suite.errors, suite.skipped
        suite.update_statistics()
        assert written == (suite.tests, suite.failures, suite.errors, suite.skipped)


@pytest.mark.parametrize('name', TREES)
def test_the_totals_are_those_of_the_suites_and_what_was_found_is_told(name):
    tree = TREES[name]
    root = ElementTree.fromstring(render(tree, Options()).encode())
    for key in ('tests', 'failures', 'errors', 'skipped'):
        assert int(root.get(key)) == sum(int(suite.get(key)) for suite in root)
    told = ''.join(root.itertext())
    silent = {one['node'] for one in tree['silent']}
    assert all(shown(one['found']) in told for one in tree['open'] if one['node'] not in silent)


def test_what_was_met_at_the_end_and_not_always_passes_and_says_so():
    tree = TREES['seventy']
    root = ElementTree.fromstring(render(tree, Options()).encode())
    said = [case.find('system-out').text for case in root.iter('testcase')
            if len(case) == 1 and case.find('system-out') is not None]
    assert said and all('% of the time that counts' in one or one.startswith('fix ') for one in said)


@pytest.mark.parametrize('kind', ['advised', 'ignored'])
def test_what_decides_nothing_is_no_failure_and_not_shown_as_met(kind):
    tree = fleet(3)
    node = next(one for one in tree['nodes'] if one['standing'] == 'met')
    node['whole']['met'].remove('cpu')
    node['requirements']['cpu'] = {'share': None, 'seconds': {kind: 60.0}, 'drifts': 0}
    root = ElementTree.fromstring(render(tree, Options()).encode())
    suite = next(one for one in root if one.get('hostname') == node['name'])
    case = next(one for one in suite if one.get('name') == 'cpu')
    assert [part.tag for part in case] == ['skipped']


def test_nodes_that_do_not_count_are_skipped():
    tree = fleet(3)
    tree['nodes'][0]['standing'], tree['nodes'][1]['standing'] = 'quarantined', 'gone'
    root = ElementTree.fromstring(render(tree, Options()).encode())
    assert [suite.get('skipped') for suite in root][:2] == [suite.get('tests') for suite in root][:2]


@pytest.mark.parametrize('standing, result', [
    ('silent', junitparser.Error), ('new', junitparser.Skipped), ('met', junitparser.Error)])
def test_a_node_that_told_nothing_does_not_pass_by_having_no_case(standing, result):
    tree = fleet(3)
    node = tree['nodes'][0]
    node['requirements'], node['whole'] = {}, {'met': [], 'not-applicable': []}
    node['standing'], node['silent'] = standing, tree['since']
    (suite,) = [one for one in junitparser.JUnitXml.fromstring(render(tree, Options()).encode())
                if one.hostname == node['name']]
    assert [type(case.result[0]) for case in suite] == [result] and suite.tests == 1
