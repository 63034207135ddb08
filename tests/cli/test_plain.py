"""What is read without click means the same to click."""
import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.cli import checking, fixing, plain
from nodeprep.cli.check import check
from nodeprep.cli.fix import fix

COMMANDS = {'check': (check, checking.Call), 'fix': (fix, fixing.Call)}
WORDS = ['swap', 'time-sync', 'é', '-q', '--quiet', '-v', '--verbose', '--no-color', '--dry-run', '-y', '--yes',
         '--force-live', '-o', '--output', 'json', 'table', 'yaml', 'nagios', 'pdf', '--output=json', '-ojson', '-qv',
         '--', '-', '', '--qui', '--role', 'worker', '--help', 'sw\x1bap', 'a1']


def by_click(command, words):
    parser, call = COMMANDS[command]
    return call(**parser.make_context(command, list(words)).params)


@given(st.sampled_from(sorted(COMMANDS)), st.lists(st.sampled_from(WORDS), max_size=6))
def test_click_would_read_the_same(command, words):
    read = plain.read([command] + words)
    if read is not None:
        assert COMMANDS[command][1](**read) == by_click(command, words)


@pytest.mark.parametrize('words', [
    ['check'], ['check', 'swap', 'cpu'], ['check', '-q', 'swap', '--no-color'], ['check', '-o', 'json', '-v'],
    ['check', '--output', 'nagios'], ['fix', '--dry-run'], ['fix', 'swap', '--dry-run', '--force-live', '-q']])
def test_what_people_and_timers_type_is_read_here(words):
    assert plain.read(words) is not None


@pytest.mark.parametrize('words', [
    ['check', '--root', '/'], ['check', '-o', 'pdf'], ['check', '-o'], ['check', '--', 'swap'], ['check', ''],
    ['check', '--dry-run'], ['fix'], ['fix', 'swap'], ['fix', '--yes'], ['fix', '--dry-run', '--yes'],
    ['fix', '--dry-run', '-o', 'json']])
def test_the_rest_is_left_to_click(words):
    assert plain.read(words) is None


@pytest.mark.parametrize('command', sorted(COMMANDS))
def test_each_flag_is_one_of_the_command(command):
    flags = {option: param.name for param in COMMANDS[command][0].params if isinstance(param, click.Option)
             and param.is_flag for option in param.opts}
    assert set(plain.FLAGS[command].items()) <= set(flags.items())
