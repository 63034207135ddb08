"""What was made while the clock was a year ahead, after it was set back: nothing of it counts for a year more."""
import pytest

from nodeprep.master import chores, secret
from nodeprep.master.store import ahead, people, sessions, tokens, waivers
from nodeprep.master.web.routes import ROUTES
from tests.master.asking import Asking
from tests.master.whole import App, Table

DAY = 86400.0
YEAR = 365 * DAY


@pytest.fixture
def back(master):
    """Sets the clock back by a year; until then it is ahead."""
    now = master.clock.now
    master.clock.now += YEAR

    def set_back():
        master.clock.now -= YEAR
        assert master.clock.now - now < DAY
    return set_back


def browser(master, person):
    app = App(master.context, Table([*master.routes, *ROUTES]))
    made = Asking(app)
    assert made.submit('/sign-in', {'token': person.secret}).status == 303
    return made


def test_a_session_of_the_future_is_over_and_goes(master, back):
    ann = browser(master, master.person('ann', 'viewer'))
    assert ann.get('/v1/nodes').status == 200
    back()
    assert ann.get('/v1/nodes').status == 401
    chores.tidy(master.context)
    master.clock.now += YEAR
    assert ann.get('/v1/nodes').status == 401, 'not even when its time has come'


def test_a_session_that_another_master_began_whose_clock_is_a_little_ahead_counts(master):
    now, made = master.clock.now, secret.made(secret.SESSION)
    master.person('ann', 'viewer')
    master.store.do(lambda cursor: sessions.begin(cursor, secret.hashed(made), 'ann', now + 500, now + DAY))
    chores.tidy(master.context)
    assert Asking(master.app, cookies={'__Host-nodeprep': made}).get('/v1/nodes').status == 200


def test_a_join_token_of_the_future_does_not_count_and_goes_when_the_clock_has_stayed(master, back):
    token = master.token(lasts=DAY)
    assert Asking(master.app).post('/v1/join', master.wants(token, 'node1')).status == 201
    back()
    answer = Asking(master.app).post('/v1/join', master.wants(token, 'node2'))
    assert answer.status == 401 and 'nodeprep master token create' in answer.tree['detail']
    assert not master.store.do(lambda cursor: tokens.use(cursor, token[:6], master.clock.now))
    assert master.store.read(lambda cursor: ahead.told(cursor, master.clock.now)) == [
        f'the join token {token[:6]} was made in the future and does not count: make another']
    chores.Retaining()(master.context)
    master.clock.now += 3600
    chores.Retaining()(master.context)
    assert master.store.read(tokens.every) == []


def test_a_user_token_with_an_end_does_not_count_and_one_without_does(master, back):
    short, long = master.person('ann', 'viewer', master.clock.now + 90 * DAY), master.person('bob', 'viewer')
    signed = browser(master, long)
    assert [one.get('/v1/nodes').status for one in (short, long)] == [200, 200]
    back()
    assert [one.get('/v1/nodes').status for one in (short, long)] == [401, 200]
    assert signed.get('/v1/nodes').status == 401
    digest, now = secret.hashed(short.secret), master.clock.now
    assert master.store.read(lambda cursor: people.by_hash(cursor, digest, now)) is None
    assert master.store.read(lambda cursor: ahead.told(cursor, master.clock.now)) == [
        'the token of the user ann was made in the future and does not count: nodeprep master user delete ann, and '
        'create it anew']


def test_an_old_credential_does_not_count_for_a_year_because_the_new_one_was_used_in_the_future(master, back):
    old = master.join('node1')
    new = Asking(master.app, old.post('/v1/credential', {}).tree['credential'])
    assert new.post('/v1/heartbeats', {}).status == 200 and old.post('/v1/heartbeats', {}).status == 200
    back()
    assert old.post('/v1/heartbeats', {}).status == 401, 'not even when it is remembered'
    master.context.known.forget()
    assert [one.post('/v1/heartbeats', {}).status for one in (old, new)] == [401, 200]


def test_a_waiver_of_the_future_holds_until_the_day_that_somebody_named_and_is_told(master, back):
    master.person()
    day = waivers.today(master.clock.now)
    number = master.store.do(lambda cursor: waivers.add(cursor, 'all', '', 'swap', 'lab', 'ops', day, 'root',
                                                        master.clock.now))
    assert master.store.read(lambda cursor: ahead.told(cursor, master.clock.now)) == []
    back()
    assert master.store.read(lambda cursor: ahead.told(cursor, master.clock.now)) == [
        f'the waiver {number} was given in the future: whether it is to hold until {day} is for a person to say; '
        f'nodeprep master unwaive {number} ends it']
    held = master.store.read(lambda cursor: waivers.active(cursor, master.clock.now + YEAR + DAY))
    assert master.store.read(lambda cursor: waivers.active(cursor, master.clock.now)) != [] and held == []
    master.store.do(lambda cursor: waivers.end(cursor, number, 'root', master.clock.now))
    assert master.store.read(lambda cursor: ahead.told(cursor, master.clock.now)) == []
