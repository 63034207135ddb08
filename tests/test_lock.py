"""The lock of a host, where something else may be in its place, and that of an image, in which nothing is written."""
import fcntl
import os

import pytest

from nodeprep.host.changing import Changing
from nodeprep.lock import PATH, Lock, held
from nodeprep.model import Busy, CannotChange
from tests import hosts


@pytest.fixture
def host(tmp_path):
    """A host with the folder of the lock."""
    (tmp_path / 'host/run/nodeprep').mkdir(parents=True)
    return Changing(str(tmp_path / 'host'), live=True)


@pytest.fixture
def image(tmp_path):
    (tmp_path / 'image/etc').mkdir(parents=True)
    return Changing(str(tmp_path / 'image'), live=False)


def test_one_at_a_time(host):
    with Lock(host, 'nodeprep fix'), pytest.raises(Busy, match=r'pid [0-9]+: nodeprep fix'), Lock(host, 'other'):
        raise AssertionError('two hold it')
    with Lock(host, 'nodeprep undo'):
        assert os.path.exists(host.root + PATH)


def test_who_comes_first_makes_a_folder_in_which_all_may_read_the_status(host):
    os.rmdir(host.root + '/run/nodeprep')
    before = os.umask(0o077)
    try:
        with Lock(host, 'nodeprep fix'):
            modes = [os.stat(host.root + path).st_mode & 0o7777 for path in ('/run/nodeprep', PATH)]
    finally:
        os.umask(before)
    assert modes == [0o755, 0o600]


def test_what_is_no_file_is_not_opened(host, tmp_path):
    for make in (os.mkfifo, os.mkdir):
        make(host.root + PATH)
        with pytest.raises(CannotChange, match='lock: (is not a regular file|is a directory)'), Lock(host, 'x'):
            raise AssertionError('it was taken')
        os.rename(host.root + PATH, f'{tmp_path}/{make.__name__}')


def test_a_link_stays_below_the_root(host, tmp_path):
    (tmp_path / 'victim').write_text('precious\n')
    os.symlink(str(tmp_path / 'victim'), host.root + PATH)
    with Lock(host, 'x'):
        assert os.path.exists(f'{host.root}{tmp_path}/victim')
    assert (tmp_path / 'victim').read_text() == 'precious\n'


def test_one_at_a_time_in_an_image_and_nothing_is_written(image):
    before = hosts.snapshot(image.root)
    with Lock(image, 'x'), pytest.raises(Busy, match=rf'\(pid {os.getpid()}: .+\)'), Lock(image, 'other'):
        raise AssertionError('two hold it')
    with Lock(image, 'x'):
        assert hosts.snapshot(image.root) == before
    assert hosts.snapshot(image.root) == before


def test_a_holder_that_the_kernel_does_not_tell(image, monkeypatch):
    real = open

    def without(path, *args, **more):
        if path == '/proc/locks':
            raise FileNotFoundError(2, 'No such file or directory')
        return real(path, *args, **more)
    handle = os.open(image.root, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    monkeypatch.setattr('builtins.open', without)
    with pytest.raises(Busy, match='it did not say who'), Lock(image, 'x'):
        raise AssertionError('two hold it')
    os.close(handle)


def test_an_image_that_is_not_there(tmp_path):
    with pytest.raises(CannotChange, match='image: no such file'), Lock(Changing(f'{tmp_path}/image', False), 'x'):
        raise AssertionError('it was taken')


def test_whether_it_is_held_is_told_without_taking_it(host, image):
    for one in (host, image):
        assert not held(one)
        with Lock(one, 'nodeprep fix'):
            assert held(one)
        assert not held(one)
