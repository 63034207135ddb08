"""libc: functions of the C library, called as Python calls its own."""
import errno
import os

import pytest

from nodeprep.host import libc


def test_what_a_function_gives():
    assert libc.call('getppid') == os.getppid()
    assert libc.call('access', b'/', os.R_OK) == 0


def test_an_error_is_the_systems():
    with pytest.raises(FileNotFoundError) as caught:
        libc.call('access', b'/not/there', os.R_OK)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, 'access')


def test_a_heap_is_one_and_given_back_and_where_that_is_not_known_nothing_happens(monkeypatch):
    called = []
    monkeypatch.setattr(libc, '_function', lambda name: lambda *arguments: called.append((name,) + arguments))
    libc.lean()
    libc.give_back()
    assert called == [('mallopt', -8, 1), ('malloc_trim', 0)]

    def unknown(name):
        raise OSError(f'undefined symbol: {name}')
    monkeypatch.setattr(libc, '_function', unknown)
    libc.lean()
    libc.give_back()
