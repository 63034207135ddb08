"""A fix whose terminal, reader or owner goes away in the middle, or that meets another one: real processes.

Each is the whole command line in a process of its own, in which the disk is slow, so that there is a middle: once the
step of /etc/fstab is in the journal it takes as long as the test does until `go_on`.
"""
import os
import pty
import signal
import subprocess
import sys

import pytest

from tests import hosts
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SLOW = """
import os, sys, time
real, go = os.fdatasync, sys.argv[-1] + '.go'
def slow(handle):
    with open('/proc/self/fd/%d' % handle) as journal:
        middle = '"write": "/etc/fstab"' in journal.read()
    end = time.monotonic() + 60
    while middle and not os.path.exists(go) and time.monotonic() < end:
        time.sleep(0.05)
    real(handle)
os.fdatasync = slow
from nodeprep.cli import main
main()
"""


@pytest.fixture
def image(tmp_path):
    """An image of CentOS 7 with swap in its fstab and SELinux enforcing: three files for two requirements."""
    need('root')
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    return root


def argv(image, *words):
    return [sys.executable, '-c', SLOW, *words, '--root', image]


def begun(image, *ids, **more):
    """A fix that goes on, with the buffer that its streams usually have, and none on our side."""
    return subprocess.Popen(argv(image, 'fix', '--yes', *ids), cwd=TOP, stdin=subprocess.DEVNULL, bufsize=0,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ, PYTHONUNBUFFERED=''),
                            **more)


def until(read, what):
    """Reads until that was said."""
    said = b''
    while what not in said:
        part = read(1)
        assert part, said
        said += part
    return said


def go_on(image):
    """Ends the middle."""
    with open(image + '.go', 'w', encoding='ascii'):
        pass


def run(image, *words):
    done = subprocess.run([sys.executable, '-m', 'nodeprep', *words, '--root', image], cwd=TOP,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=60)
    return done.returncode, ' '.join(done.stdout.split())


def tree(image):
    """Everything but the journal."""
    return [entry[:3] for entry in hosts.snapshot(image) if not entry[0].startswith('/var/lib/nodeprep')]


def test_a_reader_that_ends_does_not_leave_half(image):
    before = tree(image)
    child = begun(image, 'swap')
    until(child.stdout.read, b'... write /etc/fstab')
    child.stdout.close()
    go_on(image)
    with child.stderr:
        assert child.wait(60) == 74                 # that the output could not be written is told by the code
    assert 'swap: done' in run(image, 'history')[1] and run(image, 'check', 'swap')[0] == 0
    assert run(image, 'undo', '--yes')[0] == 1 and tree(image) == before


def test_a_terminal_that_hangs_up_stops_it_whole(image):
    """A connection that is lost: SIGHUP comes, and whatever is written to the terminal from then on fails."""
    before = tree(image)
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(TOP)
        os.execv(sys.executable, argv(image, 'fix', '--yes', 'swap'))
    until(lambda size: os.read(master, size), b'... write /etc/fstab')
    os.close(master)
    go_on(image)
    status = os.waitpid(pid, 0)[1]
    assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 4
    assert tree(image) == before
    assert 'swap: interrupted: stopped by SIGHUP' in run(image, 'history')[1]


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_it_whole(image, number):
    before = tree(image)
    child = begun(image, 'selinux', 'swap')
    until(child.stdout.read, b'... write /etc/fstab')
    child.send_signal(number)
    go_on(image)
    said = b' '.join(child.communicate(timeout=60)[0].split()).decode()
    assert child.returncode == 4 and f'{number.name}: stops after this step' in said
    assert 'selinux: done' in said and f'swap: not done: stopped by {number.name}' in said
    assert {entry[0] for entry in set(tree(image)) ^ set(before)} == {'/etc/selinux/config'}
    assert run(image, 'undo', '--yes')[0] == 1 and tree(image) == before


def test_two_at_once(image):
    """One does it; the other says who is at work, and changes nothing."""
    first = begun(image, 'swap')
    until(first.stdout.read, b'... write /etc/fstab')
    second = begun(image, 'swap', 'selinux')
    said = second.communicate(timeout=60)
    assert second.returncode == 75 and f'another nodeprep is at work (pid {first.pid}: '.encode() in said[1]
    go_on(image)
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert run(image, 'check', 'swap')[0] == 0 and run(image, 'check', 'selinux')[0] == 1
