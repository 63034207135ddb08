"""The beginning of a file whose end is dear."""
import contextlib
import os

import pytest

from nodeprep.host import Host
from nodeprep.model import CannotTell


@pytest.fixture
def real(tmp_path):
    """A Host itself: the fake one reads whole files."""
    return Host(str(tmp_path), live=True)


def is_open(path):
    """Whether this process has a file open. What other tests left open may be closed by the collector meanwhile."""
    found = []
    for name in os.listdir('/proc/self/fd'):
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(f'/proc/self/fd/{name}'))
    return str(path) in found


def test_reading_stops_when_it_is_enough_and_the_file_is_closed(real, tmp_path):
    (tmp_path / 'table').write_bytes(b'x' * 300000)
    seen, held = [], []
    text = real.begin('/table', lambda taken: held.append(is_open(tmp_path / 'table')) or seen.append(
        len(taken)) or len(taken) > 10000)
    assert text == 'x' * seen[-1]
    assert len(text) < 300000
    assert seen == sorted(seen)
    assert set(held) == {True} and not is_open(tmp_path / 'table')


def test_a_file_that_is_never_enough_is_read_to_its_end(real, tmp_path):
    (tmp_path / 'table').write_bytes(b'\xff' * 100000)
    assert real.begin('/table', lambda taken: False) == '\udcff' * 100000


@pytest.mark.parametrize('path, reason', [('/absent', 'no such file or directory'), ('/', 'is a folder')])
def test_what_cannot_be_read_is_named(real, path, reason):
    with pytest.raises(CannotTell) as error:
        real.begin(path, lambda taken: True)
    assert error.value.source == path
    assert reason in error.value.reason
