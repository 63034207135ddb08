"""timer: when everything is looked at."""
from nodeprep.agent.timer import Timer


def test_due_at_once_then_an_interval_later_or_a_tenth_before():
    late, early = Timer(60.0, lambda: 0.0), Timer(60.0, lambda: 1.0)
    assert late.at == float('-inf')
    late.looked(100.0)
    early.looked(100.0)
    assert (late.at, early.at) == (160.0, 154.0)


def test_it_can_be_hurried_and_never_delayed():
    timer = Timer(60.0, lambda: 0.0)
    timer.looked(100.0)
    timer.hurry(110.0)
    timer.hurry(120.0)
    assert timer.at == 110.0
