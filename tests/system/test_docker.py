"""A real dockerd in namespaces of its own: the check sees it run, hang, and be gone; everything is put back."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

import pytest

from nodeprep.catalogue import load
from nodeprep.engine import examine
from nodeprep.host import Host
from nodeprep.linux import processes
from nodeprep.model import CannotTell
from tests.conftest import wants
from tests.tiers import need

MIRROR = 'https://mirror.example'
KEY = '/etc/docker/key.json'          # dockerd before 23 makes it, wherever its data lies


@pytest.fixture(scope='module')
def dockerd(tmp_path_factory):
    """(the process, its socket, its folder) of an engine that nobody else uses."""
    need('root')
    need('program', 'dockerd')
    need('netns')
    others = processes.named(Host('/'), 'dockerd')
    assert not others, f'another dockerd runs here, which this test would take for its own: {others}'
    folder = str(tmp_path_factory.mktemp('docker'))
    before = sorted(os.listdir('/etc/docker')) if os.path.isdir('/etc/docker') else None
    with open(folder + '/log', 'wb') as log:
        # A mount namespace too, so that what it mounts, and what it writes to /run, is gone with it.
        engine = subprocess.Popen(
            ['unshare', '-n', '-m', 'sh', '-c', 'mount -t tmpfs tmpfs /run && exec dockerd "$@"', 'sh',
             '--data-root', folder + '/data', '--exec-root', folder + '/exec', '-H', f'unix://{folder}/docker.sock',
             '--pidfile', folder + '/pid', '--registry-mirror', MIRROR, '--exec-opt', 'native.cgroupdriver=cgroupfs'],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        until(lambda: os.path.exists(folder + '/docker.sock') and answers(folder + '/docker.sock'), 60, folder + '/log')
        yield engine, folder + '/docker.sock', folder
    finally:
        stop(engine)
        if 'key.json' not in (before or ()) and os.path.exists(KEY):
            os.unlink(KEY)
        if before is None and os.path.isdir('/etc/docker'):
            os.rmdir('/etc/docker')
        shutil.rmtree(folder)
    assert (sorted(os.listdir('/etc/docker')) if os.path.isdir('/etc/docker') else None) == before


def answers(path):
    try:
        return Host('/').unix_http(path, '/_ping').status == 200
    except CannotTell:
        return False


def until(done, seconds, log):
    end = time.monotonic() + seconds
    while not done():
        with open(log, errors='replace') as said:
            assert time.monotonic() < end, said.read()
        time.sleep(0.1)


def stop(engine):
    """Ends the engine and the containerd that it started, which share a session with nobody else."""
    if engine.poll() is None:
        engine.send_signal(signal.SIGCONT)
        engine.terminate()
        try:
            engine.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(engine.pid, signal.SIGKILL)
            engine.wait(30)


class Patient(Host):
    """A host that gives the engine of a slow machine the time that it needs: most of these tests are not about that."""

    def unix_http(self, socket_path, target, timeout=0.0):
        return super().unix_http(socket_path, target, 60.0)


def seen(path, half='now', host=Patient, **want):
    requirement = load('docker')
    found = examine(requirement, host('/'), wants(requirement, socket=path, **want))
    return {one.subject: one for one in found.observations if one.when == half}


def threads(pid):
    """The states that the threads of a process are in: a signal stops one after the other."""
    states = set()
    for name in os.listdir(f'/proc/{pid}/task'):
        with contextlib.suppress(OSError), open(f'/proc/{pid}/task/{name}/stat') as source:     # one may end meanwhile
            states.add(source.read().rpartition(')')[2].split()[0])
    return states


def test_a_real_engine_is_seen(dockerd):
    engine, path, _ = dockerd
    found = seen(path, cgroup_driver='cgroupfs', storage_driver='any', mirrors=[MIRROR])
    if not os.path.exists('/run/systemd/system'):
        assert found['docker.service'].met and found['docker.service'].source == f'/proc/{engine.pid}/comm'
    real = subprocess.run(['dockerd', '--version'], stdout=subprocess.PIPE, check=True).stdout.decode()
    version = real.partition('version ')[2].partition(',')[0]
    assert found[path].met and found[path].found == f'Docker Engine {version} answers'
    assert found['cgroup driver'].met and found['cgroup driver'].found == 'cgroupfs'
    assert found['storage driver'].met and found['storage driver'].source == path + ' GET /info'
    assert found[MIRROR].met


def test_what_differs_is_told(dockerd):
    found = seen(dockerd[1], cgroup_driver='systemd', mirrors=['https://other.example'])
    assert found['cgroup driver'].met is False and found['https://other.example'].met is False


def test_a_look_changes_nothing(dockerd):
    _, path, folder = dockerd
    before = sorted(os.listdir(folder)), os.stat(path).st_ino
    seen(path)
    assert (sorted(os.listdir(folder)), os.stat(path).st_ino) == before


def test_an_engine_that_hangs_is_unknown_in_time(dockerd):
    engine, path, _ = dockerd
    os.kill(engine.pid, signal.SIGSTOP)
    try:
        until(lambda: threads(engine.pid) == {'T'}, 60, os.path.dirname(path) + '/log')
        found = seen(path, host=Host)
    finally:
        os.kill(engine.pid, signal.SIGCONT)
    assert found[path].met is None and 'timed out' in found[path].found
    assert 'cgroup driver' not in found
    until(lambda: answers(path), 60, os.path.dirname(path) + '/log')


def test_an_engine_that_is_gone_is_seen_and_its_socket_left_alone(dockerd):
    engine, path, _ = dockerd
    stop(engine)
    found = seen(path)
    assert found['docker.service'].met is False and path not in found
