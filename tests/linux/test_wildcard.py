"""glob(7) patterns."""
import contextlib
import doctest
import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.linux import wildcard
from nodeprep.model import CannotTell


def test_doctests():
    assert doctest.testmod(wildcard).failed == 0


@pytest.mark.parametrize('path, pattern, matching', [
    ('net/a', 'net/*', True), ('net/a/b', 'net/*', False), ('net/a', 'n?t/a', True), ('net/a', '*/a', True),
    ('net/eth0', 'net/eth[0-9]', True), ('net/eth0', 'net/eth[!0-9]', False), ('net/eth0', 'net/eth[^0-9]', False),
    ('net/eth]', 'net/eth[]]', True), ('net/eth[', 'net/eth[', True), ('net/e-', 'net/e[a-]', True),
    ('net/ab', 'net/{a,c}b', True), ('net/ab', 'net/{a{b,c},d}', True), ('net/{}', 'net/{*', True),
    ('net/{}', 'net/{}', True), ('net/.a', 'net/*', False), ('net/.a', 'net/.*', True),
    ('net/abcabc', 'net/*abc', True), ('net/abcab', 'net/*abc', False),
    ('net/a', 'kernel/*', False), ('net/a', 'kernel/[[:alpha:]]', False), ('net/a', '{net,kernel}/a', True),
])
def test_patterns(path, pattern, matching):
    assert wildcard.matches(path, pattern) is matching


@pytest.mark.parametrize('pattern', ['net/[[:alpha:]]', 'net/\\*', 'net/' + '{a,b}' * 20])
def test_what_is_not_modelled_cannot_be_told(pattern):
    with pytest.raises(CannotTell):
        wildcard.matches('net/a', pattern)


@given(some.text('ab', max_size=9), some.text('ab*?', max_size=9))
def test_stars_and_question_marks_are_as_in_fnmatch(text, pattern):
    assert wildcard.matches('net/' + text, 'net/' + pattern) == fnmatch.fnmatchcase(text, pattern)


@given(some.text(max_size=60), some.text('ab*?[]{},!^-/.', max_size=60))
def test_any_pattern_gives_an_answer_or_cannot_be_told(path, pattern):
    with contextlib.suppress(CannotTell):
        assert wildcard.matches(path, pattern) in (True, False)


def test_many_stars_do_not_blow_up():
    begun = time.process_time()
    assert wildcard.matches('net/' + 'a' * 2000, 'net/' + '*a' * 500 + 'b') is False
    assert time.process_time() - begun < 20          # a matcher that backtracks over all stars would need years
