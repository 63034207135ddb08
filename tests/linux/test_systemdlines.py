"""How systemd cuts lines, release by release."""
import doctest

from hypothesis import given
from hypothesis import strategies as some

from nodeprep.linux import systemdlines


def test_doctests():
    assert doctest.testmod(systemdlines).failed == 0


def test_a_line_of_2047_bytes_is_cut_where_the_buffer_ends():
    # LINE_MAX is 2048, one byte of it is the zero at the end.
    whole = 'x' * 2040 + '=1234567890'
    assert [line for _, line in systemdlines.by_fgets(whole)] == [whole[:2047], whole[2047:]]


def test_bytes_are_counted_not_characters():
    assert [len(line) for _, line in systemdlines.by_fgets('\xe4' * 1500)] == [1024, 477]    # cut within a character


def test_a_line_of_one_mebibyte_ends_the_reading():
    long = '#' * 2**20
    assert list(systemdlines.by_read_line(f'a\n{long}\nb', True)) == [(1, 'a')]
    assert list(systemdlines.by_read_line(f'a\n{long[1:]}\nb', True))[-1] == (3, 'b')


@given(some.binary(max_size=3000))
def test_any_bytes_are_cut_into_lines_that_are_in_the_text(data):
    text = data.decode('utf-8', 'surrogateescape')
    read = systemdlines.by_read_line
    for found in (systemdlines.by_fgets(text), read(text, True), read(text, False)):
        for number, line in found:
            assert line.encode('utf-8', 'surrogateescape') in data
            assert 1 <= number <= text.count('\n') + 1
