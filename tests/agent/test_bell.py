"""bell: what ends the loop's sleep from within."""
import os
import select
import signal

import pytest

from nodeprep.agent.bell import Bell


@pytest.fixture
def bell():
    one = Bell()
    yield one
    one.close()


def readable(bell):
    return bool(select.select([bell.fd], [], [], 0)[0])


def test_it_rings_until_it_is_silenced(bell):
    assert not readable(bell)
    for _ in range(100000):                # more than a pipe holds: it never blocks
        bell.ring()
    assert readable(bell) and bell.silence() == [] and not readable(bell)


def test_signals_ring_it(bell):
    bell.listen()
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGTERM)
    assert readable(bell) and sorted(bell.silence()) == ['SIGHUP', 'SIGTERM'] and bell.silence() == []


def test_closed_it_gives_the_signals_back():
    one = Bell()
    one.listen()
    one.close()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL and signal.set_wakeup_fd(-1) == -1
