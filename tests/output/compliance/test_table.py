"""A compliance report on a terminal: 80 columns, the figure first, and what is hostile is harmless."""
import pytest

from nodeprep.output import Options
from nodeprep.output.columns import columns
from nodeprep.output.compliance import renderer, words
from tests.output.compliance.fleet import fleet

render = renderer('table')


@pytest.mark.parametrize('tree', [fleet(0), fleet(3), fleet(70), fleet(2000)], ids=['none', 'three', 'seventy', 'many'])
def test_it_fits_eighty_columns_and_a_screen_or_three(tree):
    lines = render(tree, Options()).split('\n')
    assert [line for line in lines if columns(line) > 80] == []
    assert len(lines) < 140
    assert words.headline(tree) in ' '.join(lines[:6])


def test_the_lists_come_in_the_order_in_which_they_are_looked_for():
    text = render(fleet(70), Options())
    heads = ['Worst requirements:', 'Worst nodes:', 'Longest open drift:', 'What will break at the next reboot:',
             'Fights:', 'Clones:', 'Silent nodes:', 'Waivers:', 'Changes and decisions:', 'Gaps in the record:']
    places = [text.index('\n' + head) for head in heads if '\n' + head in text]
    assert places == sorted(places) and len(places) >= 8
    assert 'and 62 more' in text


def test_verbose_has_all_and_quiet_the_figure_alone():
    tree = fleet(70)
    assert all(one['name'] in render(tree, Options(verbose=True)) for one in tree['nodes'])
    quiet = render(tree, Options(quiet=True))
    assert words.headline(tree) in quiet and 'Worst' not in quiet


def test_nothing_that_a_node_says_reaches_the_terminal_as_a_control():
    text = render(fleet(70, rude=True), Options(verbose=True))
    assert all(letter == '\n' or letter.isprintable() for letter in text)


def test_what_nobody_knows_is_not_said_to_be_nothing():
    assert 'fights' in render(dict(fleet(3), fights=[]), Options()).split('None:')[1]
    assert 'ights' not in render(dict(fleet(3), fights=None), Options())
