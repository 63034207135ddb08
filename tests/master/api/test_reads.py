"""The fleet by the interface: what is told of nodes, drift, history, compliance, and as metrics."""
import csv
import io

import pytest
from junitparser import JUnitXml
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from nodeprep import schema
from nodeprep.compliance import digest
from tests.master.api.conftest import drifted
from tests.master.fleet import Host


@pytest.fixture
def fleet(master):
    """Three nodes: one fit, one drifted in two ways, one that never reported."""
    master.fit, master.fit_host = master.join('fit'), Host(1, 'fit', start=master.clock.now - 7200)
    master.bad, master.bad_host = drifted(master, 'bad', 2)
    master.join('mute')
    assert master.fit.post('/v1/reports', master.fit_host.report()).status == 201
    master.ann = master.person('ann', 'viewer')
    return master


def test_the_fleet_is_told_worst_first(fleet):
    tree = fleet.ann.get('/v1/nodes').tree
    assert [(one['name'], one['standing']) for one in tree['nodes']] == [
        ('bad', 'drifted'), ('mute', 'new'), ('fit', 'met')]
    assert tree['total'] == 3 and tree['standings'] == {'drifted': 1, 'new': 1, 'met': 1}
    assert tree['nodes'][0]['requirements']['swap'] == {
        'outcome': 'drifted', 'now': 'drifted', 'boot': 'drifted', 'since': '2027-01-15T07:01:00Z'}
    assert tree['nodes'][0]['labels'] == {'rack': 'r02', 'site': 'c'}


@pytest.mark.parametrize('query, names', [
    ('search=fi', ['fit']), ('standing=drifted', ['bad']), ('label=rack=r01', ['fit']), ('label=rack', ['bad', 'fit']),
    ('requirement=swap', ['bad']), ('role=worker', ['bad', 'fit']), ('per=1&page=2', ['mute']),
    ('order=name', ['bad', 'fit', 'mute']), ('search=%25', []), ("label=x' or 1=1", [])])
def test_the_fleet_is_narrowed(fleet, query, names):
    assert [one['name'] for one in fleet.ann.get('/v1/nodes?' + query).tree['nodes']] == names


@pytest.mark.parametrize('path', [
    '/v1/nodes?serach=x', '/v1/nodes?page=0', '/v1/nodes?page=x', '/v1/nodes?per=1001', '/v1/nodes?order=age',
    '/v1/drift?kind=met', '/v1/drift?order=1', '/v1/nodes/bad?x=1', '/v1/nodes/bad/history?most=1e3',
    '/v1/nodes/bad/history?before=yesterday', '/v1/compliance?since=never', '/v1/compliance?since=2099-01-01',
    '/v1/compliance?since=900d', '/v1/compliance?format=pdf',
    '/v1/compliance?until=x', '/v1/compliance?evidence=all', '/v1/compliance?since=1d&until=2d',
    '/v1/drift?outcome=waived', '/v1/drift?standing=met', '/v1/drift?requirement=foo', '/v1/drift?role=bad',
    '/v1/nodes?standing=nope', '/v1/nodes?outcome=bad', '/v1/nodes?role=bad', '/v1/nodes?requirement=foo',
    '/v1/nodes/bad/history?requirement=foo', '/v1/fixes?role=bad', '/v1/compliance?since=1d&role=bad',
    '/v1/compliance?since=1d&standing=bad', '/v1/approvals?state=x', '/v1/waivers?status=all'])
def test_a_question_that_is_not_understood_is_a_bad_request(fleet, path):
    answer = fleet.ann.get(path)
    assert answer.status == 400 and answer.tree['detail'], path


@pytest.mark.parametrize('query, said', [
    ('standing=drfted', "standing: 'drfted' is not known; did you mean drifted?"),
    ('role=bad', "role: 'bad' is not known; known are control-plane, worker"),
    ('requirement=swpa', "requirement: 'swpa' is not known; did you mean swap?")])
def test_a_value_that_names_nothing_is_answered_with_those_that_are_known(fleet, query, said):
    assert fleet.ann.get('/v1/nodes?' + query).tree['detail'] == said


def test_what_nodes_tell_of_themselves_is_known_whatever_it_is(fleet):
    assert fleet.ann.get('/v1/drift?requirement=kubelet').status == 200          # of the catalogue
    fleet.store.do(lambda cursor: cursor.run("UPDATE node SET role = 'edge' WHERE name = 'bad'"))
    fleet.store.do(lambda cursor: cursor.run("UPDATE state SET requirement = 'new-one' WHERE requirement = 'swap'"))
    tree = fleet.ann.get('/v1/drift?role=edge&requirement=new-one').tree
    assert [(one['node'], one['requirement']) for one in tree['drift']] == [('bad', 'new-one')]


def test_a_node_is_told_with_its_evidence(fleet):
    tree = fleet.ann.get('/v1/nodes/bad').tree
    assert (tree['name'], tree['standing'], tree['verdict'], tree['kernel']) == ('bad', 'drifted', 'drifted',
                                                                                 '5.14.0-503')
    swap = next(one for one in tree['requirements'] if one['requirement'] == 'swap')
    assert swap['outcome'] == 'drifted' and swap['observations'][0]['found'] == 'swap is on'
    assert {'kind': 'hostname', 'value': 'bad'} in tree['identities']
    assert fleet.ann.get('/v1/nodes/none').status == fleet.ann.get('/v1/nodes/none/history').status == 404


def test_what_became_of_a_node_is_told_the_newest_first(fleet):
    fleet.bad_host.set('swap', 'met')
    fleet.bad.post('/v1/reports', fleet.bad_host.report(after=600))
    tree = fleet.ann.get('/v1/nodes/bad/history?requirement=swap').tree
    assert [(one['was'], one['state']) for one in tree['transitions']] == [('drifted', 'met'), (None, 'drifted')]
    assert tree['events'][-1]['what'] == 'joined'
    older = fleet.ann.get('/v1/nodes/bad/history?requirement=swap&before=' + tree['transitions'][0]['at']).tree
    assert len(older['transitions']) == 1


def test_drift_is_told_with_since_when_and_what_would_mend_it(fleet):
    tree = fleet.ann.get('/v1/drift').tree
    assert tree['counts'] == {'drifted': 2, 'unknown': 0, 'advised': 0, 'waived': 0, 'silent': 0}
    swap = next(one for one in tree['drift'] if one['requirement'] == 'swap')
    assert swap['node'] == 'bad' and swap['approval'] == 'proposed' and 'swap is on' in swap['says']
    assert swap['since'] == '2027-01-15T07:01:00Z'
    assert fleet.ann.get('/v1/drift?requirement=docker').tree['drift'][0]['requirement'] == 'docker'
    assert fleet.ann.get('/v1/drift?kind=waived').tree['drift'] == []


def test_a_node_is_forgotten_by_an_admin(fleet):
    admin = fleet.person()
    assert fleet.ann.ask('DELETE', '/v1/nodes/bad').status == 403
    assert admin.ask('DELETE', '/v1/nodes/bad').status == 204
    assert admin.ask('DELETE', '/v1/nodes/bad').status == 404
    assert fleet.bad.post('/v1/heartbeats', {}).status == 401
    assert [one['name'] for one in fleet.ann.get('/v1/nodes').tree['nodes']] == ['mute', 'fit']
    fleet.join('bad')


def test_the_compliance_report_is_told_in_each_form(fleet):
    fleet.clock.now += 3600
    answer = fleet.ann.get('/v1/compliance?since=1d&evidence=yes')
    tree = answer.tree
    assert schema.problem(tree, kind=schema.COMPLIANCE) == '' and tree['digest'] == digest.of(tree)
    assert tree['until'] == '2027-01-15T09:00:00Z' and tree['since'] == '2027-01-14T09:00:00Z'
    by = {one['requirement']: one for one in tree['requirements']}
    assert by['swap']['share'] == 0.5 and by['swap']['seconds'] == {'met': 3600.0, 'drifted': 3600.0}
    assert by['cpu']['share'] == 1 and by['swap']['title'] == 'Swap is off'
    assert [one['name'] for one in tree['nodes']] == ['bad', 'fit', 'mute']
    assert [(one['node'], one['requirement'], one['found']) for one in tree['open']][:1] == [
        ('bad', 'docker', 'docker is off')]
    assert tree['evidence']['bad']['swap']['observations'][0]['found'] == 'swap is on'
    assert answer.headers['content-disposition'] == 'inline; filename="compliance-2027-01-15.json"'
    told = {form: fleet.ann.get(f'/v1/compliance?since=1d&format={form}') for form in ('csv', 'html', 'junit')}
    rows = list(csv.reader(io.StringIO(told['csv'].text)))
    assert {row[rows[0].index('node')] for row in rows[1:]} == {'bad', 'fit'}
    assert told['html'].headers['content-type'] == 'text/html; charset=utf-8'
    assert 'sandbox' in told['html'].headers['content-security-policy'] and 'swap is on' in told['html'].text
    assert len(JUnitXml.fromstring(told['junit'].body)) > 0


def test_the_compliance_report_for_people_is_in_the_language_of_the_browser(fleet):
    told = {(form, language): fleet.ann.get(f'/v1/compliance?since=1d&format={form}', accept_language=language).text
            for form in ('html', 'junit', 'csv') for language in ('zh-CN', 'en')}
    assert '<html lang="zh-CN">' in told['html', 'zh-CN'] and '<html lang="en">' in told['html', 'en']
    assert told['junit', 'zh-CN'] == told['junit', 'en'] and told['csv', 'zh-CN'] == told['csv', 'en']


def test_the_compliance_report_is_of_the_nodes_that_are_asked_for(fleet):
    fleet.clock.now += 3600
    tree = fleet.ann.get('/v1/compliance?since=1d&search=fi').tree
    assert [one['name'] for one in tree['nodes']] == ['fit'] and tree['asked'] == {'search': 'fi'}
    assert tree['overall']['share'] == 1 and tree['open'] == []
    for query, names in (('requirement=swap', ['bad']), ('outcome=drifted', ['bad']), ('standing=new', ['mute']),
                         ('label=rack=r02', ['bad']), ('label=rack', ['bad', 'fit']), ('role=control-plane', [])):
        assert [one['name'] for one in fleet.ann.get(f'/v1/compliance?since=1d&{query}').tree['nodes']] == names, query


def test_the_metrics_are_openmetrics(fleet):
    answer = fleet.ann.get('/metrics')
    assert answer.headers['content-type'].startswith('application/openmetrics-text; version=1.0.0')
    found = {(one.name, tuple(sorted(one.labels.items()))): one.value
             for family in text_string_to_metric_families(answer.text) for one in family.samples}
    assert found['nodeprep_nodes', (('standing', 'drifted'),)] == 1
    assert found['nodeprep_requirement_nodes', (('outcome', 'drifted'), ('requirement', 'swap'))] == 1
    assert found['nodeprep_approvals_waiting', ()] == 1 and found['nodeprep_master_taken', (('what', 'reports'),)] == 2
