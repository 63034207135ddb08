"""What the waivers of the master do to the states that they cover, and when they no longer do."""
import pytest

from nodeprep.master import membership
from nodeprep.master.store import audit, covering, joining, nodes, retention, waivers
from tests.master.fleet import Host

AT = 1700000000.0         # 2023-11-14 22:13:20 UTC
DAY = 86400.0


@pytest.fixture
def hosts(store):
    """Two nodes that have drifted alike: rack r01 and r02."""
    made = [Host(number, requirements=('swap', 'disk', 'ports')) for number in (1, 2)]
    for host in made:
        host.id = store.do(lambda cursor, host=host: nodes.make(cursor, host.about['name'], AT))
        host.set('swap', 'drifted')
        host.set('disk', 'unknown')
        tell(store, host)
    return made


def tell(store, host):
    assert not store.reports(host.id, [host.report()], AT).result(30).refused


def waive(store, kind, scope, requirement='swap', until='2023-11-20'):
    return store.do(lambda cursor: waivers.add(cursor, kind, scope, requirement, 'why', 'ops', until, 'ada', AT))


def rows(store, sql, *args):
    return store.read(lambda cursor: cursor.all(sql, args))


@pytest.fixture(params=['at once', 'bit by bit'])
def reapply(request):
    """Brings a store up to its waivers, in one transaction or in many; returns how many states changed."""
    if request.param == 'at once':
        return lambda store, at: store.do(lambda cursor: covering.reapply(cursor, at))
    return lambda store, at: sum(covering.settle(store, at, most=1))


def outcomes(store, requirement='swap'):
    return [row[0] for row in rows(store, 'SELECT outcome FROM state WHERE requirement = ? ORDER BY node', requirement)]


def standings(store):
    return [row[0] for row in rows(store, 'SELECT standing FROM node ORDER BY id')]


def test_without_a_waiver_the_outcome_is_what_was_told(store, hosts):
    assert (outcomes(store), outcomes(store, 'disk'), outcomes(store, 'ports')) == (
        ['drifted'] * 2, ['unknown'] * 2, ['met'] * 2)
    assert standings(store) == ['drifted', 'drifted']
    assert rows(store, "SELECT before, outcome FROM transition WHERE requirement = 'swap'") == [(None, 'drifted')] * 2


@pytest.mark.parametrize('kind, scope, covered', [
    ('node', 'node00001', [True, False]), ('label', 'rack=r02', [False, True]), ('label', 'rack=r2', [False, False]),
    ('all', '', [True, True])])
def test_a_waiver_covers_its_scope_alone(store, hosts, kind, scope, covered):
    waive(store, kind, scope)
    assert outcomes(store) == ['waived' if one else 'drifted' for one in covered]
    assert standings(store) == ['unknown' if one else 'drifted' for one in covered]
    assert outcomes(store, 'disk') == ['unknown'] * 2 and outcomes(store, 'ports') == ['met'] * 2


def test_what_is_met_is_not_shown_as_waived_and_counts_when_it_drifts(store, hosts):
    waive(store, 'all', '', 'ports')
    assert outcomes(store, 'ports') == ['met', 'met']
    hosts[0].set('ports', 'drifted')
    tell(store, hosts[0])
    assert outcomes(store, 'ports') == ['waived', 'met']
    hosts[0].set('ports', 'met')
    tell(store, hosts[0])
    assert outcomes(store, 'ports') == ['met', 'met']


def test_an_ended_waiver_raises_again_what_it_covered_and_its_time_is_on_record(store, hosts):
    number = waive(store, 'node', 'node00001')
    assert store.do(lambda cursor: waivers.end(cursor, number, 'ada', AT + 900))
    assert outcomes(store) == ['drifted', 'drifted'] and standings(store) == ['drifted', 'drifted']
    assert rows(store, "SELECT at, was, state, before, outcome FROM transition WHERE requirement = 'swap' AND node = ? "
                'AND before IS NOT NULL ORDER BY id', hosts[0].id) == [
        (AT, 'drifted', 'drifted', 'drifted', 'waived'), (AT + 900, 'drifted', 'drifted', 'waived', 'drifted')]


def test_a_waiver_holds_through_its_last_day_and_no_longer(store, hosts, reapply):
    waive(store, 'all', '', until='2023-11-14')
    midnight = 1700006400.0
    assert reapply(store, midnight - 1) == 0
    assert outcomes(store) == ['waived', 'waived']
    assert reapply(store, midnight) == 2
    assert outcomes(store) == ['drifted', 'drifted']


def test_the_age_of_a_drift_does_not_begin_anew_with_a_waiver(store, hosts):
    before = rows(store, "SELECT since FROM state WHERE requirement = 'swap'")
    waive(store, 'all', '')
    assert rows(store, "SELECT since FROM state WHERE requirement = 'swap'") == before


def test_applying_again_changes_nothing(store, hosts, reapply):
    waive(store, 'all', '')
    count = rows(store, 'SELECT COUNT(*) FROM transition')
    assert reapply(store, AT + 5) == 0
    assert rows(store, 'SELECT COUNT(*) FROM transition') == count


def test_what_a_node_waives_itself_stays_waived_whatever_the_master_does(store, hosts, reapply):
    tree = hosts[0].findings['swap']
    tree['waiver'] = {'reason': 'own', 'owner': 'me', 'until': '2099-01-01'}
    tell(store, hosts[0])
    assert outcomes(store) == ['waived', 'drifted']
    assert reapply(store, AT) == 0
    assert standings(store) == ['unknown', 'drifted']


def test_a_requirement_that_is_not_told_any_more_leaves_the_standing(store, hosts):
    for name in ('swap', 'disk'):
        del hosts[0].findings[name]
    tell(store, hosts[0])
    assert standings(store) == ['met', 'drifted']
    assert rows(store, "SELECT before, outcome FROM transition WHERE node = ? AND requirement = 'swap' ORDER BY id",
                hosts[0].id) == [(None, 'drifted'), ('drifted', 'not-applicable')]


def test_the_states_of_a_forgotten_node_end_in_transitions(store, hosts):
    store.do(lambda cursor: nodes.forget(cursor, hosts[0].id, 'ada', AT + 500))
    assert rows(store, 'SELECT requirement, at, before, outcome FROM transition WHERE node = ? AND at = ? '
                'ORDER BY requirement', hosts[0].id, AT + 500) == [
        ('disk', AT + 500, 'unknown', 'not-applicable'), ('ports', AT + 500, 'met', 'not-applicable'),
        ('swap', AT + 500, 'drifted', 'not-applicable')]
    assert outcomes(store) == ['drifted']


def test_a_waiver_that_ran_out_while_no_master_looked_did_so_when_its_day_ended(store, hosts, reapply):
    waive(store, 'all', '', until='2023-11-16')
    day = 1700179200.0                       # 2023-11-17 00:00:00 UTC
    assert reapply(store, day - 60) == 0
    late = store.do(lambda cursor: waivers.add(cursor, 'node', 'node00001', 'swap', 'why', 'ops', '2023-11-30', 'ada',
                                               day + DAY))
    assert outcomes(store) == ['waived', 'drifted']
    assert rows(store, "SELECT at, node, outcome FROM transition WHERE requirement = 'swap' AND at >= ? ORDER BY id",
                day) == [(day, hosts[0].id, 'drifted'), (day, hosts[1].id, 'drifted'),
                         (day + DAY, hosts[0].id, 'waived')]
    store.do(lambda cursor: waivers.end(cursor, late, 'ada', day + DAY + 60))
    assert rows(store, "SELECT MAX(at) FROM transition WHERE node = ?", hosts[0].id) == [(day + DAY + 60,)]


def test_a_name_that_nobody_has_is_not_waived(store, hosts):
    store.do(lambda cursor: membership.forget(cursor, 'node00002', 'ada', AT))
    for name in ('nobody', 'node00002', 'node00002#2'):
        with pytest.raises(ValueError, match='a waiver is for a machine'):
            waive(store, 'node', name)


def join(store, host, request):
    """A machine joins as a node, and tells what it finds."""
    about = host.about
    host.id = store.do(lambda cursor: joining.join(cursor, joining.Joining(
        about['name'], request, f'hash {request}', about['machine_id'], about['product_uuid']), AT)).node
    tell(store, host)


def drifted(number, **more):
    host = Host(number, 'web', requirements=('swap',))
    host.about.update(more)
    host.set('swap', 'drifted')
    return host


def go(store, how, host):
    store.do(lambda cursor: membership.leave(cursor, host.id, AT) if how == 'leave' else
             membership.forget(cursor, 'web', 'ada', AT))


def outcome(store, host):
    return store.read(lambda cursor: cursor.one('SELECT outcome FROM state WHERE node = ?', (host.id,)))[0]


def listed(store):
    return [(one['scope'], one['gone']) for one in store.read(lambda cursor: waivers.active(cursor, AT))]


@pytest.mark.parametrize('how', ['leave', 'forget'])
@pytest.mark.parametrize('other', [{}, {'machine_id': f'{1:032x}'}, {'product_uuid': drifted(1).about['product_uuid']}],
                         ids=['another machine', 'a copy of its disk', 'the same board'])
def test_a_waiver_is_for_the_machine_and_not_for_another_that_takes_its_name(store, how, other):
    first, later = drifted(1), drifted(2, **other)
    join(store, first, 'r1')
    waive(store, 'node', 'web')
    assert (outcome(store, first), listed(store)) == ('waived', [('web', 0)])
    go(store, how, first)
    join(store, later, 'r2')
    assert (outcome(store, later), listed(store)) == ('drifted', [('web', 1)])
    store.do(lambda cursor: covering.reapply(cursor, AT))
    assert outcome(store, later) == 'drifted' and later.id != first.id
    waive(store, 'node', 'web')
    assert (outcome(store, later), listed(store)) == ('waived', [('web', 0), ('web', 1)])


@pytest.mark.parametrize('how', ['leave', 'forget'])
def test_the_machine_that_comes_back_keeps_what_is_waived_for_it(store, how):
    first = drifted(1)
    join(store, first, 'r1')
    one = waive(store, 'node', 'web')
    go(store, how, first)
    assert listed(store) == [('web', int(how == 'forget'))]
    join(store, first, 'r2')
    assert (outcome(store, first), listed(store)) == ('waived', [('web', 0)])
    assert [row['subject'] for row in store.read(audit.newest) if row['what'] == 'waivers go on'] == (
        ['web'] if how == 'forget' else [])
    store.do(lambda cursor: waivers.end(cursor, one, 'ada', AT))
    assert outcome(store, first) == 'drifted'


def test_a_machine_that_is_not_known_any_more_leaves_no_waiver_to_whoever_gets_its_number(store):
    first = drifted(1)
    join(store, first, 'r1')
    waive(store, 'node', 'web')
    go(store, 'forget', first)
    store.do(lambda cursor: cursor.run('DELETE FROM report'))
    assert sum(retention.sweep(store, AT + 500 * DAY, DAY, DAY, DAY))
    assert rows(store, 'SELECT id FROM node') == [] and rows(store, 'SELECT node FROM waiver') == [(None,)]
    later = drifted(2)
    join(store, later, 'r2')
    assert outcome(store, later) == 'drifted' and listed(store) == [('web', 1)]
