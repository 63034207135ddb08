"""The process that writes beside a real master: when it is killed the master says so and ends, and nothing is lost."""
import contextlib
import http.client
import os
import signal
import sqlite3
import threading
import time

import pytest

from nodeprep.agent.credential import Credential
from nodeprep.agent.transport import Transport
from nodeprep.master.store import open_store
from tests.master.fleet import Host
from tests.system.masterprocess import MasterProcess, Person
from tests.system.test_master_killed import proved
from tests.waiting import until


@pytest.fixture
def master(tmp_path):
    with MasterProcess(tmp_path) as made:
        made.admin = made.person()
        yield made


def scribe(master):
    """The process id of the one that writes."""
    pid = master.process.pid
    with open(f'/proc/{pid}/task/{pid}/children') as file:
        (found,) = file.read().split()
    return int(found)


def joined(master, number):
    words = master.join_words()
    status, tree = master.admin.ask('POST', '/v1/join', {
        'token': words[3], 'name': f'node{number}', 'request': f'{number:08x}-0000-4000-8000-000000000000'})
    assert status == 201, tree
    return Person(master, tree['credential'])


class Loading(threading.Thread):
    """A node that reports until the master is gone, on a new connection each time. `told`: (sequence, digest) of what
    was acknowledged.
    """

    def __init__(self, master, number):
        super().__init__()
        self.node, self.host, self.told, self.report = joined(master, number), Host(number), [], None

    def run(self):
        while True:
            if self.report is None:
                self.host.set('swap', 'met' if self.host.sequence % 2 else 'drifted')
                self.report = self.host.report()
            status = self.sent()
            if status is None:
                return
            if status == 503:
                time.sleep(0.05)
                continue
            assert status in (200, 201)
            self.told.append((self.report['sequence'], self.report['chain']['digest']))
            self.report = None

    def sent(self):
        """The status of the answer to the report; None when there is none."""
        try:
            return self.node.ask('POST', '/v1/reports', self.report)[0]
        except (OSError, http.client.HTTPException):
            return None


class Quick(Loading):
    """The same as an agent does it: on a kept connection, each request in one piece, which the master answers without
    a task from the third on (http/quick.py).
    """

    def __init__(self, master, number):
        super().__init__(master, number)
        held = Credential(f'https://127.0.0.1:{master.port}', f'node{number}', self.node.token, master.ca)
        self.transport = Transport(held)

    def sent(self):
        reply = self.transport.post('/v1/reports', {'reports': [self.report]})
        return reply and reply.status


def at_work(nodes):
    """They report from now on; returns when each was told that some of it is kept."""
    for node in nodes:
        node.start()
    until(lambda: all(len(node.told) > 10 for node in nodes))


def proved_all(master, nodes):
    """What they were told is there, see proved()."""
    store = open_store(f'sqlite://{master.data}/fleet.db')
    try:
        names = dict(store.read(lambda cursor: cursor.all('SELECT name, id FROM node')))
    finally:
        store.close()
    told = {(names[f'node{number}'], *one) for number, node in enumerate(nodes, 1) for one in node.told}
    assert len(told) > 20
    assert proved(f'sqlite://{master.data}/fleet.db', told) >= len(told)


@pytest.mark.parametrize('kind', [Loading, Quick])
def test_when_the_one_that_writes_is_killed_the_master_ends_and_nothing_acknowledged_is_lost(master, kind):
    nodes = [kind(master, number) for number in range(1, 5)]
    at_work(nodes)
    os.kill(scribe(master), signal.SIGKILL)
    for node in nodes:
        node.join(60)
        assert not node.is_alive()
    assert master.gone() == 1
    assert any('the process that writes has ended' in line for line in master.lines)
    proved_all(master, nodes)


@pytest.mark.parametrize('kind', [Loading, Quick])
def test_when_the_master_is_killed_nothing_acknowledged_is_lost(master, kind):
    writes = scribe(master)
    nodes = [kind(master, number) for number in range(1, 5)]
    at_work(nodes)
    master.stop(signal.SIGKILL)
    for node in nodes:
        node.join(60)
        assert not node.is_alive()
    wait_for_end(writes)
    proved_all(master, nodes)


def test_both_end_by_a_signal_and_the_one_that_writes_by_none_of_its_own(master):
    writes, node = scribe(master), joined(master, 1)
    assert node.ask('POST', '/v1/heartbeats', {})[0] == 200
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(writes, number)
    assert node.ask('POST', '/v1/heartbeats', {})[0] == 200
    assert master.stop() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(writes, 0)


def test_it_ends_when_another_master_has_brought_the_database_up_to_a_newer_version(master):
    with contextlib.closing(sqlite3.connect(f'{master.data}/fleet.db')) as database:
        database.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
        database.commit()
    assert master.gone() == 1
    assert any('of version 99' in line and 'install the nodeprep that wrote it' in line for line in master.lines)


def test_when_the_master_is_killed_the_one_that_writes_ends(master):
    writes = scribe(master)
    master.stop(signal.SIGKILL)
    wait_for_end(writes)


def wait_for_end(pid):
    until(lambda: state(pid) in ('', 'Z'))


def state(pid):
    """As proc(5) has it; '' of a process that is not there."""
    try:
        with open(f'/proc/{pid}/stat') as file:
            return file.read().rpartition(')')[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ''
