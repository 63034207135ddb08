"""What one node may ask: a moment's wait, then 429; and what that costs the master."""
import tracemalloc

import pytest

from nodeprep.master import budget
from nodeprep.master.budget import AT_ONCE, BYTES, BYTES_AGAIN, HERE, REQUESTS, REQUESTS_AGAIN, Budgets
from nodeprep.master.http.problem import Problem
from tests.master.asking import run
from tests.master.small import Clock


class Sleeping:
    """Budgets whose waiting only moves their clock."""

    def __init__(self, **more):
        self.clock, self.slept = Clock(1000.0), []
        self.budgets = Budgets(self.clock, self._sleep, **more)

    async def _sleep(self, seconds):
        self.slept.append(seconds)
        self.clock.now += seconds

    def ask(self, size=500, requests=1, node=1):
        """One request from its begin to its end: what was waited for, or the Retry-After of a 429."""
        self.slept = []
        try:
            run(self.budgets.begin(node, '/v1/reports'))
        except Problem as found:
            assert found.status == 429
            return int(dict(found.headers)['Retry-After'])
        self.budgets.spend(node, requests, size)
        self.budgets.end(node, '/v1/reports')
        return sum(self.slept)


def test_what_an_agent_says_on_a_bad_day_is_never_held_up():
    one = Sleeping()
    for _ in range(2000):
        one.clock.now += 1.0
        assert one.ask(14 * 2**10) == 0


def test_the_spool_of_a_long_outage_is_taken_in_about_a_minute_without_a_refusal():
    one, batch, left = Sleeping(), 64 * 2**10, 16 * 2**20
    begun = one.clock.now
    while left > 0:
        assert one.ask(batch, 50) <= HERE
        left -= batch
    assert 30 < one.clock.now - begun < 90


def test_a_node_that_sends_more_than_that_waits_and_then_is_told_when_to_come_again():
    one = Sleeping()
    assert one.ask(BYTES) == 0
    assert one.ask(BYTES_AGAIN) == 0, 'a bucket that is just empty is not in debt'
    assert one.ask(16 * BYTES_AGAIN) == 1.0
    assert one.ask() == 16 and one.slept == [1.0]
    assert one.ask() == 15
    one.clock.now += 14 - HERE
    assert one.ask() <= HERE
    assert one.ask(node=2) == 0, 'another one has its own'


def test_many_small_requests_count_too():
    one = Sleeping()
    for _ in range(REQUESTS):
        assert one.ask(1) == 0
    assert one.ask(1, requests=1 + int(10 * REQUESTS_AGAIN)) == 0
    assert one.ask(1) == 11


def test_a_node_has_few_requests_under_way_at_each_address():
    one = Sleeping()
    for _ in range(AT_ONCE):
        run(one.budgets.begin(1, '/v1/reports'))
    with pytest.raises(Problem, match='429'):
        run(one.budgets.begin(1, '/v1/reports'))
    assert one.slept == [1.0]
    run(one.budgets.begin(1, '/v1/heartbeats'))
    run(one.budgets.begin(2, '/v1/reports'))
    one.budgets.end(1, '/v1/reports')
    run(one.budgets.begin(1, '/v1/reports'))


def test_what_is_refused_is_not_under_way():
    one = Sleeping()
    one.ask(100 * BYTES)
    for _ in range(3 * AT_ONCE):
        assert one.ask() > HERE
    one.clock.now += 1e6
    assert one.ask() == 0


def test_ten_thousand_nodes_cost_some_megabytes_and_no_more_than_so_many_are_remembered():
    one = Sleeping(most=10000)
    tracemalloc.start()
    try:
        for node in range(10**6, 10**6 + 20000):
            one.ask(node=node)
        # Of what budgets keep alone: what asyncio leaves behind goes when the garbage collector comes to it.
        kept = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, budget.__file__)])
    finally:
        tracemalloc.stop()
    assert 2**19 < sum(one.size for one in kept.traces) < 6 * 2**20
    one.ask(1000 * BYTES, node=10**6 + 19999)
    assert one.ask(node=10**6 + 19999) > HERE
    assert one.ask(node=10**6) == 0
