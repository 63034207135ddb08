"""What a compliance report lists: what is open, what the next boot breaks, waivers, decisions, holes, clones."""
import pytest

from nodeprep import schema
from nodeprep.master import compliance, membership
from nodeprep.master.store import approvals, clones, nodes, waivers
from nodeprep.master.store.asked import Asked
from tests.master.fleet import DAY, Host, plan
from tests.master.test_ingest import AT

END = AT + 10 * DAY


@pytest.fixture
def hosts(store):
    """Two nodes, each with a report."""
    made = [Host(number, name, requirements=('swap', 'disk', 'ports')) for number, name in ((1, 'one'), (2, 'two'))]
    for host in made:
        host.id = store.do(lambda cursor, host=host: nodes.make(cursor, host.about['name'], AT))
        tell(store, host)
    return made


def tell(store, host, after=60, **more):
    tree = host.report(after, **more)
    assert not store.reports(host.id, [tree], host.now + 1.0).result(30).refused


def told(store, since=AT, until=END, now=END, **more):
    tree = store.read(lambda cursor: compliance.report(cursor, since, until, now, **more))
    assert schema.problem(dict(tree, digest='sha256:' + '0' * 64, signature=None), kind=schema.COMPLIANCE) == ''
    return tree


def test_what_is_open_is_told_longest_first_with_what_was_found(store, hosts):
    hosts[1].set('disk', 'unknown', found='cannot be read')
    tell(store, hosts[1], after=3600)
    hosts[0].set('swap', 'drifted', found='sda2 is on')
    tell(store, hosts[0], after=7200)
    tree = told(store, evidence=True)
    assert [(one['node'], one['requirement'], one['since'], one['state'], one['found'], one['wanted'], one['source'])
            for one in tree['open']] == [
        ('two', 'disk', '2023-11-14T23:14:20Z', 'unknown', 'cannot be read', 'disk as wanted', '/etc/disk:1'),
        ('one', 'swap', '2023-11-15T00:14:20Z', 'drifted', 'sda2 is on', 'swap as wanted', '/etc/swap:1')]
    assert tree['evidence']['one']['swap'] == dict(hosts[0].findings['swap'])
    assert told(store)['evidence'] is None
    assert [one['node'] for one in told(store, about=Asked(search='tw'))['open']] == ['two']


def test_drift_that_ended_is_told_with_when_it_was_and_what_came_then(store, hosts):
    for after, state in ((3600, 'drifted'), (1800, 'met'), (3600, 'drifted'), (60, 'unknown')):
        hosts[0].set('swap', state)
        tell(store, hosts[0], after)
    hosts[1].set('disk', 'drifted')
    tell(store, hosts[1], after=3600)
    tree = told(store)
    first = {'node': 'one', 'requirement': 'swap', 'since': '2023-11-14T23:14:20Z', 'until': '2023-11-14T23:44:20Z',
             'then': 'met'}
    assert tree['ended'] == [dict(first, since='2023-11-15T00:44:20Z', until='2023-11-15T00:45:20Z', then='unknown'),
                             first] and tree['ended_left_out'] == 0
    assert told(store, since=AT + 3 * 3600, until=AT + 2 * DAY)['ended'] == []
    assert told(store, since=AT + 5400, until=AT + 6000)['ended'] == [dict(first, since=None)], 'it began long before'
    assert told(store, about=Asked(search='tw'))['ended'] == []


def test_what_is_only_advised_is_told_apart_with_what_was_found(store, hosts):
    hosts[0].set('swap', 'drifted', found='sda2 is on', severity='advised')
    tell(store, hosts[0], after=3600)
    tree = told(store, evidence=True)
    expected = {'node': 'one', 'requirement': 'swap', 'since': '2023-11-14T23:14:20Z', 'state': 'drifted',
                'found': 'sda2 is on', 'wanted': 'swap as wanted', 'source': '/etc/swap:1'}
    assert (tree['advised'], tree['open'], tree['reboot']) == ([expected], [], [])
    assert tree['evidence']['one']['swap'] == dict(hosts[0].findings['swap'])
    hosts[0].set('swap', 'met')
    tell(store, hosts[0], after=DAY)
    assert told(store)['advised'] == [] and told(store, until=AT + DAY / 2)['advised'] == [expected]


def test_of_a_time_in_the_past_it_is_as_it_was_then(store, hosts):
    hosts[0].set('swap', 'drifted', found='sda2 is on')
    tell(store, hosts[0], after=DAY)
    hosts[0].set('swap', 'drifted', found='sdb1 is on', now='met')
    tell(store, hosts[0], after=DAY)
    hosts[0].set('swap', 'met')
    hosts[0].about['labels'] = {'rack': 'moved'}
    tell(store, hosts[0], after=DAY)
    assert told(store)['open'] == told(store)['reboot'] == []
    then = told(store, until=AT + 1.5 * DAY)
    assert [(one['found'], one['since']) for one in then['open']] == [('sda2 is on', '2023-11-15T22:14:20Z')]
    later = told(store, until=AT + 2.5 * DAY)
    assert [(one['found'], one['since']) for one in later['open']] == [('sdb1 is on', '2023-11-15T22:14:20Z')]
    assert [(one['node'], one['found']) for one in later['reboot']] == [('one', 'sdb1 is on')]
    assert {one['value'] for one in later['groups'] if one['label'] == 'rack'} == {'r01', 'r02'}
    assert {one['value'] for one in told(store)['groups'] if one['label'] == 'rack'} == {'moved', 'r02'}
    assert later['fights'] is None and told(store)['fights'] == []
    store.do(lambda cursor: cursor.run('DELETE FROM report'))
    assert told(store, until=AT + 1.5 * DAY)['open'][0]['found'] == ''


def test_waivers_are_told_with_what_they_cover_the_first_to_end_first(store, hosts):
    for host in hosts:
        host.set('swap', 'drifted')
        host.set('disk', 'drifted')
        tell(store, host)
    hosts[1].findings['ports'] = dict(hosts[1].findings['swap'], requirement='ports',
                                      waiver={'reason': 'own', 'owner': 'lab', 'until': '2023-12-24'})
    tell(store, hosts[1])

    def give(kind, scope, until, name='swap', at=AT + 3600):
        return store.do(lambda cursor: waivers.add(cursor, kind, scope, name, 'why', 'ops', until, 'ada', at))
    give('label', 'rack=r01', '2023-12-31')
    over = give('all', '', '2023-12-30', 'disk')
    give('node', 'two', '2023-11-16')
    store.do(lambda cursor: waivers.end(cursor, over, 'bob', AT + 7200))
    tree = told(store, until=AT + DAY)
    assert [(one['kind'], one['scope'], one['requirement'], one['until'], one['nodes'], one['ended_by'])
            for one in tree['waivers']] == [
        ('node', 'two', 'swap', '2023-11-16', 1, ''), ('config', 'two', 'ports', '2023-12-24', 1, ''),
        ('label', 'rack=r01', 'swap', '2023-12-31', 1, ''), ('all', '', 'disk', '2023-12-30', 0, 'bob')]
    assert {(one['node'], one['requirement']): one['waived_until'] for one in tree['open']} == {
        ('one', 'disk'): None, ('two', 'disk'): None, ('one', 'swap'): '2023-12-31', ('two', 'swap'): '2023-11-16',
        ('two', 'ports'): '2023-12-24'}
    assert {one['requirement']: one['failing'] for one in tree['requirements']} == {'swap': 0, 'disk': 2, 'ports': 0}
    assert len(told(store, since=AT + 8000)['waivers']) == 3
    assert [one['kind'] for one in told(store, until=AT + 1800)['waivers']] == ['config']


def test_a_report_of_some_nodes_has_their_waivers_and_those_for_all(store, hosts):
    for kind, scope in (('label', 'rack=r01'), ('label', 'rack=r02'), ('node', 'one'), ('node', 'two'), ('all', '')):
        store.do(lambda cursor, kind=kind, scope=scope: waivers.add(
            cursor, kind, scope, 'swap', 'why', 'ops', '2023-12-31', 'ada', AT + 3600))

    def scopes(**asked):
        return [one['scope'] for one in told(store, about=Asked(**asked))['waivers']]
    assert scopes(search='one') == scopes(label='rack=r01') == ['', 'one', 'rack=r01']
    assert scopes(search='nobody') == ['']
    assert scopes(role='worker') == scopes() == ['', 'one', 'rack=r01', 'rack=r02', 'two']


def test_of_a_waiver_that_was_given_the_requirement_is_told_once(store, hosts):
    for kind, scope in (('label', 'rack=r01'), ('node', 'two'), ('all', '')):
        store.do(lambda cursor, kind=kind, scope=scope: waivers.add(
            cursor, kind, scope, 'swap', 'why', 'ops', '2023-12-31', 'ada', AT + 3600))
    assert sorted((one['node'], one['requirement'], one['detail']) for one in told(store)['changes']) == [
        ('', 'swap', 'all; owner: ops; reason: why; until: 2023-12-31'),
        ('', 'swap', 'label rack=r01; owner: ops; reason: why; until: 2023-12-31'),
        ('two', 'swap', 'owner: ops; reason: why; until: 2023-12-31')]


def test_decisions_and_what_was_done_are_told_with_who_allowed_it(store, hosts):
    hosts[0].set('swap', 'drifted', mode='approve', changes=plan())
    tell(store, hosts[0])
    waiting, = store.read(approvals.waiting)
    store.do(lambda cursor: approvals.decide(cursor, waiting['id'], 'approved', 'ann', AT + 600, AT + 7200, 'window 7'))
    hosts[0].set('swap', 'met')
    tell(store, hosts[0], after=1200)
    store.do(lambda cursor: waivers.add(cursor, 'node', 'two', 'disk', 'why', 'ops', '2023-12-31', 'bob', AT + 3600))
    store.do(lambda cursor: membership.forget(cursor, 'two', 'root', AT + 7200))
    changes = told(store)['changes']
    assert [(one['who'], one['what'], one['node'], one['requirement']) for one in changes] == [
        ('root', 'node forgotten', 'two', ''), ('bob', 'waiver added', 'two', 'disk'),
        ('ann', 'plan carried out', 'one', 'swap'), ('ann', 'plan approved', 'one', 'swap')]
    assert changes[2]['at'] == '2023-11-14T22:35:20Z' and 'window 7' in changes[2]['detail']
    assert changes[3]['detail'] == 'reason: window 7; until: 2023-11-15T00:13:20Z'
    assert told(store, since=AT + 8000)['changes'] == []
    assert {one['node'] for one in told(store, about=Asked(search='one'))['changes']} == {'one'}


def test_holes_clones_silence_and_fights_are_told(store, hosts):
    hosts[0].sequence += 2
    tell(store, hosts[0])
    fight = {'requirement': 'swap', 'why': 'taken back 3 times', 'suspect': 'puppet', 'setting': ''}
    store.beat(hosts[0].id, hosts[0].beat(fights=[fight]), END - 5).result(30)
    store.do(lambda cursor: cursor.add(
        "INSERT INTO clone (kind, value, first, later, found) VALUES ('mac', 'x', ?, ?, ?)",
        (hosts[0].id, hosts[1].id, AT + 60)))
    store.do(lambda cursor: clones._quarantine(cursor, hosts[1].id, AT + 60))
    tree = told(store)
    assert [(one['node'], one['first'], one['last'], one['state']) for one in tree['gaps']] == [
        ('one', 2, 3, 'missing')]
    assert {one['name']: (one['gaps'], one['standing'], one['sequence']) for one in tree['nodes']} == {
        'one': (1, 'met', 4), 'two': (0, 'quarantined', 1)}
    assert [(one['first'], one['later'], one['decision']) for one in tree['clones']] == [('one', 'two', '')]
    assert tree['fights'] == [{'node': 'one', 'requirement': 'swap', 'said': 'taken back 3 times'}]
    assert told(store, since=AT + DAY)['gaps'] == [] and len(told(store, since=AT + DAY)['clones']) == 1
    clone = store.read(clones.every)[0]['id']
    store.do(lambda cursor: membership.decide(cursor, clone, 'keep-both', 'ada', AT + DAY))
    assert told(store, until=AT + DAY)['clones'][0]['decision'] == ''
    assert told(store)['clones'][0]['decision'] == 'keep-both' and told(store, since=AT + 2 * DAY)['clones'] == []
    store.do(lambda cursor: nodes.silent(cursor, hosts[1].id, AT + 2 * DAY))
    assert told(store)['silent'] == [{'node': 'two', 'since': '2023-11-16T22:13:20Z'}]
    assert told(store, until=AT + 2 * DAY)['silent'] == []
    assert told(store)['by']['key'] is None


def test_no_single_node_names_a_requirement_for_all(store, hosts):
    more = [Host(number, requirements=('swap',)) for number in (3, 4, 5)]
    for host in more:
        host.id = store.do(lambda cursor, host=host: nodes.make(cursor, host.about['name'], AT))
        tell(store, host)
    hosts[0].findings['swap']['title'] = 'all is well'
    hosts[0].findings['swap']['note'] = 'changed'
    tell(store, hosts[0])
    assert {one['requirement']: one['title'] for one in told(store)['requirements']}['swap'] == 'Swap is off'


def test_drift_that_came_to_be_waived_did_not_end(store, hosts):
    hosts[0].set('swap', 'drifted')
    tell(store, hosts[0], after=3600)
    given = store.do(lambda cursor: waivers.add(cursor, 'all', '', 'swap', 'why', 'ops', '2023-12-31', 'ada',
                                                AT + DAY))
    assert told(store)['ended'] == []
    store.do(lambda cursor: waivers.end(cursor, given, 'bob', AT + 2 * DAY))
    hosts[0].set('swap', 'met')
    tell(store, hosts[0], after=3 * DAY)
    tree = told(store)
    assert [(one['since'], one['then']) for one in tree['ended']] == [('2023-11-16T22:13:20Z', 'met')]


def severities(tree):
    return {one['requirement']: one['severity'] for one in tree['requirements']}


@pytest.mark.parametrize('state', ['met', 'drifted'])
def test_a_requirement_is_required_when_any_node_that_is_asked_for_requires_it(store, hosts, state):
    hosts[0].set('swap', state, severity='advised')
    hosts[0].set('disk', 'drifted', severity='advised')
    hosts[1].set('disk', state, severity='advised')
    for host in hosts:
        tell(store, host)
    assert severities(told(store)) == {'swap': 'required', 'disk': 'advised', 'ports': 'required'}
    assert severities(told(store, about=Asked(search='one')))['swap'] == 'advised'
    hosts[0].set('swap', 'drifted', mode='ignore', severity='required')
    hosts[1].set('swap', 'drifted', severity='advised')
    for host in hosts:
        tell(store, host)
    assert severities(told(store))['swap'] == 'advised', 'who ignores it requires nothing'
    hosts[1].set('swap', 'drifted')
    tell(store, hosts[1])
    assert severities(told(store, about=Asked(search='two')))['swap'] == 'required'


def test_a_clock_of_the_year_one_is_written_as_the_schema_has_it(store, hosts):
    hosts[0].set('swap', 'drifted')
    tell(store, hosts[0])
    store.do(lambda cursor: cursor.run("UPDATE state SET since = -62135596800.0 WHERE state = 'drifted'"))
    assert told(store)['open'][0]['since'] == '0001-01-01T00:00:00Z'
