"""A store of its own for each test."""
import pytest

from nodeprep.master.store import open_store


@pytest.fixture
def url(tmp_path):
    """Of a database that is not there yet."""
    return f'sqlite://{tmp_path}/fleet.db'


@pytest.fixture
def store(url):
    """An open one: SQLite here, PostgreSQL too in tests/system."""
    opened = open_store(url)
    yield opened
    opened.close()
