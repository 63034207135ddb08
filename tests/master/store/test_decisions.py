"""What people decide: plans, waivers; and that it is told who did."""
import pytest

from nodeprep.compliance.document import stamp
from nodeprep.master.store import approvals, audit, nodes, waivers
from tests.master.fleet import Host, plan
from tests.master.test_ingest import AT, join, rows, take


@pytest.fixture
def host():
    return Host(1, requirements=('swap', 'disk'))


@pytest.fixture
def waiting(store, host):
    """A plan that waits."""
    join(store, host)
    host.set('swap', 'drifted', mode='approve', changes=plan())
    take(store, 1, host.report())
    return store.read(approvals.waiting)[0]


def decide(store, one, state='approved', until=AT + 3600):
    return store.do(lambda cursor: approvals.decide(cursor, one['id'], state, 'ada', AT, until, 'because'))


def test_what_is_approved_is_told_to_the_node_until_it_lapses(store, host, waiting):
    assert decide(store, waiting)['state'] == 'approved'
    told = store.beat(1, host.beat(), AT + 1).result(30).approvals
    assert told == ({'id': waiting['id'], 'requirement': 'swap', 'digest': waiting['digest'], 'by': 'ada',
                     'until': '2023-11-14T23:13:20Z'},)
    assert store.beat(1, host.beat(), AT + 3600).result(30).approvals == ()


def test_what_is_used_is_not_told_again(store, host, waiting):
    decide(store, waiting)
    host.set('swap', 'met', mode='approve')
    take(store, 1, host.report())
    assert rows(store, 'SELECT state FROM approval') == [('used',)]
    assert store.beat(1, host.beat(), AT + 1).result(30).approvals == ()


def test_another_plan_needs_another_approval(store, host, waiting):
    decide(store, waiting)
    host.set('swap', 'drifted', mode='approve', changes=plan('other'))
    take(store, 1, host.report())
    assert sorted(rows(store, 'SELECT state FROM approval')) == [('proposed',), ('superseded',)]
    assert store.beat(1, host.beat(), AT + 1).result(30).approvals == ()


def test_what_is_denied_is_not_proposed_again(store, host, waiting):
    decide(store, waiting, 'denied', None)
    take(store, 1, host.report())
    host.set('swap', 'met')
    take(store, 1, host.report())
    host.set('swap', 'drifted', mode='approve', changes=plan())
    take(store, 1, host.report())
    assert rows(store, 'SELECT state FROM approval') == [('denied',)]
    assert decide(store, waiting)['state'] == 'approved'


def test_what_the_node_would_not_do_any_more_is_not_approved(store, host, waiting):
    decide(store, waiting, 'denied', None)
    host.set('swap', 'met')
    take(store, 1, host.report())
    with pytest.raises(ValueError, match='it is denied'):
        decide(store, waiting)


def test_a_plan_of_a_node_in_quarantine_is_not_approved(store, host, waiting):
    store.do(lambda cursor: cursor.run("UPDATE node SET status = 'quarantined' WHERE id = 1"))
    with pytest.raises(ValueError, match='no plan'):
        decide(store, waiting)
    store.do(lambda cursor: cursor.run("UPDATE node SET status = 'member' WHERE id = 1"))
    assert decide(store, waiting)['state'] == 'approved'


def test_an_approval_may_be_taken_back(store, waiting):
    decide(store, waiting)
    assert decide(store, waiting, 'denied', None)['state'] == 'denied'
    assert decide(store, waiting)['state'] == 'approved'
    with pytest.raises(ValueError, match='it is approved'):
        decide(store, waiting)
    with pytest.raises(ValueError, match='no plan nothing'):
        decide(store, {'id': 'nothing'})
    with pytest.raises(ValueError, match='until some time'):
        decide(store, waiting, 'approved', None)


def test_what_lapses_waits_again_when_it_is_still_wanted(store, host, waiting):
    decide(store, waiting)
    assert store.do(lambda cursor: approvals.lapse(cursor, AT + 3599)) == 0
    assert store.do(lambda cursor: approvals.lapse(cursor, AT + 3600)) == 1
    assert sorted(rows(store, 'SELECT state, digest FROM approval')) == [
        ('lapsed', waiting['digest']), ('proposed', waiting['digest'])]
    decide(store, store.read(approvals.waiting)[0], until=AT + 5000)
    store.do(lambda cursor: cursor.run('UPDATE state SET digest = NULL'))
    store.do(lambda cursor: approvals.lapse(cursor, AT + 6000))
    assert store.read(approvals.waiting) == []


def test_what_was_approved_by_a_clock_that_was_ahead_waits_again(store, host, waiting):
    store.do(lambda cursor: approvals.decide(cursor, waiting['id'], 'approved', 'ada', AT + 3e7, AT + 3e7 + 3600))
    assert len(store.beat(1, host.beat(), AT + 1).result(30).approvals) == 1
    assert store.do(lambda cursor: approvals.lapse(cursor, AT + 2)) == 1
    assert store.beat(1, host.beat(), AT + 3).result(30).approvals == ()
    assert [one['digest'] for one in store.read(approvals.waiting)] == [waiting['digest']]


def test_who_decided_is_in_the_audit(store, waiting):
    decide(store, waiting)
    (entry,) = store.read(audit.newest)
    assert (entry['who'], entry['what'], entry['at']) == ('ada', 'plan approved', AT)
    assert entry['subject'] == 'node00001 swap'
    assert entry['detail'] == {'approval': waiting['id'], 'digest': waiting['digest'], 'until': stamp(AT + 3600),
                               'reason': 'because'}
    assert store.read(lambda cursor: audit.newest(cursor, before=entry['id'])) == []


@pytest.mark.parametrize('kept, told', [
    ('{"expires": 1795874358.1320264, "uses": null}', {'expires': '2026-11-28T13:59:18Z', 'uses': None}),
    ('{"until": 0}', {'until': '1970-01-01T00:00:00Z'}), ('{"until": "2099-12-31"}', {'until': '2099-12-31'}),
    ('{"until": null}', {'until': None}), ('{"until": 1e300}', {'until': 1e300}), ('{"until": -1}', {'until': -1}),
    ('{"value": 5.0}', {'value': 5.0}), ('{', {'damaged': True})])
def test_the_times_of_an_entry_are_told_as_times(kept, told):
    assert audit.details(kept) == told


def add(store, kind='node', scope='node00001', requirement='swap', until='2099-12-31', reason='lab', owner='ops'):
    return store.do(lambda cursor: waivers.add(cursor, kind, scope, requirement, reason, owner, until, 'ada', AT))


def test_a_waiver_holds_until_its_last_day_and_may_be_ended(store):
    store.do(lambda cursor: nodes.make(cursor, 'node00001', AT))
    one = add(store, until='2023-11-15')
    assert [row['id'] for row in store.read(lambda cursor: waivers.active(cursor, AT))] == [one]
    assert store.read(lambda cursor: waivers.active(cursor, AT + 2 * 86400)) == []
    assert store.do(lambda cursor: waivers.end(cursor, one, 'ada', AT))
    assert not store.do(lambda cursor: waivers.end(cursor, one, 'ada', AT))
    assert store.read(lambda cursor: waivers.active(cursor, AT)) == []
    assert [row['what'] for row in store.read(audit.newest)] == ['waiver ended', 'waiver added']


def test_the_narrowest_waiver_covers(store):
    node = store.do(lambda cursor: nodes.make(cursor, 'node00001', AT))
    ids = [add(store, 'all', ''), add(store, 'label', 'rack=r1'), add(store), add(store, requirement='disk')]
    active = store.read(lambda cursor: waivers.active(cursor, AT))

    def covering(node, labels):
        found = waivers.of(active, node, labels, 'swap')
        return found and found['id']
    assert covering(node, {'rack': 'r1'}) == ids[2]
    assert covering(node + 1, {'rack': 'r1'}) == ids[1]
    assert covering(node + 1, {'rack': 'r2'}) == ids[0]
    assert waivers.of(active, node + 1, {}, 'ports') is None


@pytest.mark.parametrize('wrong', [{'kind': 'rack'}, {'kind': 'label', 'scope': 'rack'}, {'kind': 'all'}, {'scope': ''},
                                   {'until': 'soon'}, {'until': '\uff12\uff10\uff12\uff17-01-31'},
                                   {'until': '2099-12-31\n'}, {'until': '2020-01-01'}, {'reason': ' '}, {'owner': ''}])
def test_a_waiver_that_says_too_little_is_refused(store, wrong):
    store.do(lambda cursor: nodes.make(cursor, 'node00001', AT))
    with pytest.raises(ValueError):
        add(store, **wrong)
    assert store.read(waivers.all_of) == []
