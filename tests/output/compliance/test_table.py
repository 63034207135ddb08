"""A compliance report on a terminal: 80 columns, the figure first, and what is hostile is harmless."""
import pytest

from nodeprep.output import Options
from nodeprep.output.columns import columns
from nodeprep.output.compliance import renderer, words
from tests.compliance import sample
from tests.output.compliance.fleet import fleet

render = renderer('table')


@pytest.mark.parametrize('tree', [fleet(0), fleet(3), fleet(70), fleet(2000)], ids=['none', 'three', 'seventy', 'many'])
def test_it_fits_eighty_columns_and_a_screen_or_three(tree):
    lines = render(tree, Options()).split('\n')
    assert [line for line in lines if columns(line) > 80] == []
    assert len(lines) < 140
    assert words.headline(tree) in ' '.join(lines[:6])


def test_names_are_cut_no_more_than_the_columns_ask_for_it():
    tree = sample.small()
    name, other = 'node-17.rack-a1.building-north.example.com', 'node-18.rack-a1.building-north.example.com'
    for one in tree['nodes'][:1] + tree['open'] + tree['ended'] + tree['clones'] + tree['changes'] + tree['silent']:
        one.update({key: name for key in ('name', 'node', 'later') if key in one})
    tree['clones'][0]['first'] = other
    tree['waivers'][0]['scope'] = other
    for width in (80, 100):
        text = render(tree, Options(width=width))
        assert [line for line in text.split('\n') if columns(line) > width] == []
        assert 'node-1' in text and '...' in text
        changes = text[text.index('Changes and decisions:'):]
        assert name in changes and 'failed: =swapoff' in changes and '/etc' not in changes
    assert 'web-1 ' in render(sample.small(), Options())


def test_a_change_says_who_it_was_by_and_of_what():
    tree = sample.small()
    tree['changes'] = [dict(tree['changes'][0], who='cloudsdk (command line)', what='waiver added', node='node-b',
                            requirement='tools', allowed='', detail='owner: ann; reason: a lab'),
                       dict(tree['changes'][0], who='ann', what='user deleted', node='', requirement='', allowed='',
                            detail='bob')]
    text = render(tree, Options(width=120))
    assert 'waiver added  cloudsdk (command line): node-b tools; owner: ann; reason: a lab\n' in text
    assert 'user deleted  ann: bob\n' in text


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
