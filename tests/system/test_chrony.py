"""A real chronyd that leaves the clock alone (-x), following another one in a network namespace of their own."""
import os
import shutil
import subprocess
import time

import pytest

from nodeprep.catalogue import load
from nodeprep.engine import examine
from nodeprep.host import Host
from nodeprep.linux import chrony, processes
from nodeprep.model import CannotTell
from tests.conftest import wants
from tests.tiers import need

RUN, SOCKET = '/run/chrony', '/run/chrony/chronyd.sock'
SERVER = 'local stratum 10\nallow 127.0.0.1\nport 11123\ncmdport 0\nbindcmdaddress /\npidfile {}/server.pid\n'
CLIENT = '{}cmdport 0\nport 0\npidfile {}/client.pid\ndriftfile {}/drift\n'
FOLLOWS = 'server 127.0.0.1 port 11123 iburst minpoll -4 maxpoll -4\n'
# Nothing else on this machine may bring a time daemon of its own to these tests.
OTHERS = ('chronyd', 'ntpd', 'systemd-timesyncd', 'phc2sys', 'timemaster')


@pytest.fixture
def namespace(tmp_path):
    """Starts chronyd with a configuration in one network namespace; everything ends with the test."""
    need('root')
    for program in ('chronyd', 'chronyc', 'ip'):
        need('program', program)
    need('netns')
    if os.path.exists('/run/systemd/system'):
        pytest.skip('systemd runs here: then units tell who keeps the clock, and this chronyd is outside of any')
    others = processes.named(Host('/'), *OTHERS)
    assert not others and not os.path.exists(SOCKET), f'a time daemon runs here: {others}'
    before = sorted(os.listdir(RUN)) if os.path.isdir(RUN) else None
    started = []

    def start(name, text):
        (tmp_path / name).write_text(text)
        with open(str(tmp_path / (name + '.log')), 'wb') as log:
            inside = ['nsenter', '-t', str(started[0].pid), '-n'] if started else ['unshare', '-n']
            started.append(subprocess.Popen(
                inside + ['sh', '-c', 'ip link set lo up && exec chronyd -x -d -u root -f "$0"', str(tmp_path / name)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        until(lambda: processes.command_line(Host('/'), started[-1].pid)[:1] == ['chronyd'], tmp_path / (name + '.log'))
        return started[-1]
    try:
        yield start
    finally:
        for one in started[::-1]:
            one.terminate()
            one.wait(30)
        if before is None and os.path.isdir(RUN):
            shutil.rmtree(RUN)
    assert (sorted(os.listdir(RUN)) if os.path.isdir(RUN) else None) == before


def until(done, log, seconds=30):
    end = time.time() + seconds
    while not done():
        assert time.time() < end, log.read_text()
        time.sleep(0.05)


def answers(synchronised):
    try:
        return chrony.tracking(Host('/')).synchronised is synchronised
    except CannotTell:
        return False


def seen(half='now', **want):
    requirement = load('time-sync')
    found = examine(requirement, Host('/'), wants(requirement, **want))
    return {one.subject: one for one in found.observations if one.when == half}


def said_at_once():
    """What chronyc says in both ways, of one and the same update of the clock: there are some each second."""
    while True:
        before = chrony.tracking(Host('/'))
        text = subprocess.run(chrony.TEXT, stdout=subprocess.PIPE, check=True).stdout.decode()
        csv = chrony.tracking(Host('/'))
        if before.updated == csv.updated:
            return csv, chrony.parse_text(text)


def test_a_clock_in_step(namespace, tmp_path):
    namespace('server', SERVER.format(tmp_path))
    client = namespace('client', CLIENT.format(FOLLOWS, tmp_path, tmp_path))
    until(lambda: answers(True), tmp_path / 'client.log')
    found = seen()
    assert found['time daemon'].met and found['clock'].met and found['last update'].met, found
    assert found['clock'].found == 'synchronised with 127.0.0.1, stratum 11'
    assert found['offset'].met and found['offset'].source == 'chronyc -n -c tracking'
    # Both words of the same chronyc say the same.
    csv, old = said_at_once()
    assert (old.reference, old.local, old.synchronised, old.stratum) == (
        csv.reference, csv.local, csv.synchronised, csv.stratum)
    assert abs(old.updated - csv.updated) < 5 and abs(old.distance - csv.distance) < 0.01
    # Two daemons of one kind are one; and -x keeps no clock, which the kernel tells as ever.
    assert found['kernel clock'].met is (Host('/').clock().max_error < 16)
    assert client.poll() is None


def test_a_daemon_without_a_source(namespace, tmp_path):
    namespace('client', CLIENT.format('', tmp_path, tmp_path))
    until(lambda: answers(False), tmp_path / 'client.log')
    found = seen()
    assert found['time daemon'].met and found['clock'].met is False and found['clock'].found == 'not synchronised'


def test_a_daemon_that_follows_itself(namespace, tmp_path):
    namespace('client', CLIENT.format('local stratum 10\n', tmp_path, tmp_path))
    until(lambda: answers(True), tmp_path / 'client.log')
    one = seen()['clock']
    assert one.met is False and one.advised and '(local)' in one.found


def test_a_daemon_that_is_gone(namespace, tmp_path):
    client = namespace('client', CLIENT.format('local stratum 10\n', tmp_path, tmp_path))
    until(lambda: answers(True), tmp_path / 'client.log')
    client.terminate()
    client.wait(30)
    assert seen()['time daemon'].met is False
