"""Waiting: bounded, jittered, begun anew by a success; Retry-After in both its forms."""
import email.utils

from hypothesis import given
from hypothesis import strategies as st

from nodeprep.agent import retryafter
from nodeprep.agent.backoff import CAP, MOST_ASKED, Backoff, drawn


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=80))
def test_the_wait_is_below_a_bound_that_doubles(draws):
    waiting = iter(draws)
    backoff = Backoff(draw=lambda: next(waiting))
    for number, draw in enumerate(draws):
        assert backoff.failed() == draw * min(CAP, 2.0 ** number) <= CAP
    backoff.succeeded()
    assert Backoff(draw=lambda: 0.5).failed() == 0.5


@given(st.floats(allow_nan=False))
def test_what_a_server_asks_for_is_waited_at_least_but_not_for_ever(asked):
    backoff = Backoff(draw=lambda: 0.25)
    assert backoff.failed(asked) == min(max(asked, 0), MOST_ASKED) + 0.25


def test_success_begins_anew():
    backoff = Backoff(draw=lambda: 1.0)
    assert [backoff.failed(), backoff.failed(), backoff.succeeded(), backoff.failed()] == [1.0, 2.0, None, 1.0]


def test_the_draw_is_spread():
    draws = [drawn() for _ in range(2000)]
    assert 0 <= min(draws) < 0.02 and 0.98 < max(draws) < 1 and 0.45 < sum(draws) / len(draws) < 0.55


@given(st.integers(0, 2**33), st.integers(-10**6, 10**6))
def test_a_date_is_what_the_library_makes_of_it(when, before):
    assert retryafter.seconds(email.utils.formatdate(when, usegmt=True), when - before) == max(0, before)


@given(st.text())
def test_no_text_breaks_it(text):
    assert retryafter.seconds(text, 0.0) >= 0
