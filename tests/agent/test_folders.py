"""Which folders are watched, and what is made of what the kernel says; the folders are real, inotify is not."""
import errno
import os

import pytest

from nodeprep.agent.folders import Folders
from nodeprep.agent.happened import Happened
from nodeprep.host.inotify import CREATE, DELETE_SELF, IGNORED, MODIFY, OVERFLOW, Event
from nodeprep.model import Folder


class FakeInotify:
    def __init__(self, root):
        self.root, self.watched, self.queue, self.errors, self.added = root, {}, [], {}, []

    def __call__(self):
        return self

    def fileno(self):
        return 99

    def add(self, folder, mask):
        path = os.fsdecode(folder)
        where = path[len(self.root):] or '/'
        if where in self.errors:
            raise OSError(self.errors[where], os.strerror(self.errors[where]))
        if not os.path.isdir(path) or os.path.islink(path):
            raise OSError(errno.ENOTDIR, 'not a directory')
        number = self.watched.get(where) or len(self.added) + 1
        self.watched[where] = number
        self.added.append(where)
        return number

    def remove(self, number):
        self.watched = {where: has for where, has in self.watched.items() if has != number}

    def read(self):
        queue, self.queue = self.queue, []
        return queue

    def close(self):
        self.watched = {}


@pytest.fixture
def top(tmp_path):
    (tmp_path / 'etc' / 'sysctl.d').mkdir(parents=True)
    return tmp_path


def made(top, *paths, errors=None):
    fake = FakeInotify(str(top))
    fake.errors = errors or {}
    return fake, Folders(str(top), [Folder(path) for path in paths], fake)


def test_a_folder_and_the_way_to_it_are_watched(top):
    fake, folders = made(top, '/etc/sysctl.d')
    assert sorted(fake.watched) == ['/', '/etc', '/etc/sysctl.d'] and folders.missing == {}


def test_one_that_is_not_there_is_awaited_in_the_nearest_that_is(top):
    fake, folders = made(top, '/etc/chrony/conf.d')
    assert sorted(fake.watched) == ['/', '/etc'] and folders.missing == {}
    (top / 'etc' / 'chrony' / 'conf.d').mkdir(parents=True)
    fake.queue = [Event(fake.watched['/etc'], CREATE, 0, 'chrony')]
    assert folders.happened() == ([Happened(Folder('/etc/chrony/conf.d'), '', CREATE)], False)
    assert sorted(fake.watched) == ['/', '/etc', '/etc/chrony', '/etc/chrony/conf.d']


def test_other_names_on_the_way_are_nobodys_business(top):
    fake, folders = made(top, '/etc/sysctl.d')
    fake.queue = [Event(fake.watched['/etc'], CREATE, 0, 'motd'), Event(fake.watched['/'], CREATE, 0, 'tmp')]
    assert folders.happened() == ([], False)


def test_a_link_is_watched_where_it_stands_and_where_it_leads(top):
    (top / 'usr' / 'lib' / 'modules').mkdir(parents=True)
    (top / 'lib').symlink_to('usr/lib')
    fake, folders = made(top, '/lib/modules')
    assert sorted(fake.watched) == ['/', '/usr', '/usr/lib', '/usr/lib/modules']
    fake.queue = [Event(fake.watched['/usr/lib/modules'], CREATE, 0, '6.1')]
    assert folders.happened() == ([Happened(Folder('/lib/modules'), '6.1', CREATE)], False)


def test_an_absolute_link_stays_below_the_root(top):
    (top / 'etc' / 'conf').symlink_to('/etc/../etc/sysctl.d')
    fake, folders = made(top, '/etc/conf')
    assert sorted(fake.watched) == ['/', '/etc', '/etc/sysctl.d'] and folders.missing == {}


def test_a_circle_of_links_is_missing_and_said(top):
    (top / 'a').symlink_to('b')
    (top / 'b').symlink_to('a')
    fake, folders = made(top, '/a/x', '/etc')
    assert folders.missing == {Folder('/a/x'): 'a circle of links'}
    assert sorted(fake.watched) == ['/', '/etc']


def test_one_that_is_deleted_and_made_anew_with_the_same_inode_is_watched_again(top):
    fake, folders = made(top, '/etc/sysctl.d')
    number = fake.watched.pop('/etc/sysctl.d')
    fake.queue = [Event(number, DELETE_SELF, 0, ''), Event(number, IGNORED, 0, '')]
    told, overflow = folders.happened()
    assert told == [Happened(Folder('/etc/sysctl.d'), '', DELETE_SELF)] and not overflow
    assert fake.watched['/etc/sysctl.d'] != number


def test_one_that_another_took_the_place_of_without_an_event_is_seen_by_settle(top):
    fake, folders = made(top, '/etc/sysctl.d', '/etc')
    (top / 'other').mkdir()
    os.rename(str(top / 'etc' / 'sysctl.d'), str(top / 'gone'))      # as a mount would hide it: no event is queued
    os.rename(str(top / 'other'), str(top / 'etc' / 'sysctl.d'))
    assert folders.settle() == [Folder('/etc/sysctl.d')]
    assert folders.settle() == []


def test_what_is_no_longer_on_the_way_is_no_longer_watched(top):
    (top / 'one').mkdir()
    (top / 'two').mkdir()
    (top / 'way').symlink_to('one')
    fake, folders = made(top, '/way')
    assert sorted(fake.watched) == ['/', '/one']
    (top / 'way').unlink()
    (top / 'way').symlink_to('two')
    assert folders.settle() == [Folder('/way')]
    assert sorted(fake.watched) == ['/', '/two']


def test_an_overflow_is_told_and_everything_is_looked_at_again(top):
    fake, folders = made(top, '/etc/later')
    (top / 'etc' / 'later').mkdir()
    fake.queue = [Event(-1, OVERFLOW, 0, '')]
    assert folders.happened() == ([Happened(Folder('/etc/later'), '', 0)], True)
    assert '/etc/later' in fake.watched


def test_a_watch_whose_end_was_lost_in_an_overflow_is_made_anew(top):
    fake, folders = made(top, '/etc/sysctl.d')
    number = fake.watched.pop('/etc/sysctl.d')                       # deleted and made anew, with the same inode
    fake.queue = [Event(-1, OVERFLOW, 0, '')]
    assert folders.happened() == ([], True)
    assert fake.watched['/etc/sysctl.d'] > number and len(fake.watched) == 3


def test_too_many_watches_are_missing_with_the_setting_that_bounds_them(top):
    fake, folders = made(top, '/etc/sysctl.d', '/etc', errors={'/etc/sysctl.d': errno.ENOSPC})
    assert folders.missing == {Folder('/etc/sysctl.d'): 'fs.inotify.max_user_watches is reached'}
    fake.errors = {}
    folders.settle()
    assert folders.missing == {} and '/etc/sysctl.d' in fake.watched


def test_a_folder_that_may_not_be_read_is_missing(top):
    _, folders = made(top, '/etc/sysctl.d', errors={'/etc/sysctl.d': errno.EACCES})
    assert folders.missing == {Folder('/etc/sysctl.d'): 'permission denied'}


def test_without_a_queue_everything_is_missing_until_there_is_one(top):
    fake = FakeInotify(str(top))
    answers = [OSError(errno.EMFILE, 'Too many open files'), fake]

    def make():
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer
    folders = Folders(str(top), [Folder('/etc')], make)
    assert folders.missing == {Folder('/etc'): 'fs.inotify.max_user_instances is reached'} and folders.fileno() == -1
    assert folders.settle() == [Folder('/etc')]
    assert folders.missing == {} and folders.fileno() == 99


def test_settling_again_adds_nothing(top):
    fake, folders = made(top, '/etc/sysctl.d', '/etc', '/etc/later')
    added = list(fake.added)
    for _ in range(10):
        assert folders.settle() == []
    assert fake.added == added


def test_a_file_that_is_written_wakes_its_folder_alone(top):
    fake, folders = made(top, '/etc/sysctl.d', '/etc')
    fake.queue = [Event(fake.watched['/etc/sysctl.d'], MODIFY, 0, 'k8s.conf')]
    assert folders.happened() == ([Happened(Folder('/etc/sysctl.d'), 'k8s.conf', MODIFY)], False)
