"""The benchmark asks for requirements that exist, and says of each goal whether it was kept."""
import importlib.util
import os

from nodeprep import catalogue

PATH = os.path.join(os.path.dirname(os.path.dirname(__file__)), 'benchmarks', 'run.py')


def bench():
    spec = importlib.util.spec_from_file_location('bench', PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_left_out_waits_for_other_machines():
    known = catalogue.load_all()
    assert all(known[name].waits for name in bench().WAITING if name in known)


def test_a_goal_is_kept_or_missed():
    assert bench().goal(1.4, 1.4, '1.40') == 'goal 1.40: kept'
    assert bench().goal(1.41, 1.4, '1.40') == 'goal 1.40: MISSED'


def test_the_median_is_one_of_the_runs():
    assert bench()._median([3, 1, 2]) == 2
