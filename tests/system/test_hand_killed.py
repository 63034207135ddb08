"""The hand killed with a real SIGKILL: run again it finishes or refuses, and undo brings back every byte."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from nodeprep.host.changing import Changing
from nodeprep.journal import reading
from nodeprep.journal.undoing import Way
from nodeprep.journal.writing import Reopened
from tests import actor, hosts
from tests.agent.owned import Owned
from tests.system.test_killed import _WRITE, Killer
from tests.test_laws_fix import undo
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POINTS = 40               # at most, of each case, spread over all there are
CASES = [('centos7', 'swap'), ('centos7', 'selinux'), ('stream9', 'forwarding'), ('stream10', 'kernel-modules'),
         ('centos7', 'firewall')]


@pytest.fixture
def folder():
    """A folder in memory, where hundreds of trees and their fsyncs cost little."""
    need('root')
    with tempfile.TemporaryDirectory(dir='/dev/shm' if os.path.isdir('/dev/shm') else None) as name:
        yield pathlib.Path(name)


def killed_at(owned, point, requirement):
    """Runs the hand in a child that dies at this point; whether it did, and how many points it came by."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            killer = Killer(point)
            killer.arm(owned.host)
            owned.hand(requirement)
            _WRITE(writer, str(killer.count).encode())
        finally:
            os._exit(0)
    os.close(writer)
    said = b''.join(iter(lambda: os.read(reader, 100), b''))
    os.close(reader)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1]), int(said or b'0')


def points_of(owned, requirement, folder):
    died, count = killed_at(owned.copy(folder), 0, requirement)
    assert not died and count > 0
    return range(1, count + 1, max(1, count // POINTS))


@pytest.mark.parametrize('case', CASES, ids='-'.join)
def test_in_mode_fix_the_next_one_finishes_it_and_undo_takes_back_both(case, folder):
    name, requirement = case
    base = Owned(folder / 'base', name).config(f'requirements: {{{requirement}: {{mode: fix}}}}\n')
    before = base.machine.tree()
    points = points_of(base, requirement, folder / 'count')
    for point in points:
        one = base.copy(folder / str(point))
        assert killed_at(one, point, requirement)[0]
        code = one.hand(requirement)
        assert (code, one.machine.plan((requirement,)).changes) == (0, 0), (point, one.said)
        assert undo(one.machine) == [] and one.machine.tree() == before, point
        shutil.rmtree(str(folder / str(point)))
    print(f'\n{case}: killed at {len(points)} points')


@pytest.mark.parametrize('case', CASES[:2], ids='-'.join)
def test_an_approval_does_not_cover_what_a_kill_left(case, folder):
    """Done, not begun, or refused; and undo brings back what there was."""
    name, requirement = case
    base = Owned(folder / 'base', name).config(f'requirements: {{{requirement}: {{mode: approve}}}}\n')
    base.approve(base.digest(requirement), requirement=requirement)
    before, codes = base.machine.tree(), []
    for point in points_of(base, requirement, folder / 'count'):
        one = base.copy(folder / str(point))
        assert killed_at(one, point, requirement)[0]
        left = one.machine.tree()
        code = one.hand(requirement)
        codes.append(code)
        if code == 0:
            assert one.machine.plan((requirement,)).changes == 0, point
        else:
            assert code == 1 and one.machine.tree() == left and 'not fixed: ' in one.said, (point, one.said)
        assert undo(one.machine) == [] and one.machine.tree() == before, point
        shutil.rmtree(str(folder / str(point)))
    assert set(codes) == {0, 1}


def test_sigterm_ends_it_after_the_step_in_hand_and_takes_back_what_is_not_complete(tmp_path):
    need('root')
    owned = Owned(tmp_path).config('requirements: {swap: {mode: fix}}\n')
    before = owned.machine.tree()

    def told_to_stop(host, argv):
        os.kill(os.getpid(), signal.SIGTERM)
        return actor.act(host, argv)
    owned.host.actor = told_to_stop
    assert owned.hand() == 4 and owned.machine.tree() == before
    assert 'SIGTERM: stops after this step' in owned.said and 'swap: interrupted (000001): ' in owned.said
    owned.host.actor = actor.act
    assert owned.hand() == 0


def tree(root):
    return [entry[:3] for entry in hosts.snapshot(root) if not entry[0].startswith(('/var/lib/nodeprep', '/run'))]


def undo_image(root):
    """Takes back every transaction of an image, and forgets them: what a person took back is not done again."""
    host = Changing(root)
    while True:
        past = reading.newest(host)
        if past is None:
            shutil.rmtree(root + '/var/lib/nodeprep')
            return
        with Reopened(host, past.id) as reopened:
            taken = Way(lambda: Changing(root), force_live=True).back(past.open, reopened.undid)
        assert all(step.undone for step in taken), taken


def test_a_real_process_killed_at_random_times(tmp_path):
    """The command as its unit runs it, on an image: from before Python is up until after the end."""
    need('root')
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    os.makedirs(root + '/etc/nodeprep')
    with open(root + '/etc/nodeprep/nodeprep.yaml', 'w', encoding='utf-8') as file:
        file.write('requirements: {swap: {mode: fix}}\n')
    before = tree(root)
    argv = [sys.executable, '-m', 'nodeprep', 'hand', 'swap', '--root', root]

    def run(seconds):
        child, started = subprocess.Popen(argv, cwd=TOP, stdout=subprocess.DEVNULL), time.monotonic()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
        finally:
            child.wait()
        return child.returncode, time.monotonic() - started

    begun = time.monotonic()
    assert subprocess.call(argv, cwd=TOP, stdout=subprocess.DEVNULL) == 0
    whole = time.monotonic() - begun
    undo_image(root)
    random.seed(4)
    codes = []
    for _ in range(15):
        code, took = run(whole * random.uniform(0.5, 1.1))
        codes.append(code)
        if code == 0:
            whole = min(whole, took)         # the first one may have been slow: its files were not in memory yet
        assert subprocess.call(argv, cwd=TOP, stdout=subprocess.DEVNULL) == 0
        undo_image(root)
        assert tree(root) == before
    print(f'\n{codes.count(-9)} of {len(codes)} killed before their end')
    assert -9 in codes
