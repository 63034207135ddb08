"""apart: work in a process of its own."""
import os
import select
import signal
import time

from nodeprep.host.apart import Apart


def test_what_comes_of_it():
    work = Apart(lambda: b'x' * 300000, 30.0)
    assert select.select([work.fileno()], [], [], 20)[0]
    assert work.result(wait=True) == b'x' * 300000 and work.fileno() == -1 and work.result() == b''


def test_while_it_goes_on_there_is_nothing():
    read, write = os.pipe()
    work = Apart(lambda: os.read(read, 1), 30.0)
    assert work.result() is None
    os.write(write, b'y')
    assert work.result(wait=True) == b'y'
    os.close(read)
    os.close(write)


def test_work_that_fails_dies_or_takes_too_long_gives_nothing():
    def die():
        os.kill(os.getpid(), signal.SIGKILL)
        return b'never'
    assert Apart(lambda: os._exit(3), 30.0).result(wait=True) == b''
    assert Apart(die, 30.0).result(wait=True) == b''
    assert Apart(lambda: time.sleep(60) or b'late', 0.05).result(wait=True) == b''


def test_closed_it_is_gone():
    work = Apart(lambda: time.sleep(60) or b'', 60.0)
    child = work._child
    assert work.close() != 0 and work.fileno() == -1
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        child = 0
    assert child == 0


def test_a_signal_for_the_parent_is_not_kept_from_the_child():
    read, write = os.pipe()
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        work = Apart(lambda: os.write(write, b'.') and time.sleep(20) or b'it slept on', 60.0)
        assert os.read(read, 1) == b'.'
        os.kill(work._child, signal.SIGTERM)
        assert work.result(wait=True) == b''
    finally:
        signal.signal(signal.SIGTERM, before)
        os.close(read)
        os.close(write)
