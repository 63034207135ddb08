"""Approvals as they lie on the disk: believed only when root alone could have written them."""
import fcntl
import os

import pytest

from nodeprep.agent import approvals, stored
from nodeprep.agent.approvals import Approval
from nodeprep.model import CannotChange

ONE = {'id': 'a1', 'requirement': 'swap', 'digest': 'd' * 64, 'by': 'alice', 'until': '2026-12-31T00:00:00Z'}
PATH = '/var/lib/nodeprep/approvals.json'


@pytest.fixture
def kept(host):
    """A host with one approval."""
    host.files({'/var/lib/nodeprep': {}})
    assert approvals.store(host, [ONE]) == []
    return host


def test_there_and_back(kept):
    assert approvals.load(kept) == (Approval(**ONE),)
    assert approvals.store(kept, []) == [] and approvals.load(kept) == ()


def test_none(host):
    assert approvals.load(host) == ()


def test_the_same_again_writes_nothing(kept):
    before = os.stat(kept.root + PATH)
    approvals.store(kept, [ONE])
    after = os.stat(kept.root + PATH)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize('mode', [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_believed(kept, mode):
    os.chmod(kept.root + PATH, mode)
    with pytest.raises(CannotChange, match='others may write it.*not trusted'):
        approvals.load(kept)


def test_a_file_in_a_folder_that_others_may_write_is_not_believed(kept):
    os.chmod(kept.root + '/var/lib/nodeprep', 0o777)
    with pytest.raises(CannotChange, match='not trusted'):
        approvals.load(kept)


def test_a_link_is_not_followed(kept):
    os.rename(kept.root + PATH, kept.root + '/elsewhere')
    os.symlink(kept.root + '/elsewhere', kept.root + PATH)
    with pytest.raises(CannotChange, match='is not a file'):
        approvals.load(kept)


def test_a_damaged_file_is_told(kept):
    kept.files({PATH: '[{"id": '})
    with pytest.raises(CannotChange, match='approvals.json is damaged'):
        approvals.load(kept)


@pytest.mark.parametrize('bad', [
    'x', {}, dict(ONE, id=7), dict(ONE, digest=''), dict(ONE, by=None), dict(ONE, until='tomorrow'),
    dict(ONE, until='2026-13-01T00:00:00Z'), dict(ONE, requirement='s' * 301), [ONE]])
def test_what_is_not_understood_is_told_and_the_rest_is_kept(host, bad):
    host.files({'/var/lib/nodeprep': {}})
    assert len(approvals.store(host, [bad, ONE])) == 1
    assert approvals.load(host) == (Approval(**ONE),)


def test_a_master_that_says_something_else_than_a_list(host):
    assert approvals.read('no') == ((), ['an approval has the texts id, requirement, digest, by, until'])
    assert approvals.read({'x': 1})[0] == ()


def test_more_keys_do_not_matter(host):
    assert approvals.read([dict(ONE, note='later')])[0] == (Approval(**ONE),)


def test_a_disk_that_takes_nothing_leaves_what_was_there(kept, monkeypatch):
    def full(handle, data):
        raise OSError(28, 'No space left on device')
    monkeypatch.setattr(os, 'write', full)
    with pytest.raises(CannotChange, match='no space left on device'):
        approvals.store(kept, [ONE, dict(ONE, id='a2')])
    monkeypatch.undo()
    assert approvals.load(kept) == (Approval(**ONE),) and os.listdir(kept.root + '/var/lib/nodeprep') == [
        'approvals.json']


def test_what_a_killed_process_left_does_not_matter(kept):
    kept.files({PATH + '.new': 'half'})
    approvals.store(kept, [dict(ONE, id='a2')])
    assert [one.id for one in approvals.load(kept)] == ['a2']


def test_only_one_changes_a_file_at_a_time(kept):
    with stored.changing(kept, 'x.json'), open(kept.root + '/var/lib/nodeprep/x.json.lock') as other, \
            pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with open(kept.root + '/var/lib/nodeprep/x.json.lock') as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
