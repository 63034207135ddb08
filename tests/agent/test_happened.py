"""A burst of events in one line."""
import pytest

from nodeprep.agent.happened import Burst, Happened
from nodeprep.host.inotify import ATTRIB, CLOSE_WRITE, CREATE, DELETE, DELETE_SELF, MODIFY, MOVED_FROM, MOVED_TO
from nodeprep.model import Folder

ETC = Folder('/etc')


def told(*events):
    burst = Burst()
    for name, mask in events:
        burst.add(Happened(ETC, name, mask))
    return burst.text()


@pytest.mark.parametrize('events, text', [
    ([('fstab', MODIFY), ('fstab', CLOSE_WRITE)], '/etc/fstab written'),
    ([('x', CREATE), ('x', ATTRIB), ('x', CLOSE_WRITE)], '/etc/x created'),
    ([('fstab', DELETE)], '/etc/fstab deleted'),
    ([('fstab', DELETE), ('fstab', CREATE), ('fstab', CLOSE_WRITE)], '/etc/fstab created'),
    ([('fstab', ATTRIB)], '/etc/fstab attributes changed'),
    ([('fstab', MOVED_FROM), ('fstab.old', MOVED_TO)], '/etc/fstab moved away, /etc/fstab.old renamed over'),
    ([('', DELETE_SELF)], '/etc deleted'),
    ([('', 0)], '/etc replaced'),
    ([(name, CREATE) for name in 'abcde'], '/etc/a created, /etc/b created, /etc/c created and 2 more'),
])
def test_a_line(events, text):
    assert told(*events) == text


def test_an_atomic_replace_names_the_file_and_not_the_temporary_one():
    assert told(('.fstab.1', CREATE), ('.fstab.1', CLOSE_WRITE), ('.fstab.1', MOVED_FROM),
                ('fstab', MOVED_TO)) == '/etc/fstab renamed over'


def test_a_lock_file_that_came_and_went_is_nothing():
    assert told(('passwd.lock', CREATE), ('passwd.lock', CLOSE_WRITE), ('passwd.lock', DELETE)) == ''


def test_a_file_that_was_there_before_and_is_made_anew_and_deleted_is_told():
    assert told(('fstab', DELETE), ('fstab', CREATE), ('fstab', DELETE)) == '/etc/fstab deleted'


def test_thousands_of_names_are_not_kept():
    text = told(*[(f'n{number}', CREATE) for number in range(5000)])
    assert text == '/etc/n0 created, /etc/n1 created, /etc/n2 created and many more'
