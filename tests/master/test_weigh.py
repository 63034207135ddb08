"""weigh: against a slow and obvious calculation, moment by moment, on random histories."""
import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.master.weigh import ABSENT, CLASSES, SILENT, WAIVED, Weights, presence, segments, spans, together, weigh

EVENTS = ('joined', 'heard', 'silent', 'left', 'forgotten', 'quarantined', 'released')
STATES = ('met', 'drifted', 'unknown', 'not-applicable')


def turns(words, most=12):
    return some.lists(some.tuples(some.integers(0, 60), some.sampled_from(words)), max_size=most).map(
        lambda found: sorted(found, key=lambda one: one[0]))


def obvious(moment, events, states, waivers):
    """The class of one moment, from the definition."""
    here = ABSENT
    for at, what in events:
        if at <= moment:
            if what in ('left', 'forgotten', 'quarantined'):
                here = ABSENT
            elif what == 'silent':
                here = SILENT
            elif what in ('joined', 'released') or here != ABSENT:
                here = ''
    if here:
        return here
    state = 'unknown'
    for at, what in states:
        if at <= moment:
            state = what
    if state in ('drifted', 'unknown') and any(begin <= moment < end for begin, end in waivers):
        return WAIVED
    return state


@given(turns(EVENTS), turns(STATES), some.lists(some.tuples(some.integers(0, 60), some.integers(0, 60)), max_size=4),
       some.integers(0, 30), some.integers(31, 60))
def test_it_agrees_with_the_obvious(events, states, waivers, since, until):
    parts = list(segments(presence(events, since, until), states, spans(waivers)))
    assert parts[0][0] == since and parts[-1][1] == until
    assert [one[1] for one in parts[:-1]] == [one[0] for one in parts[1:]]          # no gap, nothing twice
    expected = {}
    for moment in range(since, until):
        name = obvious(moment, events, states, waivers)
        expected[name] = expected.get(name, 0) + 1
        assert [what for begin, end, what in parts if begin <= moment < end] == [name]
    assert weigh(parts).seconds == expected and set(expected) <= set(CLASSES)


@given(some.lists(some.tuples(some.integers(0, 60), some.sampled_from(STATES)), max_size=10))
def test_a_clock_that_was_set_back_counts_no_moment_twice(states):
    parts = list(segments([(10, 50, '')], states))
    assert sum(end - begin for begin, end, _ in parts) == 40 and all(begin < end for begin, end, _ in parts)
    assert not states or parts[-1][2] == states[-1][1] or max(at for at, _ in states) >= 50


def test_silence_is_never_met():
    here = presence([(0, 'joined'), (50, 'silent')], 0, 100)
    found = weigh(segments(here, [(0, 'met')]))
    assert found.seconds == {'met': 50, SILENT: 50} and found.share == 0.5


def test_a_node_that_joined_half_way_counts_from_then():
    found = weigh(segments(presence([(50, 'joined')], 0, 100), [(50, 'met')]))
    assert found.share == 1.0 and found.counted == 50 and found.seconds[ABSENT] == 50


@pytest.mark.parametrize('parts, share', [
    ([], None), ([(0, 9, 'absent')], None), ([(0, 9, 'waived')], None), ([(0, 9, 'not-applicable')], None),
    ([(0, 5, 'waived'), (5, 9, 'met')], 1.0), ([(0, 3, 'unknown'), (3, 4, 'met')], 0.25)])
def test_what_counts(parts, share):
    assert weigh(parts).share == share


def test_a_sum_is_of_times_not_of_shares():
    whole = together([Weights({'met': 10.0}), Weights({'drifted': 30.0}), Weights({'waived': 5.0})])
    assert whole.share == 0.25 and whole.seconds['waived'] == 5.0
