"""The agent as a real process on the real machine: swap that is turned on, signals, its end, and a second one."""
import glob
import itertools
import os
import pathlib
import random
import signal
import subprocess
import time

import pytest

from nodeprep.chain import verify
from nodeprep.host.libc import call
from tests.system import tlsmaster
from tests.system.agentprocess import QUIET, TOP, AgentProcess, joined
from tests.system.swapping import swappable
from tests.system.tlsmaster import Server
from tests.tiers import need


@pytest.fixture
def swap_file(tmp_path):
    """A file that can swap and does not; in the end it does not either."""
    with swappable(str(tmp_path / 'swapfile')) as path:
        yield path


def whole(agent):
    """Whether nothing in its folders is half done: no file in the making, no torn line, a chain without a gap."""
    assert glob.glob(f'{agent.state}/*.new') + glob.glob(f'{agent.run}/*.new') == []
    files = [pathlib.Path(name) for name in glob.glob(f'{agent.state}/spool/*.jsonl')]
    assert files and all(file.read_bytes()[-1:] == b'\n' for file in files)
    assert {link.state for link in verify(agent.reports())} == {'next'}


def test_fifty_swapons_are_told_each(tmp_path, swap_file, capsys):
    late = []
    with AgentProcess(tmp_path) as agent:
        for _ in range(50):
            since, began = agent.mark(), time.monotonic()
            call('swapon', os.fsencode(swap_file), 0)
            line, at = agent.until('swap: drifted', since)
            late.append(at - began)
            assert 'now drifted' in line and f'{swap_file}: ' in line
            since = agent.mark()
            call('swapoff', os.fsencode(swap_file))
            assert 'now met' in agent.until('swap: met', since)[0]
        assert agent.stop() == 0
        whole(agent)
        told = [one['now'] for report in agent.reports() for one in report['findings'] if one['requirement'] == 'swap']
    # Something else may change meanwhile, of which a report tells what it tells of swap once more.
    assert [now for now, _ in itertools.groupby(told) if now == 'drifted'] == ['drifted'] * 50
    late.sort()
    with capsys.disabled():
        print(f'\nswapon in the agent\'s output after: median {late[25] * 1000:.0f} ms, '
              f'p99 {late[-1] * 1000:.0f} ms of 50')


def test_sighup_reads_the_configuration_and_a_bad_one_is_told_and_not_in_force(tmp_path):
    def mode(agent):
        return {one['requirement']: one['mode'] for one in agent.status()['requirements']}['swap']
    with AgentProcess(tmp_path) as agent:
        assert mode(agent) == 'report'
        agent.configure(QUIET + '  swap: {mode: ignore}\n')
        agent.ask(signal.SIGHUP)
        agent.until('the configuration was read again and is in force')
        agent.wait_for(lambda: mode(agent) == 'ignore')

        agent.configure(QUIET + '  swap: {mode: reprot}\n')
        since = agent.mark()
        agent.ask(signal.SIGHUP)
        said, _ = agent.until('the configuration is wrong and not in force: ', since)
        assert f'{tmp_path}/nodeprep.yaml:4: ' in said and 'reprot' in said
        agent.wait_for(lambda: 'reprot' in agent.status()['config']['problem'])
        assert mode(agent) == 'ignore'                       # the one before
        assert 'reprot' in agent.reports()[-1]['config']['problem']
        told = subprocess.run(agent.argv[:3] + ['status', '--run-dir', f'{tmp_path}/run'], cwd=TOP,
                              stdout=subprocess.PIPE, universal_newlines=True, timeout=60)
        assert told.returncode == 0 and 'reprot' in told.stdout

        agent.configure(QUIET)
        since = agent.mark()
        agent.ask(signal.SIGHUP)
        agent.until('the configuration was read again and is in force', since)
        agent.wait_for(lambda: mode(agent) == 'report' and not agent.status()['config']['problem'])
        assert agent.stop() == 0


def test_a_bad_configuration_that_the_caller_named_ends_it_at_once(tmp_path):
    agent = AgentProcess(tmp_path, 'intervall: 1h\n')
    agent.start()
    assert agent.join() == 2
    assert f'nodeprep: {tmp_path}/nodeprep.yaml:1: ' in agent.said() and agent.status() is None


def test_sigterm_ends_it_with_0_and_nothing_half_done(tmp_path):
    with AgentProcess(tmp_path) as agent:
        assert agent.status()['stopped'] is None
        begun = time.monotonic()
        assert agent.stop() == 0
        assert time.monotonic() - begun < 5
        assert agent.lines[-1][1] == 'the agent ends' and 'Traceback' not in agent.said()
        assert agent.status()['stopped'] >= agent.status()['written']
        whole(agent)


def test_sigterm_at_any_moment_of_its_first_seconds(tmp_path):
    """Before it listens to signals it dies of it as any process does; after that it ends by itself."""
    draw, codes, begun = random.Random(5), [], time.monotonic()
    with AgentProcess(tmp_path) as agent:
        took = time.monotonic() - begun          # until it is up: on a machine that is busy some seconds
        assert agent.stop() == 0
    for _ in range(8):
        agent = AgentProcess(tmp_path)
        agent.start()
        time.sleep(draw.uniform(0.0, max(1.0, 1.5 * took)))
        codes.append(agent.stop())
        assert codes[-1] in (0, -signal.SIGTERM) and 'Traceback' not in agent.said(), agent.said()
    agent = AgentProcess(tmp_path)
    agent.start()
    agent.until('the agent begins', seconds=60)              # from then on it listens, however slow it was
    assert agent.stop() == 0, agent.said()
    with AgentProcess(tmp_path) as agent:
        assert agent.stop() == 0
        whole(agent)


def test_sigterm_while_the_master_stalls(tmp_path):
    need('program', 'openssl')
    ca = tlsmaster.authority(str(tmp_path))
    with Server(tlsmaster.certificate(str(tmp_path)), moods=['stall'] * 9) as server, \
            AgentProcess(tmp_path, credential=joined(server.url, ca)) as agent:
        agent.wait_for(lambda: server.requests)
        begun = time.monotonic()
        assert agent.stop() == 0
        assert time.monotonic() - begun < 5 and agent.lines[-1][1] == 'the agent ends'
        whole(agent)


def test_a_second_one_is_refused_by_name_and_the_first_goes_on(tmp_path):
    with AgentProcess(tmp_path) as agent:
        done = subprocess.run(agent.argv, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                              universal_newlines=True)
        assert (done.returncode, done.stdout) == (75, '')
        assert done.stderr == (f'nodeprep: another agent runs already, with {tmp_path}/state; '
                               'systemctl status nodeprep shows it\n')
        since = agent.mark()
        agent.ask(signal.SIGHUP)
        agent.until('is in force', since)
        assert agent.stop() == 0
