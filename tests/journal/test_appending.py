"""A journal whose disk fails in the middle of a fix can be read afterwards, and says nothing that was not done."""
import errno
import os

import pytest

from nodeprep.host.changing import Changing
from nodeprep.journal import folder, reading
from nodeprep.journal.writing import Transaction
from nodeprep.model import CannotChange


@pytest.fixture
def host(tmp_path):
    for path in ('var/lib', 'etc'):
        (tmp_path / path).mkdir(parents=True)
    for name in 'abc':
        (tmp_path / 'etc' / name).write_text(name)
    return Changing(str(tmp_path), live=False)


def intend(transaction, name):
    image = transaction.host.image(f'/etc/{name}')
    return transaction.file(name, image, b'new', None)


def fails(number):
    def call(*_):
        raise OSError(number, os.strerror(number))
    return call


def takes_a_part(write):
    return lambda handle, data: write(handle, data[:len(data) // 2])


BROKEN = {
    'full': lambda: ('write', fails(errno.ENOSPC)),
    'full in the middle of a line': lambda: ('write', takes_a_part(os.write)),
    'error at fdatasync(2)': lambda: ('fdatasync', fails(errno.EIO)),
}


@pytest.fixture(params=sorted(BROKEN))
def broken(request):
    """broken(intent): what is to be noted meets a disk that fails just then."""
    def attempt(transaction, name):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, *BROKEN[request.param]())
            with pytest.raises(CannotChange, match='without a journal nothing is changed'):
                intend(transaction, name)
    return attempt


def test_a_first_step_that_cannot_be_noted_leaves_no_file_and_no_other_step_follows(host, broken):
    transaction = Transaction(host, {'how': 'person'}, ('fix',))
    broken(transaction, 'a')
    transaction.result('a', 'failed', 'the disk is full')
    with pytest.raises(CannotChange, match='without a journal nothing is changed'):
        intend(transaction, 'b')
    transaction.end('failed')
    assert folder.transactions(host) == [] and reading.past(host) == []


def test_a_later_step_that_cannot_be_noted_is_not_in_the_journal_and_no_other_follows(host, broken):
    transaction = Transaction(host, {'how': 'person'}, ('fix',))
    transaction.done(intend(transaction, 'a'))
    broken(transaction, 'b')
    transaction.result('b', 'failed', 'the disk is full')
    with pytest.raises(CannotChange, match='without a journal nothing is changed'):
        intend(transaction, 'c')
    transaction.end('failed')
    (past,) = reading.past(host)
    assert [(step.number, step.part, step.state) for step in past.steps] == [(1, 'a', 'done')]
    assert past.end == 'failed' and past.results == {'b': ('failed', 'the disk is full')}


def test_nothing_follows_a_line_of_which_a_part_stays(host, monkeypatch):
    transaction = Transaction(host, {'how': 'person'}, ('fix',))
    transaction.done(intend(transaction, 'a'))
    with monkeypatch.context() as patch:
        patch.setattr(os, 'write', takes_a_part(os.write))
        patch.setattr(os, 'ftruncate', fails(errno.EIO))
        with pytest.raises(CannotChange):
            intend(transaction, 'b')
    transaction.end('failed')
    assert 'torn' in transaction.trouble
    (past,) = reading.past(host)
    assert [step.part for step in past.steps] == ['a'] and not past.end


def test_a_folder_that_cannot_be_synced_leaves_no_transaction(host, monkeypatch):
    transaction = Transaction(host, {'how': 'person'}, ('fix',))
    monkeypatch.setattr(folder, 'sync', fails(errno.EIO))
    with pytest.raises(CannotChange, match='without a journal nothing is changed'):
        intend(transaction, 'a')
    assert folder.transactions(host) == []
