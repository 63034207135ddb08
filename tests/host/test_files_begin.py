"""The beginning of a file whose end is dear."""
import os

import pytest

from nodeprep.host import Host
from nodeprep.model import CannotTell


@pytest.fixture
def real(tmp_path):
    """A Host itself: the fake one reads whole files."""
    return Host(str(tmp_path), live=True)


def open_files():
    return len(os.listdir('/proc/self/fd'))


def test_reading_stops_when_it_is_enough_and_the_file_is_closed(real, tmp_path):
    (tmp_path / 'table').write_bytes(b'x' * 300000)
    before, seen = open_files(), []
    text = real.begin('/table', lambda taken: seen.append(len(taken)) or len(taken) > 10000)
    assert text == 'x' * seen[-1]
    assert len(text) < 300000
    assert seen == sorted(seen)
    assert open_files() == before


def test_a_file_that_is_never_enough_is_read_to_its_end(real, tmp_path):
    (tmp_path / 'table').write_bytes(b'\xff' * 100000)
    assert real.begin('/table', lambda taken: False) == '\udcff' * 100000


@pytest.mark.parametrize('path, reason', [('/absent', 'no such file or directory'), ('/', 'is a folder')])
def test_what_cannot_be_read_is_named(real, path, reason):
    with pytest.raises(CannotTell) as error:
        real.begin(path, lambda taken: True)
    assert error.value.source == path
    assert reason in error.value.reason
