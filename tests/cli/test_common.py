"""The options that all commands have in common, wherever they stand."""
import json
import subprocess
import sys

import click
import pytest

from nodeprep.cli.group import cli
from nodeprep.cli.leading import behind

NODEPREP = [sys.executable, '-m', 'nodeprep']
pytestmark = pytest.mark.reaches_machine


def ran(*words):
    return subprocess.run(NODEPREP + list(words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)


@pytest.fixture
def image(tmp_path):
    (tmp_path / 'etc').mkdir()
    (tmp_path / 'etc/fstab').write_text('/dev/sda2 none swap sw 0 0\n')
    return str(tmp_path)


@pytest.mark.parametrize('before', [['-o', 'json'], ['-ojson'], ['--output=json'], ['-q', '--output', 'json']])
def test_they_may_stand_before_the_command(image, before):
    done = ran(*before, '--root', image, 'check', 'swap')
    assert (done.returncode, done.stderr) == (1, '') and json.loads(done.stdout)['verdict'] == 'drifted'


def test_they_may_stand_before_a_command_of_a_group(tmp_path):
    (tmp_path / 'a.yaml').write_text('role: control-plane\n')
    for words in (['--config', str(tmp_path / 'a.yaml'), 'config', 'show'],
                  ['config', '--config', str(tmp_path / 'a.yaml'), 'show']):
        assert 'role: control-plane  # ' in ran(*words).stdout


def test_what_the_command_itself_is_told_has_the_last_word(image):
    assert json.loads(ran('-o', 'yaml', '--root', '/', 'check', '-o', 'json', '--root', image, 'swap').stdout)


@pytest.mark.parametrize('words', [[], ['--help'], ['-h'], ['--version'], ['-v'], ['-o'], ['-o', 'json'], ['check'],
                                   ['report', '--since', '30d', 'verify'], ['master', '--help'],
                                   ['master', '--data', 'x', 'nodes'], ['--fooo', 'check'], ['-o', 'json', '--', 'x']])
def test_other_words_stay_where_they_are(words):
    assert behind(words) == words


def test_a_wrong_one_there_is_answered_with_the_command(image):
    done = ran('-o', 'jsn', 'check')
    assert done.returncode == 2 and "'jsn' is not one of" in done.stderr
    done = ran('-o', 'nagios', 'check', '--fooo')
    assert done.returncode == 3 and done.stdout.startswith('NODEPREP UNKNOWN')


def leaves(group, path=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, path + (name,))
        else:
            yield path + (name,), command


LEAVES = {' '.join(path): command for path, command in leaves(cli)}


@pytest.mark.parametrize('words', sorted(LEAVES))
def test_every_command_takes_those_that_say_how_much_is_printed(words):
    taken = {name for one in LEAVES[words].params for name in one.opts}
    assert taken >= {'--quiet', '--verbose', '--no-color'}


@pytest.mark.parametrize('words', [['explain', 'swap'], ['requirements'], ['completion', 'bash'], ['config', 'show']])
def test_they_change_nothing_where_there_is_nothing_to_change(words):
    plain = ran(*words)
    assert plain.returncode == 0 and ran(*words, '--no-color', '-q', '--verbose').stdout == plain.stdout


def test_requirements_are_told_as_yaml_too():
    import yaml
    assert yaml.safe_load(ran('requirements', '-o', 'yaml').stdout) == json.loads(ran(
        'requirements', '-o', 'json').stdout)
