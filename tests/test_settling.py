"""How a fix waits for what it started; what it does step by step is in tests/system/test_fix_*.py and the laws."""
import collections

import pytest

from nodeprep import enforce
from nodeprep.enforce import Fixer, Hooks
from nodeprep.model import Finding, Observation, Run, Write
from nodeprep.plan import Allowed, Part

STOPPED = Observation('time daemon', 'none runs', 'runs', False, when='now')
RUNS = STOPPED._replace(found='chrony runs', met=True)
CLOCK = Observation('clock', 'not synchronised', 'follows a source', False, when='now')
START = Run(('systemctl', 'start', 'chronyd.service'), ('systemctl', 'stop', 'chronyd.service'))
Rule = collections.namedtuple('Rule', 'want')


@pytest.mark.parametrize('seen, before, change, looks', [
    ([[RUNS, CLOCK], [RUNS, CLOCK], [RUNS, CLOCK._replace(met=True)]], [STOPPED], START, 3),
    ([[RUNS, CLOCK._replace(met=None)], [RUNS, CLOCK._replace(met=True)]], [STOPPED], START, 2),
    ([[STOPPED], [RUNS]], [STOPPED], START, 2),
    ([[RUNS, CLOCK]] * 9, [STOPPED], START, 6),                       # given up after 2.5 s
    ([[RUNS, CLOCK]] * 9, [STOPPED, CLOCK], START, 1),                # it was so before: no time mends it
    ([[RUNS, CLOCK._replace(advised=True)]] * 9, [STOPPED], START, 1),
    ([[RUNS, CLOCK._replace(when='boot')]] * 9, [STOPPED], START, 1),
    ([[RUNS, CLOCK._replace(fix=(START,))]] * 9, [STOPPED], START, 1),     # the next stage ends it
    ([[RUNS, CLOCK]] * 9, [STOPPED], Write('/etc/x', ''), 1),
])
def test_what_was_started_has_time_to_come_up(monkeypatch, seen, before, change, looks):
    made, clock = [], [0.0]

    def examine(requirement, host, want):
        made.append(seen[len(made)])
        return finding(made[-1])

    def sleep(seconds):
        clock[0] += seconds
    monkeypatch.setattr(enforce.engine, 'examine', examine)
    monkeypatch.setattr(enforce.time, 'monotonic', lambda: clock[0])
    monkeypatch.setattr(enforce.time, 'sleep', sleep)
    hooks = Hooks(lambda said: None, lambda part: True, lambda: '')
    fixer = Fixer(lambda: None, None, Allowed(), hooks, settle=2.5)
    part = Part('time-sync', '', (change,), (('time daemon', 'now'),))
    after = fixer._after(None, Rule({}), finding(before), set(part.aims), part)
    assert len(made) == looks and after.observations == tuple(made[-1])


def finding(observations):
    drifted = any(one.met is False for one in observations)
    return Finding('time-sync', 'drifted' if drifted else 'met', 'met', tuple(observations))
