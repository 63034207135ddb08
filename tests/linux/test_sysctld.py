"""sysctl.d as each release's systemd-sysctl reads it."""
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.linux import sysctld

EL7, EL8, EL9, EL10 = 219, 239, 252, 257


def read(text, systemd):
    return [(one.key, one.value) for one in sysctld.assignments(text, 'f', systemd)]


def test_doctests():
    assert doctest.testmod(sysctld).failed == 0


@pytest.mark.parametrize('line, el7, el8, el9', [
    ('a.b=1', [('a/b', '1')], [('a/b', '1')], [('a/b', '1')]),
    (' a.b = 1 2 ', [('a/b', '1 2')], [('a/b', '1 2')], [('a/b', '1 2')]),
    ('a.b=1=2', [('a/b', '1=2')], [('a/b', '1=2')], [('a/b', '1=2')]),
    ('a.b=', [('a/b', '')], [('a/b', '')], [('a/b', '')]),
    ('# a.b=1', [], [], []),
    ('; a.b=1', [], [], []),
    ('a.b', [], [], []),
    ('-a.b=1', [('-a/b', '1')], [('a/b', '1')], [('a/b', '1')]),             # EL7 does not know the dash
    ('- a.b=1', [('- a/b', '1')], [(' a/b', '1')], [('a/b', '1')]),
    ('-a.b', [], [], [('a/b', None)]),                                       # taken out of globs: EL9 and EL10 alone
    ('a/b.c/d=1', [('a/b.c/d', '1')], [('a/b.c/d', '1')], [('a/b.c/d', '1')]),
    ('a.b/c.d=1', [('a/b.c/d', '1')], [('a/b.c/d', '1')], [('a/b.c/d', '1')]),
    ('/a/b=1', [('/a/b', '1')], [('/a/b', '1')], [('a/b', '1')]),
    ('a..b=1', [('a//b', '1')], [('a//b', '1')], [('a/b', '1')]),
    ('a.b=1\rc.d=2', [('a/b', '1\rc.d=2')], [('a/b', '1\rc.d=2')], [('a/b', '1'), ('c/d', '2')]),
    ('a.b=1\r', [('a/b', '1')], [('a/b', '1')], [('a/b', '1')]),
    ('a.b=1\0c.d=2', [('a/b', '1')], [('a/b', '1'), ('c/d', '2')], [('a/b', '1'), ('c/d', '2')]),
])
def test_each_release_reads_a_line_its_own_way(line, el7, el8, el9):
    assert (read(line, EL7), read(line, EL8), read(line, EL9), read(line, EL10)) == (el7, el8, el9, el9)


def test_a_value_may_be_changed_but_the_same_value_keeps_its_place():
    text = 'a.x=1\na.y=1\na.x=1\na.y=2\na.z=1\na.x=1\n'
    found = sysctld.options([('f', text)], EL9)
    in_order = [(key, one.value, one.line) for key, one in found.items()]
    assert in_order == [('a/x', '1', 6), ('a/y', '2', 4), ('a/z', '1', 5)]


@pytest.mark.parametrize('systemd, expected', [(EL7, []), (EL8, []), (EL9, ['a/x', 'a/z']), (EL10, ['a/x', 'a/z'])])
def test_wildcards_go_to_what_has_no_assignment_of_its_own(systemd, expected):
    found = sysctld.options([('f', 'a.*=1\na.y=2\n')], systemd)
    assert [path for path, one in sysctld.writes(found, ['a/x', 'a/y', 'a/z'], systemd) if one.glob] == expected


def test_a_line_without_a_value_takes_a_key_out_of_globs_and_cancels_what_was_set():
    found = sysctld.options([('f', 'a.x=1\na.*=1\n-a.x\n')], EL9)
    assert list(sysctld.writes(found, ['a/x'], EL9)) == []


@pytest.mark.parametrize('systemd, reaches', [(EL7, True), (EL8, True), (EL9, False)])
def test_dots_that_lead_up_are_refused_from_el9_on(systemd, reaches):
    found = sysctld.options([('f', 'a/../b/c=1\n')], systemd)
    assert [path for path, _ in sysctld.writes(found, ['b/c'], systemd)] == (['b/c'] if reaches else [])


@given(some.binary(max_size=400), some.sampled_from([EL7, EL8, EL9, EL10]))
def test_any_bytes_give_assignments_with_their_lines(data, systemd):
    text = data.decode('utf-8', 'surrogateescape')
    for one in sysctld.assignments(text, 'f', systemd):
        line = text.split('\n')[one.line - 1]
        assert one.value is None and '-' in line or one.value in line
