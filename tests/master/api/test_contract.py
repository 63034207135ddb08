"""What a program that knows the contract alone sends with the credential of a node, and asks before any node spoke."""
import gzip
import json

import pytest

from nodeprep.master.store import doctor
from tests import contract
from tests.master.fleet import Host


@pytest.fixture
def node(master):
    return master.join('k8s-node1')


def links(master):
    return master.store.read(lambda cursor: cursor.all('SELECT sequence, link FROM report ORDER BY id'))


def sent(node, body):
    answer = node.post('/v1/reports', body)
    return answer.status, answer.tree


def test_the_report_of_the_contract_is_taken_once_and_shown(master, node):
    assert sent(node, contract.report()) == (201, {'sequence': 17, 'new': 1})
    assert sent(node, contract.report()) == (200, {'sequence': 17, 'new': 0})
    ann = master.person()
    found, = ann.get('/v1/nodes/k8s-node1').tree['requirements']
    assert (found['requirement'], found['state'], found['observations'][0]['source']) == (
        'swap', 'drifted', '/etc/fstab:7')
    assert found['observations'][0]['advised'] is False and found['observations'][0]['kubeadm'] == ''
    drift, = ann.get('/v1/drift').tree['drift']
    assert (drift['node'], drift['requirement']) == ('k8s-node1', 'swap')
    master.clock.now += 3600
    assert '/dev/sda2 is turned on' in json.dumps(ann.get('/v1/compliance').tree)


@pytest.mark.parametrize('batch', [lambda some: some, lambda some: {'reports': some}], ids=['list', 'object'])
def test_a_batch_is_a_list_or_an_object_with_one(node, batch):
    some = [contract.report(1), contract.report(2)]
    assert sent(node, batch(some)) == (201, {'sequence': 2, 'new': 2})
    assert sent(node, batch(some)) == (200, {'sequence': 2, 'new': 0})
    assert sent(node, batch(some + some + [contract.report(3)])) == (201, {'sequence': 3, 'new': 1})


def test_it_is_taken_packed(node):
    body = gzip.compress(json.dumps(contract.report(1)).encode())
    assert node.ask('POST', '/v1/reports', body,
                    {'content-encoding': 'gzip', 'content-type': 'application/json'}).status == 201


def test_reports_without_a_chain_stand_in_one_afterwards(master, node):
    for number in (1, 2, 4, 3):
        assert sent(node, contract.report(number))[0] == 201
    assert links(master) == [(1, 'next'), (2, 'next'), (4, 'missing'), (3, 'late')]
    assert master.store.read(doctor.chains).wrong == []


def test_an_agent_goes_on_where_a_program_began(master, node):
    assert sent(node, contract.report(1))[0] == 201
    host = Host(1, 'k8s-node1', start=master.clock.now)
    host.report()
    assert sent(node, host.report())[0] == 201
    assert [number for number, _ in links(master)] == [1, 2] and master.store.read(doctor.chains).wrong == []


def test_a_check_by_hand_becomes_the_next_report(master, node):
    assert sent(node, contract.report(5))[0] == 201
    by_hand = contract.report(6, taken='2026-01-31T13:00:00Z')
    by_hand['sequence'] = 0
    assert sent(node, by_hand) == (201, {'sequence': 6, 'new': 1})
    assert sent(node, by_hand) == (200, {'sequence': 6, 'new': 0})
    assert master.store.read(doctor.chains).wrong == []


@pytest.mark.parametrize('changed, status', [
    ({'sequence': -1}, 422), ({'sequence': '1'}, 422), ({'sequence': False}, 422), ({'sequence': None}, 422),
    ({'chain': None}, 422), ({'chain': {}}, 422), ({'chain': {'previous': '0' * 64, 'digest': ''}}, 422),
    ({'findings': None}, 422), ({'id': 'x'}, 422), ({'taken': 'now'}, 422)])
def test_what_is_no_report_is_refused(master, node, changed, status):
    answer = node.post('/v1/reports', dict(contract.report(1), **changed))
    assert answer.status == status and answer.headers['content-type'] == 'application/problem+json'
    assert links(master) == []


@pytest.mark.parametrize('body', [[], {'reports': []}, {'reports': 1}, [1], 'x', 5, None])
def test_what_holds_no_report_is_refused(node, body):
    assert node.post('/v1/reports', body).status in (400, 422)


def test_a_machine_joins_without_an_id_of_its_request(master):
    from tests.master.asking import Asking
    assert Asking(master.app).post('/v1/join', {'token': master.token(), 'name': 'n2'}).status == 201


def test_a_requirement_is_waived_before_any_node_told_of_it(master):
    body = {'all': True, 'requirement': 'swap', 'reason': 'lab', 'owner': 'ops@example.com', 'until': '2099-01-31'}
    ann = master.person()
    assert ann.post('/v1/waivers', body).status == 201
    refused = ann.post('/v1/waivers', dict(body, requirement='swp'))
    assert refused.status == 409 and 'swap' in refused.tree['detail']


@pytest.mark.parametrize('ended', [lambda ann, number: ann.ask('DELETE', f'/v1/waivers?id={number}'),
                                   lambda ann, number: ann.ask('DELETE', '/v1/waivers', b'{"id": %d}' % number,
                                                               {'content-type': 'application/json'})])
def test_a_waiver_for_all_is_written_as_on_the_command_line_and_ended_by_its_id(master, ended):
    ann = master.person()
    given = ann.post('/v1/waivers', {'node': '*', 'requirement': 'swap', 'reason': 'lab', 'owner': 'ops@example.com',
                                     'until': '2099-01-31'})
    assert given.status == 201 and given.tree['all'] is True
    assert ended(ann, given.tree['id']).status == 204
    assert ann.get('/v1/waivers').tree['waivers'] == [] and ended(ann, given.tree['id']).status == 404


@pytest.mark.parametrize('body, status', [(b'', 404), (b'{}', 400), (b'{"id": "1"}', 400), (b'{"id": true}', 400),
                                          (b'{"id": 1000000000000000}', 400), (b'[1]', 400), (b'x', 400)])
def test_what_names_no_waiver_ends_none(master, body, status):
    assert master.person().ask('DELETE', '/v1/waivers', body, {'content-type': 'application/json'}).status == status


def test_the_compliance_report_is_asked_for_as_the_contract_writes_it(master):
    answer = master.person().get('/v1/compliance?since=&until=&format=')
    assert (answer.status, answer.tree['kind']) == (200, 'compliance')


def test_what_is_no_form_of_it_is_refused(master):
    answer = master.person().get('/v1/compliance?format=yaml')
    assert answer.status == 400 and 'none of json, csv, html, junit' in answer.tree['detail']


def test_a_body_that_is_called_nothing_is_taken_for_json_from_who_has_no_cookie(master, node):
    body = json.dumps(contract.report(1)).encode()
    assert node.ask('POST', '/v1/reports', gzip.compress(body), {'content-encoding': 'gzip'}).status == 201
    assert node.ask('POST', '/v1/heartbeats', b'{}').status == 200
    assert node.ask('POST', '/v1/heartbeats', b'{}', {'cookie': 'a=b'}).status == 415
    for kind in ('application/x-www-form-urlencoded', 'text/plain'):
        assert node.ask('POST', '/v1/heartbeats', b'{}', {'content-type': kind}).status == 415
