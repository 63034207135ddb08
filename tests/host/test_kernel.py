"""System calls that only look, on the machine of the test."""
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


def test_ftype_is_a_question_to_xfs_alone():
    with pytest.raises(CannotTell, match='/proc'):
        Host().xfs_has_ftype('/proc')


def test_only_of_the_running_host_a_fact_is_remembered_for_life(tmp_path):
    made = []
    for _ in range(2):
        Host(str(tmp_path)).for_life('test', lambda: made.append('image'))
        Host().for_life('test', lambda: made.append('host'))
    assert made == ['image', 'host', 'image']
