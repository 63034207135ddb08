"""A change happens below the root and in the folder that was looked at, whatever became of the path since."""
import os

import pytest

from nodeprep.host.changing import Changing
from nodeprep.host.folders import made
from nodeprep.host.images import ABSENT, FILE, FOLDER, LINK, Image
from nodeprep.model import CannotChange


@pytest.fixture
def outside(tmp_path):
    """A folder that no change of the image may reach; what it holds is looked at after the test."""
    folder = tmp_path / 'outside'
    (folder / 'empty').mkdir(parents=True)
    (folder / 'victim').write_text('precious\n')
    yield folder
    assert sorted(os.listdir(str(folder))) == ['empty', 'victim'] and (folder / 'victim').read_text() == 'precious\n'


@pytest.fixture
def host(tmp_path, outside):
    """An image with links to outside of it."""
    (tmp_path / 'image' / 'etc').mkdir(parents=True)
    (tmp_path / 'image' / 'etc' / 'out').symlink_to(outside)
    (tmp_path / 'image' / 'etc' / 'up').symlink_to('../../../../outside')
    return Changing(str(tmp_path / 'image'), live=False)


def image(real, kind=FILE, **more):
    return Image(real, real, kind, mode=0o644, uid=os.getuid(), gid=os.getgid(), **more)


@pytest.mark.parametrize('folder', ['out', 'up'])
@pytest.mark.parametrize('kind, more', [(FILE, {'data': b'pwned'}), (LINK, {'target': 'x'}), (ABSENT, {}),
                                        (FOLDER, {})])
def test_nothing_is_restored_through_a_link(host, outside, folder, kind, more):
    for name in ('victim', 'new', 'empty'):
        with pytest.raises(CannotChange, match=f'/etc/{folder} is a link, which it was not before'):
            host.restore(image(f'/etc/{folder}/{name}', kind, **more))


def test_nothing_is_written_or_removed_through_a_link(host, outside):
    for data in (b'pwned', None):
        with pytest.raises(CannotChange, match='/etc/out is a link'):
            host.put(image('/etc/out/victim', data=b'precious\n'), data)
    with pytest.raises(CannotChange, match='/etc/out is a link'):
        host.drop('/etc/out/victim')


def test_a_folder_above_the_root_is_not_removed(host, outside):
    with pytest.raises(CannotChange, match='not the path of a file'):
        host.restore(image('/etc/new', ABSENT, lacking=('/../outside/empty',)))


@pytest.mark.parametrize('path', ['/proc/sys/kernel/core_pattern', '/sys/kernel/x', '/dev/shm/x', '/run/systemd/x'])
def test_what_is_mounted_into_an_image_is_the_machines(host, tmp_path, path):
    (tmp_path / 'image' / path[1:]).parent.mkdir(parents=True)
    (tmp_path / 'image' / path[1:]).write_text('machine\n')
    for change in (lambda: host.put(host.image(path), b'image\n'), lambda: host.restore(image(path, data=b'image\n'))):
        with pytest.raises(CannotChange, match=f'{path} is no part of an image'):
            change()
    assert (tmp_path / 'image' / path[1:]).read_text() == 'machine\n'


def test_a_folder_that_is_replaced_by_a_link_between_look_and_write(host, tmp_path, outside):
    host.put(host.image('/etc/sysctl.d/a.conf'), b'1\n')
    seen = host.image('/etc/sysctl.d/a.conf')
    (tmp_path / 'image/etc/sysctl.d').rename(tmp_path / 'image/etc/moved')
    (tmp_path / 'image/etc/sysctl.d').symlink_to(outside)
    with pytest.raises(CannotChange, match='/etc/sysctl.d is a link'):
        host.put(seen, b'2\n')
    (tmp_path / 'image/etc/sysctl.d').unlink()
    (tmp_path / 'image/etc/sysctl.d').write_text('a file\n')
    with pytest.raises(CannotChange, match='/etc/sysctl.d is no folder'):
        host.put(seen, b'2\n')


def test_a_link_that_was_followed_when_it_was_looked_at_is_fine(host, tmp_path):
    (tmp_path / 'image/etc/real').mkdir()
    (tmp_path / 'image/etc/linked').symlink_to('/etc/real')
    host.put(host.image('/etc/linked/a'), b'1\n')
    assert (tmp_path / 'image/etc/real/a').read_text() == '1\n'


@pytest.mark.parametrize('mask', [0o022, 0o077, 0o777])
def test_folders_are_made_as_they_should_be_whatever_the_umask_is(tmp_path, mask):
    before = os.umask(mask)
    try:
        made(os.fsencode(str(tmp_path / 'var/lib/nodeprep')), 0o700)
        made(os.fsencode(str(tmp_path / 'var/lib/nodeprep')), 0o700)
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o7777 for name in ('var', 'var/lib', 'var/lib/nodeprep')] == [
        0o755, 0o755, 0o700]
