"""What was acknowledged is there, once, whatever becomes of the process that took it, or of the disk."""
import contextlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from nodeprep.master.store import doctor, open_store
from tests.tiers import need

KILLS = int(os.environ.get('NODEPREP_KILLS', '10'))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def writer(url, path, first=1, count=8, log=None):
    """A process that writes, once it has begun."""
    before = begun(path)
    process = subprocess.Popen([sys.executable, '-m', 'tests.system.master_writer', url, str(first), str(count), path],
                               cwd=TOP, env=dict(os.environ, PYTHONPATH=TOP), stdout=subprocess.DEVNULL,
                               stderr=log or subprocess.DEVNULL)
    try:
        wait_for(lambda: begun(path) != before, process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def begun(path):
    with contextlib.suppress(FileNotFoundError), open(path) as file:
        return file.read().count('begun\n')
    return 0


@contextlib.contextmanager
def running(*args, **more):
    """A writer that is killed at the end."""
    process = writer(*args, **more)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def wait_for(what, process, seconds=60):
    until = time.monotonic() + seconds
    while not what():
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.05)


def said(path):
    with open(path, errors='replace') as file:
        return file.read()


def acknowledged(*paths):
    """(node, sequence, digest) of whatever was; a line that a kill cut short was not."""
    found = set()
    for path in paths:
        with open(path) as file:
            for line in file:
                if line.endswith('\n') and line != 'begun\n':
                    node, sequence, digest = line.split()
                    found.add((int(node), int(sequence), digest))
    return found


def proved(url, told):
    """Every report that was acknowledged is there, none twice, all hang together; returns how many there are."""
    store = open_store(url)
    try:
        kept = store.read(lambda cursor: cursor.all('SELECT node, sequence, digest FROM report'))
        assert len(kept) == len(set(kept)) == len({row[:2] for row in kept})
        assert told - set(kept) == set()
        # Each node's numbers have no hole, and its row says the last of them.
        assert store.read(lambda cursor: cursor.all(
            'SELECT n.id FROM node n WHERE n.sequence <> (SELECT COUNT(*) FROM report r WHERE r.node = n.id)')) == []
        assert [one for one in store.read(lambda cursor: list(doctor.look(cursor))) if one.wrong] == []
        # Each change of state is one transition: the state before each is that after the one before it.
        turns = store.read(lambda cursor: cursor.all(
            "SELECT node, was, state FROM transition WHERE requirement = 'swap' ORDER BY node, id"))
        last = {}
        for node, was, state in turns:
            assert was == last.get(node) and was != state
            last[node] = state
        return len(kept)
    finally:
        store.close()


def test_killed_at_any_moment_nothing_acknowledged_is_lost_or_doubled(tmp_path):
    url, path = f'sqlite://{tmp_path}/fleet.db', f'{tmp_path}/told'
    luck = random.Random(os.environ.get('NODEPREP_SEED', '7'))
    counts, end = [], time.monotonic() + 300
    while len(counts) < KILLS or counts[-1] <= 20 * KILLS and time.monotonic() < end:      # a slow disk takes more
        with running(url, path):
            time.sleep(luck.uniform(0.02, 0.5))
        counts.append(proved(url, acknowledged(path)))
    assert counts == sorted(counts) and counts[-1] > 20 * KILLS
    print(f'{len(counts)} kills: {len(acknowledged(path))} acknowledged, {counts[-1]} there')


@pytest.fixture
def small(tmp_path):
    """A file system of 6 MiB."""
    need('root')
    folder = tmp_path / 'small'
    folder.mkdir()
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', str(folder)], stderr=subprocess.PIPE)
    if done.returncode:
        need('program', f'a mount of tmpfs ({done.stderr.decode().strip()})')
    yield str(folder)
    subprocess.run(['umount', str(folder)], check=True)


def test_a_full_disk_loses_nothing_that_was_acknowledged_and_goes_on_after(small, tmp_path):
    url, path, log = f'sqlite://{small}/fleet.db', f'{tmp_path}/told', f'{tmp_path}/log'
    ballast = f'{small}/ballast'
    with open(ballast, 'wb') as file:
        file.write(bytes(3 * 2**20))
    with open(log, 'wb') as errors, running(url, path, log=errors) as process:
        wait_for(lambda: 'StoreFull' in said(log), process)
        full = len(acknowledged(path))
        time.sleep(0.5)
        os.unlink(ballast)
        wait_for(lambda: len(acknowledged(path)) >= full + 50, process)
    os.rename(f'{small}/fleet.db', f'{small}/it.db')
    for end in ('-wal', '-shm'):
        with contextlib.suppress(FileNotFoundError):
            os.rename(f'{small}/fleet.db{end}', f'{small}/it.db{end}')
    subprocess.run(['cp', '-a', f'{small}/.', f'{tmp_path}'], check=True)
    assert proved(f'sqlite://{tmp_path}/it.db', acknowledged(path)) > full
