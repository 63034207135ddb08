"""weigh: against a slow and obvious calculation, moment by moment, on random histories."""
import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.compliance.weigh import (
    ABSENT,
    CLASSES,
    SILENT,
    Weights,
    add,
    classed,
    presence,
    standing,
    stretches,
    weigh,
)

EVENTS = ('joined', 'heard', 'silent', 'left', 'forgotten', 'quarantined', 'released')
STATES = (*CLASSES[:3], *CLASSES[4:], '')


def turns(words, most=12):
    return some.lists(some.tuples(some.integers(0, 60), some.sampled_from(words)), max_size=most)


def held(known, moment, before):
    """What holds at a moment of turns in the order in which they became known: one with a time before that of a
    forerunner counts from the forerunner's time on.
    """
    found, latest = before, None
    for at, what in known:
        latest = at if latest is None else max(latest, at)
        if latest <= moment:
            found = what
    return found


def obvious(moment, events, states):
    """The class of one moment, from the definition; '' for none."""
    member = bool(events) and events[0][1] in ('heard', 'silent')
    quiet = bool(events) and events[0][1] == 'heard'
    latest = None
    for at, what in events:
        latest = at if latest is None else max(latest, at)
        if latest > moment:
            break
        if what in ('joined', 'released'):
            member = True
        elif what in ('left', 'forgotten', 'quarantined'):
            member = False
        if what == 'silent':
            quiet = True
        elif what in ('heard', 'joined', 'left', 'forgotten'):
            quiet = False
    state = held(states, moment, '')
    if not member or not state:
        return ''
    if quiet:
        return SILENT if state in ('met', 'drifted', 'unknown') else ''
    return state


@given(turns(EVENTS), turns(STATES), some.integers(0, 30), some.integers(31, 60))
def test_it_agrees_with_the_obvious(events, states, since, until):
    here = presence(events, since, until)
    assert here[0][0] == since and here[-1][1] == until
    assert [one[1] for one in here[:-1]] == [one[0] for one in here[1:]]          # no gap, nothing twice
    parts = list(classed(here, list(stretches(states, '', float('-inf'), until))))
    expected = {}
    for moment in range(since, until):
        name = obvious(moment, events, states)
        assert [what for begin, end, what in parts if begin <= moment < end] == [name] * bool(name)
        if name:
            expected[name] = expected.get(name, 0) + 1
    assert weigh(parts).seconds == expected and set(expected) <= set(CLASSES)


@given(turns(STATES), some.sampled_from(STATES), some.integers(0, 60))
def test_stretches_are_cut_where_something_turned_and_nowhere_else(states, before, since):
    parts = list(stretches(states, before, since, 60))
    assert sum(end - begin for begin, end, _ in parts) == 60 - since and all(begin < end for begin, end, _ in parts)
    assert all(one[2] != two[2] and one[1] == two[0] for one, two in zip(parts, parts[1:]))
    for moment in range(since, 60):
        assert [what for begin, end, what in parts if begin <= moment < end] == [held(states, moment, before)]


def test_silence_is_never_met():
    here = presence([(0, 'joined'), (50, 'silent')], 0, 100)
    found = weigh(classed(here, [(0, 100, 'met')]))
    assert found.seconds == {'met': 50, SILENT: 50} and found.share == 0.5


def test_a_node_in_quarantine_that_falls_silent_and_speaks_stays_there():
    events = [(0, 'joined'), (10, 'quarantined'), (20, 'silent'), (30, 'heard'), (40, 'released')]
    assert presence(events, 0, 50) == [(0, 10, ''), (10, 40, ABSENT), (40, 50, '')]
    assert presence(events[:3] + events[4:], 0, 50) == [(0, 10, ''), (10, 40, ABSENT), (40, 50, SILENT)]


def test_a_node_whose_joining_is_not_kept_any_more_was_there():
    assert presence([(10, 'heard')], 0, 20) == [(0, 10, SILENT), (10, 20, '')]
    assert presence([(10, 'silent')], 0, 20) == [(0, 10, ''), (10, 20, SILENT)]


def test_a_node_that_joined_half_way_counts_from_then():
    found = weigh(classed(presence([(50, 'joined')], 0, 100), [(50, 100, 'met')]))
    assert found.share == 1.0 and found.counted == 50


def test_what_goes_on_is_not_cut_by_one_that_was_set_back():
    assert list(stretches([(30, 'met'), (20, 'drifted')], 'met', 10, 40)) == [(10, 30, 'met'), (30, 40, 'drifted')]


@pytest.mark.parametrize('parts, share', [
    ([], None), ([(0, 9, 'waived')], None), ([(0, 9, 'not-applicable')], None), ([(0, 9, 'advised')], None),
    ([(0, 5, 'waived'), (5, 9, 'met')], 1.0), ([(0, 3, 'unknown'), (3, 4, 'met')], 0.25)])
def test_what_counts(parts, share):
    assert weigh(parts).share == share


@pytest.mark.parametrize('seconds, said', [
    ({'met': 1.0}, 1), ({'drifted': 1.0}, 0), ({'met': 1e8, 'drifted': 1.0}, 0.999999),
    ({'met': 1.0, 'silent': 1e8}, 0.000001), ({'met': 1.0, 'drifted': 2.0}, 0.333333), ({}, None)])
def test_what_is_nearly_whole_is_not_said_to_be(seconds, said):
    assert Weights(seconds).rounded == said


def test_a_sum_is_of_times_not_of_shares():
    whole = {}
    for one in ({'met': 10.0}, {'drifted': 30.0}, {'waived': 5.0}):
        add(whole, one)
    assert Weights(whole).share == 0.25 and whole['waived'] == 5.0


def test_how_a_node_stands():
    assert standing(['met', 'waived', 'advised', 'not-applicable']) == 'met'
    assert standing(['unknown', 'drifted']) == 'drifted' and standing(['unknown', 'ignored']) == 'unknown'
