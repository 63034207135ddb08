"""Joining, leaving, being forgotten, being somebody's clone."""
import collections
import itertools

import pytest

from nodeprep.master import membership
from nodeprep.master.store import audit, clones, credentials, known, nodes, people, quarantine, tokens
from nodeprep.master.store.joining import AlreadyMember, Joined, Joining, RequestSeen, join
from tests.master.fleet import Host, plan
from tests.master.test_ingest import AT, rows, take


def joining(host, request='r1', name='', hostname=''):
    about = host.about
    return Joining(name or about['name'], request, f'hash of {request}', about['machine_id'], about['product_uuid'],
                   about['macs'], 'abcdef', hostname)


def joined(store, host, request='r1', at=AT, name='', hostname=''):
    return store.do(lambda cursor: join(cursor, joining(host, request, name, hostname), at))


def holder(store, request, at=AT):
    return store.read(lambda cursor: known.node(cursor, f'hash of {request}', at))


def test_a_machine_joins_and_its_credential_counts(store):
    assert joined(store, Host(1)) == Joined(1, False, 0)
    assert holder(store, 'r1') == (1, 'node00001', None, 0)
    assert rows(store, 'SELECT status FROM node') == [('member',)]
    assert holder(store, 'r2') is None
    assert rows(store, 'SELECT what FROM presence') == [('joined',)]
    assert store.read(audit.newest)[0]['subject'] == 'node00001'


def test_a_name_that_is_a_member_is_refused_with_the_remedy(store):
    joined(store, Host(1))
    with pytest.raises(AlreadyMember, match='nodeprep master forget node00001'):
        joined(store, Host(2, name='node00001'), 'r2')


def test_a_request_is_answered_once_also_when_the_node_is_gone(store):
    joined(store, Host(1))
    with pytest.raises(RequestSeen):
        joined(store, Host(2), 'r1')
    store.do(lambda cursor: membership.forget(cursor, 'node00001', 'ada', AT))
    with pytest.raises(RequestSeen):
        joined(store, Host(1), 'r1')


def test_no_request_is_answered_again_whatever_became_of_the_node_since(store):
    """Also when its own row has the id of a later one: a replay would give whoever has it a credential of the node."""
    host = Host(1)
    for request in ('r1', 'r2', 'r3'):
        assert joined(store, host, request) == Joined(1, False, 0)
        store.do(lambda cursor: membership.leave(cursor, 1, AT))
    for request in ('r1', 'r2', 'r3'):
        for other in (host, Host(2), Host(2, name='node00001')):
            with pytest.raises(RequestSeen):
                joined(store, other, request)
    assert rows(store, 'SELECT COUNT(*) FROM credential') == [(0,)]


def test_what_was_refused_may_be_asked_again(store):
    joined(store, Host(1))
    with pytest.raises(AlreadyMember):
        joined(store, Host(2, name='node00001'), 'r2')
    store.do(lambda cursor: membership.forget(cursor, 'node00001', 'ada', AT))
    assert joined(store, Host(2, name='node00001'), 'r2') == Joined(2, False, 0)


@pytest.mark.parametrize('other', [{'product_uuid': 'another'}, {'machine_id': 'another'}, {'product_uuid': ''},
                                   {'machine_id': ''}, {'machine_id': '', 'product_uuid': ''}], ids=str)
def test_a_second_machine_gets_neither_the_number_nor_the_past_of_the_first(store, other):
    host, second = Host(1, requirements=('swap',)), Host(1, requirements=('swap',))
    second.about.update(other)
    joined(store, host)
    take(store, 1, host.report())
    store.do(lambda cursor: membership.leave(cursor, 1, AT + 5))
    assert joined(store, second, 'r2', AT + 9) == Joined(2, False, 0)
    assert holder(store, 'r1') is None and holder(store, 'r2')[0] == 2
    assert rows(store, 'SELECT sequence FROM node WHERE id = 2') == [(0,)]


def test_a_machine_that_joins_again_has_its_new_credential_alone(store):
    host = Host(1)
    joined(store, host)
    store.do(lambda cursor: credentials.give(cursor, 1, 'hash of r2', AT + 1, 'hash of r1'))
    store.do(lambda cursor: membership.leave(cursor, 1, AT + 5))
    joined(store, host, 'r3', AT + 9)
    assert [name for name in ('r1', 'r2', 'r3') if holder(store, name, AT + 9)] == ['r3']


def test_an_old_credential_holds_until_the_new_one_is_used_and_ten_minutes_more(store):
    joined(store, Host(1))
    store.do(lambda cursor: credentials.give(cursor, 1, 'hash of r2', AT + 100, 'hash of r1'))
    assert holder(store, 'r1', AT + 9e6) and holder(store, 'r2', AT + 9e6)
    store.do(lambda cursor: known.used(cursor, 'hash of r1', AT + 150))
    assert store.read(lambda cursor: known.node(cursor, 'hash of r2', AT + 200)) == (1, 'node00001', None, 1)
    assert store.read(lambda cursor: known.nodes(cursor, 9)) == [], 'which of two counts is asked by itself'
    store.do(lambda cursor: known.used(cursor, 'hash of r2', AT + 200))
    assert store.read(lambda cursor: known.node(cursor, 'hash of r2', AT + 200)) == (1, 'node00001', None, 0)
    assert holder(store, 'r1', AT + 799) and holder(store, 'r2', AT + 799)
    assert not holder(store, 'r1', AT + 801) and holder(store, 'r2', AT + 801)


def test_of_new_credentials_that_were_lost_on_their_way_none_stays(store):
    joined(store, Host(1))
    for number in range(2, 6):
        store.do(lambda cursor, number=number: credentials.give(cursor, 1, f'hash of r{number}', AT + number,
                                                                'hash of r1'))
    assert [name for name in ('r1', 'r2', 'r3', 'r4', 'r5') if holder(store, name)] == ['r1', 'r5']


def test_one_that_left_and_comes_back_goes_on_where_it_stopped(store):
    host = Host(1, requirements=('swap',))
    joined(store, host)
    take(store, 1, host.report())
    store.do(lambda cursor: membership.leave(cursor, 1, AT + 5))
    assert holder(store, 'r1') is None and rows(store, 'SELECT status FROM node') == [('left',)]
    assert joined(store, host, 'r2', AT + 9) == Joined(1, False, 1)
    assert take(store, 1, host.report()) == (1, 2, '')
    assert rows(store, 'SELECT what FROM presence ORDER BY id') == [('joined',), ('left',), ('joined',)]


def test_another_machine_of_a_name_that_is_free_begins_anew(store):
    host = Host(1, requirements=('swap',))
    joined(store, host)
    take(store, 1, host.report())
    store.do(lambda cursor: membership.leave(cursor, 1, AT + 5))
    assert joined(store, Host(2, name='node00001'), 'r2') == Joined(2, False, 0)
    assert rows(store, 'SELECT id, name, status FROM node ORDER BY id') == [
        (1, 'node00001#1', 'forgotten'), (2, 'node00001', 'member')]
    assert rows(store, 'SELECT node, before, outcome FROM transition ORDER BY id') == [
        (1, None, 'met'), (1, 'met', 'not-applicable')]


def test_one_that_is_forgotten_may_not_speak_and_its_name_is_free(store):
    host = Host(1, requirements=('swap',))
    joined(store, host)
    host.set('swap', 'drifted', mode='approve', changes=plan())
    take(store, 1, host.report())
    store.do(lambda cursor: membership.forget(cursor, 'node00001', 'ada', AT + 5))
    with pytest.raises(nodes.NotMember):
        take(store, 1, host.report())
    assert rows(store, 'SELECT state FROM approval') == [('lapsed',)]
    assert rows(store, 'SELECT count(*) FROM state') == [(0,)]
    assert joined(store, host, 'r2') == Joined(2, False, 0)
    with pytest.raises(nodes.NotMember, match='no node web'):
        store.do(lambda cursor: membership.forget(cursor, 'web', 'ada', AT))


def twins(store):
    """Two nodes; the second is a copy of the first that was given another name."""
    first, later = Host(1, requirements=('swap',)), Host(1, 'copy', requirements=('swap',))
    later.about['product_uuid'] = 'another'
    joined(store, first)
    return first, later, joined(store, later, 'r2', AT + 10, 'copy')


def test_the_later_of_two_clones_is_set_apart_and_both_are_named(store):
    first, later, second = twins(store)
    assert second == Joined(2, True, 0)
    found = store.read(clones.every)
    assert {(one['kind'], one['first_name'], one['later_name']) for one in found} == {
        ('mac', 'node00001', 'copy'), ('machine_id', 'node00001', 'copy')}
    assert rows(store, 'SELECT status FROM node ORDER BY id') == [('member',), ('quarantined',)]


def test_a_node_in_quarantine_is_told_so_with_each_heartbeat_since_when_and_because_of_whom(store):
    hosts = three(store, 'vm')

    def told(node, at=AT + 60):
        return store.beat(node, {}, at).result(30).quarantine
    assert told(1) is None
    same = ['hostname', 'mac', 'machine_id', 'product_uuid']
    assert told(2) == {'since': '2023-11-14T22:13:22Z', 'because': [{'node': 'n1', 'same': same}]}
    assert told(3)['because'] == [{'node': 'n1', 'same': same}, {'node': 'n2', 'same': same}]
    take(store, 3, hosts[2].report())
    for one in store.read(clones.every):
        if one['kind'] != 'mac' and one['later'] == 3:
            store.do(lambda cursor, one=one: membership.decide(cursor, one['id'], 'keep-both', 'ada', AT))
    assert told(3)['because'] == [{'node': 'n1', 'same': ['mac']}, {'node': 'n2', 'same': ['mac']}]
    hosts[2].about['macs'] = ['52:54:00:00:00:99']
    take(store, 3, hosts[2].report())
    assert told(3)['because'] == [{'node': 'n1', 'same': []}, {'node': 'n2', 'same': []}], 'which is over'
    hosts[2].about['macs'] = hosts[1].about['macs']
    take(store, 3, hosts[2].report())
    store.do(lambda cursor: membership.forget(cursor, 'n1', 'ada', AT))
    assert told(2) is None and told(3)['because'] == [{'node': 'n2', 'same': ['mac']}]
    store.do(lambda cursor: membership.leave(cursor, 3, AT + 100))
    joined(store, hosts[2], 'r4', AT + 3600, 'n3', 'vm')
    assert told(3)['since'] == '2023-11-14T23:13:20Z', 'of this time, and not of an earlier one'


def test_of_very_many_that_are_alike_a_node_is_told_some(store):
    def many(cursor):
        for number in range(1, 60):
            nodes.make(cursor, f'n{number}', AT)
            cursor.run("INSERT INTO clone (kind, value, first, later, found) VALUES ('mac', 'x', ?, 1, ?)",
                       (number, AT))
        clones._quarantine(cursor, 1, AT)
    store.do(many)
    assert [one['node'] for one in store.beat(1, {}, AT).result(30).quarantine['because']] == [
        f'n{number}' for number in range(1, quarantine.TOLD + 1)]


def test_what_a_node_in_quarantine_tells_is_kept_and_counts_when_it_is_let_out(store):
    first, later, second = twins(store)
    later.set('swap', 'drifted')
    assert take(store, 2, later.report(), later.report()) == (2, 2, '')
    assert rows(store, 'SELECT count(*) FROM state') == [(0,)]
    assert rows(store, 'SELECT applied FROM report') == [(0,), (0,)]
    one, two = [clone['id'] for clone in store.read(clones.every)]
    assert store.do(lambda cursor: membership.decide(cursor, one, 'keep-both', 'ada', AT)) == []
    assert store.do(lambda cursor: membership.decide(cursor, two, 'keep-both', 'ada', AT)) == [2]
    assert rows(store, 'SELECT node, state FROM state') == [(2, 'drifted')]
    assert rows(store, 'SELECT verdict, status FROM node WHERE id = 2') == [('drifted', 'member')]
    assert rows(store, 'SELECT applied FROM report ORDER BY sequence') == [(0,), (1,)]
    later.about['kernel'] = 'new'
    take(store, 2, later.report())
    assert rows(store, 'SELECT status FROM node WHERE id = 2') == [('member',)]
    with pytest.raises(ValueError, match='decided already'):
        store.do(lambda cursor: membership.decide(cursor, one, 'keep-both', 'ada', AT))


def test_that_a_clone_is_another_machine_now_is_told_and_releases_nobody(store):
    _, later, _ = twins(store)

    def still():
        return {one['kind']: one['still'] for one in store.read(clones.every)}
    assert still() == {'mac': 1, 'machine_id': 1}
    later.about['machine_id'] = 'f' * 32
    take(store, 2, later.report())
    assert still() == {'mac': 1, 'machine_id': 0}
    later.about['macs'] = ['52:54:00:00:00:99']
    take(store, 2, later.report())
    assert still() == {'mac': 0, 'machine_id': 0}
    assert rows(store, 'SELECT status FROM node WHERE id = 2') == [('quarantined',)]
    later.about['machine_id'] = Host(1).about['machine_id']
    take(store, 2, later.report())
    assert still() == {'mac': 0, 'machine_id': 1} and len(store.read(clones.every)) == 2


@pytest.mark.parametrize('decision, statuses', [('forget-first', ['forgotten', 'member']),
                                                ('forget-later', ['member', 'forgotten'])])
def test_forgetting_one_of_two_clones_decides_all_of_it(store, decision, statuses):
    twins(store)
    clone = store.read(clones.every)[0]['id']
    store.do(lambda cursor: membership.decide(cursor, clone, decision, 'ada', AT))
    assert [row[0] for row in rows(store, 'SELECT status FROM node ORDER BY id')] == statuses
    assert store.read(clones.every) == []
    assert store.read(audit.newest)[1]['what'] == f'clone {decision}'


@pytest.mark.parametrize('number', [2, 3])
def test_forgetting_the_first_releases_the_later_one_when_there_was_one_thing_to_decide(store, number):
    hosts = [Host(one, requirements=('swap',)) for one in range(1, number + 1)]
    for at, host in enumerate(hosts):
        host.about['machine_id'] = hosts[0].about['machine_id']
        joined(store, host, f'r{at}', AT + at)
    later = hosts[1]
    later.set('swap', 'drifted')
    take(store, 2, later.report())
    assert rows(store, 'SELECT COUNT(*) FROM state') == [(0,)]
    clone = next(one['id'] for one in store.read(clones.every) if one['first'] == 1 and one['later'] == 2)
    assert store.do(lambda cursor: membership.decide(cursor, clone, 'forget-first', 'ada', AT)) == [2]
    assert rows(store, 'SELECT id, status FROM node ORDER BY id') == [
        (1, 'forgotten'), (2, 'member'), (3, 'quarantined')][:number]
    assert rows(store, 'SELECT node, state FROM state') == [(2, 'drifted')], 'what it told in quarantine counts now'
    assert len(store.read(clones.every)) == number - 2


def test_a_report_can_show_that_a_member_is_a_clone(store):
    first, other = Host(1, requirements=('swap',)), Host(2, requirements=('swap',))
    joined(store, first)
    joined(store, other, 'r2', AT + 10)
    take(store, 2, other.report())
    other.about['macs'] = ['00:00:00:00:00:00'] + first.about['macs']
    other.set('swap', 'drifted')
    take(store, 2, other.report())
    assert rows(store, 'SELECT status FROM node WHERE id = 2') == [('quarantined',)]
    assert rows(store, 'SELECT state FROM state WHERE node = 2') == [('met',)]
    assert [one['kind'] for one in store.read(clones.every)] == ['mac']


def test_whoever_takes_the_name_of_another_is_the_later_one_whenever_it_joined(store):
    first, other = Host(1, requirements=('swap',)), Host(2, requirements=('swap',))
    joined(store, first)
    joined(store, other, 'r2', AT + 10)
    take(store, 1, first.report())
    take(store, 2, other.report())
    first.about['name'] = other.about['name'].upper()
    take(store, 1, first.report())
    first.about['kernel'] = 'new'
    take(store, 1, first.report())
    assert rows(store, 'SELECT status FROM node ORDER BY id') == [('quarantined',), ('member',)]
    assert [(one['kind'], one['first'], one['later']) for one in store.read(clones.every)] == [('hostname', 2, 1)]


def three(store, hostname):
    """Three nodes on one machine, which have joined and told nothing yet; ('first', 'later', how much is the same)."""
    hosts = [Host(1, 'vm', requirements=('swap',)) for _ in range(3)]
    for number, host in enumerate(hosts, 1):
        assert joined(store, host, f'r{number}', AT + number, f'n{number}', hostname) == Joined(number, number > 1, 0)
    return hosts


def pairs(store):
    found = collections.Counter((one['first_name'], one['later_name']) for one in store.read(clones.every))
    return sorted((*pair, count) for pair, count in found.items())


ALIKE = [('n1', 'n2', 4), ('n1', 'n3', 4), ('n2', 'n3', 4)]


@pytest.mark.parametrize('hostname', ['', 'vm'], ids=['the host name comes with the report', 'with the join'])
@pytest.mark.parametrize('order', list(itertools.permutations((1, 2, 3))), ids=str)
def test_of_three_on_one_machine_the_one_that_joined_first_stays_whoever_reports_first(store, order, hostname):
    hosts = three(store, hostname)
    if hostname:
        assert pairs(store) == ALIKE, 'all that is alike is known before anybody reports, and decided at once'
    for number in order:
        take(store, number, hosts[number - 1].report())
        assert rows(store, 'SELECT status FROM node ORDER BY id') == [('member',), ('quarantined',), ('quarantined',)]
    assert pairs(store) == ALIKE


@pytest.mark.parametrize('hostname', ['', 'vm'], ids=['the host name comes with the report', 'with the join'])
def test_a_decision_before_the_first_report_does_not_turn_round_who_came_first(store, hostname):
    hosts = three(store, hostname)
    for one in store.read(clones.every):
        store.do(lambda cursor, one=one: membership.decide(cursor, one['id'], 'keep-both', 'ada', AT + 9))
    for number in (3, 2, 1):
        take(store, number, hosts[number - 1].report())
    assert pairs(store) == ([] if hostname else [('n1', 'n2', 1), ('n1', 'n3', 1), ('n2', 'n3', 1)])
    assert rows(store, 'SELECT status FROM node WHERE id = 1') == [('member',)]


def test_of_two_machines_of_one_host_name_the_one_that_joined_first_stays_whoever_reports_first(store):
    """By its own account when it joined; the name by which it is called there is not its host name."""
    hosts = [Host(number, 'web', requirements=('swap',)) for number in (1, 2)]
    for number, host in enumerate(hosts, 1):
        assert joined(store, host, f'r{number}', AT + number, f'n{number}', 'WEB') == Joined(number, number > 1, 0)
    for number in (2, 1):
        take(store, number, hosts[number - 1].report())
    assert pairs(store) == [('n1', 'n2', 1)]


def test_a_first_report_sets_nobody_apart_by_a_name_that_was_not_told_when_it_joined(store):
    """Else who joined early and said nothing could set apart any other node."""
    first, other = Host(1, requirements=('swap',)), Host(2, requirements=('swap',))
    joined(store, first)
    joined(store, other, 'r2', AT + 10)
    take(store, 2, other.report())
    first.about['name'] = other.about['name']
    take(store, 1, first.report())
    assert rows(store, 'SELECT status FROM node ORDER BY id') == [('quarantined',), ('member',)]


def test_later_than_the_first_report_a_clone_is_not_spoken_of_by_another_name_of_its_own(store):
    """A node that takes the host name of one that is apart came to that name later."""
    first, later, _ = twins(store)
    take(store, 1, first.report())
    take(store, 2, later.report())
    first.about['name'] = 'copy'
    take(store, 1, first.report())
    assert [(one['first'], one['later']) for one in store.read(clones.every) if one['kind'] == 'hostname'] == [(2, 1)]


def test_a_clone_that_leaves_and_comes_back_is_set_apart_again(store):
    first, later, second = twins(store)
    store.do(lambda cursor: membership.leave(cursor, 2, AT + 20))
    assert joined(store, later, 'r3', AT + 30, 'copy') == Joined(2, True, 0)
    for one in store.read(clones.every):
        store.do(lambda cursor, one=one: membership.decide(cursor, one['id'], 'keep-both', 'ada', AT + 40))
    store.do(lambda cursor: membership.leave(cursor, 2, AT + 50))
    assert joined(store, later, 'r4', AT + 60, 'copy') == Joined(2, False, 0), 'a person has let that be'


def test_one_that_is_forgotten_is_not_forgotten_again(store):
    joined(store, Host(1))
    store.do(lambda cursor: membership.forget(cursor, 'node00001', 'ada', AT))
    with pytest.raises(nodes.NotMember, match='no node node00001#1'):
        store.do(lambda cursor: membership.forget(cursor, 'node00001#1', 'ada', AT))


def test_the_last_use_of_a_token_is_given_once(store):
    token = tokens.Token('abcdef', 'h', AT, AT + 60, 2, '', 'ada')
    store.do(lambda cursor: tokens.create(cursor, token))
    uses = [store.submit(lambda cursor: tokens.use(cursor, 'abcdef', AT + 1)) for _ in range(3)]
    assert [one.result(10) for one in uses] == [True, True, False]
    assert store.read(lambda cursor: tokens.find(cursor, 'abcdef')) == token._replace(uses_left=0)
    assert not store.do(lambda cursor: tokens.use(cursor, 'abcdef', AT + 61))
    assert store.do(lambda cursor: tokens.delete(cursor, 'abcdef', 'ada', AT))
    assert store.read(tokens.every) == []


def test_a_person_is_known_by_the_hash_of_a_token_until_it_expires(store):
    ada = people.Person('ada', 'h1', people.ADMIN, AT, AT + 60, 'command line')
    store.do(lambda cursor: people.create(cursor, ada))
    assert store.read(lambda cursor: people.by_hash(cursor, 'h1', AT + 59)) == ada
    assert store.read(lambda cursor: people.by_hash(cursor, 'h1', AT + 60)) is None
    assert store.read(people.every) == [ada]
    assert store.do(lambda cursor: people.delete(cursor, 'ada', 'eve', AT))
    assert not store.do(lambda cursor: people.delete(cursor, 'ada', 'eve', AT))
    assert [one['what'] for one in store.read(audit.newest)] == ['user deleted', 'user created']


def test_what_a_node_told_in_an_earlier_quarantine_is_of_the_past(store):
    host = Host(1, requirements=('swap',))
    node = store.do(lambda cursor: nodes.make(cursor, host.about['name'], AT))

    def apart(*reports):
        clone = store.do(lambda cursor: cursor.add(
            "INSERT INTO clone (kind, value, first, later, found) VALUES ('mac', 'x', ?, ?, ?)", (node, node, AT)))
        store.do(lambda cursor: clones._quarantine(cursor, node, AT))
        for one in reports:
            take(store, node, one)
        store.do(lambda cursor: membership.decide(cursor, clone, 'keep-both', 'ada', AT))
    host.set('swap', 'drifted')
    first = host.report()
    apart(first, host.report())
    host.set('swap', 'met')
    take(store, node, host.report())
    apart()
    assert rows(store, 'SELECT state FROM state') == [('met',)]
