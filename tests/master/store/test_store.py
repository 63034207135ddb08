"""Opening a store, writing to it and reading from it."""
import contextlib
import os
import sqlite3
import stat
import threading
import time

import pytest

from nodeprep.master.store import StoreTrouble, database, open_store, schema
from nodeprep.master.store.trouble import NotOurs, StoreBusy, StoreFull, StoreGone


def tables(cursor):
    return {row[0] for row in cursor.all("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_the_tables_are_made_once(url, store):
    assert store.read(tables) == set(schema.TABLES)
    again = open_store(url)
    assert again.read(schema.version) == schema.VERSION
    again.close()


def test_the_database_is_its_owners_alone(store, tmp_path):
    assert stat.S_IMODE(os.stat(f'{tmp_path}/fleet.db').st_mode) == 0o600


def test_what_is_submitted_is_there_when_the_future_says_so(store):
    store.submit(lambda cursor: cursor.run("INSERT INTO meta VALUES ('a', 'b')")).result(10)
    assert store.read(lambda cursor: cursor.one("SELECT value FROM meta WHERE key = 'a'")) == ('b',)


def test_work_that_fails_is_undone_and_takes_nobody_along(store):
    def bad(cursor):
        cursor.run("INSERT INTO meta VALUES ('bad', '1')")
        raise KeyError('mine')
    held = threading.Event()
    first = store.submit(lambda cursor: held.wait(10))              # so that the others share a commit
    futures = [store.submit(lambda cursor: cursor.run("INSERT INTO meta VALUES ('x', '1')")), store.submit(bad),
               store.submit(lambda cursor: cursor.run("INSERT INTO meta VALUES ('y', '1')"))]
    held.set()
    assert first.result(10) and futures[0].result(10) == futures[2].result(10) == 1
    with pytest.raises(KeyError, match='mine'):
        futures[1].result(10)
    assert store.read(lambda cursor: cursor.all("SELECT key FROM meta WHERE key <> 'schema' ORDER BY key")) == [
        ('x',), ('y',)]


def test_many_wait_for_one_commit(store):
    held = threading.Event()
    store.submit(lambda cursor: held.wait(10))
    batches = []
    deliver = store.writer.deliver
    store.writer.deliver = lambda outcomes: (batches.append(len(outcomes)), deliver(outcomes))
    futures = [store.submit(lambda cursor: None) for _ in range(100)]
    held.set()
    assert [future.result(10) for future in futures] == [None] * 100
    assert batches == [1, 100] or sum(batches) == 101 and len(batches) <= 3


def test_a_future_of_another_kind_is_told_by_who_delivers(store):
    told = []
    store.writer.deliver = told.extend
    mine = object()
    assert store.submit(lambda cursor: 42, future=mine) is mine
    store.close()
    assert [(one.future, one.result, one.error) for one in told] == [(mine, 42, None)]
    store.writer.deliver = lambda outcomes: None


def test_readers_do_not_write(store):
    with pytest.raises(StoreTrouble, match='readonly|query_only|read-only|not authorized'):
        store.read(lambda cursor: cursor.run("INSERT INTO meta VALUES ('a', 'b')"))


def test_a_read_sees_one_state(store):
    def twice(cursor):
        before = cursor.one('SELECT count(*) FROM meta')
        store.do(lambda writing: writing.run("INSERT INTO meta VALUES ('a', 'b')"))
        return before == cursor.one('SELECT count(*) FROM meta')
    assert store.read(twice)


def test_a_closed_store_takes_nothing(url):
    store = open_store(url)
    waiting = store.submit(lambda cursor: 1)
    store.close()
    assert waiting.result(0) == 1
    with pytest.raises(StoreGone, match='closed'):
        store.submit(lambda cursor: 1)


def test_a_locked_database_is_a_trouble_and_goes_on_after(url, tmp_path, monkeypatch):
    monkeypatch.setattr('nodeprep.master.store.sqlite.BUSY', 0.1)
    store = open_store(url)
    other = sqlite3.connect(f'{tmp_path}/fleet.db', isolation_level=None)
    other.execute('BEGIN IMMEDIATE')
    with pytest.raises(StoreBusy, match='locked by another program'):
        store.do(lambda cursor: cursor.run("INSERT INTO meta VALUES ('a', 'b')"))
    other.execute('ROLLBACK')
    other.close()
    store.do(lambda cursor: cursor.run("INSERT INTO meta VALUES ('a', 'c')"))
    assert store.read(lambda cursor: cursor.all("SELECT value FROM meta WHERE key = 'a'")) == [('c',)]
    store.close()


def test_a_full_database_is_a_trouble_and_goes_on_after(store):
    def limit(pages):
        store.do(lambda cursor: cursor.all(f'PRAGMA max_page_count={pages}'))
    pages = store.read(lambda cursor: cursor.one('PRAGMA page_count'))[0]
    limit(pages + 4)
    fine = "INSERT INTO meta VALUES ('before', '1')"
    store.do(lambda cursor: cursor.run(fine))
    with pytest.raises(StoreFull, match='no room'):
        store.do(lambda cursor: cursor.run('INSERT INTO meta VALUES (?, ?)', ('big', 'x' * 100000)))
    limit(1 << 30)
    store.do(lambda cursor: cursor.run('INSERT INTO meta VALUES (?, ?)', ('after', 'x' * 100000)))
    assert store.read(lambda cursor: cursor.all("SELECT key FROM meta WHERE key <> 'schema' ORDER BY key")) == \
        [('after',), ('before',)]


def test_a_newer_database_is_left_as_it_is(url, store):
    store.do(lambda cursor: cursor.run("UPDATE meta SET value = '99' WHERE key = 'schema'"))
    with pytest.raises(NotOurs, match='version 99 and this nodeprep knows'):
        open_store(url)


def test_what_is_no_database_is_left_as_it_is(tmp_path):
    path = tmp_path / 'notes.txt'
    path.write_text('not a database, but long enough to be one ' * 40)
    before = path.read_bytes()
    with pytest.raises(NotOurs, match='is not a database'):
        open_store(f'sqlite://{path}')
    assert path.read_bytes() == before


def test_a_database_of_somebody_else_is_left_as_it_is(tmp_path):
    path = tmp_path / 'theirs.db'
    with contextlib.closing(sqlite3.connect(str(path))) as raw:
        raw.execute('CREATE TABLE node (x)')
    before = path.read_bytes()
    with pytest.raises(NotOurs, match='a table node that no nodeprep made'):
        open_store(f'sqlite://{path}')
    assert path.read_bytes()[100:] == before[100:]


def test_a_version_that_is_none_is_told(url, store):
    store.do(lambda cursor: cursor.run("UPDATE meta SET value = 'x' WHERE key = 'schema'"))
    with pytest.raises(NotOurs, match="version 'x'"):
        open_store(url)


@pytest.mark.parametrize('how', ['replaced', 'taken away'])
def test_what_would_go_into_a_file_that_nobody_finds_is_not_taken(store, tmp_path, how):
    """Such as after `mv backup.db fleet.db` beside a master that runs."""
    assert store.read(lambda cursor: cursor.one('SELECT 1')) == (1,)
    if how == 'replaced':
        (tmp_path / 'other.db').write_bytes((tmp_path / 'fleet.db').read_bytes())
        (tmp_path / 'other.db').rename(tmp_path / 'fleet.db')
    else:
        (tmp_path / 'fleet.db').unlink()
    with pytest.raises(StoreGone, match='restart the master'):
        store.do(lambda cursor: cursor.run("INSERT INTO meta VALUES ('a', 'b')"))
    with pytest.raises(StoreGone, match='restart the master'):
        store.read(lambda cursor: cursor.one('SELECT 1'))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreGone, match='nowhere/fleet.db'):
        open_store(f'sqlite://{tmp_path}/nowhere/fleet.db')


@pytest.mark.parametrize('url', ['sqlite://fleet.db', 'mysql://x', 'fleet.db', ''])
def test_other_urls_are_refused(url):
    with pytest.raises(ValueError, match='sqlite:///absolute/path'):
        database(url)


def test_lists_of_any_length_are_asked_for(store):
    store.do(lambda cursor: cursor.many('INSERT INTO meta VALUES (?, ?)', [(f'k{n:04}', str(n)) for n in range(2500)]))
    for count in (0, 1, 2, 5, 900, 901, 2500):
        keys = [f'k{n:04}' for n in range(count)]
        found = store.read(lambda cursor, keys=keys: cursor.within(
            'SELECT key FROM meta WHERE value <> ? AND key IN (?*) AND value <> ?', keys, ['3'], ['4']))
        assert sorted(row[0] for row in found) == [key for key in keys if key not in ('k0003', 'k0004')]


def test_who_listens_badly_holds_nobody_up(store, monkeypatch):
    told = []
    monkeypatch.setattr('sys.excepthook', lambda *args: told.append(args[1]))
    deliver = store.writer.deliver
    store.writer.deliver = lambda outcomes: 1 / 0
    store.submit(lambda cursor: 1)
    while not told:
        time.sleep(0.01)
    store.writer.deliver = deliver
    assert store.do(lambda cursor: 2) == 2 and isinstance(told[0], ZeroDivisionError)
