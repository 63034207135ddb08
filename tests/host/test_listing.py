"""listing: what is kept of a folder is what listing it again would say."""
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.host import listing


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(listing, '_kept', {})


@pytest.fixture
def later(monkeypatch):
    """A clock well after whatever the test does, so that folders count as settled."""
    monkeypatch.setattr(listing.time, 'time', lambda: 4e9)


@pytest.fixture
def lists(monkeypatch):
    """How often a folder was really listed."""
    seen = []
    for name in ('listdir', 'scandir'):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda folder, real=real: seen.append(folder) or real(folder))
    return seen


def filled(folder):
    os.makedirs(folder)
    open(f'{folder}/b', 'w').close()
    os.symlink('/dev/null', f'{folder}/a')
    return os.fsencode(str(folder))


def test_a_settled_folder_is_listed_once(tmp_path, later, lists):
    folder = filled(tmp_path / 'x')
    assert [listing.links(folder) for _ in range(3)] == [(['a', 'b'], {'a': '/dev/null'})] * 3
    assert [listing.names(folder) for _ in range(3)] == [['a', 'b']] * 3 and len(lists) == 1


def test_names_alone_do_not_stand_for_links(tmp_path, later, lists):
    folder = filled(tmp_path / 'x')
    assert listing.names(folder) == ['a', 'b'] and listing.links(folder)[1] == {'a': '/dev/null'} and len(lists) == 2


def test_a_folder_of_just_now_is_listed_each_time(tmp_path, lists):
    folder = filled(tmp_path / 'x')
    for number in range(5):
        os.symlink('/gone', f'{tmp_path}/x/c{number}')
        os.utime(str(folder, 'ascii'), (1e9, 1e9))         # as tar and rsync set it; the time of change stays true
        assert f'c{number}' in listing.names(folder) and f'c{number}' in listing.links(folder)[1]
    assert len(lists) == 10


def test_a_folder_of_the_future_is_listed_each_time(tmp_path, monkeypatch, lists):
    folder = filled(tmp_path / 'x')
    monkeypatch.setattr(listing.time, 'time', lambda: 1.0)
    assert listing.names(folder) == listing.names(folder) and len(lists) == 2


def test_what_is_given_may_be_changed_by_who_got_it(tmp_path, later):
    folder = filled(tmp_path / 'x')
    listing.names(folder).clear()
    listing.links(folder)[1].clear()
    assert listing.names(folder) == ['a', 'b'] and listing.links(folder)[1] == {'a': '/dev/null'}


def test_another_folder_in_its_place_is_listed(tmp_path, later):
    folder = filled(tmp_path / 'x')
    listing.links(folder)
    os.rename(str(tmp_path / 'x'), str(tmp_path / 'y'))
    with pytest.raises(FileNotFoundError):
        listing.links(folder)
    os.mkdir(str(tmp_path / 'x'))
    assert listing.links(folder) == ([], {})


def test_what_the_kernel_makes_up_is_not_kept(monkeypatch, later):
    monkeypatch.setattr(os, 'listdir', lambda folder: [b'2', b'1'])
    assert listing.names(b'/proc/1/task') == ['1', '2'] and not listing._kept


def test_not_without_bound(tmp_path, monkeypatch, later):
    monkeypatch.setattr(listing, '_MOST', 3)
    for number in range(10):
        listing.names(filled(tmp_path / str(number)))
    assert len(listing._kept) <= 3


@settings(max_examples=60, deadline=None)
@given(some.lists(some.tuples(some.sampled_from(('link', 'file', 'gone', 'over')), some.sampled_from('abc'))))
def test_the_same_as_without_after_any_changes(tmp_path_factory, steps):
    folder = str(tmp_path_factory.mktemp('listed'))
    clock = listing.time.time
    for number, (step, name) in enumerate(steps):
        path = f'{folder}/{name}'
        if os.path.lexists(path) and step != 'over':
            os.unlink(path)
        if step == 'link':
            os.symlink(f'/to/{number}', path)
        elif step == 'file':
            open(path, 'w').close()
        elif step == 'over':
            os.symlink(f'/over/{number}', f'{folder}/.new')
            os.rename(f'{folder}/.new', path)
        now = {entry: os.readlink(f'{folder}/{entry}') for entry in os.listdir(folder)
               if os.path.islink(f'{folder}/{entry}')}
        try:
            listing.time.time = lambda: clock() + (number % 2) * 2.0
            assert listing.links(os.fsencode(folder)) == (sorted(os.listdir(folder)), now)
            assert listing.names(os.fsencode(folder)) == sorted(os.listdir(folder))
        finally:
            listing.time.time = clock
