"""The lock of an image whose maker put something else in its place."""
import os

import pytest

from nodeprep.host.changing import Changing
from nodeprep.lock import OF_AN_IMAGE, Lock
from nodeprep.model import Busy, CannotChange


@pytest.fixture
def host(tmp_path):
    """An image with the folder of the lock."""
    (tmp_path / 'image/var/lib/nodeprep').mkdir(parents=True)
    return Changing(str(tmp_path / 'image'), live=False)


def test_one_at_a_time(host):
    with Lock(host, 'nodeprep fix'), pytest.raises(Busy, match=r'pid [0-9]+: nodeprep fix'), Lock(host, 'other'):
        raise AssertionError('two hold it')
    with Lock(host, 'nodeprep undo'):
        assert os.path.exists(host.root + OF_AN_IMAGE)


def test_what_is_no_file_is_not_opened(host, tmp_path):
    for make in (os.mkfifo, os.mkdir):
        make(host.root + OF_AN_IMAGE)
        with pytest.raises(CannotChange, match='lock: (is not a regular file|is a directory)'), Lock(host, 'x'):
            raise AssertionError('it was taken')
        os.rename(host.root + OF_AN_IMAGE, f'{tmp_path}/{make.__name__}')


def test_a_link_stays_within_the_image(host, tmp_path):
    (tmp_path / 'victim').write_text('precious\n')
    os.symlink(str(tmp_path / 'victim'), host.root + OF_AN_IMAGE)
    with Lock(host, 'x'):
        assert os.path.exists(f'{host.root}{tmp_path}/victim')
    assert (tmp_path / 'victim').read_text() == 'precious\n'
