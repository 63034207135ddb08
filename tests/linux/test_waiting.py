"""Jobs side by side under one limit."""
import _thread
import threading

import pytest

from nodeprep.linux.waiting import all_within, within
from nodeprep.model import CannotTell


def refuse():
    raise CannotTell('no', 'here')


def test_answers_come_in_the_order_of_the_jobs():
    gate = threading.Event()

    def first():
        gate.wait(10)
        return 1

    def second():
        gate.set()
        return 2
    assert [one.value for one in all_within(10, [first, second])] == [1, 2]


def test_who_cannot_tell_hides_nobody():
    found = all_within(10, [refuse, lambda: 5])
    assert (found[0].error.source, found[1]) == ('here', (5, None))


def test_one_that_hangs_is_given_up_and_the_rest_is_there():
    gate = threading.Event()
    try:
        found = all_within(3, [gate.wait, lambda: 5])
        assert found[0].error.reason == 'no answer within 3 s'
        assert found[1].value == 5
    finally:
        gate.set()


def test_those_that_never_began_are_told_so_too():
    gate = threading.Event()
    try:
        found = all_within(0.1, [gate.wait, lambda: 5], workers=1)
        assert [one.error is None for one in found] == [False, False]
    finally:
        gate.set()


def test_more_jobs_than_workers_are_all_done():
    assert [one.value for one in all_within(10, [lambda at=at: at for at in range(500)], workers=8)] == list(range(500))


def test_a_fault_is_raised_in_the_caller():
    with pytest.raises(ZeroDivisionError):
        all_within(10, [lambda: 1 / 0])


def test_one_job():
    assert within(10, lambda: 5) == 5
    with pytest.raises(CannotTell):
        within(10, refuse)
    assert all_within(1, []) == []


def allow_threads(monkeypatch, count):
    start, left = _thread.start_new_thread, [None] * count

    def limited(*arguments):
        if not left:
            raise RuntimeError("can't start new thread")
        left.pop()
        return start(*arguments)
    monkeypatch.setattr(_thread, 'start_new_thread', limited)


def test_fewer_threads_than_wanted_do_all_jobs(monkeypatch):
    allow_threads(monkeypatch, 1)
    assert [one.value for one in all_within(10, [lambda at=at: at for at in range(5)])] == list(range(5))


def test_without_any_thread_it_is_said_at_once_that_there_can_be_none(monkeypatch):
    allow_threads(monkeypatch, 0)
    assert [one.error.reason for one in all_within(10, [lambda: 1] * 2)] == ['no further thread can be started'] * 2
