"""What was found stands in the report that told the states, whatever came after that one or goes."""
import copy
import json
import zlib

import pytest

from nodeprep.master import membership
from nodeprep.master.store import clones, doctor, evidence, history, kept, open_store, retention
from tests.master.fleet import DAY, Host, finding
from tests.master.store import oldest
from tests.master.test_ingest import AT, found, join, rows, take
from tests.master.test_membership import joined

NAMES = ('swap', 'disk')


@pytest.fixture
def host():
    return Host(1, requirements=NAMES)


@pytest.fixture
def node(store, host):
    return join(store, host)[0]


def said(store, node, requirement='swap'):
    """What was found of a requirement, as the page of the node has it."""
    seen = found(store, node)[requirement]['observations']
    return seen[0]['found'] if seen else None


def sweep(store, days):
    """All that retention removes when so many days have gone."""
    return sum(retention.sweep(store, AT + days * DAY, 30 * DAY, 400 * DAY, 400 * DAY))


def test_of_some_states_of_some_nodes(store):
    hosts = [Host(number, requirements=NAMES) for number in (1, 2, 3)]
    ids = join(store, *hosts)
    for number, (one, host) in enumerate(zip(ids, hosts)):
        host.set('swap', 'drifted', found=f'swap of {number}')
        take(store, one, host.report())
    asked = [(ids[0], 'swap'), (ids[2], 'swap'), (ids[2], 'absent'), (99, 'swap')]
    told = store.read(lambda cursor: evidence.of(cursor, asked))
    assert {key: one['observations'][0]['found'] for key, one in told.items()} == {
        (ids[0], 'swap'): 'swap of 0', (ids[2], 'swap'): 'swap of 2'}
    assert store.read(lambda cursor: evidence.of(cursor, [])) == {}


def test_a_late_report_shows_nothing_and_one_of_a_fork_does_when_it_is_newer(store, host, node):
    host.set('swap', 'met', found='first')
    one = host.report()
    lost, twin = host.report(), Host(1, requirements=NAMES)
    twin.sequence, twin.head, twin.now, twin.made = one['sequence'], one['chain']['digest'], host.now, 77
    host.set('swap', 'drifted', found='third')
    take(store, node, one, host.report())
    assert said(store, node) == 'third'
    take(store, node, lost)
    assert rows(store, 'SELECT link, applied FROM report WHERE sequence = 2') == [('late', 0)]
    assert said(store, node) == 'third', 'it is older than what is known'
    twin.set('swap', 'drifted', found='of a fork')
    take(store, node, twin.report(after=600))
    assert rows(store, "SELECT sequence, applied FROM report WHERE link = 'fork'") == [(2, 1)]
    assert said(store, node) == 'of a fork' and rows(store, 'SELECT sequence, shown FROM node') == [(3, 2)]


def test_what_is_told_in_quarantine_shows_when_the_node_is_let_out(store):
    first, later = Host(1, requirements=NAMES), Host(2, requirements=NAMES)
    later.about['machine_id'] = first.about['machine_id']
    joined(store, first)
    other = Host(2, requirements=NAMES)
    joined(store, other, 'r2', AT + 10)
    other.set('swap', 'drifted', found='before')
    take(store, 2, other.report())
    other.about['machine_id'] = first.about['machine_id']
    other.set('swap', 'drifted', found='in quarantine')
    take(store, 2, other.report())
    assert said(store, 2) == 'before'
    assert sweep(store, 31) == 0 and said(store, 2) == 'before'
    clone, = store.read(clones.every)
    store.do(lambda cursor: membership.decide(cursor, clone['id'], 'keep-both', 'ada', AT))
    assert said(store, 2) == 'in quarantine'


@pytest.mark.parametrize('together', [False, True])
def test_what_a_node_told_before_it_was_set_apart_counts_also_when_both_come_together(store, together):
    first, later = Host(1, requirements=NAMES), Host(2, requirements=NAMES)
    joined(store, first)
    joined(store, later, 'r2', AT + 10)
    take(store, 2, later.report())
    later.set('swap', 'drifted', found='as a member')
    told = [later.report()]
    later.about['machine_id'] = first.about['machine_id']
    later.set('swap', 'unknown', found='in quarantine')
    told.append(later.report())
    for some in (told,) if together else ([one] for one in told):
        take(store, 2, *some)
    assert rows(store, 'SELECT status, standing, sequence, verdict, shown, report_id FROM node WHERE id = 2') == [
        ('quarantined', 'drifted', 3, 'drifted', 2, told[1]['id'])]
    assert rows(store, 'SELECT sequence, applied FROM report ORDER BY sequence') == [(1, 1), (2, 1), (3, 0)]
    assert said(store, 2) == 'as a member'
    assert rows(store, "SELECT was, state FROM transition WHERE requirement = 'swap' ORDER BY id") == [
        (None, 'met'), ('met', 'drifted')]
    clone, = store.read(clones.every)
    store.do(lambda cursor: membership.decide(cursor, clone['id'], 'keep-both', 'ada', AT))
    assert said(store, 2) == 'in quarantine'


def test_the_report_that_shows_how_a_node_is_stays_until_another_does_or_the_node_is_gone(store, host, node):
    for words in ('one', 'two', 'three'):
        host.set('swap', 'drifted', found=words)
        take(store, node, host.report())
    assert sweep(store, 29) == 0
    assert sweep(store, 31) == 2
    assert rows(store, 'SELECT sequence FROM report') == [(3,)] and said(store, node) == 'three'
    take(store, node, host.report(), received=AT + 31 * DAY)
    assert sweep(store, 32) == 1 and said(store, node) == 'three'
    store.do(lambda cursor: membership.forget(cursor, 'node00001', 'ada', AT + 32 * DAY))
    assert sweep(store, 90) == 1 and rows(store, 'SELECT id FROM report') == []


def test_a_report_that_is_gone_or_damaged_is_no_error_and_the_doctor_names_it(store, host, node):
    take(store, node, host.report())
    store.do(lambda cursor: cursor.run('UPDATE report SET body = ?', (b'junk',)))
    assert found(store, node)['swap'] == kept.lost()
    store.do(lambda cursor: cursor.run('DELETE FROM report'))
    assert found(store, node)['swap']['observations'] == [] and 'damaged' not in str(found(store, node))
    wrong = [one.wrong for one in store.read(lambda cursor: list(doctor.look(cursor))) if one.wrong]
    assert wrong == [['node00001: report 1, which told how it is, is not there; the next one tells it']]
    take(store, node, host.report())
    assert said(store, node) is not None


def broken(store):
    """What the doctor says of the chains."""
    return [said for one in store.read(lambda cursor: list(doctor.look(cursor))) for said in one.wrong]


@pytest.mark.parametrize('another', [False, True])
def test_the_doctor_holds_the_report_that_stays_against_the_one_alone_that_it_follows(store, host, node, another):
    """That goes; one of the same number that comes later, of an agent that was set up anew, is no sign."""
    one, two = host.report(), host.report()
    take(store, node, one)
    take(store, node, two, received=AT + 2 * DAY)
    assert sweep(store, 31) == 1 and rows(store, 'SELECT sequence FROM report') == [(2,)]
    fresh = Host(1, requirements=NAMES, start=AT + 31 * DAY)
    fresh.made = 70
    take(store, node, fresh.report(), received=AT + 32 * DAY)
    assert rows(store, 'SELECT sequence, link FROM report ORDER BY id') == [(2, 'next'), (1, 'late')]
    if another:
        store.do(lambda cursor: cursor.run("UPDATE report SET link = 'next' WHERE sequence = 1"))
    assert broken(store) == (['node00001: report 2 does not follow report 1'] if another else [])


def test_the_doctor_holds_no_report_against_a_fork_that_stays(store, host, node):
    """The fork shows how the node is, so the report which it stands beside goes before it."""
    twin = copy.deepcopy(host)
    twin.made = 70
    take(store, node, host.report())
    take(store, node, twin.report(after=90))
    assert sweep(store, 31) == 1
    take(store, node, host.report(), received=AT + 32 * DAY)
    assert rows(store, 'SELECT sequence, link FROM report ORDER BY id') == [(1, 'fork'), (2, 'next')]
    assert broken(store) == []


def own_rows(store, node, body):
    """Puts what was found into rows of its own, as version 6 of the tables had it."""
    def work(cursor):
        cursor.run('UPDATE node SET shown = NULL, shown_digest = NULL WHERE id = ?', (node,))
        cursor.many('INSERT INTO evidence (node, requirement, body) VALUES (?, ?, ?)',
                    [(node, name, body(name)) for name in NAMES])
    store.do(work)


def test_rows_of_before_tell_it_until_the_next_report(store, host, node):
    take(store, node, host.report())
    own_rows(store, node, lambda name: zlib.compress(json.dumps(finding(name, found='of a row')).encode()))
    assert said(store, node) == 'of a row'
    assert sweep(store, 1) == 0 and said(store, node) == 'of a row', 'nothing else tells it'
    host.set('swap', 'drifted', found='of a report')
    take(store, node, host.report())
    assert said(store, node) == 'of a report' and said(store, node, 'disk') != 'of a row'
    assert sweep(store, 1) == 2 and rows(store, 'SELECT requirement FROM evidence') == []
    assert said(store, node) == 'of a report'


def test_a_row_of_before_that_is_damaged_is_told_and_named(store, host, node):
    take(store, node, host.report())
    own_rows(store, node, lambda name: b'' if name == 'swap' else zlib.compress(b'[]'))
    assert found(store, node) == dict.fromkeys(NAMES, kept.lost())
    wrong = [one.wrong for one in store.read(lambda cursor: list(doctor.look(cursor))) if one.wrong]
    assert [sorted(one) for one in wrong] == [[f'node00001: what was found of {name} cannot be read'
                                               for name in ('disk', 'swap')]]


def test_a_database_of_version_6_tells_all_that_it_told(tmp_path):
    oldest.restore(6, f'{tmp_path}/old.db')
    store = open_store(f'sqlite://{tmp_path}/old.db')
    try:
        bodies = {(node, name): json.loads(zlib.decompress(body).decode()) for node, name, body
                  in rows(store, 'SELECT node, requirement, body FROM evidence')}
        assert len(bodies) == 63
        told = {(node, one.requirement): one.finding for node in (1, 2, 3)
                for one in store.read(lambda cursor, node=node: history.states(cursor, node))}
        assert told == bodies
        assert sweep(store, 0) == 0 and len(rows(store, 'SELECT node FROM evidence')) == 63
    finally:
        store.close()
