"""What --help says, which is what the manual pages are made of."""
import re

import click
import pytest

from nodeprep.cli.group import cli
from tests.cli.runner import run


def commands(group, above):
    """(the words of it, the command) of all below a group."""
    context = click.Context(group, info_name='nodeprep')
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield f'{above} {name}', command
        if isinstance(command, click.Group):
            yield from commands(command, f'{above} {name}')


COMMANDS = dict(commands(cli, 'nodeprep'))


@pytest.mark.parametrize('words', sorted(COMMANDS))
def test_help_begins_with_a_sentence_of_its_own(words):
    """It stands alone in lists, and as the NAME of the manual page."""
    first = COMMANDS[words].help.split('\n\n')[0].strip()
    assert first.endswith('.') and not re.search(r'for example\W*$', first), first


@pytest.mark.parametrize('words', sorted(words for words, one in COMMANDS.items() if isinstance(one, click.Group)))
def test_the_list_of_a_group_has_every_command_whole_in_80_columns(words):
    told = run(*words.split()[1:], '--help').out
    listed = told[told.index('\nCommands:\n'):]
    assert '...' not in listed and all(len(line) <= 80 for line in told.split('\n'))
    names = [one.rsplit(' ', 1)[1] for one in COMMANDS if one.rsplit(' ', 1)[0] == words]
    assert [one for one in names if f'\n  {one} ' not in listed] == []


@pytest.mark.parametrize('words, means', [
    ('check', 'only what its next boot would bring'), ('fix', 'only files below DIR are changed'),
    ('undo', 'Take back what `nodeprep fix --root DIR` did'), ('config show', 'Read the configuration of'),
    ('history', 'Tell of an image or mounted disk instead of this host'),
    ('requirements', 'Read the configuration of'), ('config check', 'Read the configuration of')])
def test_an_image_means_to_a_command_what_it_says(words, means):
    (option,) = (one for one in COMMANDS[f'nodeprep {words}'].params if one.opts == ['--root'])
    assert means in option.help
