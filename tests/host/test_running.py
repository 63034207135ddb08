"""Real commands that do not end as they should: none of them holds up whoever asked, or fills its memory."""
import os
import resource
import time

import pytest

from nodeprep.host import Host, doing
from nodeprep.host.changing import Changing
from nodeprep.model import CannotChange, CannotTell

pytestmark = pytest.mark.reaches_machine


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """ask(script, seconds) -> Answer of a shell script, as a check asks."""
    monkeypatch.setattr('nodeprep.host.commands.FOLDERS', (str(tmp_path),))
    return lambda script, seconds: Host('/').ask([program(tmp_path, script)], seconds)


@pytest.fixture
def do(tmp_path, monkeypatch):
    """do(script, seconds, watch) -> Answer of a shell script, as a fix does it."""
    monkeypatch.setattr('nodeprep.host.commands.FOLDERS', (str(tmp_path),))
    monkeypatch.setattr(doing, '_GRACE', 0.5)
    return lambda script, seconds, watch=None: Changing('/').do([program(tmp_path, script)], seconds, watch)


def program(folder, script):
    path = folder / 'program'
    path.write_text('#!/bin/sh\nPATH=/usr/bin:/bin\n' + script)
    path.chmod(0o755)
    return 'program'


@pytest.fixture(params=['ask', 'do'])
def either(request):
    return request.getfixturevalue(request.param)


def gone(folder):
    """Whether the process ends soon whose number a script left."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            with open(f'/proc/{(folder / "pid").read_text().strip()}/stat', encoding='ascii') as stat:
                if stat.read().rpartition(')')[2].split()[0] in 'ZX':
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def test_it_has_ended_although_a_daemon_that_it_started_holds_its_outputs(either, tmp_path):
    begun = time.monotonic()
    answer = either(f'sleep 30 & echo $! > {tmp_path}/pid; echo said; echo more >&2; exit 3', 20)
    os.kill(int((tmp_path / 'pid').read_text()), 9)
    assert time.monotonic() - begun < 10 and answer == (3, 'said\n', 'more\n')


def test_a_daemon_that_goes_on_talking_does_not_keep_it_from_having_ended(either, tmp_path):
    begun = time.monotonic()
    answer = either(f'yes & echo $! > {tmp_path}/pid; exit 0', 20)
    assert time.monotonic() - begun < 10 and answer.code == 0


def test_what_a_command_says_without_end_takes_no_memory(either):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises((CannotTell, CannotChange)):
        either('exec yes', 1)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


def test_a_long_output_is_cut_and_the_command_ends_as_it_would(either):
    answer = either('head -c 5000000 /dev/zero | tr "\\0" x; echo end >&2; exit 4', 20)
    assert answer == (4, 'x' * 2**20, 'end\n')


def test_what_it_started_is_ended_with_it(either, tmp_path):
    begun = time.monotonic()
    with pytest.raises((CannotTell, CannotChange), match=r'did not (answer|end) within 1 s'):
        either(f'sleep 30 & echo $! > {tmp_path}/pid; wait', 1)
    assert time.monotonic() - begun < 10 and gone(tmp_path)


def test_one_that_closed_its_outputs_is_waited_for(either):
    assert either('exec >&- 2>&-; sleep 0.3; exit 5', 20).code == 5


def test_one_that_does_not_heed_sigterm_is_killed(do, tmp_path):
    begun = time.monotonic()
    with pytest.raises(CannotChange, match='did not end within'):
        do(f"trap '' TERM; echo $$ > {tmp_path}/pid; sleep 30 & wait; sleep 30", 0.5)
    assert time.monotonic() - begun < 10 and gone(tmp_path)


def test_one_that_is_asked_to_end_may_say_as_much_as_it_likes_before(do, tmp_path, monkeypatch):
    monkeypatch.setattr(doing, '_GRACE', 30)          # seconds: on a busy machine it may take some
    ready = tmp_path / 'ready'
    with pytest.raises(CannotChange, match='the watch says so'):
        do(f"trap 'head -c 300000 /dev/zero; echo whole > {tmp_path}/last; exit 0' TERM; >{ready}; sleep 30 & wait",
           20, lambda: ('', 'the watch says so' if ready.exists() else ''))
    assert (tmp_path / 'last').read_text() == 'whole\n'
