"""Three masters on one PostgreSQL behind a balancer, and agents that know the balancer alone: masters are killed and
ended, the server crashes and is started anew, all of it under load. What was acknowledged is there, once.
"""
import contextlib
import http.client
import json
import os
import random
import shutil
import sys
import threading
import time

import pytest

from nodeprep.master.store import open_store
from tests.master.fleet import Host
from tests.system.masterprocess import TOP, MasterProcess, Person
from tests.system.postgres import Server
from tests.system.tcpproxy import balancing
from tests.system.test_master_killed import proved

sys.path.append(f'{TOP}/benchmarks/collector')
sys.path.append(f'{TOP}/benchmarks')

from fleet import Fleet  # noqa: E402  # found by the lines above
from simulated import Agent  # noqa: E402

AGENTS = int(os.environ.get('NODEPREP_AGENTS', '60'))
EVERY = 1.0               # seconds between the turns of an agent
CHANGING = 0.5            # share of the turns in which a state changes


class Balanced:
    """What an agent and a person are told of the masters: the balancer's address, and the CA of all."""

    def __init__(self, port, ca):
        self.address, self.port, self.ca = ('localhost', port), port, ca


class Listening(Agent):
    """An agent that notes what is acknowledged."""

    def __init__(self, folder, master, host, secret):
        super().__init__(folder, master, host, [f'Authorization: Bearer {secret}'])
        self.acknowledged, self._send, self._client.send = [], self._client.send, self._noted

    def _noted(self, reports):
        sent = self._send(reports)
        assert not sent.refused, sent
        self.acknowledged += [(one['sequence'], one['chain']['digest']) for one in reports
                              if one['sequence'] <= sent.delivered_up_to]
        return sent


class Load:
    """Agents at work in threads; somebody looks at the page meanwhile, and nobody falls over."""

    def __init__(self, agents, viewer):
        self.agents, self.viewer, self.answers = agents, viewer, []
        self._fleet = Fleet(agents, EVERY, CHANGING, random.Random(os.environ.get('NODEPREP_SEED', '7')))
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._fleet.run, args=(3600,)),
                         threading.Thread(target=self._look)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self._fleet.end()
        self._over.set()
        for thread in self._threads:
            thread.join()
    def _look(self):
        while not self._over.wait(0.3):
            try:
                self.answers.append(self.viewer.ask('GET', '/drift')[0])
            except (OSError, http.client.HTTPException):
                self.answers.append(0)

    def goes_on(self, seconds=120):
        """Waits until each agent has had two more reports acknowledged, and the page is shown twice in a row."""
        before = [len(agent.acknowledged) for agent in self.agents]
        seen = len(self.answers)
        until(lambda: all(len(agent.acknowledged) > was + 1 for agent, was in zip(self.agents, before)), seconds,
              lambda: str([len(agent.acknowledged) - was for agent, was in zip(self.agents, before)]))
        until(lambda: (200, 200) in zip(self.answers[seen:], self.answers[seen + 1:]), seconds,
              lambda: str(self.answers[seen:]))


def until(what, seconds, said):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f'it did not come to that: {said()}'
        time.sleep(0.05)


@pytest.fixture
def server():
    """One that brings to the disk what it says it does."""
    made = Server(durable=True)
    yield made
    made.end()


@pytest.fixture
def masters(server, tmp_path):
    """Three, the second and third with the CA out of a backup of the first, as docs/master.md has it."""
    url = server.database()
    config = f'database: {json.dumps(url)}\n'
    for name in 'abc':
        (tmp_path / name).mkdir()
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(MasterProcess(tmp_path / 'a', config))
        first.told('backup', str(tmp_path / 'ca.tar'))
        made = [first]
        for name in 'bc':
            os.mkdir(tmp_path / name / 'master', 0o700)
            shutil.unpack_archive(str(tmp_path / 'ca.tar'), str(tmp_path / name / 'master'))
            made.append(stack.enter_context(MasterProcess(tmp_path / name, config)))
        yield url, made


def begun_again(master):
    """Starts one where it was."""
    master.listen = f'127.0.0.1:{master.port}'
    master.start()


def joined(folder, master, balanced):
    """Agents that joined through the balancer."""
    token, person = master.join_words()[3], Person(balanced)
    for number in range(1, AGENTS + 1):
        host = Host(number, requirements=('swap', 'disk'), start=time.time() - 86400)
        status, tree = person.ask('POST', '/v1/join', {
            'token': token, 'name': host.about['name'], 'request': f'{number:08x}-0000-4000-8000-000000000001'})
        assert status == 201, tree
        yield Listening(f'{folder}/spool{number}', balanced, host, tree['credential'])


def test_nothing_is_lost_when_masters_are_killed_and_the_database_crashes_under_load(server, masters, tmp_path):
    url, (first, second, third) = masters
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(balancing([('127.0.0.1', one.port) for one in (first, second, third)]))
        balanced = Balanced(port, first.ca)
        agents = [stack.enter_context(contextlib.closing(one)) for one in joined(tmp_path, first, balanced)]
        viewer = Person(balanced, second.told('user', 'create', 'ann', '--role', 'viewer').strip())
        with Load(agents, viewer) as load:
            load.goes_on()
            first.process.kill()
            load.goes_on()                       # with two
            first.gone()
            begun_again(first)
            second.process.kill()
            server.stop('immediate')             # no master can write, and one is not there
            time.sleep(1)
            server.start()
            load.goes_on()
            second.gone()
            begun_again(second)
            server.stop('fast')
            server.start()
            load.goes_on()
            for one in (first, second, third):   # as when each is upgraded
                assert one.stop() == 0, one.said()
                begun_again(one)
            load.goes_on()
        facts = [agent.spool.facts() for agent in agents]
        assert [(one.count, one.dropped, one.refused, one.trouble) for one in facts] == [(0, 0, 0, '')] * AGENTS
        expected = {agent.host.about['name']: agent.told()['swap'] for agent in agents}
        assert set(load.answers) <= {0, 200, 503} and load.answers[-1] == 200, load.answers
    ids = dict(stored(url, 'SELECT name, id FROM node'))
    told = {(ids[agent.host.about['name']], *one) for agent in agents for one in agent.acknowledged}
    assert len(told) == sum(agent.made for agent in agents) == sum(one.sequence for one in facts)
    assert proved(url, told) == len(told)
    assert dict(stored(url, "SELECT n.name, s.state FROM state s JOIN node n ON n.id = s.node "
                            "WHERE s.requirement = 'swap'")) == expected
    for one in (first, second, third):
        assert not [line for line in one.lines if 'Traceback' in line or 'fault' in line], one.said()
    print(f'{len(told)} reports of {AGENTS} agents, {sum(agent.problems for agent in agents)} requests failed, '
          f'{len(load.answers)} pages, {load.answers.count(200)} of them shown')


def stored(url, sql):
    """What the database says."""
    store = open_store(url)
    try:
        return store.read(lambda cursor: cursor.all(sql))
    finally:
        store.close()
