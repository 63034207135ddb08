"""What a master does beside answering holds the writer only for moments, however much it is: agents write too."""
import time
import types

import pytest

from nodeprep.master import chores
from nodeprep.master.settings import Settings
from nodeprep.master.store import approvals, covering, nodes, waivers
from tests.master.fleet import DAY
from tests.master.small import Clock

AT = 1700000000.0
COUNT = 1500              # nodes
STEPS = 1200000           # of SQLite's machine, and for each statement 1,000: some 30 milliseconds
REQUIREMENTS = ('disk', 'swap', 'ports')


@pytest.fixture
def counted(store):
    """Gives the steps of each transaction, as they come."""
    if store.dialect.name != 'sqlite':
        pytest.skip('PostgreSQL has a lock for each row')
    connection = store.writer._transactions._connection
    steps, begin = [], connection.begin

    def counting(writes=True):
        steps.append(0)
        begin(writes)

    def step(said=''):
        steps[-1] += 1000
    connection.begin = counting
    connection._raw.set_progress_handler(step, 1000)
    connection._raw.set_trace_callback(step)       # of statements with less than that many each counts for so many
    return steps


@pytest.fixture
def context(store):
    return types.SimpleNamespace(store=store, clock=Clock(AT), settings=Settings(), log=print)


def insert(cursor, table, **columns):
    cursor.many(f'INSERT INTO {table} ({", ".join(columns)}) VALUES ({", ".join("?" * len(columns))})',
                list(zip(*columns.values())))


def fill(cursor, at):
    """A fleet whose nodes have drifted over and over until some time."""
    ids = [nodes.make(cursor, f'n{number}', at - 30 * DAY) for number in range(COUNT)]
    keys = [(node, name) for node in ids for name in REQUIREMENTS]
    each, names = zip(*keys)
    size = len(keys)
    same = dict(requirement=names, node=each, state=['drifted'] * size, now=['drifted'] * size, boot=['met'] * size,
                severity=['required'] * size, outcome=['drifted'] * size)
    insert(cursor, 'state', mode=['report'] * size, since=[at] * size, title=names, says=names, seen=[1] * size,
           told=['drifted'] * size, **same)
    for day in range(12):
        insert(cursor, 'transition', at=[at - day * DAY] * size, sequence=[1] * size, **same)
    return ids


def steps_of(counted, work, context):
    """Does a job until it is done."""
    del counted[:]
    while work(context) is not None:
        pass
    return counted


def test_years_of_the_past_go_bit_by_bit(store, counted, context):
    store.do(lambda cursor: fill(cursor, AT - 900 * DAY), 600)
    steps = steps_of(counted, chores.Retaining(), context)
    left, = store.read(lambda cursor: cursor.one('SELECT COUNT(*) FROM transition'))
    assert left == COUNT * len(REQUIREMENTS)
    assert len(steps) > 50 and max(steps) < STEPS
    assert len(steps_of(counted, chores.Retaining(), context)) < 5, 'when there is nothing to do, nothing is written'


def test_a_fleet_falls_silent_bit_by_bit(store, counted, context):
    store.do(lambda cursor: fill(cursor, AT), 600)
    job = chores.Silence()
    job(context)
    context.clock.now += 1000
    steps = steps_of(counted, job, context)
    fallen, = store.read(lambda cursor: cursor.one('SELECT COUNT(*) FROM node WHERE silent_since IS NOT NULL'))
    assert fallen == COUNT and len(steps) > 3 and max(steps) < STEPS


def test_what_was_allowed_while_the_clock_was_ahead_lapses_bit_by_bit(store, counted, context):
    ids = store.do(lambda cursor: fill(cursor, AT), 600)
    size = len(ids)
    store.do(lambda cursor: insert(
        cursor, 'approval', id=list(map(str, ids)), node=ids, requirement=['swap'] * size, digest=['d'] * size,
        plan=['{}'] * size, state=['approved'] * size, proposed=[AT] * size, decided=[AT + 900 * DAY] * size,
        until=[AT + 901 * DAY] * size))
    steps = steps_of(counted, chores.lapse, context)
    assert {one['state'] for one in store.read(lambda cursor: approvals.newest(cursor, 2 * COUNT))} == {'lapsed'}
    assert len(steps) > 5 and max(steps) < STEPS


def test_a_waiver_for_all_ends_bit_by_bit(store, counted, context):
    store.do(lambda cursor: fill(cursor, AT), 600)
    store.do(lambda cursor: waivers.add(cursor, 'all', '', 'swap', 'why', 'ops', waivers.today(AT), 'ada', AT), 600)
    context.clock.now += DAY
    steps = steps_of(counted, chores.lapse, context)
    outcomes = store.read(lambda cursor: cursor.all('SELECT outcome, COUNT(*) FROM state GROUP BY outcome'))
    assert outcomes == [('drifted', COUNT * len(REQUIREMENTS))]
    assert len(steps) > 5 and max(steps) < STEPS
    assert len(steps_of(counted, chores.lapse, context)) == 1, 'when there is nothing to do, nothing is written'


def test_a_job_that_has_more_to_do_lets_others_write_in_between(monkeypatch):
    """SQLite lets whoever asks at the right moment write: who goes on at once keeps the others out."""
    slept = []
    monkeypatch.setattr(time, 'sleep', slept.append)
    store = types.SimpleNamespace(do=lambda work: approvals.SLICE if len(slept) < 3 else 0,
                                  read=lambda query: [])
    monkeypatch.setattr(covering, 'settle', lambda store, at: iter(()))
    chores.lapse(types.SimpleNamespace(store=store, clock=Clock(AT)))
    assert len(slept) == 3 and min(slept) >= 0.02
