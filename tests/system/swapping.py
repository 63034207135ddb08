"""Swap is of the whole machine: tests that turn some on take turns."""
import contextlib
import fcntl
import os
import re
import subprocess
import tempfile

from tests.tiers import need

KIB = 16 * 1024


@contextlib.contextmanager
def turn():
    """Waits until no other test of any checkout has swap on."""
    with open(os.path.join(tempfile.gettempdir(), 'nodeprep-tests-swap.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def swappable(path, alone=False):
    """A file of 16 MiB on which the machine could swap and does not; in the end it is gone, whoever turned it on.

    With `alone` the test is skipped where there is other swap, so that a fix takes away nothing else.
    """
    need('root')
    for program in ('mkswap', 'swapon', 'swapoff'):
        need('program', program)
    with turn():
        if alone:
            need('swapless')
        before = swap_lines()
        with open(path, 'wb') as out:
            out.write(bytes(KIB * 1024))  # a sparse file is refused
            os.fsync(out.fileno())
        os.chmod(path, 0o600)
        run('mkswap', path)
        try:
            yield path
        finally:
            if swap_lines() != before:
                run('swapoff', '--', path)
            os.unlink(path)
        assert swap_lines() == before


@contextlib.contextmanager
def swapping(path, *words, alone=False):
    """The same, turned on with these words of swapon."""
    with swappable(path, alone):
        run('swapon', *words, '--', path)
        yield path


def run(*argv):
    """A command of the machine that must succeed."""
    path = os.environ['PATH'] + ':/usr/sbin:/sbin'
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, PATH=path), timeout=120)


def swap_lines():
    """/proc/swaps without how much is used, which is the kernel's affair: it may need some at any moment."""
    with open('/proc/swaps') as source:
        return ''.join(re.sub(r'(\d+\s+)\d+(\s+-?\d+)$', r'\1-\2', line) for line in source)
