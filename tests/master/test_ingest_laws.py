"""Whatever comes in whatever order, doubled, with holes, in forks and in whatever batches: it comes to what one report
after the other comes to.
"""
import copy
import random
import shutil
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep import epoch
from nodeprep.master import ingest
from nodeprep.master.store import doctor, history, nodes, open_store
from tests.master.fleet import Host, plan
from tests.master.model import Node

NAMES = ('swap', 'disk', 'ports')
DOINGS = ('report', 'report', 'report', 'lose', 'lose-told', 'restart', 'fork', 'again', 'late', 'backwards', 'forged')
STEP = st.tuples(st.integers(0, 1), st.sampled_from(DOINGS), st.integers(0, 10**6))


class Life:
    """A node that reports, and what a network, a crash or a copy of it makes of that."""

    def __init__(self, number):
        self.host = Host(number, requirements=NAMES)
        self.made, self.lost, self.pasts = [], [], [copy.deepcopy(self.host)]

    def do(self, doing, luck):
        """The reports that come of it."""
        luck = random.Random(luck)
        host = self.host
        if luck.random() < 0.25 and len(host.findings) > 1:
            host.findings.pop(luck.choice(NAMES), None)
        elif luck.random() < 0.7:
            state = luck.choice(('met', 'drifted', 'drifted', 'drifted', 'unknown', 'not-applicable'))
            proposes = state == 'drifted' and luck.random() < 0.7
            host.set(luck.choice(NAMES), state, now='met' if state == 'drifted' and luck.random() < 0.5 else '',
                     mode='approve' if proposes else 'report', found=luck.choice(('one', 'two')),
                     changes=plan(luck.choice(('one', 'two'))) if proposes else ())
        if doing == 'again':
            return [luck.choice(self.made)] if self.made else []
        if doing == 'late':
            return [self.lost.pop(luck.randrange(len(self.lost)))] if self.lost else []
        if doing == 'fork':
            self.host = host = copy.deepcopy(luck.choice(self.pasts))
            host.boot_id = str(luck.random())
        elif doing == 'restart':
            host.head = '0' * 64
        elif doing.startswith('lose'):
            first = host.sequence + 1
            self.lost += [host.report() for _ in range(luck.randrange(1, 3))]
            return [self.keep(host.report(gap=(first, host.sequence)))] if doing == 'lose-told' else []
        tree = self.keep(host.report(after=-50 if doing == 'backwards' else 60))
        if doing == 'forged':
            return [dict(tree, verdict='unknown' if tree['verdict'] != 'unknown' else 'met')]
        return [tree]

    def keep(self, tree):
        self.made.append(tree)
        self.pasts.append(copy.deepcopy(self.host))
        return tree


def requests(steps):
    """(node, reports) in the order they come."""
    lives = [Life(number) for number in (1, 2)]
    for which, doing, luck in steps:
        trees = lives[which].do(doing, luck)
        if trees:
            yield which + 1, trees * (2 if luck % 11 == 0 else 1)


def told(store, node):
    """What the database says, as the model has it."""
    def query(cursor):
        found = Node()
        found.sequence, found.head, found.taken, found.verdict = cursor.one(
            'SELECT sequence, head, taken, verdict FROM node WHERE id = ?', (node,))
        found.links = cursor.all('SELECT sequence, digest, link, applied FROM report WHERE node = ? ORDER BY id',
                                 (node,))
        found.gaps = cursor.all('SELECT first, last, state FROM gap WHERE node = ? ORDER BY id', (node,))
        found.states = {row[0]: row[1:] for row in cursor.all(
            'SELECT requirement, state, now, boot, severity, since FROM state WHERE node = ?', (node,))}
        found.transitions = cursor.all('SELECT requirement, at, was, state, now, boot, sequence FROM transition '
                                       'WHERE node = ? ORDER BY id', (node,))
        found.evidence = {one.requirement: one.finding for one in history.states(cursor, node)}
        found.plans = [list(row) for row in cursor.all('SELECT requirement, digest, state FROM approval WHERE node = ?',
                                                       (node,))]
        return found
    return store.read(query)


def open_plans(found):
    return sorted(plan for plan in found.plans if plan[2] == 'proposed')


def same(store, models):
    for node, model in models.items():
        found = told(store, node)
        for field in ('sequence', 'head', 'taken', 'verdict', 'links', 'gaps', 'states', 'evidence'):
            assert getattr(found, field) == getattr(model, field), field
        key = str
        assert sorted(found.transitions, key=key) == sorted(model.transitions, key=key)
        order = {name: [one for one in model.transitions if one[0] == name] for name in NAMES}
        assert {name: [one for one in found.transitions if one[0] == name] for name in NAMES} == order
        assert open_plans(found) == open_plans(model)


def at(tree):
    return epoch.of(tree['taken'])


def check(url, steps, cuts):
    """Brings all of it to a store, in batches that end where `cuts` says, and to the model."""
    store = open_store(url)
    try:
        store.do(lambda cursor: [nodes.make(cursor, f'node{number}', 1.0) for number in (1, 2)])
        models = {number: Node() for number in (1, 2)}
        waiting = []

        def write():
            loads = [ingest.prepare(node, trees, 2e9) for node, trees in waiting]
            results = store.do(lambda cursor: ingest.take(cursor, loads))
            for (node, trees), result in zip(waiting, results):
                wanted = models[node].request(trees, at)
                assert (result.new, result.sequence) == wanted if wanted else bool(result.refused)
            waiting.clear()
        for number, request in enumerate(requests(steps)):
            waiting.append(request)
            if cuts >> number % 30 & 1:
                write()
        write()
        same(store, models)
        assert [one for one in store.read(lambda cursor: list(doctor.look(cursor))) if one.wrong] == []
    finally:
        store.close()


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=40), st.sampled_from((0, 2**30 - 1, 0x04210842, 0x00040080, 0x12491249)))
def test_it_comes_to_what_one_after_the_other_comes_to(steps, cuts):
    folder = tempfile.mkdtemp()
    try:
        check(f'sqlite://{folder}/fleet.db', steps, cuts)
    finally:
        shutil.rmtree(folder)
