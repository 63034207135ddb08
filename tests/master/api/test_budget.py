"""A node that sends too much, asked as agents do; and an agent whose reports are too many for its master's patience."""
import gzip
import json

import pytest

from nodeprep.agent.backoff import Backoff
from nodeprep.agent.client import Client
from nodeprep.agent.credential import Credential
from nodeprep.agent.delivery import deliver
from nodeprep.agent.spool import Spool
from nodeprep.host.network import Reply
from nodeprep.master.api.reports import TOGETHER
from nodeprep.master.budget import BYTES, Budgets
from tests.master.fleet import Host


class Wire:
    """In place of a connection: the application itself."""

    def __init__(self, node):
        self.node, self.statuses = node, []

    def ask(self, method, path, headers, body):
        answer = self.node.ask(method, path, body, headers)
        self.statuses.append(answer.status)
        return Reply(answer.status, answer.headers, answer.body)


@pytest.fixture
def master(master):
    """One whose waiting only moves its clock."""
    async def sleep(seconds):
        master.monotonic.now += seconds
    master.context.budgets = Budgets(master.monotonic, sleep)
    return master


def fat(node, size):
    """A request that is nothing but large."""
    return node.ask('POST', '/v1/reports', gzip.compress(json.dumps({'reports': ['x' * size]}).encode()),
                    {'content-type': 'application/json', 'content-encoding': 'gzip'})


def test_a_node_in_debt_is_told_when_to_come_again_before_its_body_is_read(master):
    node, other = master.join('node1'), master.join('node2')
    assert fat(node, 2 * BYTES).status == 422
    answer = fat(node, 2 * BYTES)
    assert answer.status == 429 and answer.headers['content-type'] == 'application/problem+json'
    assert answer.tree['title'] == 'Too Many Requests' and 'keep what it has' in answer.tree['detail']
    assert 10 < int(answer.headers['retry-after']) < 60
    assert node.post('/v1/heartbeats', Host(1, 'node1').beat()).status == 429
    assert other.post('/v1/heartbeats', Host(2, 'node2').beat()).status == 200
    master.monotonic.now += int(answer.headers['retry-after']) - 2
    assert node.post('/v1/heartbeats', Host(1, 'node1').beat()).status == 200


def test_several_reports_are_not_so_large_that_others_wait_for_them(master):
    node, host = master.join('node1'), Host(1, 'node1', start=master.clock.now)
    host.findings['swap']['note'] = 'x' * (TOGETHER // 2)
    some = [host.report(), host.report()]
    answer = node.post('/v1/reports', {'reports': some})
    assert answer.status == 413 and 'fewer of them at once' in answer.tree['detail']
    assert [node.post('/v1/reports', one).status for one in some] == [201, 201]


def test_an_agent_waits_as_it_is_told_and_loses_nothing(master, tmp_path):
    node, host = master.join('node1'), Host(1, 'node1', start=master.clock.now)
    spool, wire, clock = Spool(str(tmp_path / 'spool')), Wire(node), master.monotonic
    client = Client(Credential('https://master:9443', 'node1', node.secret, 'ca'), now=master.clock, monotonic=clock,
                    backoff=Backoff(draw=lambda: 1.0), connection=wire)
    for _ in range(30):
        host.findings['swap']['note'] = 'x' * 40000
        spool.append(host.unnumbered())
    assert fat(node, 2 * BYTES).status == 422
    problem = deliver(spool, client)
    assert '429: This node sends more than a node may' in problem
    waits = []
    while deliver(spool, client):
        waits.append(client.wait())
        clock.now += client.wait()
    assert waits[0] > 10, 'as long as it was asked to, and no time was lost in trying'
    assert set(wire.statuses) == {429, 201} and wire.statuses.count(429) == 1
    kept = master.store.read(lambda cursor: cursor.all('SELECT sequence, link FROM report ORDER BY id'))
    assert kept == [(number, 'next') for number in range(1, 31)]
    assert spool.facts().count == 0 and spool.facts().refused == 0 and spool.facts().dropped == 0
