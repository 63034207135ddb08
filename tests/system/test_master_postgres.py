"""All that the master's store does, on a real PostgreSQL: the tests of tests/master once more."""
import importlib
import os
import pkgutil

import pytest

import tests.master
from nodeprep.master.store import open_store

# These are about SQLite itself.
_OWN = {'tests.master.store.test_store'}
_HERE = ('store', 'url')


@pytest.fixture
def url(postgres):
    """Of a database that is empty."""
    return postgres.database()


@pytest.fixture
def store(url):
    """An open one."""
    opened = open_store(url)
    yield opened
    opened.close()


def _tests():
    for _, name, _ in pkgutil.walk_packages(tests.master.__path__, 'tests.master.'):
        last = name.rpartition('.')[2]
        if name not in _OWN and last.startswith('test_'):
            module = importlib.import_module(name)
            for word, thing in vars(module).items():
                if word not in _HERE and (hasattr(thing, '_pytestfixturefunction')
                                          or type(thing).__name__ == 'FixtureFunctionDefinition'):
                    yield word, thing
                if word.startswith('test_'):
                    asks = thing.__code__.co_varnames[:thing.__code__.co_argcount]
                    if 'store' in asks and 'path' not in asks:          # that of a file of SQLite
                        yield f'{word}__of_{last}', thing


globals().update(_tests())


def test_all_of_them_are_here():
    assert sum(name.startswith('test_') for name in globals()) > 60
    assert os.path.exists(tests.master.__file__)
