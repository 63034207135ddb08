"""Fixes that nodes tell of: each is kept once, dated as far as the master can know, and told with who allowed it."""
from nodeprep.master.store import approvals, fixes, nodes, retention
from tests.master.fleet import DAY, Host, plan, stamp
from tests.master.test_ingest import AT, rows
from tests.master.test_proving import END, told

ONES = 'SELECT txn, requirement, at, result, undone FROM fix ORDER BY id'


def host_of(store, number=1, name='one'):
    host = Host(number, name, requirements=('swap', 'disk'))
    host.id = store.do(lambda cursor: nodes.make(cursor, name, AT))
    return host


def fixed(begun, txn='000001', how='policy', who='/etc/nodeprep/nodeprep.yaml:3', **more):
    return dict({'transaction': txn, 'requirement': 'swap', 'begun': stamp(begun), 'result': 'done', 'why': '',
                 'by': dict({'how': how, 'who': who}, **more.pop('by', {})), 'undone': '', 'undone_by': ''}, **more)


def tell(store, host, *fixed_, after=60, received=None, gap=None, **more):
    tree = host.report(after, gap, fixes=list(fixed_), **more)
    taken = store.reports(host.id, [tree], host.now + 1.0 if received is None else received).result(30)
    assert not taken.refused, taken.refused


def changes(store, **more):
    return [(one['at'], one['who'], one['what'], one['node'], one['requirement'], one['allowed'], one['detail'])
            for one in told(store, **more)['changes']]


def test_what_mode_fix_mended_by_itself_and_what_a_person_did_are_changes_with_who_allowed_them(store):
    host = host_of(store)
    tell(store, host, fixed(AT + 10), fixed(AT + 20, '000002', 'person', 'bob', requirement='disk', result='failed',
                                            why='no space'))
    assert changes(store) == [
        (stamp(AT + 20), 'bob', 'fix', 'one', 'disk', 'by hand at the host', 'failed: no space, transaction 000002'),
        (stamp(AT + 10), '/etc/nodeprep/nodeprep.yaml:3', 'fix', 'one', 'swap',
         'mode: fix, by the configuration of the node', 'done, transaction 000001')]
    assert changes(store, since=AT + 11, until=AT + 20) == []


def test_it_is_kept_once_however_often_it_is_told_and_that_it_was_taken_back_is_added(store):
    host = host_of(store)
    one = fixed(AT + 10)
    tell(store, host, one, one)
    tell(store, host, one, after=DAY)
    assert rows(store, ONES) == [('000001', 'swap', AT + 10, 'done', None)]
    tell(store, host, dict(one, undone=stamp(AT + 3600), undone_by='bob'), after=DAY)
    tell(store, host, dict(one, undone=stamp(AT + 3600), undone_by='bob'), after=DAY)
    assert rows(store, ONES) == [('000001', 'swap', AT + 10, 'done', AT + 3600)]
    assert changes(store)[0] == (stamp(AT + 3600), 'bob', 'undo', 'one', 'swap', '', 'transaction 000001')
    tell(store, host, fixed(AT + 4 * DAY))            # its journal was made anew: the same number is another fix
    assert len(rows(store, ONES)) == 2


def test_while_an_undo_goes_on_nobody_knows_who_did_it_and_when_it_is_over_that_is_told(store):
    host = host_of(store)
    one = fixed(AT + 10)
    tell(store, host, dict(one, undone='a time that is not known'))
    assert changes(store)[0] == (stamp(host.now + 1), '', 'undo', 'one', 'swap', '', 'transaction 000001')
    tell(store, host, dict(one, undone=stamp(host.now + 20), undone_by='bob'))
    undone = changes(store)[0]
    assert undone == (stamp(host.now - 40), 'bob', 'undo', 'one', 'swap', '', 'transaction 000001')
    tell(store, host, dict(one, undone=stamp(host.now + 50), undone_by='eve'), after=DAY)
    assert changes(store)[0] == undone


def test_an_approved_fix_is_told_by_the_masters_own_word_of_who_approved_it(store):
    host = host_of(store)
    host.set('swap', 'drifted', mode='approve', changes=plan())
    tell(store, host)
    waiting, = store.read(approvals.waiting)
    store.do(lambda cursor: approvals.decide(cursor, waiting['id'], 'approved', 'ann', AT + 90, AT + 7200, 'window 7'))
    host.set('swap', 'met')
    tell(store, host, fixed(AT + 100, how='approval', who='mallory', by={'approval': waiting['id']}))
    assert changes(store)[0] == (stamp(AT + 100), 'ann', 'fix', 'one', 'swap', 'approved',
                                 'done, transaction 000001; reason: window 7')
    assert [one[2] for one in changes(store)] == ['fix', 'plan approved']       # and no guess beside it


def test_an_approval_that_the_master_did_not_give_is_said_to_be_none_of_its_own(store):
    host, other = host_of(store), host_of(store, 2, 'two')
    host.set('swap', 'drifted', mode='approve', changes=plan())
    tell(store, host)
    waiting, = store.read(approvals.waiting)
    store.do(lambda cursor: approvals.decide(cursor, waiting['id'], 'denied', 'ann', AT + 90, None, ''))
    tell(store, host, fixed(AT + 100, how='approval', who='ann', by={'approval': waiting['id']}))
    tell(store, other, fixed(AT + 100, how='approval', who='ann', by={'approval': 'nothing'}))
    assert {one[5] for one in changes(store) if one[2] == 'fix'} == {
        'approved, as the node says; this master gave it no such approval'}


def test_a_clock_that_was_ahead_or_set_back_moves_no_fix_out_of_its_time(store):
    host = host_of(store)
    tell(store, host)
    tell(store, host, fixed(AT + 9 * DAY), received=AT + 130.0)          # it says what is to come
    host.now = AT - 400 * DAY                                            # and now it is a year behind
    tell(store, host, fixed(host.now + 50, '000002'), after=60, received=AT + 300.0)
    assert [row[2] for row in rows(store, ONES)] == [AT + 130, AT + 120 - 10]


def test_who_is_set_apart_or_a_fork_tells_of_no_fix_and_what_came_late_does(store):
    host = host_of(store)
    tell(store, host)
    late = host.report(60, fixes=[fixed(AT + 70)])
    tell(store, host, after=60)
    assert store.reports(host.id, [late], host.now + 9.0).result(30).new == 1
    assert rows(store, ONES) == [('000001', 'swap', AT + 70, 'done', None)]
    clone = Host(1, 'one', requirements=('swap', 'disk'))
    clone.id = host.id
    tell(store, clone, fixed(AT + 80, '000009'), after=90)               # another report 1
    store.do(lambda cursor: cursor.run("UPDATE node SET status = 'quarantined'"))
    tell(store, host, fixed(AT + 200, '000002'))
    assert [row[0] for row in rows(store, ONES)] == ['000001']


def test_what_a_node_says_is_bounded_and_shown_safely(store):
    host = host_of(store)
    many = [fixed(AT + 1, f'{number:06}') for number in range(200)]
    tell(store, host, dict(fixed(AT), why='x' * 5000 + '\x1b', begun='2023-99-99T00:00:00Z'), *many)
    held = store.read(lambda cursor: cursor.all('SELECT why, at FROM fix ORDER BY id'))
    assert len(held) == 100 and held[0] == ('x' * 300, host.now + 1.0)
    tree = host.report(60, fixes=[dict(fixed(AT), by='bob')])
    assert 'by' in store.reports(host.id, [tree], host.now + 1.0).result(30).refused


def test_fixes_are_kept_as_long_as_the_audit_log(store):
    host = host_of(store)
    tell(store, host, fixed(AT + 10))
    list(retention.sweep(store, AT + 50 * DAY, DAY, DAY, 60 * DAY))
    assert len(rows(store, ONES)) == 1
    list(retention.sweep(store, AT + 50 * DAY, DAY, DAY, 40 * DAY))
    assert rows(store, ONES) == []


def test_the_others_of_a_fleet_are_left_out_when_some_nodes_are_asked_for(store):
    one, two = host_of(store), host_of(store, 2, 'two')
    tell(store, one, fixed(AT + 10))
    tell(store, two, fixed(AT + 10))
    assert [found.node for found in store.read(lambda cursor: list(
        fixes.between(cursor, AT, END, {two.id: 'two'})))] == ['two']
