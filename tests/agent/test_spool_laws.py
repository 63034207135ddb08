"""Whatever happens to the spool: no number twice, order kept, the chain holds, and what is lost is told.

Random histories of appending, sending, lost answers, restarts, kills at any byte, a disk that is full or broken.
"""
import os
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep.agent.spool import LEAST, Spool
from nodeprep.chain import GAP, GENESIS, NEXT, SEEN, judge
from tests.agent.disk import Crash, Disk

STEPS = st.one_of(
    st.tuples(st.just('append'), st.sampled_from([10, 1000])),
    st.tuples(st.just('append'), st.sampled_from([0, 300, 3000, 9000, 40000])),
    st.tuples(st.just('send'), st.integers(1, 5)),
    st.tuples(st.just('unanswered'), st.integers(1, 5)),
    st.tuples(st.just('crash'), st.integers(0, 12000)),
    st.tuples(st.just('reopen'), st.just(0)),
    st.tuples(st.just('full'), st.integers(0, 1500)),
    st.tuples(st.just('broken'), st.just(0)),
    st.tuples(st.just('well'), st.just(0)))


class Master:
    """Holds what arrived, and is not to be fooled."""

    def __init__(self):
        self.sequence, self.head, self.held, self.gaps = 0, GENESIS, {}, []

    def take(self, report):
        link = judge(report, self.sequence, self.head)
        assert link.state in (NEXT, GAP, SEEN), link
        if link.state == SEEN:
            assert report['sequence'] not in self.held or self.held[report['sequence']] == report['id']
            return
        if link.state == GAP:
            self.gaps.append((self.sequence + 1, report['sequence'] - 1))
        self.sequence, self.head = report['sequence'], report['chain']['digest']
        self.held[self.sequence] = report['id']


class World:
    """A spool, its disk and its master."""

    def __init__(self, folder, disk, limit):
        self.folder, self.disk, self.limit = folder, disk, max(limit, LEAST)
        self.master, self.kept, self.made, self.newest, self.spool = Master(), {}, 0, 0, None
        self.open()

    def open(self):
        self.disk.left = None
        self.spool = Spool(self.folder, self.limit)

    def append(self, size):
        self.made += 1
        report = {'id': f'r{self.made}', 'text': 'x' * size, 'node': {'sequence': 7}}
        self.newest = 0
        made = self.spool.append(report)
        number = made['sequence']
        if not self.spool.facts().trouble:
            assert number not in self.kept and number > max(self.kept, default=0)
            assert number > max(self.master.held, default=0)
            self.kept[number] = made['id']
            self.newest = len(str(made)) + 200
            size = sum(os.path.getsize(os.path.join(self.folder, name)) for name in os.listdir(self.folder)
                       if name.endswith('.jsonl'))
            assert size == self.spool.facts().bytes <= max(self.limit, self.newest)

    def send(self, count, answered=True):
        reports = self.spool.oldest(count, 5000)
        for report in reports:
            self.master.take(report)
        if reports and answered:
            self.spool.delivered(reports[-1]['sequence'])

    def step(self, what, amount):
        if what == 'append':
            self.append(amount)
        elif what in ('send', 'unanswered'):
            self.send(amount, what == 'send')
        elif what == 'crash':
            self.disk.left = amount
        elif what == 'full':
            self.disk.room = amount
        elif what == 'broken':
            self.disk.broken = True
        elif what == 'well':
            self.disk.room, self.disk.broken = None, False
        else:
            self.spool.close()
            self.open()

    def live(self, steps):
        for what, amount in steps:
            try:
                self.step(what, amount)
            except Crash:
                room, broken = self.disk.room, self.disk.broken
                self.disk.mend()
                self.disk.room, self.disk.broken = room, broken
                self.open()

    def settle(self):
        """All is well at last: one more report, and everything is sent."""
        self.disk.mend()
        self.open()
        self.append(5)
        assert self.spool.facts().trouble == ''
        for _ in range(2000):
            if not self.spool.facts().count:
                break
            self.send(3)
        assert self.spool.facts().count == 0
        assert self.master.held[self.spool.facts().sequence] == f'r{self.made}'


@settings(max_examples=300, deadline=None)
@given(steps=st.lists(STEPS, min_size=5, max_size=60))
def test_a_large_spool_loses_nothing_that_it_took(steps):
    with tempfile.TemporaryDirectory() as folder, Disk() as disk:
        world = World(folder + '/var/spool', disk, 2**30)
        world.live(steps)
        world.settle()
        assert world.kept.items() <= world.master.held.items()


@settings(max_examples=300, deadline=None)
@given(steps=st.lists(STEPS, min_size=5, max_size=60), limit=st.sampled_from([1, 50000]))
def test_a_small_spool_says_what_it_lost(steps, limit):
    with tempfile.TemporaryDirectory() as folder, Disk() as disk:
        world = World(folder + '/var/spool', disk, limit)
        world.live(steps)
        world.settle()
        lost = [number for number in world.kept if number not in world.master.held]
        assert all(any(first <= number <= last for first, last in world.master.gaps) for number in lost)
        assert all(world.kept[number] == name for number, name in world.master.held.items() if number in world.kept)
