"""Exceptions become states here and nowhere else; unknown is never met."""
import _thread
import threading

import pytest

from nodeprep.engine import examine, examine_all
from nodeprep.model import CannotTell, NotApplicable
from tests.conftest import wants
from tests.pretend import Pretend, seen


def look(host, now=(), boot=()):
    requirement = Pretend(now, boot)
    return examine(requirement, host, wants(requirement))


@pytest.mark.parametrize('now, boot, states', [
    ([seen()], [seen()], ('met', 'met', 'met')),
    ([seen(), seen(False)], [seen()], ('drifted', 'met', 'drifted')),
    ([seen()], [seen(None)], ('met', 'unknown', 'unknown')),
    ([seen(None)], [seen(False)], ('unknown', 'drifted', 'drifted')),
    ([seen()], [], ('met', 'not-applicable', 'met')),
    ([], [], ('not-applicable', 'not-applicable', 'not-applicable')),
    ([CannotTell('no right', '/proc/x')], [seen()], ('unknown', 'met', 'unknown')),
    ([seen(False), CannotTell('no right')], [], ('drifted', 'not-applicable', 'drifted')),
    ([NotApplicable('no peers are given')], [], ('not-applicable', 'not-applicable', 'not-applicable')),
    ([ValueError('what?')], [seen()], ('unknown', 'met', 'unknown')),
    ([RecursionError()], [MemoryError()], ('unknown', 'unknown', 'unknown')),
])
def test_the_worst_observation_of_a_half_is_its_state(host, now, boot, states):
    finding = look(host, now, boot)
    assert (finding.now, finding.boot, finding.state) == states


def test_a_reason_is_told_with_its_source(host):
    (told,) = look(host, [CannotTell('/proc/x: permission denied', '/proc/x')]).observations
    assert (told.met, told.found, told.source, told.when) == (None, '/proc/x: permission denied', '/proc/x', 'now')


def test_a_fault_of_a_requirement_says_where_and_is_not_met(host):
    (told,) = look(host, [ZeroDivisionError('division')]).observations
    assert told.met is None and 'ZeroDivisionError: division' in told.found and 'pretend.py:' in told.source


def test_the_reason_why_it_does_not_apply_is_noted(host):
    assert look(host, [NotApplicable('no peers are given')]).note == 'no peers are given'


def test_an_image_has_no_now(image):
    finding = look(image, [seen(False)], [seen()])
    assert (finding.now, finding.boot, finding.state) == ('not-applicable', 'met', 'met')
    assert [one.when for one in finding.observations] == ['boot']


def test_what_waits_for_others_runs_beside_the_rest_and_is_given_up_in_time(host):
    forever = threading.Event()

    class Waits(Pretend):
        """It never answers."""

        id, waits = 'waits', True

        def now(self, host, want):
            forever.wait()
            yield seen()
    slow, quick = Waits(), Pretend([seen()])
    findings = examine_all([slow, quick], host, {'waits': dict(wants(slow), time_limit=0.05), 'pretend': wants(quick)})
    forever.set()
    assert list(findings) == ['waits', 'pretend']
    assert findings['pretend'].state == 'met' and findings['waits'].now == 'unknown'
    assert 'no answer within 0.05 s' in findings['waits'].observations[0].found


def test_where_there_can_be_no_thread_what_waits_is_looked_at_before_the_rest(host, monkeypatch):
    class Waits(Pretend):
        """It answers at once."""

        id, waits = 'waits', True

    def none(*_):
        raise RuntimeError("can't start new thread")
    monkeypatch.setattr(_thread, 'start_new_thread', none)
    waiting, other = Waits([seen(False)]), Pretend([seen()])
    findings = examine_all([waiting, other], host, {'waits': wants(waiting), 'pretend': wants(other)})
    assert (findings['waits'].state, findings['pretend'].state) == ('drifted', 'met')
