"""Real events of the kernel seen by the Watcher: swap, mounts, the clock, a signal; and nothing leaks."""
import ctypes
import os
import subprocess
import sys
import time

import pytest

from nodeprep.agent.watch import Watcher
from nodeprep.host import Host
from nodeprep.host.libc import call
from nodeprep.model import Folder, Pollable
from tests.system.swapping import swap_lines, swappable
from tests.tiers import need

SWAPS, MOUNTS = Pollable('/proc/swaps'), Pollable('/proc/self/mountinfo')


@pytest.fixture
def watcher():
    made = []

    def make(*watches, root='/'):
        made.append(Watcher(Host(root, live=True), watches))
        assert made[-1].missing == []
        return made[-1]
    yield make
    for one in made:
        one.close()


@pytest.fixture
def swap_file(tmp_path):
    """A file that can swap and does not; in the end it does not either."""
    with swappable(str(tmp_path / 'swapfile')) as path:
        yield path


def test_fifty_swapons_are_told_and_how_late_is_printed(watcher, swap_file, capsys):
    eyes = watcher(SWAPS)
    late = []
    for _ in range(50):
        assert eyes.wait(0) == []
        began = time.monotonic()
        call('swapon', os.fsencode(swap_file), 0)
        (woken,) = eyes.wait(5)
        late.append(time.monotonic() - began)
        assert (woken.watch, woken.what) == (SWAPS, '/proc/swaps') and began <= woken.at
        assert swap_file in swap_lines()
        call('swapoff', os.fsencode(swap_file))
        assert [one.watch for one in eyes.wait(5)] == [SWAPS]
    late.sort()
    with capsys.disabled():
        print(f'\nswapon told after: median {late[25] * 1000:.0f} ms, p99 {late[-1] * 1000:.0f} ms of 50')


def test_a_change_between_two_waits_is_not_lost_and_both_of_a_burst_are_one(watcher, swap_file):
    eyes = watcher(SWAPS)
    call('swapon', os.fsencode(swap_file), 0)
    call('swapoff', os.fsencode(swap_file))
    time.sleep(0.05)
    assert [one.what for one in eyes.wait(1)] == ['/proc/swaps']
    assert eyes.wait(0.1) == []


MOUNT_CHILD = '''
import subprocess, sys, tempfile
from nodeprep.agent.watch import Watcher
from nodeprep.host import Host
from nodeprep.model import Folder, Pollable
mounts, drops = Pollable('/proc/self/mountinfo'), Folder(sys.argv[1] + '/sysctl.d')
eyes = Watcher(Host('/'), [mounts, drops])
assert eyes.missing == [] and eyes.wait(0) == []
subprocess.run(['mount', '-t', 'tmpfs', 'nodeprep', drops.path], check=True)
assert [one.watch for one in eyes.wait(5)] == [mounts]
eyes.rescan()                                    # what is mounted over the folder is no event of inotify
assert [(one.watch, one.what) for one in eyes.wait(5)] == [(drops, drops.path + ' replaced')]
open(drops.path + '/new.conf', 'w').close()
assert [(one.watch, one.what) for one in eyes.wait(5)] == [(drops, drops.path + '/new.conf created')]
subprocess.run(['umount', drops.path], check=True)
assert {one.watch for one in eyes.wait(5)} == {mounts, drops}
eyes.rescan()
eyes.wait(0.2)
open(drops.path + '/below.conf', 'w').close()
assert [(one.watch, one.what) for one in eyes.wait(5)] == [(drops, drops.path + '/below.conf created')]
print('seen')
'''


def test_a_mount_over_a_watched_folder_and_its_end(tmp_path):
    need('root')
    need('program', 'unshare')
    (tmp_path / 'sysctl.d').mkdir()
    done = subprocess.run(['unshare', '--mount', '--propagation', 'private', sys.executable, '-c', MOUNT_CHILD,
                           str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert (done.stdout, done.stderr) == (b'seen\n', b'')


def shift_clock(microseconds):
    """adjtimex(2) with ADJ_SETOFFSET: the clock of the machine is set forward by these."""
    class Timex(ctypes.Structure):
        _fields_ = [('modes', ctypes.c_uint), ('offset', ctypes.c_long), ('freq', ctypes.c_long),
                    ('maxerror', ctypes.c_long), ('esterror', ctypes.c_long), ('status', ctypes.c_int),
                    ('constant', ctypes.c_long), ('precision', ctypes.c_long), ('tolerance', ctypes.c_long),
                    ('seconds', ctypes.c_long), ('micros', ctypes.c_long), ('rest', ctypes.c_byte * 256)]
    call('adjtimex', ctypes.byref(Timex(modes=0x100, seconds=microseconds // 10**6, micros=microseconds % 10**6)))


def test_the_clock_is_set(watcher):
    """By a microsecond and back, so that it stands as before. To set it also marks it as undisciplined, so this is
    done only where it is that already.
    """
    need('root')
    clock = Host('/').clock()
    if not clock.status & 0x40 or clock.max_error < 16:
        pytest.skip('the clock of this machine is disciplined, and to set it would end that')
    eyes = watcher()
    assert eyes.wait(0.05) == []
    shift_clock(1)
    try:
        assert [(one.watch, one.what) for one in eyes.wait(5)] == [(None, 'clock set')]
    finally:
        shift_clock(-1)
    assert [one.what for one in eyes.wait(5)] == ['clock set']         # and the next time too
    assert eyes.wait(0.05) == []
    after = Host('/').clock()
    assert (after.status, after.offset) == (clock.status, clock.offset)


def test_a_descriptor_of_the_loop_ends_the_sleep_at_once(watcher, tmp_path):
    eyes = watcher(Folder('/'), root=str(tmp_path))
    reader, writer = os.pipe()
    try:
        eyes.also.append(reader)
        os.write(writer, b'x')
        (tmp_path / 'new').write_text('')
        woken = eyes.wait(5)
        assert [(one.what, one.fd) for one in woken[:1]] == [('fd', reader)]
        os.read(reader, 1)
        assert [one.watch for one in woken[1:] or eyes.wait(5)] == [Folder('/')]
        eyes.also.remove(reader)
        os.write(writer, b'x')
        assert eyes.wait(0.05) == []
    finally:
        os.close(reader)
        os.close(writer)


def test_a_signal_ends_the_sleep_through_its_wakeup_descriptor(watcher):
    import signal
    eyes = watcher()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    had = signal.signal(signal.SIGALRM, lambda number, frame: None)
    known = signal.set_wakeup_fd(writer)
    try:
        eyes.also.append(reader)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        began = time.monotonic()
        assert [one.fd for one in eyes.wait(30)] == [reader]
        assert time.monotonic() - began < 10
    finally:
        signal.set_wakeup_fd(known)
        signal.signal(signal.SIGALRM, had)
        os.close(reader)
        os.close(writer)


LEAK_CHILD = '''
import gc, os, sys
from nodeprep.agent.watch import Watcher
from nodeprep.host import Host
from nodeprep.model import Folder, Pollable
top, rounds = sys.argv[1], int(sys.argv[2])
watches = [Pollable('/proc/swaps'), Pollable('/proc/self/mountinfo')]
eyes = Watcher(Host(top, live=True), watches + [Folder('/etc'), Folder('/etc/sysctl.d'), Folder('/lib/later')])

def held():
    gc.collect()
    fds = [fd for fd in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fdinfo/' + fd)]     # not listdir's
    inotify = [fd for fd in fds if 'inotify' in os.readlink('/proc/self/fd/' + fd)]
    watches = sum(line.startswith('inotify wd') for fd in inotify for line in open('/proc/self/fdinfo/' + fd))
    # What no file stands for, in memory or swapped out: of the rest the kernel gives and takes as it needs.
    own = sum(int(line.split()[1]) for line in open('/proc/self/smaps') if line.startswith(('Anonymous:', 'Swap:')))
    return len(fds), watches, own

def some(count):
    for number in range(count):
        step = number % 10
        if step == 0:
            os.rename(top + '/etc/sysctl.d', top + '/etc/old.d')
            os.mkdir(top + '/etc/sysctl.d')
        elif step == 1:
            os.rmdir(top + '/etc/old.d')
        elif step == 2:
            open(top + '/etc/file%d' % number, 'w').close()
        elif step == 3:
            os.unlink(top + '/etc/file%d' % (number - 1))
        elif step == 4:
            os.mkdir(top + '/usr/lib/later')
        elif step == 5:
            os.rmdir(top + '/usr/lib/later')
        eyes.wait(0)
        eyes.rescan()

some(rounds // 10)
before = held()
some(rounds)
print(*before, *held())
'''


def test_fifty_thousand_rounds_hold_no_more_than_the_first(tmp_path, capsys):
    (tmp_path / 'etc' / 'sysctl.d').mkdir(parents=True)
    (tmp_path / 'usr' / 'lib').mkdir(parents=True)
    (tmp_path / 'lib').symlink_to('usr/lib')
    (tmp_path / 'proc' / 'self').mkdir(parents=True)
    (tmp_path / 'proc' / 'swaps').write_text('')
    (tmp_path / 'proc' / 'self' / 'mountinfo').write_text('')
    began = time.monotonic()
    done = subprocess.run([sys.executable, '-c', LEAK_CHILD, str(tmp_path), '50000'], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300)
    assert done.stderr == b''
    fds, watches, kib, fds_after, watches_after, kib_after = map(int, done.stdout.split())
    with capsys.disabled():
        print(f'\n50,000 rounds in {time.monotonic() - began:.0f} s: descriptors {fds} -> {fds_after}, '
              f'watches {watches} -> {watches_after}, memory {kib} -> {kib_after} KiB')
    assert (fds_after, watches_after) == (fds, watches)
    assert kib_after - kib < 256           # a byte lost each round would be 48 KiB, an object each 2 MiB and more
