"""Law 5: a fix that is killed at any instruction that changes something is taken back byte for byte, or finished.

An undo that is killed is taken again. A child process does the work and kills itself, with a real SIGKILL, before and
after each change to the OS; then another process looks at what it left. Whatever a command does it does whole: it is a
process of its own, which lives on.
"""
import os
import pathlib
import shutil
import signal
import tempfile

import pytest

from nodeprep import catalogue
from nodeprep.enforce import DONE
from nodeprep.journal import reading
from tests import actor
from tests.drifted import CASES, Machine
from tests.test_laws_fix import undo
from tests.tiers import need

# What nodeprep calls to change something, or to make it last.
CALLS = ('rename', 'unlink', 'mkdir', 'rmdir', 'symlink', 'write', 'fsync', 'fdatasync', 'fchmod', 'chmod', 'fchown',
         'lchown', 'chown', 'setxattr', 'utime', 'ftruncate', 'open')
WHOLE = [case for case in CASES if case[0] in ('centos7', 'stream10') and not case[1]]
SAMPLED = [case for case in CASES if case not in WHOLE]
# What those two do not need: (case, the requirements whose fix differs in it).
OWN = [(('centos7', 'names'), ('hosts', 'hostname')), (('stream9', 'names'), ('hostname',)),
       (('centos7', 'no-time'), ('time-sync',)), (('stream10', 'no-chrony'), ('time-sync',)),
       (('centos7', 'servers'), ('time-sync',)), (('stream9', 'servers'), ('time-sync',)),
       (('stream10', 'no-docker'), ('docker',)), (('alma9', 'mirror'), ('docker',)),
       (('centos7', 'open-ports'), ('firewall',)), (('stream10', 'open-firewall'), ('firewall',)),
       (('stream10', 'kernel-argument'), ('selinux',)), (('centos7', 'line-wins'), ('bridge', 'forwarding')),
       (('centos7', 'swap-file'), ('swap',)), (('alma9', 'no-kubelet'), ('kubelet',))]


_OPEN, _WRITE = os.open, os.write


class Killer:
    """Counts the points, two for each change, and kills the process at one of them."""

    def __init__(self, at):
        self.at, self.count = at, 0

    def point(self):
        """One instant."""
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call):
        """The same function, with an instant before and one after it."""
        def called(*args, **kwargs):
            if call is _OPEN and not args[1] & os.O_CREAT:
                return call(*args, **kwargs)
            self.point()
            answer = call(*args, **kwargs)
            self.point()
            return answer
        return called

    def arm(self, host):
        """From now on every change of this process counts; a command counts as one."""
        real = {name: getattr(os, name) for name in CALLS}

        def act(host, argv):
            self.point()
            for name, call in real.items():
                setattr(os, name, call)
            answer = actor.act(host, argv)
            for name, call in armed.items():
                setattr(os, name, call)
            self.point()
            return answer
        armed = {name: self.around(call) for name, call in real.items()}
        for name, call in armed.items():
            setattr(os, name, call)
        host.actor = act


def killed_at(machine, point, ids):
    """Does the fix in a child that dies at this point; whether it did, and how many points it came by."""
    return dies(machine, point, lambda planned: machine.fix(ids, planned), ids)


def dies(machine, point, work, ids=None):
    """The same for any work, which is given the plan for `ids`."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            planned = None if ids is None else machine.plan(ids)      # looking changes nothing: it has no points
            killer = Killer(point)
            killer.arm(machine.host)
            work(planned)
            _WRITE(writer, str(killer.count).encode())
        finally:
            os._exit(0)
    os.close(writer)
    said = b''.join(iter(lambda: os.read(reader, 100), b''))
    os.close(reader)
    status = os.waitpid(child, 0)[1]
    return os.WIFSIGNALED(status), int(said or b'0')


def check_point(machine, point, ids, folder):
    """One death: taken back in one copy, finished and taken back in another."""
    before = machine.tree()
    one = machine.copy(folder / 'undone')
    died, _ = killed_at(one, point, ids)
    assert died
    assert undo(one) == [], point
    assert one.tree() == before, f'killed at point {point}'
    other = machine.copy(folder / 'finished')
    assert killed_at(other, point, ids)[0]
    outcomes, _ = other.fix(ids)
    assert all(outcome.result == DONE for outcome in outcomes), (point, outcomes)
    assert other.plan(ids).changes == 0
    assert undo(other) == [] and other.tree() == before, f'finished after point {point}'
    shutil.rmtree(str(folder))


@pytest.fixture
def folder():
    """A folder in memory, where a thousand trees and their fsyncs cost little."""
    need('root')
    with tempfile.TemporaryDirectory(dir='/dev/shm' if os.path.isdir('/dev/shm') else None) as name:
        yield pathlib.Path(name)


def points_of(machine, ids, folder):
    """How many points a fix has."""
    died, count = killed_at(machine.copy(folder), 0, ids)
    assert not died and count > 0
    return count


def every_point(machine, ids, folder):
    """Dies at each point of a fix; how many there are."""
    count = points_of(machine, ids, folder / f'count-{ids[0]}')
    for point in range(1, count + 1):
        check_point(machine, point, ids, folder / f'{ids[0]}-{point}')
    return count


def every_point_of_undo(machine, ids, folder):
    """Dies at each point of the way back, and takes it again; how many points there are."""
    before = machine.tree()
    fixed = machine.copy(folder / 'fixed')
    assert all(one.result == DONE for one in fixed.fix(ids)[0])
    whole = fixed.copy(folder / 'whole')
    died, count = dies(whole, 0, lambda planned: undo(whole))
    assert not died and count > 0 and whole.tree() == before
    for point in range(1, count + 1):
        one = fixed.copy(folder / str(point))
        assert dies(one, point, lambda planned, one=one: undo(one))[0]
        assert undo(one) == [] and one.tree() == before, f'undo killed at point {point}'
        shutil.rmtree(one.host.root)
    shutil.rmtree(str(folder))
    return count


def parts(machine):
    """The requirements that have something to fix."""
    return [part.requirement for part in machine.plan().parts if part.changes]


@pytest.mark.parametrize('case', WHOLE, ids='-'.join)
def test_killed_at_every_point_of_each_requirement(case, folder):
    machine = Machine(*case, folder / 'base')
    counts = {one: every_point(machine, (one,), folder) for one in parts(machine)}
    print(f'\n{case[0]}: a fix was killed at {sum(counts.values())} points: {counts}')
    assert sum(counts.values()) > 100


@pytest.mark.parametrize('case, ids', OWN, ids=lambda value: '-'.join(value))
def test_killed_at_every_point_of_a_fix_that_is_another_on_other_hosts(case, ids, folder):
    machine = Machine(*case, folder / 'base')
    counts = {one: every_point(machine, (one,), folder) for one in ids}
    print(f'\n{"-".join(case)}: a fix was killed at {sum(counts.values())} points: {counts}')


@pytest.mark.parametrize('case, ids', [(case, ()) for case in WHOLE] + OWN, ids=lambda value: '-'.join(value))
def test_an_undo_that_is_killed_is_taken_again(case, ids, folder):
    machine = Machine(*case, folder / 'base')
    counts = {one: every_point_of_undo(machine, (one,), folder / 'way') for one in ids or parts(machine)}
    print(f'\n{"-".join(case)}: an undo was killed at {sum(counts.values())} points: {counts}')


def test_each_requirement_that_has_a_fix_is_killed(folder):
    killed = {one for _, ids in OWN for one in ids}
    for case in WHOLE:
        killed |= set(parts(Machine(*case, folder / '-'.join(case))))
    fixed = {one for case in CASES for one in parts(Machine(*case, folder / 'all' / '-'.join(case)))}
    explained = {name for name, one in catalogue.load_all().items()
                 if 'Fix: nothing' not in type(one).__doc__ and 'Fix: none' not in type(one).__doc__}
    assert fixed == killed == explained


@pytest.mark.parametrize('case', SAMPLED, ids='-'.join)
def test_killed_at_some_points_of_the_whole(case, folder):
    machine = Machine(*case, folder / 'base')
    if machine.plan().changes == 0:
        assert case[0] in ('alma9', 'rocky9') and not case[1]          # hosts that are met as they come
        return
    count = points_of(machine, (), folder / 'count')
    for point in range(1 + len(case[0] + case[1]) % 7, count + 1, max(1, count // 12)):
        check_point(machine, point, (), folder / str(point))
    print(f'\n{case}: {count} points, every {max(1, count // 12)}th')


def test_what_a_kill_leaves_is_told(folder):
    machine = Machine('centos7', '', folder / 'base')
    copy = machine.copy(folder / 'copy')
    assert killed_at(copy, 40, ())[0]
    (cut,) = reading.unfinished(copy.host)
    assert cut.end == '' and cut.open
