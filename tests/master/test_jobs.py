"""What a master does beside answering, with a clock that is moved by hand."""
import asyncio
import threading
import types

import pytest

from nodeprep.config import ConfigError
from nodeprep.master import chores, jobs, keys
from nodeprep.master.jobs import Job, Running
from nodeprep.master.settings import Settings
from nodeprep.master.store import approvals, known, people, schema, sessions, waivers
from nodeprep.master.store.trouble import NotOurs, StoreBusy
from tests.master.api.conftest import drifted
from tests.master.asking import run
from tests.master.whole import whole

DAY = 86400.0


@pytest.fixture
def master(store):
    with whole(store) as made:
        yield made


def done(master, name):
    """Does a job of the master once."""
    next(job for job in master.jobs if job.name == name).work(master.context)


@pytest.fixture(autouse=True)
def _jobs(master):
    master.jobs = jobs.every()


def rows(master, sql):
    return master.store.read(lambda cursor: cursor.all(sql))


def test_a_node_that_says_nothing_is_silent_after_its_time(master):
    node, host = drifted(master, 'bad', 2)
    done(master, 'silence')
    master.clock.now += 170
    done(master, 'silence')
    assert rows(master, 'SELECT silent_since FROM node') == [(None,)]
    since = master.clock.now - 170
    master.clock.now += 11
    done(master, 'silence')
    assert rows(master, 'SELECT silent_since FROM node') == [(since,)]
    assert node.post('/v1/heartbeats', host.beat()).status == 200
    assert rows(master, 'SELECT silent_since FROM node') == [(None,)]
    assert [what for what, in rows(master, 'SELECT what FROM presence ORDER BY id')] == ['joined', 'silent', 'heard']


def test_who_was_not_listened_to_is_not_silent(master):
    """After a start, and after the store took nothing for a while, each node has its time anew."""
    drifted(master, 'bad', 2)
    master.clock.now += 3600
    done(master, 'silence')
    assert rows(master, 'SELECT silent_since FROM node') == [(None,)], 'this master has only just begun'
    job = next(one for one in master.jobs if one.name == 'silence')
    broken = types.SimpleNamespace(clock=master.clock, settings=Settings(), store=types.SimpleNamespace(do=failing))
    with pytest.raises(StoreBusy):
        job.work(broken)
    master.clock.now += 179
    done(master, 'silence')
    assert rows(master, 'SELECT silent_since FROM node') == [(None,)]
    master.clock.now += 181
    done(master, 'silence')
    assert rows(master, 'SELECT silent_since FROM node') != [(None,)]


def failing(*args):
    raise StoreBusy('locked')


def test_approvals_and_waivers_end_with_their_time(master):
    node, _ = drifted(master, 'bad', 2)
    now = master.clock.now
    waits = master.store.read(approvals.waiting)[0]
    master.store.do(lambda cursor: approvals.decide(cursor, waits['id'], 'approved', 'ann', now, now + 60))
    master.store.do(lambda cursor: waivers.add(cursor, 'all', '', 'docker', 'lab', 'ops', waivers.today(now), 'ann',
                                               now))
    done(master, 'lapse')
    assert [one['state'] for one in master.store.read(approvals.newest)] == ['approved']
    assert ('docker', 'waived') in rows(master, 'SELECT requirement, outcome FROM state')
    master.clock.now += DAY
    done(master, 'lapse')
    assert sorted(one['state'] for one in master.store.read(approvals.newest)) == ['lapsed', 'proposed']
    assert ('docker', 'drifted') in rows(master, 'SELECT requirement, outcome FROM state')


def test_what_is_old_goes(master):
    node, host = drifted(master, 'bad', 2)
    assert node.post('/v1/reports', {'reports': [host.report()]}).status == 201
    done(master, 'retention')
    assert len(rows(master, 'SELECT id FROM report')) == 2
    master.clock.now += 31 * DAY
    done(master, 'retention')
    assert len(rows(master, 'SELECT id FROM report')) == 2, 'a clock that leaps is not believed at once'
    master.clock.now -= 31 * DAY
    done(master, 'retention')
    master.clock.now += 31 * DAY
    done(master, 'retention')
    assert len(rows(master, 'SELECT id FROM report')) == 2
    assert len(master.lines) == 3 and 'the clock is not where it was' in master.lines[0]
    master.clock.now += 3600
    done(master, 'retention')
    assert rows(master, 'SELECT sequence FROM report') == [(2,)], 'the one that shows how the node is stays'
    assert rows(master, 'SELECT id FROM transition') != []


def test_a_master_whose_database_is_of_a_newer_version_ends(master):
    said = []
    loop = types.SimpleNamespace(call_soon_threadsafe=lambda work, *args: work(*args))
    job = jobs.outdated(said.append, loop)
    job.work(master.context)
    assert said == []
    master.store.do(lambda cursor: cursor.run("UPDATE meta SET value = ? WHERE key = 'schema'", (schema.VERSION + 1,)))
    job.work(master.context)
    assert len(said) == 1 and f'of version {schema.VERSION + 1}' in said[0]


@pytest.mark.parametrize('damage', [
    "UPDATE meta SET value = 'x' WHERE key = 'schema'", 'ALTER TABLE meta RENAME TO away'])
def test_a_version_that_cannot_be_read_is_told_and_ends_no_master(master, damage):
    said = []
    loop = types.SimpleNamespace(call_soon_threadsafe=lambda work, *args: work(*args))
    master.store.do(lambda cursor: cursor.run(damage))
    with pytest.raises(NotOurs):
        jobs.outdated(said.append, loop).work(master.context)
    assert said == []


def test_sessions_that_are_over_go(master):
    master.store.do(lambda cursor: people.create(cursor, people.Person('ann', 'h', 'viewer', 0.0, None, 'test')))
    now = master.clock.now
    for digest, ends in (('a', now + 10), ('b', now + 9999)):
        master.store.do(lambda cursor, digest=digest, ends=ends: sessions.begin(cursor, digest, 'ann', now, ends))
    master.clock.now += 60
    done(master, 'tidy')
    assert rows(master, 'SELECT hash FROM session') == [('b',)]


def test_a_node_that_nothing_holds_in_quarantine_is_let_out_and_what_it_told_there_counts(master):
    node, host = drifted(master, 'bad', 2)
    held, other = drifted(master, 'held', 3)
    other.about['macs'] = host.about['macs']
    assert held.post('/v1/reports', {'reports': [other.report()]}).status == 201
    master.store.do(lambda cursor: cursor.run("UPDATE node SET status = 'quarantined' WHERE name = 'bad'"))
    host.set('swap', 'met')
    assert node.post('/v1/reports', {'reports': [host.report()]}).status == 201
    states = "SELECT s.outcome FROM state s JOIN node n ON n.id = s.node WHERE n.name = 'bad' AND requirement = 'swap'"
    assert rows(master, states) == [('drifted',)]
    done(master, 'tidy')
    done(master, 'tidy')
    assert rows(master, 'SELECT name, status FROM node ORDER BY id') == [('bad', 'member'), ('held', 'quarantined')]
    assert rows(master, states) == [('met',)]
    assert rows(master, "SELECT what FROM presence WHERE node = 1 ORDER BY id")[-1] == ('released',)
    assert [line for line in master.lines if 'quarantine' in line] == [
        'bad: nothing is to be decided about it, so it is in quarantine no more']


def test_a_credential_that_another_master_took_back_is_forgotten_here(master):
    node = master.join('node1')
    done(master, 'credentials')
    assert node.post('/v1/heartbeats', {}).status == 200

    def elsewhere(cursor):
        cursor.run('DELETE FROM credential')
        known.changed(cursor)
    master.store.do(elsewhere)
    assert node.post('/v1/heartbeats', {}).status == 200, 'it is remembered for a second'
    done(master, 'credentials')
    assert node.post('/v1/heartbeats', {}).status == 401


def test_webhooks_follow_the_settings_as_they_are_now(master, monkeypatch):
    made = []

    class Hooks:
        def __init__(self, store, hooks, clock):
            made.append(hooks)
            self.problems = {}

        def step(self):
            made.append('step')
            self.problems['one'] = 'it answers 500' if 2 < made.count('step') < 5 else ''
    monkeypatch.setattr(chores, 'Webhooks', Hooks)
    done(master, 'webhooks')
    done(master, 'webhooks')
    master.context.settings = Settings(webhooks=('one',))
    done(master, 'webhooks')
    assert made == [(), 'step', 'step', ('one',), 'step']
    for _ in range(3):
        done(master, 'webhooks')
    assert master.lines == ['webhook one: it answers 500', 'webhook one: it takes messages again']


def test_a_certificate_that_nears_its_end_is_exchanged_while_the_master_runs(master, tmp_path):
    now = master.clock.now
    held = keys.kept(str(tmp_path), ['localhost'], now)
    context, made = keys.context(held), master.context
    made.keys = held
    loop = asyncio.new_event_loop()
    serving = threading.Thread(target=loop.run_forever)
    serving.start()
    try:
        job = jobs.renewal(context, lambda one: keys.kept(str(tmp_path), ['localhost'], one.clock()), loop)
        job.work(made)
        assert made.keys is held and master.lines == []
        master.clock.now += 61 * DAY
        job.work(made)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        serving.join()
        loop.close()
    assert made.keys.ends == held.ends + 61 * DAY and master.lines == ['the certificate is a new one']


def test_the_end_of_a_certificate_of_ones_own_is_told_each_day(master, tmp_path):
    held = keys.kept(str(tmp_path), ['localhost'], master.clock.now)
    made = master.context
    made.keys = held
    job = jobs.renewal(keys.context(held), lambda one: held, None)
    for days in (10, 70, 0.6, 0.01, 5, 5):
        master.clock.now += days * DAY
        job.work(made)
    assert master.lines == [*(f'the certificate of this master ends in {days} days' for days in (10, 9, 4)),
                            'the certificate of this master has ended: nodes do not speak to it any more']


def test_a_job_that_fails_is_told_once_and_when_it_goes_on(master):
    what = []

    def work(context):
        if what:
            raise what[0]
    job, running = Job('work', 1.0, work), Running(master.context, [])
    for error in (None, StoreBusy('locked'), StoreBusy('locked'), ConfigError('gone'),
                  KeyError('npn_' + 'x' * 43), None, None):
        what[:] = [error] if error else []
        run(running.once(job))
    assert master.lines == ['work: locked', 'work: gone',
                            "work: a fault in nodeprep (KeyError: '[secret]'); please report it", 'work: goes on']


def test_jobs_begin_at_once_and_end_when_they_are_told(master):
    count = []

    async def go():
        running = Running(master.context, [Job('a', 0.001, count.append), Job('b', 100.0, count.append)])
        running.start()
        while len(count) < 5:
            await asyncio.sleep(0.001)
        await running.stop()
        return len(count)
    assert run(go()) <= len(count)
