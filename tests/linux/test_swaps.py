"""/proc/swaps and the memory that swapped pages would need."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import swaps
from nodeprep.model import CannotTell

HEAD = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'


@pytest.mark.parametrize(
    'line, wanted',
    [
        (
            '/dev/dm-1                               partition\t2097148\t264\t-2\n',
            ('/dev/dm-1', 'partition', 2097148, 264, -2),
        ),
        ('/swap\\040file\\011x\\134 file\t\t16380\t\t0\t\t7\n', ('/swap file\tx\\', 'file', 16380, 0, 7)),
        ('/old\\040(deleted) file 16380 0 -1', ('/old (deleted)', 'file', 16380, 0, -1)),
        ('/dev/zram0 partition 99 0 32767\n', ('/dev/zram0', 'partition', 99, 0, 32767)),
    ],
)
def test_a_line_of_proc_swaps(line, wanted):
    (swap,) = swaps.parse(HEAD + line)
    assert swap[:-1] == wanted and swap.source == '/proc/swaps:2'
    assert swap.is_zram is (wanted[0] == '/dev/zram0')


@pytest.mark.parametrize('line', ['/dev/a partition 1 2\n', '/dev/a partition 1 2 3 4\n', '/dev/a partition x 2 3\n'])
def test_a_line_that_is_none_is_not_guessed_at(line):
    with pytest.raises(CannotTell) as error:
        swaps.parse(HEAD + '/dev/b partition 1 0 -2\n' + line)
    assert error.value.source == '/proc/swaps:3'


def test_no_swap_and_no_file_are_the_same_and_no_proc_is_not(host):
    assert swaps.parse(HEAD) == swaps.parse('') == []
    assert swaps.swaps(host.files({'/proc/meminfo': 'MemTotal: 1 kB\n'})) == []
    with pytest.raises(CannotTell):
        swaps.swaps(host.files({'/proc/meminfo': None}))


@pytest.mark.parametrize(
    'text, total, available, spare',
    [
        ('MemTotal: 1000000 kB\nMemAvailable: 500000 kB\n', 1000000, 500000, 500000 - 262144),
        ('MemTotal: 10000000 kB\nMemAvailable: 5000000 kB\n', 10000000, 5000000, 4000000),
        ('MemTotal: 9 kB\nMemFree: 1 kB\nBuffers: 2 kB\nCached: 4 kB\nShmem: 3 kB\n', 9, 4, 4 - 262144),
    ],
)
def test_memory_that_may_be_filled(host, text, total, available, spare):
    found = swaps.memory(host.files({'/proc/meminfo': text}))
    assert (found.total, found.available, found.spare) == (total, available, spare)


@given(st.binary(max_size=200))
def test_any_bytes_are_swaps_or_cannot_be_told(data):
    try:
        found = swaps.parse(data.decode('utf-8', 'surrogateescape'))
    except CannotTell as error:
        assert error.source.startswith('/proc/swaps:')
    else:
        assert all(isinstance(swap.used, int) for swap in found)
