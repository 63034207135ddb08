"""A master in memory with the tables that the front itself needs, for tests of the front alone."""
import concurrent.futures
import sqlite3
import types

from nodeprep.master import secret
from nodeprep.master.context import Master
from nodeprep.master.settings import Settings
from nodeprep.master.store import known

TABLES = '''
create table meta (key text primary key, value text);
create table node (id integer primary key, name text, status text);
create table credential (hash text primary key, node integer, issued real, expires real);
create table person (name text primary key, hash text, role text, created real, expires real, by text);
create table session (hash text primary key, person text, token text, created real, expires real);
'''


class Cursor:
    """The store's cursor, as far as it is used here."""

    def __init__(self, connection):
        self._connection = connection

    def run(self, sql, args=()):
        return self._connection.execute(sql, args).rowcount

    def one(self, sql, args=()):
        return self._connection.execute(sql, args).fetchone()

    def all(self, sql, args=()):
        return self._connection.execute(sql, args).fetchall()


class SmallStore:
    """submit and read on one connection."""

    def __init__(self):
        self._connection = sqlite3.connect(':memory:', check_same_thread=False)
        self._connection.executescript(TABLES)
        self.cursor, self.broken = Cursor(self._connection), None
        self.writer = types.SimpleNamespace()

    def submit(self, work, future):
        try:
            future.set_result(self.read(work))
        except Exception as error:      # noqa: BLE001  # as the future of a real one
            future.set_exception(error)
        return future

    def read(self, query):
        if self.broken:
            raise self.broken
        return query(self.cursor)

    def close(self):
        self._connection.close()


class Clock:
    """Time that passes when it is told to."""

    def __init__(self, now=1800000000.0):
        self.now = now

    def __call__(self):
        return self.now


class Here:
    """An executor that does the work at once."""

    def submit(self, work, *args):
        future = concurrent.futures.Future()
        try:
            future.set_result(work(*args))
        except Exception as error:      # noqa: BLE001  # as the future of a real one
            future.set_exception(error)
        return future


class SmallMaster:
    """The context of a master, with people and nodes to ask as."""

    def __init__(self):
        self.store, self.clock, self.monotonic, self.lines = SmallStore(), Clock(), Clock(1000.0), []
        self.context = Master(Settings(), self.store, None, self.clock, self.monotonic, Here(), known,
                              self.lines.append)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.store.close()

    def person(self, name, role, expires=None):
        token = secret.made(secret.PERSON)
        self.store.cursor.run('insert into person values (?, ?, ?, 0, ?, ?)',
                              (name, secret.hashed(token), role, expires, 'test'))
        return token

    def node(self, name, number, status='member', expires=None):
        token = secret.made(secret.NODE)
        self.store.cursor.run('insert into node values (?, ?, ?)', (number, name, status))
        self.store.cursor.run('insert into credential values (?, ?, 0, ?)', (secret.hashed(token), number, expires))
        return token
