"""What people decide by the interface, and what becomes of it."""
import pytest

from tests.master.api.conftest import drifted
from tests.master.fleet import plan


@pytest.fixture
def bad(master):
    """A node with a plan that waits, and who may decide."""
    node, host = drifted(master, 'bad', 2)
    node.host = host
    master.eve, master.ann = master.person('eve', 'approver'), master.person('ann', 'viewer')
    return node


def approvals(master):
    return master.ann.get('/v1/approvals').tree['approvals']


def test_a_plan_is_approved_and_the_node_learns_it(master, bad):
    waits = approvals(master)[0]
    assert (waits['node'], waits['requirement'], waits['state']) == ('bad', 'swap', 'proposed')
    assert waits['plan']['changes'] == list(plan())
    body = {'id': waits['id'], 'decision': 'approve', 'digest': waits['digest'], 'reason': 'as agreed', 'valid': 3600}
    assert master.ann.post('/v1/approvals', body).status == 403
    tree = master.eve.post('/v1/approvals', body).tree
    assert (tree['state'], tree['by'], tree['until']) == ('approved', 'eve', '2027-01-15T09:00:00Z')
    assert bad.post('/v1/heartbeats', bad.host.beat()).tree['approvals'] == [
        {'id': waits['id'], 'requirement': 'swap', 'digest': waits['digest'], 'by': 'eve',
         'until': '2027-01-15T09:00:00Z'}]
    assert approvals(master) == [] and master.ann.get('/v1/approvals?state=all').tree['approvals'][0]['by'] == 'eve'
    assert master.eve.post('/v1/approvals', body).status == 409, 'it does not wait any more'
    log = master.person().get('/v1/audit').tree['audit']
    assert (log[1]['who'], log[1]['what'], log[1]['subject']) == ('eve', 'plan approved', 'bad swap')
    assert log[1]['detail']['until'] == '2027-01-15T09:00:00Z'


def test_a_plan_is_found_by_node_and_requirement_and_denied(master, bad):
    tree = master.eve.post('/v1/approvals', {'node': 'bad', 'requirement': 'swap', 'decision': 'deny'}).tree
    assert (tree['state'], tree['until']) == ('denied', None)
    assert bad.post('/v1/heartbeats', bad.host.beat()).tree['approvals'] == []


def test_another_plan_than_the_one_that_was_shown_is_not_approved(master, bad):
    shown = approvals(master)[0]
    bad.host.set('swap', 'drifted', mode='approve', changes=plan('rm'), found='swap is on')
    bad.post('/v1/reports', bad.host.report())
    for body in ({'id': shown['id']}, {'node': 'bad', 'requirement': 'swap', 'digest': shown['digest']}):
        answer = master.eve.post('/v1/approvals', dict(body, decision='approve'))
        assert answer.status == 409
    assert bad.post('/v1/heartbeats', bad.host.beat()).tree['approvals'] == []


@pytest.mark.parametrize('body, status', [
    ({}, 400), ({'decision': 'yes', 'id': 'x'}, 400), ({'decision': 'approve'}, 400),
    ({'decision': 'approve', 'id': 5}, 400), ({'decision': 'approve', 'node': 'bad'}, 400),
    ({'decision': 'approve', 'id': 'x', 'valid': -1}, 400), ({'decision': 'approve', 'id': 'x', 'valid': True}, 400),
    ({'decision': 'approve', 'id': 'x', 'valid': 1e12}, 400), ({'decision': 'approve', 'id': 'x' * 301}, 400),
    ({'decision': 'approve', 'id': 'nowhere'}, 409), ({'decision': 'deny', 'node': 'no', 'requirement': 'swap'}, 409),
    ({'decision': 'deny', 'node': 'bad', 'requirement': 'cpu'}, 409)])
def test_a_decision_that_cannot_be_is_refused_with_the_reason(master, bad, body, status):
    answer = master.eve.post('/v1/approvals', body)
    assert answer.status == status and answer.tree['detail']
    assert approvals(master)[0]['state'] == 'proposed'


WAIVER = {'requirement': 'swap', 'reason': 'lab', 'owner': 'ops@example.com', 'until': '2027-02-01'}


@pytest.mark.parametrize('to', [{'node': 'bad'}, {'label': 'rack=r02'}, {'all': True}])
def test_a_waiver_covers_at_once_and_ends_at_once(master, bad, to):
    assert master.ann.post('/v1/waivers', dict(WAIVER, **to)).status == 403
    answer = master.eve.post('/v1/waivers', dict(WAIVER, **to))
    assert answer.status == 201
    tree = answer.tree
    assert {name: tree[name] for name in to} == to and tree['by'] == 'eve' and tree['ended'] is None
    assert [one['requirement'] for one in master.ann.get('/v1/drift').tree['drift']] == ['docker']
    assert master.ann.get('/v1/drift?kind=waived').tree['drift'][0]['requirement'] == 'swap'
    assert master.ann.get('/v1/waivers').tree['waivers'] == [tree]
    assert master.ann.ask('DELETE', f'/v1/waivers?id={tree["id"]}').status == 403
    assert master.eve.ask('DELETE', f'/v1/waivers?id={tree["id"]}').status == 204
    assert master.eve.ask('DELETE', f'/v1/waivers?id={tree["id"]}').status == 404
    assert master.ann.get('/v1/waivers').tree['waivers'] == []
    assert master.ann.get('/v1/waivers?state=all').tree['waivers'][0]['ended_by'] == 'eve'
    assert len(master.ann.get('/v1/drift').tree['drift']) == 2


@pytest.mark.parametrize('changed, status', [
    ({}, 409), ({'node': 'bad', 'all': True}, 409), ({'node': 'nobody'}, 409), ({'label': 'rack'}, 409),
    ({'all': 'yes'}, 400), ({'node': 'bad', 'requirement': 'swpa'}, 409), ({'node': 'bad', 'reason': ' '}, 400),
    ({'node': 'bad', 'owner': None}, 400), ({'node': 'bad', 'until': '2026-01-01'}, 409),
    ({'node': 'bad', 'until': '2027-02-30'}, 409), ({'node': 'bad', 'until': 'soon'}, 409),
    ({'node': ['bad']}, 400)])
def test_a_waiver_that_cannot_be_is_refused_with_the_reason(master, bad, changed, status):
    answer = master.eve.post('/v1/waivers', dict(WAIVER, **changed))
    assert answer.status == status and answer.tree['detail']
    assert master.ann.get('/v1/waivers').tree['waivers'] == []


def test_a_waiver_without_an_id_is_not_found(master, bad):
    assert master.eve.ask('DELETE', '/v1/waivers').status == 404
    assert master.eve.ask('DELETE', '/v1/waivers?id=x').status == 400


def test_clones_are_told_and_decided(master, bad):
    uuid = {'product_uuid': '4c4c4544-0031-3310-8042-b1c04f313233'}
    master.join('one', **uuid)
    two = master.join('two', **uuid)
    found = master.ann.get('/v1/clones').tree['clones']
    assert [(one['first'], one['later'], one['kind']) for one in found] == [('one', 'two', 'product_uuid')]
    assert master.ann.get('/v1/nodes/one').tree['clones'] == master.ann.get('/v1/nodes/two').tree['clones'] == found
    body = {'id': found[0]['id'], 'decision': 'forget-later'}
    assert master.eve.post('/v1/clones', body).status == 403, 'to forget is for admins'
    for wrong in ({'id': 'x', 'decision': 'keep-both'}, {'id': True, 'decision': 'keep-both'}, {'id': 1},
                  {'id': 2**63, 'decision': 'keep-both'}, {'id': -1, 'decision': 'keep-both'},
                  {'id': found[0]['id'], 'decision': 'x'}):
        assert master.eve.post('/v1/clones', wrong).status == 400
    assert master.eve.post('/v1/clones', {'id': 999, 'decision': 'keep-both'}).status == 409
    assert master.person().post('/v1/clones', body).tree['decision'] == 'forget-later'
    assert two.post('/v1/heartbeats', {}).status == 401
    assert master.ann.get('/v1/clones').tree['clones'] == master.ann.get('/v1/nodes/one').tree['clones'] == []


def test_a_waiver_whose_machine_is_gone_says_so(master):
    admin, (node, _) = master.person(), drifted(master, 'node1', 1)
    given = {'node': 'node1', 'requirement': 'swap', 'reason': 'lab', 'owner': 'ops', 'until': '2099-12-31'}
    assert admin.post('/v1/waivers', given).tree['gone'] is False
    node.ask('DELETE', '/v1/join')
    drifted(master, 'node1', 2)
    assert [one['gone'] for one in admin.get('/v1/waivers').tree['waivers']] == [True]
    assert {one['requirement'] for one in admin.get('/v1/drift').tree['drift']} == {'swap', 'docker'}
    answer = admin.post('/v1/waivers', dict(given, node='nobody'))
    assert answer.status == 409 and 'There is no node nobody; a waiver is for a machine' in answer.tree['detail']
