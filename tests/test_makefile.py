"""What make ends with."""
import os
import shutil
import subprocess

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
pytestmark = [pytest.mark.reaches_machine,
              pytest.mark.skipif(not shutil.which('make'), reason='make is not installed')]


@pytest.fixture
def made(tmp_path):
    """made(words, verdict, installed) -> (exit code, what nodeprep was called with or None) in a checkout where making
    the environment ends with `installed`, and nodeprep with `verdict`.
    """
    shutil.copy(os.path.join(TOP, 'Makefile'), str(tmp_path))
    for folder in ('.ci', '.venv/bin'):
        (tmp_path / folder).mkdir(parents=True)
    program = tmp_path / '.venv/bin/nodeprep'

    def call(words, verdict, installed=0):
        (tmp_path / '.ci/venv.sh').write_text(f'exit {installed}\n')
        program.write_text(f'#!/bin/sh\necho "$MAKEFLAGS:$*" > called\nexit {verdict}\n')
        program.chmod(0o755)
        done = subprocess.run(['make'] + words, cwd=str(tmp_path), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True,
                              env={name: value for name, value in os.environ.items() if not name.startswith('MAKE')})
        called = tmp_path / 'called'
        return done.returncode, called.read_text() if called.exists() else None
    return call


@pytest.mark.parametrize('verdict, code', [(0, 0), (1, 1), (2, 2), (3, 2), (70, 2)])
@pytest.mark.parametrize('words', [['run', 'ONCE=1'], ['-s', 'run', 'ONCE=1'], ['-j2', 'run', 'ONCE=1']], ids=' '.join)
def test_one_round_ends_with_the_code_of_the_verdict(made, words, verdict, code):
    assert made(words, verdict) == (code, ':trial --once\n')


def test_an_environment_that_cannot_be_made_is_no_verdict(made):
    assert made(['run', 'ONCE=1'], 0, installed=1) == (2, None)


@pytest.mark.parametrize('words', [['run'], [], ['run', 'ONCE=']], ids=' '.join)
def test_without_once_it_goes_on(made, words):
    assert made(words, 0) == (0, ':trial\n')


@pytest.mark.parametrize('words', [['-n', 'run', 'ONCE=1'], ['--dry-run', 'run', 'ONCE=1'], ['-n', 'run']],
                         ids=' '.join)
def test_nothing_is_done_when_make_only_shows(made, words):
    assert made(words, 1) == (0, None)
