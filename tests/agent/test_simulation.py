"""A day in seconds: whatever happens, what the agent says is what is true, once, and nothing of it is lost."""
import json
import os
import random

import pytest

from nodeprep.chain import NEXT, verify
from nodeprep.model import worst
from tests.agent.simulation import BACKOFF, HEARTBEAT, INTERVAL, Killed, World
from tests.fakes import FakeHost

# Simulated hours for each seed; a longer run: NODEPREP_SIMULATED_HOURS=24 NODEPREP_SIMULATED_DAYS=7 pytest ...
HOURS = float(os.environ.get('NODEPREP_SIMULATED_HOURS', '3'))
SEEDS = int(os.environ.get('NODEPREP_SIMULATED_DAYS', '2'))


def triple(now, boot):
    return worst((now, boot)), now, boot


def of_report(report):
    return {one['requirement']: (one['now'], one['boot']) for one in report['findings']}


def live(world, hours):
    """Lets it go on, looking over the agent's shoulder after each turn."""
    running, quiet = False, 0
    while world.now < hours * 3600:
        try:
            if not running:
                world.start()
                running = True
            world.agent.turn()
        except Killed:
            world.spool.close()               # as the kernel does; this writes nothing
            running, world.looked, world.kill_in = False, None, 0
            continue
        if world.looked is not None:          # a round has ended, and it told nothing
            assert world.looked == world.told[-1], 'a transition that was seen was not told'
            world.looked = None
        if world.now - world.changed_at > INTERVAL + 1:
            quiet += 1
            check_what_it_says(world)
    return quiet


def check_what_it_says(world):
    true = {name: triple(*halves) for name, halves in world.truth.items()}
    assert {name: tuple(state[:3]) for name, state in world.states.states.items()} == true
    with open(f'{world.folder}/status', encoding='utf-8') as file:
        status = json.load(file)
    assert {one['requirement']: (one['state'], one['now'], one['boot']) for one in status['requirements']} == true
    if world.now - max(world.changed_at, world.master.back_at) > INTERVAL + BACKOFF + HEARTBEAT \
            and not world.master.problem and status['spool']['waiting'] == 0:
        assert of_report(world.master.reports[-1]) == world.truth


def bring_home(world):
    """The world stands still, and the master is there."""
    world.kill_in, world.master.back_at = 0, 0.0
    while world.agent_voice.facts()['spool']['waiting']:
        world.now += max(world.agent_voice.step(), 0.001)


@pytest.mark.parametrize('seed', range(SEEDS))
def test_what_it_says_is_what_is_true_once_and_nothing_is_lost(tmp_path, seed):
    (tmp_path / 'root').mkdir()
    world = World(random.Random(seed), str(tmp_path), FakeHost(str(tmp_path / 'root')))
    quiet = live(world, HOURS)
    world.kill_in = 0
    world.spool.close()
    world.start()
    bring_home(world)
    print(f'seed {seed}: {world.counts}, {len(world.told)} reports, {quiet} quiet moments, {world.master.beats} beats')
    reports = world.master.reports
    assert [report['sequence'] for report in reports] == list(range(1, len(reports) + 1))
    assert {link.state for link in verify(reports)} == {NEXT}
    # What was put into the spool is what arrived, in order; a kill behind the write left it there all the same.
    assert [of_report(report) for report in reports] == world.told
    for before, after in zip(reports, reports[1:]):
        if after['why'] == 'changed':
            assert of_report(before) != of_report(after), 'the same was reported twice'
        else:
            assert after['why'] == 'start' or abs(seconds(after) - seconds(before)) > 7200, after['why']
    assert quiet > 10 * HOURS and min(world.counts.values()) > 0


def seconds(report):
    import calendar
    import time
    return calendar.timegm(time.strptime(report['taken'], '%Y-%m-%dT%H:%M:%SZ'))
