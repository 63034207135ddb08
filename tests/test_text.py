"""What came from a host is shown safely."""
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.text import clean, nearest


@given(st.text(st.characters()))
def test_nothing_that_could_steer_a_terminal_is_left(text):
    shown = clean(text)
    assert not any(ord(letter) < 32 or 126 < ord(letter) < 160 or 0xd800 <= ord(letter) <= 0xdfff
                   or letter in '\u202e\u2066\u200b\ufeff' for letter in shown)
    shown.encode('utf-8')


def test_what_is_kept_stays_and_trees_are_walked():
    tree = {'a\n': ['b\x1b[2J', 1, None, True, ('c',)]}
    assert clean(tree, keep='\n') == {'a\\x0a': ['b\\x1b[2J', 1, None, True, ['c']]}
    assert clean('a\nb', keep='\n') == 'a\nb'


def test_the_nearest_name_or_all_of_them():
    assert nearest('time_sync', ['time-sync', 'cpu']) == '; did you mean time-sync?'
    assert nearest('zzz', ['b', 'a']) == '; known are a, b'
