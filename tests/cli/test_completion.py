"""nodeprep completion: scripts that the shells themselves accept, and that complete."""
import os
import shutil
import subprocess

import pytest

from nodeprep import catalogue
from tests.cli.runner import run

pytestmark = pytest.mark.reaches_machine


def in_bash(line, folder):
    words = line.split(' ')
    script = run('completion', 'bash').out + (
        f'\nCOMP_WORDS=({" ".join(repr(word) for word in words)}) COMP_CWORD={len(words) - 1}; _nodeprep; '
        'printf "%s\\n" "${COMPREPLY[@]}"')
    return subprocess.check_output(['bash', '-c', script], cwd=folder).decode().split()


def in_zsh(line, folder):
    """Its own functions, which need a terminal, are stood in for."""
    words = line.split(' ')
    script = ('compdef() { : }; compadd() { shift; print -l -- ${(M)@:#$current*} }\n'
              '_files() { print -l -- *(N) | while read one; do [[ $one == $current* ]] && print $one; done; : }\n'
              + run('completion', 'zsh').out
              + f'\nwords=({" ".join(repr(word) for word in words)}) CURRENT={len(words)} current={words[-1]!r}\n'
              + '_nodeprep')
    return subprocess.check_output(['zsh', '-fc', script], cwd=folder).decode().split()


def in_fish(line, folder):
    script = run('completion', 'fish').out + f'\ncomplete -C {line!r}'
    told = subprocess.check_output(['fish', '-N', '-c', script], cwd=folder, env=dict(os.environ, HOME=folder))
    return [one.split('\t')[0] for one in told.decode().splitlines()]


@pytest.mark.parametrize('shell', [in_bash, in_zsh, in_fish])
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
    ('nodeprep master report --s', ['--since', '--search']),
    ('nodeprep master report -o ', ['table', 'html', 'csv', 'json', 'junit']),
    ('nodeprep master nodes --output ', ['table', 'json', 'yaml']),
    ('nodeprep master token ', ['create', 'list', 'delete']),
    ('nodeprep master token create --p', ['--print-join-command']),
    ('nodeprep master user create ann --role ', ['viewer', 'approver', 'admin']),
    ('nodeprep master decide keep', ['keep-both']),
    ('nodeprep master decide keep-both 1 --y', ['--yes']),
    ('nodeprep master waive n1 sw', ['swap']),
    ('nodeprep config show --prof', ['--profile']),
    ('nodeprep report ver', ['verify']),
    ('nodeprep report verify --ca-cert-', ['--ca-cert-hash']),
    ('nodeprep master backup ma', ['mail.txt']),
    ('nodeprep master nodes --config ma', ['mail.txt']),
    ('nodeprep master waive n1 swap --reason ', []),
])
def test_a_shell_completes(line, words, shell, tmp_path):
    name = shell.__name__[len('in_'):]
    if name != 'bash' and not shutil.which(name):
        pytest.skip(f'{name} is not installed')
    (tmp_path / 'mail.txt').write_text('')
    # fish sorts what it offers.
    assert (sorted if name == 'fish' else list)(words) == shell(line, str(tmp_path))


@pytest.mark.parametrize('shell', ['bash', 'zsh', 'fish'])
def test_each_script_knows_every_id_and_is_accepted_by_its_shell(shell):
    script = run('completion', shell).out
    assert all(one in script for one in catalogue.ids())
    if shutil.which(shell):
        subprocess.run([shell, '-n'], input=script.encode(), check=True)
