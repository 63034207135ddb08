"""What keeps a store in order: who is silent, what is old, backups, the doctor."""
import os
import sqlite3
import stat

import pytest

from nodeprep.master import membership
from nodeprep.master.store import backup, clones, doctor, nodes, open_store, presence, retention, schema
from nodeprep.master.store.trouble import StoreGone
from tests.master.fleet import DAY, TITLES, Host, fill
from tests.master.test_ingest import AT, join, rows, take
from tests.master.test_membership import joined


def sweep(store, at, after=180.0, listening=0.0):
    return store.do(lambda cursor: presence.sweep(cursor, at, after, listening))


def test_a_node_is_silent_from_its_last_word_on_and_once(store):
    join(store, Host(1), Host(2))
    store.beat(2, {}, AT + 100).result(30)
    assert sweep(store, AT + 180) == []
    assert sweep(store, AT + 200) == [1] and sweep(store, AT + 210) == []
    assert rows(store, 'SELECT id, silent_since FROM node ORDER BY id') == [(1, AT), (2, None)]
    store.beat(1, {}, AT + 220).result(30)
    assert rows(store, 'SELECT node, at, what FROM presence ORDER BY id') == [
        (1, AT, 'joined'), (2, AT, 'joined'), (1, AT, 'silent'), (1, AT + 220, 'heard')]


def test_a_clock_that_is_set_back_lets_nobody_be_silent_for_a_year(store):
    join(store, Host(1), Host(2))
    store.beat(1, {}, AT + 365 * DAY).result(30)
    assert sweep(store, AT + 50) == []
    store.beat(2, {}, AT + 200).result(30)
    assert sweep(store, AT + 240) == [1]
    assert rows(store, 'SELECT silent_since FROM node WHERE id = 1') == [(AT + 50,)]


def test_nobody_is_blamed_for_a_master_that_was_away(store):
    join(store, Host(1))
    assert sweep(store, AT + 9000, listening=AT + 8900) == []
    assert sweep(store, AT + 9090, listening=AT + 8900) == [1]


def test_clocks_that_are_wrong_for_certain_are_named(store):
    hosts = [Host(number) for number in range(1, 5)]
    ids = join(store, *hosts)
    for node, (offset, bound) in zip(ids, ((100, 1), (-4000, 10), (900, 600), (700, 10))):
        store.beat(node, {'skew': {'offset_ms': offset, 'bound_ms': bound}}, AT).result(30)
    assert store.read(presence.wrong_clocks) == [('node00002', -4000.0, 10.0), ('node00004', 700.0, 10.0)]


def clean(store, at, reports=DAY, transitions=10 * DAY, audit=DAY, most=7):
    gone = list(retention.sweep(store, at, reports, transitions, audit, most))
    assert max(gone) <= max(most, 1 + len(TITLES) * 2 + 20), 'a transaction is short'
    return sum(gone)


def last_of_each(store, before):
    found = {}
    for node, requirement, at, state in rows(store, 'SELECT node, requirement, at, state FROM transition ORDER BY id'):
        if at < before:
            found[node, requirement] = state
    return found


def test_what_is_old_goes_but_not_what_tells_how_it_was(store):
    fill(store, 5, days=30, drifts=40, end=AT)
    reports, before = rows(store, 'SELECT count(*) FROM report'), last_of_each(store, AT - 10 * DAY)
    newer = rows(store, 'SELECT * FROM transition WHERE at >= ? ORDER BY id', AT - 10 * DAY)
    states = rows(store, 'SELECT * FROM state ORDER BY node, requirement')
    assert clean(store, AT) > 0
    assert 0 < rows(store, 'SELECT count(*) FROM report')[0][0] < reports[0][0]
    assert rows(store, 'SELECT count(*) FROM report WHERE received < ?', AT - DAY) == [(0,)]
    assert last_of_each(store, AT - 10 * DAY) == before
    assert rows(store, 'SELECT count(*) FROM transition WHERE at < ?', AT - 10 * DAY) == [(len(before),)]
    assert rows(store, 'SELECT * FROM transition WHERE at >= ? ORDER BY id', AT - 10 * DAY) == newer
    assert rows(store, 'SELECT * FROM state ORDER BY node, requirement') == states
    assert rows(store, 'SELECT count(*) FROM presence') >= [(5,)]
    assert clean(store, AT) == 0


def test_of_a_node_that_was_long_silent_it_stays_known_that_it_is_a_member_and_whether_it_is_heard_of(store):
    node, = join(store, Host(1))
    for at, what in ((1, 'quarantined'), (2, 'silent'), (3, 'released'), (4, 'heard'), (5, 'silent'), (6, 'heard')):
        store.do(lambda cursor, at=at, what=what: nodes.present(cursor, node, AT + at, what))
    clean(store, AT + 12 * DAY)
    assert rows(store, 'SELECT what FROM presence ORDER BY id') == [('released',), ('heard',)]


def test_what_nodes_said_of_themselves_goes_with_the_past_but_for_those_that_are_gone(store):
    hosts = Host(1, requirements=('swap',)), Host(2, requirements=('swap',))
    first, second = join(store, *hosts)
    for node, host in zip((first, second), hosts):
        take(store, node, host.report())
        host.about['labels'] = {'rack': 'moved'}
        take(store, node, host.report())
    assert rows(store, 'SELECT node, labels FROM former ORDER BY id') == [
        (first, '{}'), (first, '{"rack": "r01", "site": "b"}'), (second, '{}'),
        (second, '{"rack": "r02", "site": "c"}')]
    store.do(lambda cursor: membership.forget(cursor, hosts[1].about['name'], 'ada', AT + 11 * DAY))
    clean(store, AT + 12 * DAY)
    assert rows(store, 'SELECT node, labels FROM former ORDER BY id') == [
        (second, '{}'), (second, '{"rack": "r02", "site": "c"}'), (second, '{"rack": "moved"}')]


def test_a_node_that_was_forgotten_goes_when_nothing_is_told_of_it(store):
    host = Host(1, requirements=('swap',))
    joined(store, host)
    take(store, 1, host.report())
    joined(store, Host(1, 'twin'), 'r2', AT + 1, 'twin')
    store.do(lambda cursor: membership.decide(cursor, store.read(clones.every)[0]['id'], 'forget-first', 'ada', AT + 5))
    clean(store, AT + 5 * DAY)
    assert rows(store, 'SELECT count(*) FROM node') == [(2,)]
    clean(store, AT + 12 * DAY)
    assert rows(store, 'SELECT name FROM node') == [('twin',)]
    assert rows(store, 'SELECT count(*) FROM clone') == [(0,)]


def test_reports_of_a_node_in_quarantine_wait_for_the_decision(store):
    host = Host(1, requirements=('swap',))
    joined(store, Host(1, requirements=('swap',)))
    joined(store, Host(1, 'twin'), 'r2', AT + 1, 'twin')
    take(store, 2, host.report())
    clean(store, AT + 100 * DAY)
    assert rows(store, 'SELECT node FROM report') == [(2,)]


@pytest.fixture
def path(store):
    """Of the database, when it is a file."""
    if store.dialect.name != 'sqlite':
        pytest.skip('a backup of PostgreSQL is made by pg_dump')
    return store.read(lambda cursor: cursor.all('PRAGMA database_list'))[0][2]


def everything(cursor):
    return {table: cursor.all(f'SELECT * FROM {table}') for table in schema.TABLES}


def test_a_backup_is_the_whole_of_one_state_and_can_be_used(store, path, tmp_path):
    fill(store, 3, days=3, drifts=3)
    counts = backup.write(path, f'{tmp_path}/copy.db')
    assert counts['node'] == 3 and set(counts) == set(schema.TABLES)
    assert stat.S_IMODE(os.stat(f'{tmp_path}/copy.db').st_mode) == 0o600
    assert sorted(os.listdir(str(tmp_path))) == ['copy.db', 'fleet.db', 'fleet.db-shm', 'fleet.db-wal']
    copy = open_store(f'sqlite://{tmp_path}/copy.db')
    assert copy.read(everything) == store.read(everything)
    shape = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    assert copy.read(lambda cursor: cursor.all(shape)) == store.read(lambda cursor: cursor.all(shape))
    assert [one for one in copy.read(lambda cursor: list(doctor.look(cursor))) if one.wrong] == []
    host = Host(9, requirements=('swap',))
    node, = join(copy, host)
    take(copy, node, host.report())
    copy.close()


def test_a_backup_under_load_is_one_state(store, path, tmp_path):
    hosts = [Host(number, requirements=('swap',)) for number in range(1, 21)]
    ids = join(store, *hosts)
    futures = [store.reports(node, [host.report()], AT) for _ in range(15) for node, host in zip(ids, hosts)]
    backup.write(path, f'{tmp_path}/copy.db')
    for future in futures:
        assert not future.result(30).refused
    copy = sqlite3.connect(f'{tmp_path}/copy.db')
    assert copy.execute('SELECT count(*) FROM node n WHERE n.sequence <> (SELECT count(*) FROM report r '
                        'WHERE r.node = n.id)').fetchall() == [(0,)]
    copy.close()


def test_a_backup_writes_over_nothing(store, path, tmp_path):
    (tmp_path / 'mine').write_text('mine')
    with pytest.raises(StoreGone, match='is there already'):
        backup.write(path, f'{tmp_path}/mine')
    assert (tmp_path / 'mine').read_text() == 'mine'
    with pytest.raises(StoreGone, match='no such database'):
        backup.write(f'{tmp_path}/nothing.db', f'{tmp_path}/copy.db')
    with pytest.raises(StoreGone):
        backup.write(path, f'{tmp_path}/nowhere/copy.db')
    assert not os.path.exists(f'{tmp_path}/copy.db')


def test_a_store_that_is_well_has_nothing_wrong(store):
    fill(store, 3, days=3, drifts=3)
    found = store.read(lambda cursor: list(doctor.look(cursor)))
    assert [one for one in found if one.wrong] == [] and found[-1].what == '12 reports are as they were taken'


def test_the_doctor_names_what_was_changed_behind_its_back(store):
    host = Host(1, requirements=('swap',))
    node, = join(store, host)
    take(store, node, host.report(), host.report(), host.report())
    store.do(lambda cursor: cursor.run('UPDATE report SET body = (SELECT body FROM report WHERE sequence = 1) '
                                       'WHERE sequence = 2'))
    store.do(lambda cursor: cursor.run("UPDATE state SET outcome = 'drifted'"))
    wrong = [said for one in store.read(lambda cursor: list(doctor.look(cursor))) for said in one.wrong]
    assert wrong == ['node00001: swap is drifted, and the last transition says met',
                     'node00001: report 2 is not what was taken']
