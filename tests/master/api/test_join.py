"""Joining, leaving, new credentials: by the interface."""
import json

import pytest

from nodeprep.chain import GENESIS
from nodeprep.master import membership, secret
from nodeprep.master.shapes import stamp
from nodeprep.master.store import audit, doctor, nodes, tokens
from tests.master.asking import Asking
from tests.master.fleet import Host


def count(store, table):
    return store.read(lambda cursor: cursor.one(f'SELECT COUNT(*) FROM {table}'))[0]


def test_the_ca_is_told_to_anybody(master):
    answer = Asking(master.app).get('/v1/ca')
    assert answer.tree == {'ca': master.context.keys.ca, 'hash': 'sha256:' + 'ab' * 32}


def test_a_machine_with_a_token_becomes_a_node(master):
    token = master.token()
    answer = Asking(master.app).post('/v1/join', master.wants(token, 'node1'))
    assert answer.status == 201
    tree = answer.tree
    assert secret.is_one(secret.NODE, tree.pop('credential'))
    assert tree == {'node': 'node1', 'heartbeat': 60.0, 'quarantined': False}
    said = master.store.read(audit.newest)[0]
    assert (said['what'], said['subject'], said['who']) == ('node joined', 'node1', f'token {token[:6]}')


def test_what_joining_gave_is_kept_as_a_hash_alone(master):
    token = master.token()
    made = Asking(master.app).post('/v1/join', master.wants(token, 'node1')).tree['credential']
    dump = str(master.store.read(lambda cursor: [cursor.all(f'SELECT * FROM {table}') for table in (
        'credential', 'token', 'audit', 'node', 'meta')]))
    assert made not in dump and token not in dump and secret.hashed(made) in dump


@pytest.mark.parametrize('how', ['unknown', 'expired', 'used up', 'deleted', 'other secret', 'none', 'a user token'])
def test_a_token_that_does_not_count_opens_nothing(master, how):
    token = master.token(lasts=10, uses=1)
    if how == 'unknown':
        token = secret.join_token()
    elif how == 'expired':
        master.clock.now += 10
    elif how == 'used up':
        assert Asking(master.app).post('/v1/join', master.wants(token, 'first')).status == 201
    elif how == 'deleted':
        master.store.do(lambda cursor: tokens.delete(cursor, token[:6], 'test', 0.0))
    elif how == 'other secret':
        token = token[:7] + secret.join_token()[7:]
    elif how == 'none':
        token = ''
    else:
        token = master.person().secret
    before = count(master.store, 'node')
    answer = Asking(master.app).post('/v1/join', master.wants(token, 'node1'))
    assert answer.status == 401 and 'nodeprep master token create' in answer.tree['detail']
    assert count(master.store, 'node') == before


def test_each_use_of_a_token_is_counted_and_failures_are_none(master):
    token = master.token(uses=2)
    ask = Asking(master.app)
    assert ask.post('/v1/join', master.wants(token, 'a')).status == 201
    assert ask.post('/v1/join', master.wants(token, 'a')).status == 409
    assert ask.post('/v1/join', master.wants(token, '<b>')).status == 400
    assert ask.post('/v1/join', master.wants(token, 'b')).status == 201
    assert ask.post('/v1/join', master.wants(token, 'c')).status == 401


def test_the_same_request_again_is_a_replay(master):
    wants = master.wants(master.token(), 'node1')
    assert Asking(master.app).post('/v1/join', wants).status == 201
    answer = Asking(master.app).post('/v1/join', wants)
    assert answer.status == 409
    assert Asking(master.app).post('/v1/join', dict(wants, name='other')).status == 409
    assert count(master.store, 'credential') == 1


def test_a_name_that_is_a_member_is_not_given_away(master):
    master.join('node1')
    answer = Asking(master.app).post('/v1/join', master.wants(master.token(), 'node1'))
    assert answer.status == 409 and 'nodeprep master forget node1' in answer.tree['detail']


def test_guessing_tokens_is_slowed_down(master):
    ask = Asking(master.app)
    answers = [ask.post('/v1/join', master.wants(secret.join_token(), 'node1')).status for _ in range(25)]
    assert answers == [401] * 20 + [429] * 5
    good = master.token()
    assert ask.post('/v1/join', master.wants(good, 'node1')).status == 429
    assert Asking(master.app, client='192.0.2.99').post('/v1/join', master.wants(good, 'node1')).status == 201


@pytest.mark.parametrize('changed', [
    {'name': ''}, {'name': '<script>alert(1)</script>'}, {'name': "x'; DROP TABLE node; --"}, {'name': '../../etc'},
    {'name': 'a' * 254}, {'name': 'a b'}, {'name': '-a'}, {'name': 'a\n'}, {'name': '\u00e9'}, {'name': None},
    {'name': ['a']}, {'name': 'a\u202e'}, {'request': 'x'}, {'request': None}, {'macs': 'x'}, {'macs': [1]},
    {'macs': ['x' * 101]}, {'macs': ['x'] * 257}, {'machine_id': 5}, {'product_uuid': 'x' * 101}])
def test_what_is_no_machine_is_refused(master, changed):
    answer = Asking(master.app).post('/v1/join', dict(master.wants(master.token(), 'node1'), **changed))
    assert answer.status == 400 and list(changed)[0] in answer.tree['detail']
    assert count(master.store, 'node') == 0


@pytest.mark.parametrize('body', [b'[]', b'null', b'"x"', b'{}', b'{"token": {}}', b'{"token": 5, "name": 1}'])
def test_a_body_of_another_shape_is_refused(master, body):
    answer = Asking(master.app).ask('POST', '/v1/join', body, {'content_type': 'application/json'})
    assert answer.status in (400, 401)


def test_a_node_that_leaves_may_say_nothing_more_and_may_come_back(master):
    node = master.join('node1', machine_id='m' * 32)
    assert node.post('/v1/heartbeats', {}).status == 200
    assert node.ask('DELETE', '/v1/join').status == 204
    assert node.post('/v1/heartbeats', {}).status == 401
    assert node.ask('DELETE', '/v1/join').status == 401
    assert master.store.read(lambda cursor: nodes.find(cursor, 'node1'))[1] == nodes.LEFT
    again = master.join('node1', machine_id='m' * 32)
    assert again.post('/v1/heartbeats', {}).status == 200


def test_the_old_credential_counts_until_the_new_one_was_used_and_ten_minutes_more(master):
    node = master.join('node1')
    lost = node.ask('POST', '/v1/credential').tree['credential']
    answer = node.ask('POST', '/v1/credential')
    assert (answer.status, answer.tree['overlap']) == (201, 600.0)
    assert Asking(master.app, lost).post('/v1/heartbeats', {}).status == 401, 'nobody uses the one before'
    master.clock.now += 9999
    assert node.post('/v1/heartbeats', {}).status == 200, 'nor the new one yet: its answer may be lost'
    new = Asking(master.app, answer.tree['credential'])
    assert new.post('/v1/heartbeats', {}).status == node.post('/v1/heartbeats', {}).status == 200
    master.clock.now += 600
    assert new.post('/v1/heartbeats', {}).status == 200
    assert node.post('/v1/heartbeats', {}).status == 401


def test_who_finds_an_old_credential_cannot_end_the_new_one_with_it(master):
    node = master.join('node1')
    new = Asking(master.app, node.ask('POST', '/v1/credential').tree['credential'])
    assert new.post('/v1/heartbeats', {}).status == 200
    answer = node.ask('POST', '/v1/credential')
    assert (answer.status, answer.tree['title']) == (409, 'Conflict')
    assert new.post('/v1/heartbeats', {}).status == 200


def test_a_node_that_was_known_is_not_held_up_by_who_guesses_from_its_address(master):
    """Such as by a pod of its own, while another node joins."""
    node = master.join('node1')
    assert node.post('/v1/heartbeats', {}).status == 200
    for _ in range(30):
        Asking(master.app, 'npn_' + 'x' * 43).post('/v1/heartbeats', {})
    master.context.known.forget()
    assert node.post('/v1/heartbeats', {}).status == 200
    assert Asking(master.app, 'npn_' + 'y' * 43).post('/v1/heartbeats', {}).status == 429


def test_a_credential_taken_back_elsewhere_ends_here_too(master):
    from nodeprep.master.store import known
    node = master.join('node1')
    assert node.post('/v1/heartbeats', {}).status == 200
    version = master.store.read(known.version)
    master.context.known.settle(version)
    assert node.post('/v1/heartbeats', {}).status == 200
    master.store.do(lambda cursor: membership.forget(cursor, 'node1', 'other master', 0.0))
    assert master.store.read(known.version) != version
    master.context.known.settle(master.store.read(known.version))
    assert node.post('/v1/heartbeats', {}).status == 401


def test_a_clone_is_told_that_it_is_set_apart(master):
    master.join('node1', product_uuid='4c4c4544-0031-3310-8042-b1c04f313233')
    answer = Asking(master.app).post('/v1/join', master.wants(
        master.token(), 'node2', product_uuid='4c4c4544-0031-3310-8042-b1c04f313233'))
    assert answer.status == 201 and answer.tree['quarantined'] is True
    told = {'since': stamp(master.clock.now), 'because': [{'node': 'node1', 'same': ['product_uuid']}]}
    assert answer.tree['quarantine'] == told
    node = Asking(master.app, answer.tree['credential'])
    assert node.post('/v1/heartbeats', {}).tree['quarantine'] == told
    master.store.do(lambda cursor: membership.decide(cursor, 1, 'keep-both', 'ada', master.clock.now))
    assert set(node.post('/v1/heartbeats', {}).tree) == {'received', 'answered', 'approvals', 'sequence'}
    assert 'quarantine' not in Asking(master.app).post('/v1/join', master.wants(master.token(), 'node3')).tree


def test_the_host_name_that_is_told_counts_and_not_the_one_by_which_a_node_is_called(master):
    for name, hostname, apart in (('a', 'web', False), ('web', 'web2', False), ('b', 'WEB', True), ('web2', '', True)):
        answer = Asking(master.app).post('/v1/join', master.wants(master.token(), name, hostname=hostname))
        assert (answer.status, answer.tree['quarantined']) == (201, apart), name
    wrong = Asking(master.app).post('/v1/join', master.wants(master.token(), 'c', hostname='x' * 101))
    assert wrong.status == 400 and 'hostname: is not a short text' in wrong.tree['detail']


def again(master, name, host):
    """A machine is taken away and joins again."""
    if master.store.read(lambda cursor: nodes.find(cursor, name)):
        assert master.admin.ask('DELETE', f'/v1/nodes/{name}').status == 204
    return master.join(name, machine_id=host.about['machine_id'], product_uuid=host.about['product_uuid'])


def gaps(master, name):
    """What the compliance report and the node's past say of holes."""
    master.clock.now += 60
    tree = master.admin.get('/v1/compliance?since=1d').tree
    mine = [(one['first'], one['last'], one['state']) for one in tree['gaps'] if one['node'] == name]
    assert [one['gaps'] for one in tree['nodes'] if one['name'] == name] == [len(mine)]
    events = [one for one in master.admin.get(f'/v1/nodes/{name}/history').tree['events'] if one['said']]
    return mine, sorted((one['what'], one['said']) for one in events)


@pytest.fixture
def twice(master):
    """A machine of which two reports came before it was forgotten and joined again."""
    master.admin, host = master.person(), Host(1, 'node1', start=master.clock.now)
    node = again(master, 'node1', host)
    assert node.post('/v1/reports', {'reports': [host.report(), host.report()]}).status == 201
    return again(master, 'node1', host), host


SAID = ('earlier', 'reports 1 to 2 are of before it joined')


def test_what_a_machine_told_before_it_was_forgotten_is_no_hole_when_it_joins_again(master, twice):
    node, host = twice
    assert node.post('/v1/reports', host.report()).tree == {'sequence': 3, 'new': 1}
    assert gaps(master, 'node1') == ([], [SAID])
    third = again(master, 'node1', host)
    assert third.post('/v1/reports', host.report()).tree == {'sequence': 4, 'new': 1}
    assert gaps(master, 'node1') == ([], [('earlier', 'reports 1 to 3 are of before it joined')])
    assert not master.store.read(doctor.chains).wrong


def test_a_report_that_was_written_since_it_joined_again_and_never_came_is_a_hole(master, twice):
    node, host = twice
    host.report()
    node.post('/v1/reports', host.report())
    host.report()
    node.post('/v1/reports', host.report())
    assert gaps(master, 'node1') == ([(3, 3, 'missing'), (5, 5, 'missing')], [
        SAID, ('missing', 'reports 3 to 3 never came'), ('missing', 'reports 5 to 5 never came')])


def test_a_chain_that_is_not_that_of_the_machine_before_does_not_go_on_with_it(master, twice):
    node, host = twice
    host.head = '5' * 64
    node.post('/v1/reports', host.report())
    assert gaps(master, 'node1') == ([(1, 2, 'missing')], [('missing', 'reports 1 to 2 never came')])


def test_a_machine_whose_spool_was_lost_begins_anew(master, twice):
    node, _ = twice
    host = Host(1, 'node1', start=master.clock.now)
    node.post('/v1/reports', host.report())
    assert gaps(master, 'node1') == ([], [])
    host.sequence, host.head = 9, GENESIS
    node.post('/v1/reports', host.report())
    assert gaps(master, 'node1')[0] == [(2, 9, 'restart')]


def test_a_lost_spool_of_which_the_number_was_learned_is_told(master, twice):
    node, host = twice
    host.head = GENESIS
    node.post('/v1/reports', host.report())
    assert gaps(master, 'node1') == ([(3, 3, 'restart')], [SAID, ('restart', 'report 3 begins a new chain')])


def test_reports_without_a_chain_go_on_as_well(master, twice):
    node, host = twice
    sent = host.report()
    del sent['chain']
    assert node.post('/v1/reports', sent).tree == {'sequence': 3, 'new': 1}
    assert gaps(master, 'node1') == ([], [SAID]) and not master.store.read(doctor.chains).wrong


def test_another_machine_goes_on_with_nothing(master, twice):
    _, host = twice
    other = master.join('node2')
    for name in ('name', 'machine_id', 'product_uuid'):
        host.about[name] += '2'
    other.post('/v1/reports', host.report())
    assert gaps(master, 'node2') == ([(1, 2, 'missing')], [('missing', 'reports 1 to 2 never came')])


def test_who_poses_as_a_machine_that_is_gone_hides_no_report_below_its_number(master, twice):
    """The first one that comes is judged by itself."""
    _, real = twice
    liar = Host(2, 'liar', start=master.clock.now)
    node = master.join('liar', machine_id=real.about['machine_id'], product_uuid=real.about['product_uuid'])
    liar.report()
    node.post('/v1/reports', liar.report())
    assert gaps(master, 'liar')[1] == [('missing', 'reports 1 to 1 never came')]


# --- reports and heartbeats


def test_reports_are_kept_once_each(master):
    node, host = master.join('node1'), Host(1, 'node1', start=master.clock.now)
    first, second = host.report(), host.report()
    assert (node.post('/v1/reports', {'reports': [first]}).status,
            node.post('/v1/reports', {'reports': [first]}).status) == (201, 200)
    answer = node.post('/v1/reports', {'reports': [first, second]})
    assert (answer.status, answer.tree) == (201, {'sequence': 2, 'new': 1})
    third = host.report()
    assert node.post('/v1/reports', third).tree == {'sequence': 3, 'new': 1}, 'one by itself is taken too'
    assert count(master.store, 'report') == 3


def test_a_large_batch_is_taken_packed(master):
    import gzip
    node, host = master.join('node1'), Host(1, 'node1', start=master.clock.now)
    body = json.dumps({'reports': [host.report() for _ in range(6)]}).encode()
    assert 64 * 1024 < len(body) < 128 * 1024
    answer = node.ask('POST', '/v1/reports', gzip.compress(body), {'content_type': 'application/json',
                                                                   'content_encoding': 'gzip'})
    assert (answer.status, answer.tree) == (201, {'sequence': 6, 'new': 6})


def test_a_report_that_was_changed_is_refused_with_the_reason(master):
    node, host = master.join('node1'), Host(1, 'node1', start=master.clock.now)
    good, bad = host.report(), host.report()
    bad['verdict'] = 'unknown'
    answer = node.post('/v1/reports', {'reports': [good, bad]})
    assert answer.status == 422 and 'report 2 was changed' in answer.tree['detail']
    assert count(master.store, 'report') == 0, 'all of a request or nothing'


@pytest.mark.parametrize('tree', [{}, {'reports': []}, {'reports': {}}, {'reports': [1]}, {'reports': [{}] * 1001},
                                  {'reports': None}, {'reports': [[]]}, {'sequence': 1}])
def test_what_is_no_report_is_refused(master, tree):
    node = master.join('node1')
    answer = node.post('/v1/reports', tree)
    assert answer.status == 422 and answer.tree['detail']


def test_a_heartbeat_is_answered_with_the_time_and_what_is_allowed(master):
    node, host = master.join('node1'), Host(1, 'node1', start=master.clock.now)
    node.post('/v1/reports', host.report())
    answer = node.post('/v1/heartbeats', host.beat())
    assert answer.tree == {'received': master.clock.now, 'answered': master.clock.now, 'approvals': [], 'sequence': 1}
    for odd in ({'spool': 5, 'skew': 'x', 'fights': {}}, {'fights': [1] * 1000}, {'skew': {'offset_ms': 1e300}}):
        assert node.post('/v1/heartbeats', odd).status == 200
    assert node.post('/v1/heartbeats', [1]).status == 400
