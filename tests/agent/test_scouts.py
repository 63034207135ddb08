"""scouts: requirements that wait for others are looked at elsewhere, once in a while."""
import pytest

from nodeprep.agent.scouts import EACH, IN_NEED, PATIENCE, Scouts
from nodeprep.model import NOW, Observation, Requirement


class Far(Requirement):
    """Waits for another machine."""

    id, title, waits = 'far', 'Far', True
    met = True

    def now(self, host, want):
        yield Observation('far', 'here', 'here', self.met, when=NOW, source='test')

    def boot(self, host, want):
        return ()


class Later:
    """Work that is done when a test says so."""

    done, sent = None, 0

    def __init__(self, work, limit):
        Later.sent += 1
        self.work, self.limit, Later.last = work, limit, self

    def fileno(self):
        return 99

    def result(self, wait=False):
        return self.work() if wait or Later.done == 'good' else b'' if Later.done == 'died' else None

    def close(self):
        pass


@pytest.fixture
def scouts(host, monkeypatch):
    Later.done, Later.sent, clock = None, 0, [0.0]
    one = Scouts(lambda: host, lambda: clock[0], Later)
    one.clock = clock
    one.ask = lambda: one.send([Far()], {'far': {'time_limit': 3.0, 'role': 'worker', 'kubernetes': (1, 23),
                                                 'profile': 'docker'}})
    return one


def test_one_at_a_time_and_not_too_often(scouts):
    assert scouts.fds() == []
    scouts.ask()
    scouts.ask()
    assert Later.sent == 1 and scouts.fds() == [99] and scouts.back() == {} and Later.last.limit == 8.0
    Later.done = 'good'
    assert scouts.back()['far'].state == 'met' and scouts.fds() == [] and scouts.back() == {}
    scouts.clock[0] = PATIENCE - 1
    scouts.ask()
    assert Later.sent == 1
    scouts.clock[0] = PATIENCE + 1
    scouts.ask()
    assert Later.sent == 2


def test_where_there_is_no_further_process_they_are_unknown_and_asked_again(scouts, monkeypatch):
    def none(work, limit):
        raise BlockingIOError(11, 'Resource temporarily unavailable')
    monkeypatch.setattr(scouts, '_apart', none)
    scouts.ask()
    found = scouts.back(wait=True)['far']
    assert found.state == 'unknown' and scouts.back() == {} and scouts.fds() == []
    assert found.observations[0].found == 'no process can be had that looks at it: resource temporarily unavailable'
    monkeypatch.setattr(scouts, '_apart', Later)
    scouts.clock[0] = IN_NEED + 1
    scouts.ask()
    assert scouts.back(wait=True)['far'].state == 'met'


def test_sooner_while_it_is_not_met(scouts, monkeypatch):
    monkeypatch.setattr(Far, 'met', False)
    scouts.ask()
    assert scouts.back(wait=True)['far'].state == 'drifted'
    scouts.clock[0] = IN_NEED + 1
    scouts.ask()
    assert Later.sent == 2


def test_one_that_died_is_unknown_and_never_met(scouts):
    scouts.ask()
    Later.done = 'died'
    finding = scouts.back()['far']
    assert (finding.state, finding.now) == ('unknown', 'unknown')
    assert 'died, or did not end in time' in finding.observations[0].found


def test_what_is_wanted_may_have_changed(scouts):
    scouts.ask()
    scouts.forget()
    assert scouts.fds() == []
    scouts.ask()
    assert Later.sent == 2


def test_what_an_event_is_about_goes_at_once_and_not_too_often_and_the_rest_keeps_its_time(scouts):
    wants = {'far': {'time_limit': 3.0, 'role': 'worker', 'kubernetes': (1, 23), 'profile': 'docker'}}
    scouts.ask()
    assert not scouts.send_some([Far()], wants), 'those are on the way'
    scouts.back(wait=True)
    assert not scouts.send_some([], wants) and Later.sent == 1
    assert scouts.send_some([Far()], wants) and Later.sent == 2
    assert scouts.back(wait=True)['far'].state == 'met'
    scouts.clock[0] = EACH - 1
    assert not scouts.send_some([Far()], wants)
    scouts.clock[0] = EACH + 1
    assert scouts.send_some([Far()], wants) and scouts.back(wait=True)
    scouts.clock[0] = PATIENCE - 1
    scouts.ask()
    assert Later.sent == 3
    scouts.clock[0] = PATIENCE + 1
    scouts.ask()
    assert Later.sent == 4
