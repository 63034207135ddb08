"""Drift that ended: which of it a span has, and how much of it is kept."""
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.compliance.ended import Ended
from nodeprep.compliance.weigh import EVER, stretches

STATES = some.sampled_from(('met', 'drifted', 'unknown', 'waived', ''))


@given(some.lists(some.tuples(some.integers(0, 60), STATES), max_size=12), some.integers(0, 60), some.integers(1, 60))
def test_it_is_what_drifted_at_one_moment_of_the_span_and_not_at_the_next(turns, since, length):
    until = since + length
    parts = list(stretches([(float(at), state) for at, state in sorted(turns, key=lambda one: one[0])], 'met', EVER,
                           float(until)))
    ended = Ended(float(since), float(until))
    ended.add('n1', 'swap', parts)

    def state(moment):
        return next(what for begin, end, what in parts if begin <= moment < end)
    assert [(one['until'], one['then']) for one in reversed(ended.rows())] == [
        (at, state(at)) for at in range(since + 1, until)
        if state(at - 0.5) == 'drifted' and state(at) not in ('drifted', 'waived')]
    for one in ended.rows():
        assert state(one['since']) == 'drifted' != state(one['since'] - 0.5)


def test_of_what_flaps_the_last_to_end_is_kept_and_the_rest_is_counted():
    ended = Ended(0.0, 1000.0, most=3)
    for node in ('n1', 'n2'):
        ended.add(node, 'swap', [(float(at), at + 1.0, 'met' if at % 2 else 'drifted') for at in range(9)])
    assert [(one['until'], one['node']) for one in ended.rows()] == [(7.0, 'n1'), (7.0, 'n2'), (5.0, 'n2')]
    assert ended.left_out == 5
