"""Every database that a version ever wrote is brought up to this one, and nothing in it is lost."""
import os
import re
import sqlite3

import pytest

from nodeprep.master.store import doctor, open_store, prepared, schema
from nodeprep.master.store.sqlite import Database
from tests.master.fleet import Host
from tests.master.store import oldest
from tests.master.test_ingest import AT, rows, take

VERSIONS = range(1, schema.VERSION + 1)
SHAPE = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY type, name"


def shape(path):
    database = sqlite3.connect(path)
    found = [(kind, name, re.sub(r'\s+', ' ', sql)) for kind, name, sql in database.execute(SHAPE)]
    database.close()
    return found


def test_each_version_has_its_file():
    assert [version for version in VERSIONS if not os.path.exists(oldest.path(version))] == []


@pytest.mark.parametrize('version', VERSIONS)
def test_an_old_database_comes_to_the_tables_of_a_new_one(version, tmp_path):
    """Where this fails for the newest version, its tables were changed after the file was written: see oldest.py."""
    oldest.restore(version, f'{tmp_path}/old.db')
    made = prepared(Database(f'{tmp_path}/old.db'))
    assert made == list(range(version + 1, schema.VERSION + 1))
    prepared(Database(f'{tmp_path}/new.db'))
    assert shape(f'{tmp_path}/old.db') == shape(f'{tmp_path}/new.db')


@pytest.mark.parametrize('version', VERSIONS)
def test_an_old_database_is_read_and_goes_on(version, tmp_path):
    oldest.restore(version, f'{tmp_path}/old.db')
    store = open_store(f'sqlite://{tmp_path}/old.db')
    try:
        assert rows(store, 'SELECT name, status FROM node ORDER BY id') == [
            (f'node{number:05}', 'member') for number in (1, 2, 3)]
        for table, count in (('report', 15), ('state', 63), ('waiver', 2)):
            assert rows(store, f'SELECT COUNT(*) FROM {table}') == [(count,)]
        assert [one for one in store.read(lambda cursor: list(doctor.look(cursor))) if one.wrong] == []
        host = Host(1)
        host.sequence, host.head = rows(store, 'SELECT sequence, head FROM node WHERE id = 1')[0]
        assert take(store, 1, host.report(), received=AT) == (1, 6, '')
        assert rows(store, "SELECT link FROM report WHERE node = 1 AND sequence = 6") == [('next',)]
    finally:
        store.close()


@pytest.mark.parametrize('version', [1, 2, 3])
def test_an_old_waiver_is_for_the_machine_that_had_the_name_when_it_was_given(version, tmp_path):
    """Of which nothing says more than when the rows were made; where that is in doubt it covers nobody."""
    oldest.restore(version, f'{tmp_path}/old.db')
    old = sqlite3.connect(f'{tmp_path}/old.db')
    given = 'INSERT INTO waiver (id, scope_kind, scope, requirement, reason, owner, until, created, "by") VALUES ' \
        "(?, 'node', ?, 'swap', 'why', 'ops', '2099-12-31', ?, 'ada')"
    old.executemany(given, [(3, 'node00002', AT + 5), (4, 'node00002', AT + 50), (5, 'nobody', AT),
                            (6, 'node00003', 5.0)])
    old.execute("UPDATE node SET name = 'node00002#2', status = 'forgotten' WHERE id = 2")
    old.execute("INSERT INTO node (id, name, status, joined) VALUES (4, 'node00002', 'member', ?)", (AT + 10,))
    old.execute("INSERT INTO presence (node, at, what) VALUES (4, ?, 'joined')", (AT + 10,))
    old.execute("UPDATE node SET request = 'r3' WHERE id = 3")
    old.commit()
    old.close()
    store = open_store(f'sqlite://{tmp_path}/old.db')
    try:
        assert rows(store, 'SELECT id, node FROM waiver ORDER BY id') == [
            (1, None), (2, 1), (3, 2), (4, 4), (5, None), (6, None)]
        assert rows(store, 'SELECT id FROM request') == [('r3',)]
    finally:
        store.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path, monkeypatch):
    oldest.restore(schema.VERSION, f'{tmp_path}/old.db')
    before = shape(f'{tmp_path}/old.db')
    monkeypatch.setattr(schema, 'VERSION', schema.VERSION + 1)
    monkeypatch.setattr(schema, 'MIGRATIONS', schema.MIGRATIONS + (
        ('CREATE TABLE more (id {id})', 'ALTER TABLE absent ADD COLUMN x {int}'),))
    with pytest.raises(sqlite3.OperationalError, match='no such table'):
        open_store(f'sqlite://{tmp_path}/old.db')
    assert shape(f'{tmp_path}/old.db') == before
    monkeypatch.setattr(schema, 'MIGRATIONS', schema.MIGRATIONS[:-1] + (('CREATE TABLE more (id {id})',),))
    assert prepared(Database(f'{tmp_path}/old.db')) == [schema.VERSION]
    assert [one for one in shape(f'{tmp_path}/old.db') if one not in before] == [
        ('table', 'more', 'CREATE TABLE more (id INTEGER PRIMARY KEY)')]
