"""A restart that made a program read its files again is made again by an undo, but not of what the undo has stopped."""
import pytest

from nodeprep.journal.steps import DONE, Step
from nodeprep.journal.undoing import NOTHING, RAN, Way

RESTART = ('systemctl', 'restart', 'chronyd.service')


def way_back(host, *commands, undone=''):
    """How each is taken back, or would be; the first is taken back already where `undone` says how."""
    steps = [Step(number, 'time-sync', run=run, undo=undo, state=DONE, undone=undone if number == 1 else '')
             for number, (run, undo) in enumerate(commands, 1)]
    way = Way(lambda: host, act=False, force_live=True)
    return {step.run: step.undone for step in way.back(steps, lambda step: None)}


@pytest.mark.parametrize('verb, stop', [
    (('enable', '--now'), ('disable', '--now')), (('start',), ('stop',)), (('unmask',), ('mask', '--now'))])
@pytest.mark.parametrize('undone', ['', 'ran'])
def test_what_the_way_back_stops_is_not_started_again(host, verb, stop, undone):
    start = ('systemctl', *verb, 'chronyd.service'), ('systemctl', *stop, 'chronyd.service')
    assert way_back(host, start, (RESTART, RESTART), undone=undone)[RESTART] == NOTHING


@pytest.mark.parametrize('verb, stop, unit', [
    ('enable', ('disable',), 'chronyd.service'), ('enable', ('disable', '--now'), 'docker.service'),
    ('stop', ('start',), 'chronyd.service')])
def test_what_ran_before_is_made_to_read_its_files_again(host, verb, stop, unit):
    # That another unit was stopped, or that this one was only enabled, says nothing.
    start = ('systemctl', verb, unit), ('systemctl', *stop, unit)
    assert way_back(host, start, (RESTART, RESTART), undone='ran')[RESTART] == RAN
