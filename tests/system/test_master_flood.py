"""A node with a right credential that floods a real master: the others and the agent of that very node are served."""
import gzip
import json
import threading
import time

import pytest

from nodeprep.agent.client import Client
from nodeprep.agent.credential import Credential
from nodeprep.agent.spool import Spool
from tests.master.fleet import Host
from tests.system.masterprocess import MasterProcess, Person

_FLOODS = 8               # connections


@pytest.fixture
def master(tmp_path):
    with MasterProcess(tmp_path) as made:
        yield made
        assert made.stop() == 0, made.said()
        assert not [line for line in made.lines if 'fault' in line or 'Traceback' in line]


def joined(master, number):
    """A node, as it asks."""
    words = master.join_words()
    status, tree = Person(master).ask('POST', '/v1/join', {
        'token': words[3], 'name': f'node{number}', 'request': f'{number:08x}-0000-4000-8000-000000000000'})
    assert status == 201, tree
    return Person(master, tree['credential'])


class Flood:
    """Sends a body over and over on many connections at once while it is entered; counts the statuses."""

    def __init__(self, node, tree):
        self._node, self._body = node, gzip.compress(json.dumps(tree).encode())
        self.statuses, self._over = [], threading.Event()
        self._threads = [threading.Thread(target=self._pour) for _ in range(_FLOODS)]

    def __enter__(self):
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *error):
        self._over.set()
        for one in self._threads:
            one.join()

    def _pour(self):
        while not self._over.is_set():
            self.statuses.append(self._node.ask('POST', '/v1/reports', packed=self._body)[0])


def flipping(count):
    """A request with reports of 256 requirements, each of which changes every time."""
    host = Host(1, 'node1', requirements=())
    reports = []
    for number in range(count):
        for name in range(256):
            host.set(f'r{name}', ('drifted', 'met')[number % 2])
            host.findings[f'r{name}'].update(observations=[])
        reports.append(host.report())
    return {'reports': reports}


def test_what_one_node_sends_without_end_does_not_delay_the_heartbeats_of_others(master):
    mad, other, waits = joined(master, 1), joined(master, 2), []

    def beat():
        begun = time.monotonic()
        assert other.ask('POST', '/v1/heartbeats', Host(2, 'node2').beat())[0] == 200
        return time.monotonic() - begun
    with Flood(mad, flipping(2)) as flood:
        begin = time.monotonic()
        while time.monotonic() < begin + 8 or flood.statuses.count(429) <= 10 and time.monotonic() < begin + 40:
            waits.append(beat())
            time.sleep(0.02)
    waits.sort()
    print(f'\n99 of 100 of {len(waits)} within {waits[int(0.99 * len(waits))] * 1000:.0f} ms; the flood was answered '
          f'{len(flood.statuses)} times, {flood.statuses.count(429)} of them by 429')
    assert waits[int(0.9 * len(waits))] < 1.0
    assert flood.statuses.count(429) > 10 and len(flood.statuses) < 8 * 8 * _FLOODS


def test_the_agent_of_a_node_whose_credential_is_misused_delivers_all_the_same(master, tmp_path):
    node, spool = joined(master, 1), Spool(str(tmp_path / 'spool'))
    host = Host(1, 'node1', start=time.time() - 3600)
    for _ in range(60):
        spool.append(host.unnumbered())
    client, problems = Client(Credential(master.url, 'node1', node.token, master.ca)), []

    def delivered():
        while client.wait() == 0:
            sent = client.send(spool.oldest(50, 64 * 2**10))
            spool.delivered(sent.delivered_up_to)
            assert not sent.refused
            if sent.problem:
                problems.append(sent.problem)
            if not spool.facts().count:
                return True
        return False
    with Flood(node, {'reports': ['x' * 2**20]}):
        end = time.monotonic() + 60
        while time.monotonic() < end and not any('429' in one for one in problems):
            delivered()
            time.sleep(0.05)
            if not spool.facts().count:
                spool.append(host.unnumbered())
    assert any('429' in one for one in problems)
    end = time.monotonic() + 90
    while not delivered():
        assert time.monotonic() < end, problems
        time.sleep(0.05)
    client.close()
    facts = spool.facts()
    assert (facts.count, facts.refused, facts.dropped) == (0, 0, 0)
    code, told, _ = master.run('doctor')
    assert code == 0, told
