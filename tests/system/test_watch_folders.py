"""Real inotify: whatever happens to a folder that is watched is told, and told once."""
import os
import shutil

import pytest

from nodeprep.agent.watch import OVERFLOW, Watcher
from nodeprep.host import Host
from nodeprep.model import Folder

ETC, DROPS, LATER, LINKED = Folder('/etc'), Folder('/etc/sysctl.d'), Folder('/etc/later/conf.d'), Folder('/lib/modules')


@pytest.fixture
def top(tmp_path):
    (tmp_path / 'etc' / 'sysctl.d').mkdir(parents=True)
    (tmp_path / 'etc' / 'fstab').write_text('/dev/sda1 / xfs defaults 0 0\n')
    (tmp_path / 'usr' / 'lib' / 'modules').mkdir(parents=True)
    (tmp_path / 'lib').symlink_to('usr/lib')
    return tmp_path


@pytest.fixture
def watcher(top):
    watcher = Watcher(Host(str(top), live=True), [ETC, DROPS, LATER, LINKED])
    assert watcher.missing == []
    yield watcher
    watcher.close()


def told(watcher):
    """What one wait tells, by folder; after the round nothing is left to tell."""
    woken = {one.watch: one.what for one in watcher.wait(5)}
    watcher.rescan()
    assert watcher.wait(0.05) == []
    return woken


def test_nothing_happens_and_nothing_is_told(watcher, top):
    (top / 'etc' / 'fstab').read_text()
    os.listdir(str(top / 'etc'))
    assert watcher.wait(0.1) == []


def test_an_edit(watcher, top):
    with open(str(top / 'etc' / 'fstab'), 'a') as out:
        out.write('/swapfile none swap sw 0 0\n')
    assert told(watcher) == {ETC: '/etc/fstab written'}


def test_an_edit_by_a_program_that_keeps_the_file_open(watcher, top):
    with open(str(top / 'etc' / 'fstab'), 'a') as out:
        out.write('/swapfile none swap sw 0 0\n')
        out.flush()
        assert told(watcher) == {ETC: '/etc/fstab written'}
    assert told(watcher) == {ETC: '/etc/fstab written'}


def test_an_atomic_replace(watcher, top):
    (top / 'etc' / '.fstab.new').write_text('')
    os.replace(str(top / 'etc' / '.fstab.new'), str(top / 'etc' / 'fstab'))
    assert told(watcher) == {ETC: '/etc/fstab renamed over'}


def test_a_file_is_deleted(watcher, top):
    (top / 'etc' / 'fstab').unlink()
    assert told(watcher) == {ETC: '/etc/fstab deleted'}


def test_a_link_is_made_and_a_mode_changed(watcher, top):
    (top / 'etc' / 'sysctl.d' / '99-sysctl.conf').symlink_to('../sysctl.conf')
    assert told(watcher) == {DROPS: '/etc/sysctl.d/99-sysctl.conf created'}
    (top / 'etc' / 'fstab').chmod(0o600)
    assert told(watcher) == {ETC: '/etc/fstab attributes changed'}


def test_a_folder_that_appears_later_step_by_step(watcher, top):
    (top / 'etc' / 'later').mkdir()
    assert told(watcher) == {ETC: '/etc/later created', LATER: '/etc/later/conf.d created'}
    (top / 'etc' / 'later' / 'conf.d').mkdir()
    assert told(watcher) == {LATER: '/etc/later/conf.d created'}
    (top / 'etc' / 'later' / 'conf.d' / 'a.conf').write_text('')
    assert told(watcher) == {LATER: '/etc/later/conf.d/a.conf created'}


def test_a_folder_that_appears_at_once_with_files_in_it(watcher, top):
    shutil.copytree(str(top / 'etc'), str(top / 'staged'))
    (top / 'staged' / 'conf.d').mkdir()
    os.rename(str(top / 'staged'), str(top / 'etc' / 'later'))
    assert told(watcher) == {ETC: '/etc/later renamed over', LATER: '/etc/later/conf.d renamed over'}
    (top / 'etc' / 'later' / 'conf.d' / 'a.conf').write_text('')
    assert told(watcher) == {LATER: '/etc/later/conf.d/a.conf created'}


def test_a_folder_is_deleted_and_made_anew(watcher, top):
    for number in range(20):
        shutil.rmtree(str(top / 'etc' / 'sysctl.d'))
        if number % 2:
            assert told(watcher)[DROPS].endswith('/etc/sysctl.d deleted')
        (top / 'etc' / 'sysctl.d').mkdir()
        assert told(watcher)[DROPS].endswith('/etc/sysctl.d created')
        (top / 'etc' / 'sysctl.d' / 'k8s.conf').write_text('')
        assert told(watcher) == {DROPS: '/etc/sysctl.d/k8s.conf created'}


def test_the_parent_of_a_folder_is_replaced_by_another(watcher, top):
    (top / 'etc.new' / 'sysctl.d').mkdir(parents=True)
    os.rename(str(top / 'etc'), str(top / 'etc.old'))
    os.rename(str(top / 'etc.new'), str(top / 'etc'))
    assert set(told(watcher)) == {ETC, DROPS, LATER}
    (top / 'etc.old' / 'sysctl.d' / 'old.conf').write_text('')
    assert watcher.wait(0.1) == []
    (top / 'etc' / 'sysctl.d' / 'new.conf').write_text('')
    assert told(watcher) == {DROPS: '/etc/sysctl.d/new.conf created'}


def test_a_folder_behind_a_link_and_the_link_led_elsewhere(watcher, top):
    (top / 'usr' / 'lib' / 'modules' / '6.1').mkdir()
    assert told(watcher) == {LINKED: '/lib/modules/6.1 created'}
    (top / 'opt' / 'modules').mkdir(parents=True)
    (top / 'lib.new').symlink_to('/opt')                        # below the root, not on the machine
    os.replace(str(top / 'lib.new'), str(top / 'lib'))
    assert told(watcher) == {LINKED: '/lib/modules renamed over'}
    (top / 'usr' / 'lib' / 'modules' / '6.2').mkdir()
    assert watcher.wait(0.1) == []
    (top / 'opt' / 'modules' / '6.3').mkdir()
    assert told(watcher) == {LINKED: '/lib/modules/6.3 created'}


def test_a_file_in_the_place_of_a_folder_and_back(watcher, top):
    shutil.rmtree(str(top / 'etc' / 'sysctl.d'))
    (top / 'etc' / 'sysctl.d').write_text('not a folder')
    assert DROPS in told(watcher)
    (top / 'etc' / 'sysctl.d').unlink()
    (top / 'etc' / 'sysctl.d').mkdir()
    assert DROPS in told(watcher)
    (top / 'etc' / 'sysctl.d' / 'k8s.conf').write_text('')
    assert told(watcher) == {DROPS: '/etc/sysctl.d/k8s.conf created'}


def test_ten_thousand_events_are_a_few_wake_ups(watcher, top):
    for number in range(2500):
        (top / 'etc' / f'file{number}').write_text('x')          # created, written, closed; then its mode
        (top / 'etc' / f'file{number}').chmod(0o600)
    woken = []
    while True:
        more = watcher.wait(0.3)
        if not more:
            break
        woken += more
        watcher.rescan()
    assert 1 <= len(woken) <= 10
    assert {one.watch for one in woken} == {ETC} and all(len(one.what) < 200 for one in woken)


def test_a_queue_that_overflows_wakes_for_everything_and_sees_on(watcher, top):
    with open('/proc/sys/fs/inotify/max_queued_events') as source:
        most = int(source.read())
    one, other = str(top / 'etc' / 'a'), str(top / 'etc' / 'b')
    for path in (one, other):
        open(path, 'w').close()
    for _ in range(most // 2 + 100):                             # by turns: equal events in a row are merged
        os.utime(one)
        os.utime(other)
    shutil.rmtree(str(top / 'etc' / 'sysctl.d'))                  # an event that is lost
    (top / 'etc' / 'sysctl.d').mkdir()
    woken = []
    while OVERFLOW not in [one.what for one in woken]:
        more = watcher.wait(5)
        assert more
        woken += more
    assert [one.watch for one in woken if one.what == OVERFLOW] == [None]
    watcher.rescan()
    while watcher.wait(0.2):
        pass
    (top / 'etc' / 'sysctl.d' / 'k8s.conf').write_text('')
    assert told(watcher) == {DROPS: '/etc/sysctl.d/k8s.conf created'}


def test_a_name_that_is_not_utf8(watcher, top):
    with open(os.fsencode(str(top)) + b'/etc/\xff.conf', 'w'):
        pass
    assert told(watcher) == {ETC: '/etc/\udcff.conf created'}
