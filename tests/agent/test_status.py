"""status: what the agent writes for everybody, and what is thought of it."""
import os
import stat

import pytest

from nodeprep.agent import status
from nodeprep.model import CannotChange

TREE = {'verdict': 'met', 'stopped': None}


@pytest.fixture
def written(tmp_path):
    assert status.write(str(tmp_path), TREE, 'boot-1', 100.0, 60.0) == ''
    return status.read(str(tmp_path))


def test_anybody_may_read_it(tmp_path, written):
    assert stat.S_IMODE(os.stat(str(tmp_path / status.NAME)).st_mode) == 0o644
    assert (written['pid'], written['verdict']) == (os.getpid(), 'met')


@pytest.mark.parametrize('boot, monotonic, change, running, stale, why', [
    ('boot-1', 150.0, {}, True, False, ''),
    ('boot-1', 195.0, {}, True, True, 'has not looked for 1 min 35 s'),
    ('boot-2', 150.0, {}, False, True, 'before the last reboot'),
    ('boot-1', 50.0, {}, False, True, 'before the last reboot'),
    ('boot-1', 150.0, {'stopped': 5.0}, False, True, 'it was stopped'),
])
def test_what_is_thought_of_it(written, boot, monotonic, change, running, stale, why):
    judged = status.judge(dict(written, **change), boot, monotonic)
    assert (judged.running, judged.stale) == (running, stale) and why in judged.why


def test_an_agent_that_was_killed(written, mocker):
    mocker.patch('nodeprep.agent.status.os.kill', side_effect=ProcessLookupError)
    assert 'is gone, and it was not stopped' in status.judge(written, 'boot-1', 101.0).why
    mocker.patch('nodeprep.agent.status.os.kill', side_effect=PermissionError)
    assert status.judge(written, 'boot-1', 101.0).running


def test_nothing_and_junk(tmp_path):
    assert status.read(str(tmp_path)) is None
    (tmp_path / status.NAME).write_text('[1]')
    with pytest.raises(CannotChange, match='is of no format'):
        status.read(str(tmp_path))
    assert 'no such file' in status.write(str(tmp_path / 'no'), TREE, 'boot-1', 1.0, 60.0)
