"""What reports become."""
import json
import zlib

import pytest

from nodeprep.chain import digest
from nodeprep.master.store import history, nodes, reports
from nodeprep.master.store.nodes import NotMember
from tests.master.fleet import Host, finding, plan

AT = 1700000000.0


def join(store, *hosts):
    return [store.do(lambda cursor, host=host: nodes.make(cursor, host.about['name'], AT)) for host in hosts]


def take(store, node, *reports, received=None):
    """Reports come within the hour after they were made."""
    return store.reports(node, list(reports), AT + 3600 if received is None else received).result(30)


def rows(store, sql, *args):
    return store.read(lambda cursor: cursor.all(sql, args))


@pytest.fixture
def host():
    return Host(1, requirements=('swap', 'disk', 'ports'))


@pytest.fixture
def node(store, host):
    return join(store, host)[0]


def test_the_first_report_tells_all_states(store, host, node):
    host.set('swap', 'drifted', now='met', found='/dev/sda2 is turned on')
    assert take(store, node, host.report()) == (1, 1, '')
    assert rows(store, 'SELECT requirement, state, now, boot, since, says FROM state ORDER BY requirement') == [
        ('disk', 'met', 'met', 'met', AT + 60, ''), ('ports', 'met', 'met', 'met', AT + 60, ''),
        ('swap', 'drifted', 'met', 'drifted', AT + 60,
         '/etc/swap:1: /dev/sda2 is turned on; wanted: swap as wanted')]
    assert rows(store, 'SELECT requirement, was, state FROM transition ORDER BY requirement') == [
        ('disk', None, 'met'), ('ports', None, 'met'), ('swap', None, 'drifted')]
    assert rows(store, 'SELECT sequence, verdict, os_id, kernel, role FROM node') == [
        (1, 'drifted', 'centos', '4.18.0-553', 'worker')]


@pytest.mark.parametrize('changed, said', [
    ({'labels': {f'l{number}': '' for number in range(257)}}, 'node.labels: are more than 256'),
    ({'labels': {'a': 'x' * 1001}}, 'a text of more than 1000 bytes'), ({'kernel': '\u20ac' * 400}, '1000 bytes'),
    ({'labels': {'\x1b' * 300: ''}}, '1000 bytes'), ({'name': 'x' * 100000}, '1000 bytes'),
    ({'macs': ['x' * 2000]}, '1000 bytes'), ({'os': {'id': '', 'version': '', 'name': 'y' * 5000}}, '1000 bytes')])
def test_what_a_node_says_of_itself_is_bounded(store, host, node, changed, said):
    """It is on the pages of all, and PostgreSQL takes no more into an index."""
    host.about.update(changed)
    assert said in take(store, node, host.report()).refused
    assert rows(store, 'SELECT count(*) FROM report') == [(0,)]


def test_what_one_node_says_fills_no_page_of_all(store, host, node):
    long = 'x' * 100000
    host.set('swap', 'drifted', mode='approve', changes=plan(), found=long)
    host.findings['swap'].update(title=long, waiver={'reason': long, 'owner': long, 'until': '2027-01-31'})
    assert not take(store, node, host.report(config={'problem': long}, boot_id=long,
                                             agent={'version': long, 'profile': long})).refused
    for row in rows(store, 'SELECT title, says, waiver FROM state') + rows(store, 'SELECT plan FROM approval') \
            + rows(store, 'SELECT boot_id, config_problem, agent_version, profile FROM node'):
        assert max(len(text or '') for text in row) < 1200


def test_a_node_may_have_many_addresses_and_cards(store, host, node):
    host.about.update(addresses=[f'10.0.{number // 256}.{number % 256}' for number in range(5000)],
                      macs=['52:54:00:00:%02x:%02x' % (number // 256, number % 256) for number in range(1000)])
    assert take(store, node, host.report()).refused == ''
    assert rows(store, 'SELECT kind, count(*) FROM identity GROUP BY kind ORDER BY kind') == [
        ('address', 64), ('hostname', 1), ('mac', 256), ('machine_id', 1), ('product_uuid', 1)]


def test_a_transition_is_written_for_what_changed_alone(store, host, node):
    take(store, node, host.report())
    host.set('disk', 'drifted')
    take(store, node, host.report(), host.report(after=3600))
    assert rows(store, 'SELECT requirement, at, was, state, sequence FROM transition WHERE was IS NOT NULL') == [
        ('disk', AT + 120, 'met', 'drifted', 2)]
    assert rows(store, "SELECT since FROM state WHERE requirement = 'disk'") == [(AT + 120,)]


def test_a_state_that_is_the_same_in_another_way_keeps_its_age(store, host, node):
    host.set('disk', 'drifted', now='met')
    take(store, node, host.report())
    host.set('disk', 'drifted')
    take(store, node, host.report())
    assert rows(store, "SELECT since, now FROM state WHERE requirement = 'disk'") == [(AT + 60, 'drifted')]
    assert rows(store, 'SELECT was, state, now FROM transition WHERE was IS NOT NULL') == [
        ('drifted', 'drifted', 'drifted')]


def found(store, node):
    """By requirement, what the page of a node says that was found."""
    return {one.requirement: one.finding for one in store.read(lambda cursor: history.states(cursor, node))}


def test_the_evidence_is_the_newest_finding(store, host, node):
    take(store, node, host.report())
    host.set('disk', 'met', found='only the words are new')
    take(store, node, host.report())
    assert found(store, node)['disk'] == finding('disk', found='only the words are new')
    assert rows(store, 'SELECT count(*) FROM transition') == [(3,)]


def test_a_report_that_comes_twice_changes_nothing(store, host, node):
    one, two = host.report(), host.report()
    assert take(store, node, one, two, one) == (2, 2, '')
    before = rows(store, 'SELECT * FROM node'), rows(store, 'SELECT * FROM report'), rows(store, 'SELECT * FROM state')
    assert take(store, node, one, two) == (0, 2, '')
    assert before == (rows(store, 'SELECT * FROM node'), rows(store, 'SELECT * FROM report'),
                      rows(store, 'SELECT * FROM state'))
    assert rows(store, 'SELECT count(*) FROM gap') == [(0,)]


def test_the_body_proves_the_digest(store, host, node):
    tree = host.report()
    take(store, node, tree)
    (body, own, previous), = rows(store, 'SELECT body, digest, previous FROM report')
    kept = json.loads(zlib.decompress(body).decode())
    assert digest(previous, kept) == own == tree['chain']['digest']
    assert kept == {key: value for key, value in tree.items() if key != 'chain'}


def test_a_hole_that_the_node_tells_is_a_gap(store, host, node):
    take(store, node, host.report())
    host.report(), host.report()
    take(store, node, host.report(gap=(2, 3)))
    assert rows(store, 'SELECT first, last, state FROM gap') == [(2, 3, 'gap')]


def test_a_hole_that_nobody_tells_is_missing_and_may_be_filled_later(store, host, node):
    take(store, node, host.report())
    late = host.report()
    host.set('disk', 'drifted')
    take(store, node, host.report())
    assert take(store, node, late) == (1, 3, '')
    assert rows(store, 'SELECT first, last, state FROM gap') == [(2, 2, 'missing')]
    assert rows(store, 'SELECT sequence, link, applied FROM report ORDER BY sequence') == [
        (1, 'next', 1), (2, 'late', 0), (3, 'missing', 1)]
    assert rows(store, "SELECT state FROM state WHERE requirement = 'disk'") == [('drifted',)]


def test_a_chain_begun_anew_is_told(store, host, node):
    take(store, node, host.report())
    host.head = '0' * 64
    take(store, node, host.report())
    assert rows(store, 'SELECT first, last, state FROM gap') == [(2, 2, 'restart')]


def test_a_fork_is_kept_and_told_and_does_not_advance_the_chain(store, host, node):
    take(store, node, host.report())
    twin = Host(1, requirements=('swap', 'disk', 'ports'))
    twin.report(why='another life')
    twin.set('disk', 'drifted')
    forked, right = twin.report(after=600), host.report(after=300)
    assert take(store, node, forked) == (1, 2, '')
    assert rows(store, 'SELECT sequence, taken FROM node') == [(1, AT + 660)]
    assert rows(store, 'SELECT first, last, state FROM gap') == [(2, 2, 'fork')]
    assert take(store, node, forked) == (0, 2, '')
    assert take(store, node, right) == (1, 2, '')
    assert rows(store, 'SELECT sequence, link FROM report ORDER BY id') == [(1, 'next'), (2, 'fork'), (2, 'next')]
    assert rows(store, 'SELECT count(*) FROM gap') == [(1,)]


def test_another_report_with_a_number_that_is_held_is_a_fork(store, host, node):
    take(store, node, host.report(), host.report())
    twin = Host(1, requirements=('swap', 'disk', 'ports'))
    assert take(store, node, twin.report(why='another life')) == (1, 2, '')
    assert rows(store, 'SELECT first, last, state, said FROM gap') == [
        (1, 1, 'fork', 'there are two different reports 1')]


def test_what_was_changed_is_refused_and_nothing_of_the_request_kept(store, host, node):
    one, two = host.report(), host.report()
    two['verdict'] = 'unknown'
    taken = take(store, node, one, two)
    assert taken == (0, 0, 'report 2 was changed after it was written: it has not the digest that it names')
    assert rows(store, 'SELECT count(*) FROM report') == [(0,)]


def remade(tree, **changed):
    """A report with a right digest that is wrong in another way."""
    tree = dict(tree, **changed)
    tree['chain'] = dict(tree['chain'], digest=digest(tree['chain']['previous'], tree))
    return tree


@pytest.mark.parametrize('changed, why', [
    ({'sequence': 0}, 'no sequence number'), ({'sequence': True}, 'no sequence number'),
    ({'sequence': 2**60}, 'no sequence number'), ({'taken': '2026-13-01T00:00:00Z'}, 'taken: 13 is not'),
    ({'verdict': 'fine'}, 'report.verdict: is none of'), ({'findings': {}}, 'findings: is not a list'),
    ({'findings': [1]}, 'findings: is not a list'),
    ({'findings': [finding('os')] * 2}, 'each names another requirement'),
    ({'findings': [finding('a' * 65)]}, 'each names another'), ({'findings': [{}]}, 'each names another'),
    ({'node': None}, 'report.node: is not object'), ({'id': 'x'}, 'report.id: is not written as')])
def test_what_is_no_report_is_refused_with_the_reason(store, host, node, changed, why):
    taken = take(store, node, remade(host.report(), **changed))
    assert (taken.new, taken.sequence) == (0, 0) and why in taken.refused


def test_a_report_without_a_chain_is_known_by_its_id_among_the_newest_or_where_it_has_its_number(store, host, node):
    take(store, node, *[host.report() for _ in range(4)])
    host.sequence = reports.LAST
    take(store, node, host.report())
    ids = dict(rows(store, 'SELECT sequence, report_id FROM report'))
    newest = max(ids)

    def known(number, said):
        return store.read(lambda cursor: reports.is_there(cursor, node, ids[number], said, newest))
    assert [known(number, 0) for number in (1, 2, 4, newest)] == [False, True, True, True]
    assert known(1, 1) and not known(1, 2)


@pytest.mark.parametrize('tree', [None, [], 1, 'x', {}, {'sequence': 1, 'chain': {}},
                                  {'sequence': 1, 'chain': {'previous': '0' * 64, 'digest': 1}}])
def test_other_json_is_refused(store, node, tree):
    assert take(store, node, tree).refused


def test_nan_is_refused(store, host, node):
    tree = host.report()
    tree['took_ms'] = float('nan')
    assert take(store, node, tree).refused == 'report 1 cannot be written as JSON: ValueError'


def test_hostile_texts_are_kept_and_shown_safely(store, node, host):
    host.about.update(kernel='\x00\ud800<script>', labels={'\x00a': "'; DROP TABLE node; --"})
    host.set('swap', 'drifted', found='\x00\udfff\u202e evil')
    assert take(store, node, host.report()) == (1, 1, '')
    assert rows(store, 'SELECT kernel FROM node') == [('\\x00\\ud800<script>',)]
    assert rows(store, 'SELECT name, value FROM label') == [('\\x00a', "'; DROP TABLE node; --")]
    assert '\\x00\\udfff\\u202e evil' in rows(store, "SELECT says FROM state WHERE requirement = 'swap'")[0][0]


def test_a_requirement_that_is_not_spoken_of_any_more_does_not_apply(store, host, node):
    take(store, node, host.report())
    del host.findings['disk']
    take(store, node, host.report())
    assert rows(store, 'SELECT requirement FROM state ORDER BY requirement') == [('ports',), ('swap',)]
    assert rows(store, 'SELECT requirement, was, state FROM transition WHERE was IS NOT NULL') == [
        ('disk', 'met', 'not-applicable')]
    host.set('disk', 'met')
    take(store, node, host.report())
    assert rows(store, 'SELECT was, state FROM transition WHERE sequence = 3') == [(None, 'met')]


def test_a_proposal_waits_for_a_person_and_another_plan_takes_its_place(store, host, node):
    host.set('swap', 'drifted', mode='approve', changes=plan('one'))
    take(store, node, host.report(), host.report())
    assert rows(store, 'SELECT requirement, state FROM approval') == [('swap', 'proposed')]
    host.set('swap', 'drifted', mode='approve', changes=plan('two'))
    take(store, node, host.report())
    assert rows(store, 'SELECT state FROM approval ORDER BY proposed, state DESC') == [('superseded',), ('proposed',)]
    host.set('swap', 'met', mode='approve')
    take(store, node, host.report())
    assert rows(store, 'SELECT state FROM approval') == [('superseded',), ('superseded',)]


def test_a_plan_that_is_not_the_one_of_its_digest_is_not_proposed(store, host, node):
    host.set('swap', 'drifted', mode='approve', changes=plan())
    host.findings['swap']['proposal']['changes'][0]['run'] = ['rm', '-rf', '/']
    take(store, node, host.report())
    assert rows(store, 'SELECT count(*) FROM approval') == [(0,)]


def test_a_node_that_is_none_is_told_so(store, host):
    with pytest.raises(NotMember):
        take(store, 7, host.report())


def test_many_nodes_are_taken_together(store):
    hosts = [Host(number, requirements=('swap', 'disk')) for number in range(1, 51)]
    ids = join(store, *hosts)
    futures = [store.reports(node, [host.report(), host.report()], AT) for node, host in zip(ids, hosts)]
    assert [future.result(30) for future in futures] == [(2, 2, '')] * 50
    assert rows(store, 'SELECT count(*) FROM transition') == [(100,)]


@pytest.mark.parametrize('taken, at', [(-3600, 60), (0, 60), (30, 90), (7200, 3600)])
def test_a_clock_that_was_set_neither_hides_what_is_so_nor_takes_back_what_was(store, host, node, taken, at):
    take(store, node, host.report())
    host.set('swap', 'drifted')
    take(store, node, host.report(after=taken), received=AT + 3600)
    assert rows(store, "SELECT at FROM transition WHERE before IS NOT NULL") == [(AT + at,)]
    assert rows(store, "SELECT since FROM state WHERE requirement = 'swap'") == [(AT + at,)]
    assert rows(store, 'SELECT taken FROM report WHERE sequence = 2') == [(AT + 60 + taken,)]
    host.set('swap', 'met')
    take(store, node, host.report(), received=AT + 7200)
    times = [row[0] for row in rows(store, 'SELECT at FROM transition WHERE before IS NOT NULL ORDER BY id')]
    assert times == sorted(times) and times[-1] <= AT + 7200
