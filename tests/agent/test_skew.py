"""The skew is right within its bound, whatever the way does; what says nothing is not used."""
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.agent.skew import STEPPED, measured

SHORT = st.floats(0, 100, allow_nan=False)


@given(offset=st.floats(-10**6, 10**6), there=SHORT, thinking=SHORT, back=SHORT)
def test_the_truth_is_within_the_bound(offset, there, thinking, back):
    sent = 1.7e9
    arrived = sent + there + thinking + back
    found = measured(sent, sent + there + offset, sent + there + thinking + offset, arrived, arrived - sent)
    if there + back > 0.001:
        assert found is not None
        assert abs(found.offset_ms - offset * 1000) <= found.bound_ms + 0.01
        assert abs(found.bound_ms - (there + back) * 500) < 0.01


def test_what_says_nothing():
    assert measured(100.0, 100.1, 100.2, 101.0, 1.0) is not None
    for received, answered in ((None, 1), (1, None), ('x', 1), (True, 1), (float('nan'), 1), (float('inf'), 1), (-1, 1),
                               (100.2, 100.1), (100.0, 200.0)):
        assert measured(100.0, received, answered, 101.0, 1.0) is None, (received, answered)


def test_a_clock_that_was_set_meanwhile():
    assert measured(100.0, 100.1, 100.2, 161.0, 1.0) is None
    assert measured(100.0, 100.1, 100.2, 41.0, 1.0) is None
    assert measured(100.0, 100.1, 100.2, 101.0 + STEPPED / 2, 1.0) is not None
