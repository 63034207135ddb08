"""What the kernel says of a timer that is never due; the clock itself is left alone (tests/system sets it)."""
import errno
import os

import pytest

from nodeprep.host.clockset import ClockSet


@pytest.fixture
def clock():
    clock = ClockSet()
    yield clock
    clock.close()


def answer(monkeypatch, number):
    def read(handle, count):
        raise OSError(number, os.strerror(number))
    monkeypatch.setattr(os, 'read', read)


def test_it_was_not_set(clock):
    assert clock.was_set() is False


def test_it_was_set(clock, monkeypatch):
    answer(monkeypatch, errno.ECANCELED)
    assert clock.was_set() is True


def test_another_error_is_not_taken_for_either(clock, monkeypatch):
    answer(monkeypatch, errno.EBADF)
    with pytest.raises(OSError):
        clock.was_set()


def test_an_error_of_the_library_is_the_one_of_python(clock):
    from nodeprep.host.libc import call
    with pytest.raises(OSError) as raised:
        call('timerfd_create', 12345, 0)
    assert (raised.value.errno, raised.value.filename) == (errno.EINVAL, 'timerfd_create')
