"""A store of its own for each test."""
import itertools
import os
import urllib.parse

import pytest

from nodeprep.master.store import open_store

_NUMBERS = itertools.count()


@pytest.fixture
def url(tmp_path):
    """Of a database that is not there yet; with NODEPREP_TEST_POSTGRES of an empty one on the server whose socket is in
    that folder, see tests/system/test_master_postgres.py.
    """
    folder = os.environ.get('NODEPREP_TEST_POSTGRES')
    return _of_server(folder) if folder else f'sqlite://{tmp_path}/fleet.db'


def _of_server(folder):
    import psycopg2
    name = f'test_{os.getpid()}_{next(_NUMBERS)}'
    server = psycopg2.connect(host=folder, user='nodeprep', dbname='postgres')
    server.autocommit = True
    server.cursor().execute(f'CREATE DATABASE {name}')
    server.close()
    return f'postgresql://nodeprep@/{name}?host={urllib.parse.quote(folder, safe="")}'


@pytest.fixture
def store(url):
    """An open one: SQLite here, PostgreSQL too in tests/system."""
    opened = open_store(url)
    yield opened
    opened.close()
