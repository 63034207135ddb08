"""Messages in the columns of a terminal."""
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.output.columns import columns
from nodeprep.output.messages import alone, fitted


def test_what_fits_stays_as_it_is():
    assert fitted('  a   b\n\nc', 10) == '  a   b\n\nc'


def test_an_indentation_goes_on_below():
    assert fitted('  one two three', 10) == '  one two\n  three'
    assert fitted('  one two three', 10, '..') == '  one two\n  ..three'


def test_a_command_is_not_broken_and_ends_with_its_clause():
    command = 'nodeprep master user delete --data /srv/m --config \'/etc/my master.yaml\' ann'
    assert fitted(f'there is a user ann; {command}, and create it anew', 40) == \
        f'there is a user ann;\n{command},\nand create it anew'
    assert fitted(f'`{command}` makes another', 40) == f'`{command}`\nmakes another'
    assert fitted('no node x; nodeprep master unwaive 12 --data /srv/m ends it', 50) == \
        'no node x;\nnodeprep master unwaive 12 --data /srv/m ends it'


def test_a_long_word_stays_whole():
    assert fitted('see https://k8s-master.example.com:9443/clones now', 20) == \
        'see\nhttps://k8s-master.example.com:9443/clones\nnow'


@given(st.text('ab {}:-\'/\n', max_size=200) | st.text(max_size=100).filter(lambda text: '\0' not in text),
       st.integers(2, 60))
def test_nothing_is_lost_or_added_but_ends_of_lines(text, width):
    got = fitted(text, width)
    assert ''.join(got.split()) == ''.join(text.split()) and '\0' not in got
    for line in got.split('\n'):
        assert columns(line) <= width or ' ' not in line.strip(' ') or '{' in line, line


def test_a_command_is_alone_and_what_it_does_stands_before_it():
    assert alone('ok\n  1 node is apart; nodeprep master clones --data /srv/m says why') == \
        'ok\n  1 node is apart; this says why:\n    nodeprep master clones --data /srv/m'
    assert alone('it waits; `nodeprep master serve` begins one.') == \
        'it waits; this begins one:\n  nodeprep master serve'


def test_what_may_be_an_argument_is_not_taken_from_a_command():
    for said in ('ann is there; nodeprep master user delete ann, and create it anew', 'see nodeprep master nodes',
                 'the name nodeprep says nothing'):
        assert alone(said) == said
