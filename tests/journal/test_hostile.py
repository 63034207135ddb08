"""A journal that somebody else wrote, or that was damaged: nothing is believed that no journal of ours would say."""
import base64
import json
import os

import pytest

from nodeprep.host.changing import Changing
from nodeprep.journal import folder, reading
from nodeprep.model import CannotChange

HEAD = {'journal': 1, 'id': '000001', 'begun': '2026-01-01T00:00:00Z', 'by': {'how': 'person'}, 'command': ['fix']}
BEFORE = {'path': '/etc/x', 'real': '/etc/x', 'kind': 'file', 'mode': 0o644, 'mtime_ns': -1, 'data': 'b2xk'}
STEP = {'step': 1, 'part': 'swap', 'write': '/etc/x', 'data': base64.b64encode(b'new').decode(), 'mode': None,
        'temporary': '.x.nodeprep-000001-1', 'before': [BEFORE]}


@pytest.fixture
def load(tmp_path):
    """load(lines...) -> the transaction that these lines tell."""
    os.makedirs(str(tmp_path / 'var/lib/nodeprep/journal'), mode=0o700)
    os.chmod(str(tmp_path / 'var/lib/nodeprep'), 0o700)
    host = Changing(str(tmp_path), live=False)

    def from_lines(*lines):
        (tmp_path / 'var/lib/nodeprep/journal/000001.jsonl').write_text(
            ''.join(json.dumps(line) + '\n' for line in lines))
        return reading.load(host, '000001')
    from_lines.host = host
    from_lines.folder = tmp_path / 'var/lib/nodeprep/journal'
    return from_lines


def test_one_of_ours_is_understood(load):
    (step,) = load(HEAD, STEP, {'done': 1, 'changed': []}).steps
    assert step.before[0].data == b'old' and step.before[0].mtime_ns == -1


@pytest.mark.parametrize('more', [
    {'mode': 2**70}, {'mode': 0o10000}, {'mode': -1}, {'uid': 2**32 - 1}, {'uid': -5}, {'gid': 2**70}, {'mode': True},
    {'mtime_ns': 2**90}, {'mtime_ns': 1.5}, {'kind': 'zzz'}, {'kind': 'other'}, {'kind': 'link', 'target': 'a'},
    {'xattrs': {'a\0b': ''}}, {'xattrs': []}, {'target': 'a\0b'}, {'real': '/etc/\ud800'}, {'real': 'etc/x'},
    {'real': '/etc/../../x'}, {'lacking': ['/../x']}, {'lacking': ['/et']}, {'data': 'no base64!'}, {'new': 1}])
def test_an_image_that_no_file_has(load, more):
    with pytest.raises(CannotChange, match=r'000001.jsonl:2: the journal is damaged'):
        load(HEAD, dict(STEP, before=[dict(BEFORE, **more)]))


@pytest.mark.parametrize('more', [
    {'temporary': 'passwd'}, {'temporary': '..'}, {'temporary': ''}, {'temporary': '.a/b'}, {'temporary': '.a\0'},
    {'mode': 2**70}, {'mode': '1'}, {'before': []}, {'before': [BEFORE, BEFORE]}, {'step': 'x'}, {'data': 5}])
def test_a_step_that_no_fix_makes(load, more):
    with pytest.raises(CannotChange, match=r'000001.jsonl:2: the journal is damaged'):
        load(HEAD, dict(STEP, **more))


@pytest.mark.parametrize('more', [{'by': [1]}, {'command': 5}, {'begun': None}, {'id': '000002'}, {'journal': 2}])
def test_a_first_line_that_no_fix_writes(load, more):
    with pytest.raises(CannotChange, match=r'000001.jsonl:1: the journal is damaged'):
        load(dict(HEAD, **more), STEP)


def test_a_fifo_and_a_link_are_no_journal(load, tmp_path):
    os.mkfifo(str(load.folder / '000001.jsonl'))
    with pytest.raises(CannotChange, match='not a regular file'):
        reading.load(load.host, '000001')
    (load.folder / '000001.jsonl').unlink()
    (tmp_path / 'other').write_text(json.dumps(HEAD) + '\n')
    (load.folder / '000001.jsonl').symlink_to(tmp_path / 'other')
    with pytest.raises(CannotChange, match='000001.jsonl: is not a regular file'):
        reading.load(load.host, '000001')


def test_names_that_are_nearly_those_of_a_journal(load):
    for name in ('000001.jsonl\n', '1.jsonl', '000001.jsonl.bak', '0000000000001.jsonl'):
        (load.folder / name).write_text('')
    assert folder.transactions(load.host) == [] and folder.known_id('7\n') == '7\n'
