"""Queries of people that take long: nodes are served all the same, and there is an end to how many wait."""
import threading

import pytest

from nodeprep.master.context import WAITING
from nodeprep.master.store import grid
from tests.master.fleet import Host
from tests.waiting import until


class Slow:
    """Queries that do not end before they are let go."""

    def __init__(self, context):
        self.context = context
        self.go, self.begun, self.threads, self.statuses = threading.Event(), threading.Event(), [], []

    def __call__(self, cursor, *more):
        self.begun.set()
        assert self.go.wait(60)
        return {}

    def ask(self, person, count):
        """So many requests that wait at once. They come one after the other, as to the one loop of a master: that
        counts them without a lock.
        """
        for _ in range(count):
            self.threads.append(threading.Thread(target=lambda: self.statuses.append(person.get('/metrics').status)))
            self.threads[-1].start()
            until(lambda: len(self.statuses) + self.context._asked == len(self.threads), pause=0.002)
        assert self.begun.wait(30)

    def end(self):
        self.go.set()
        for one in self.threads:
            one.join()


@pytest.fixture
def slow(master, monkeypatch):
    made = Slow(master.context)
    monkeypatch.setattr(grid, 'standings', made)
    yield made
    made.end()


def test_twenty_pages_that_take_long_delay_no_node_not_even_one_that_is_not_known_yet(master, slow):
    viewer, nodes = master.person('ann', 'viewer'), [master.join(f'node{number}') for number in range(5)]
    slow.ask(viewer, 20)
    for number, node in enumerate(nodes):
        host = Host(number + 1, f'node{number}', start=master.clock.now)
        assert node.post('/v1/reports', {'reports': [host.report() for _ in range(6)]}).status == 201
        assert node.post('/v1/heartbeats', host.beat()).status == 200
    assert master.join('another').post('/v1/credential', {}).status == 201
    assert slow.statuses == []
    slow.end()
    assert slow.statuses == [200] * 20


def test_those_that_wait_have_a_bound_and_whoever_comes_then_is_told_to_come_again(master, slow, monkeypatch):
    monkeypatch.setattr('nodeprep.master.context.WAITING', 3)
    viewer = master.person('ann', 'viewer')
    slow.ask(viewer, 1)
    slow.ask(viewer, 20)
    assert slow.statuses == [503] * 18
    answer = viewer.get('/v1/nodes')
    assert answer.status == 503 and int(answer.headers['retry-after']) and 'asked for at once' in answer.tree['detail']
    slow.end()
    assert sorted(slow.statuses) == [200] * 3 + [503] * 18 and WAITING > 20
    assert viewer.get('/v1/nodes').status == 200
