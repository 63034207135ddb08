"""nodeprep completion: scripts that the shells themselves accept, and that complete."""
import shutil
import subprocess

import pytest

from nodeprep import catalogue
from tests.cli.runner import run

pytestmark = pytest.mark.reaches_machine


def completed(line):
    words = line.split(' ')
    script = run('completion', 'bash').out + (
        f'\nCOMP_WORDS=({" ".join(repr(word) for word in words)}) COMP_CWORD={len(words) - 1}; _nodeprep; '
        'printf "%s\\n" "${COMPREPLY[@]}"')
    return subprocess.check_output(['bash', '-c', script]).decode().split()


@pytest.mark.parametrize('line, words', [
    ('nodeprep ch', ['check']),
    ('nodeprep check sw', ['swap']),
    ('nodeprep check swap --rol', ['--role']),
    ('nodeprep check --role ', ['worker', 'control-plane']),
    ('nodeprep check -o js', ['json']),
    ('nodeprep explain kern', ['kernel-modules']),
    ('nodeprep config ', ['show', 'check', 'init']),
    ('nodeprep completion f', ['fish']),
    ('nodeprep master wai', ['waivers', 'waive']),
    ('nodeprep master cl', ['clones']),
])
def test_bash_completes(line, words):
    assert completed(line) == words


@pytest.mark.parametrize('shell', ['bash', 'zsh', 'fish'])
def test_each_script_knows_every_id_and_is_accepted_by_its_shell(shell):
    script = run('completion', shell).out
    assert all(one in script for one in catalogue.ids())
    if shutil.which(shell):
        subprocess.run([shell, '-n'], input=script.encode(), check=True)
