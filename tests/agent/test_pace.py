"""How often something may wake the agent."""
from nodeprep.agent.pace import Pace


class Clock:
    at = 1000.0

    def __call__(self):
        return self.at


def test_what_is_rare_is_at_once_and_what_does_not_end_comes_now_and_then():
    clock, woken = Clock(), 0
    pace = Pace(clock, burst=3, each=5.0)
    for _ in range(1000):                       # 100 seconds, an event each tenth of one
        if pace.due('noise') <= clock.at:
            pace.woke('noise')
            woken += 1
        clock.at += 0.1
    assert 3 + 19 <= woken <= 3 + 20
    assert clock.at < pace.due('noise') <= clock.at + 5.0


def test_one_that_makes_noise_does_not_hold_up_another():
    clock = Clock()
    pace = Pace(clock, burst=1, each=5.0)
    pace.woke('/etc')
    assert pace.due('/etc') == clock.at + 5.0
    assert pace.due('/proc/swaps') <= clock.at


def test_after_a_calm_while_it_is_at_once_again():
    clock = Clock()
    pace = Pace(clock, burst=2, each=5.0)
    pace.woke('/etc')
    pace.woke('/etc')
    clock.at += 1000
    pace.woke('/etc')
    assert pace.due('/etc') <= clock.at         # two are saved up, not two hundred
    pace.woke('/etc')
    assert pace.due('/etc') > clock.at
