"""unitsyntax: unit files and the names of units, as systemd reads them."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import unitsyntax
from nodeprep.model import CannotTell


@pytest.mark.parametrize('name', ['', 'a', '.service', 'a.', 'a.servic', 'a b.service', '@x.service', 'ä.service',
                                  'a/b.service', 'a' * 248 + '.service'])
def test_what_is_no_name(name):
    assert not unitsyntax.is_name(name)


@pytest.mark.parametrize('name, kind, template', [
    ('docker.service', 'plain', 'docker.service'), ('a@.service', 'template', 'a@.service'),
    ('a@b@c.service', 'instance', 'a@.service'),
    ('dev-disk-by\\x2duuid-1.swap', 'plain', 'dev-disk-by\\x2duuid-1.swap')])
def test_names(name, kind, template):
    assert (unitsyntax.split(name).kind, unitsyntax.split(name).template) == (kind, template)


@pytest.mark.parametrize('text, found', [
    ('[Unit]\nWants=a\n', [('Unit', 'Wants', 'a', 2)]),
    ('\ufeff[Unit]\n  Wants  =  a b \r\n', [('Unit', 'Wants', 'a b', 2)]),
    ('Wants=a\n[Unit]\n# Wants=b\n; Wants=c\n\nWants', []),
    ('[Unit]\nWants=a\\\n\\\nb\n', [('Unit', 'Wants', 'a  b', 2)]),
    ('[Unit]\nWants=a \\\n# a comment\n; and another\n  b\nAfter=c',
     [('Unit', 'Wants', 'a    b', 2), ('Unit', 'After', 'c', 6)]),
    ('[Unit]\nWants=a\\\\\nAfter=b\n', [('Unit', 'Wants', 'a\\\\', 2), ('Unit', 'After', 'b', 3)]),
    ('[Unit]\nWants=a\\\n\nAfter=b\n', [('Unit', 'Wants', 'a', 2), ('Unit', 'After', 'b', 4)]),
    ('[Unit]\nWants=a\\', [('Unit', 'Wants', 'a', 2)]),
    ('[Unit]\nWants=\udcff\nAfter=b\n', [('Unit', 'After', 'b', 3)]),
    ('[A]\n[B]\nx=y=z\n=\n', [('B', 'x', 'y=z', 3), ('B', '', '', 4)])])
def test_settings(text, found):
    assert list(unitsyntax.settings(text, 'x')) == found


def test_a_broken_section_header_cannot_be_told():
    with pytest.raises(CannotTell) as error:
        list(unitsyntax.settings('[Unit]\nA=b\n[Install\n', '/x'))
    assert error.value.source == '/x:3'


def test_a_setting_over_very_many_lines_ends_soon():
    (found,) = unitsyntax.settings('[Unit]\n' + 'a=b \\\n' * 300000, '/x')
    assert found[1] == 'a' and found[3] == 2 and found[2].count('a=b') == 299999


@pytest.mark.parametrize('value, found', [
    ('', []), (' a  b ', ['a', 'b']), ('"a b" \'c\'', ['a b', 'c']), ('a"b c"d', ['ab cd']), ('"a', ['a'])])
def test_words(value, found):
    assert unitsyntax.words(value) == found


@given(st.binary().map(lambda data: data.decode('utf-8', 'surrogateescape')))
def test_any_bytes_are_settings_or_cannot_be_told(text):
    try:
        for _, _, value, line in unitsyntax.settings(text, 'x'):
            assert 0 < line <= text.count('\n') + 1
            assert all(isinstance(word, str) for word in unitsyntax.words(value))
    except CannotTell as error:
        assert error.source.startswith('x:')


@given(st.text())
def test_any_text_is_a_name_or_none(text):
    assert unitsyntax.is_name(text) in (True, False)
