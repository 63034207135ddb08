"""System calls that only look, on the machine of the test."""
import _ctypes
import ctypes
import errno
import os

import pytest

from nodeprep.host import Host
from nodeprep.model import CannotTell

pytestmark = pytest.mark.reaches_machine


def test_what_the_kernel_says_is_what_python_says():
    host = Host()
    assert host.uname() == os.uname() and host.user() == os.geteuid()
    assert host.online_here() == len(os.sched_getaffinity(0))
    assert host.statvfs('/').f_blocks == os.statvfs('/').f_blocks
    with pytest.raises(CannotTell, match='/no/such'):
        host.statvfs('/no/such')


def test_reading_the_clock_gives_its_bounds():
    clock = Host().clock()
    assert clock.state in range(6) and 0 <= clock.max_error <= 20000 and 0 <= clock.status < 2**16


def test_the_clock_is_read_as_its_struct_says():
    class Timex(ctypes.Structure):
        _fields_ = [('modes', ctypes.c_uint), ('offset', ctypes.c_long), ('freq', ctypes.c_long),
                    ('maxerror', ctypes.c_long), ('esterror', ctypes.c_long), ('status', ctypes.c_int),
                    ('rest', ctypes.c_byte * 256)]
    here, clock = Timex(), Host().clock()
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(here))
    assert (clock.state, clock.status, clock.est_error) == (state, here.status, here.esterror / 1e6)
    assert abs(clock.max_error - here.maxerror / 1e6) < 1       # it grows by 500 ppm


def test_a_clock_that_may_not_be_asked_cannot_be_told(monkeypatch):
    class Refusing:
        def adjtimex(self, room):
            ctypes.set_errno(errno.EPERM)
            return -1
    monkeypatch.setattr(_ctypes, 'call_function', lambda function, words: -1)
    monkeypatch.setattr(ctypes, 'CDLL', lambda name, use_errno: Refusing())
    with pytest.raises(CannotTell, match='Operation not permitted'):
        Host().clock()


def test_ftype_is_a_question_to_xfs_alone():
    with pytest.raises(CannotTell, match='/proc'):
        Host().xfs_has_ftype('/proc')


def test_only_of_the_running_host_a_fact_is_remembered_for_life(tmp_path):
    made = []
    for _ in range(2):
        Host(str(tmp_path)).for_life('test', lambda: made.append('image'))
        Host().for_life('test', lambda: made.append('host'))
    assert made == ['image', 'host', 'image']
