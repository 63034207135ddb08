"""nodeprep hand as its unit calls it: exit codes and one line for each thing that is told."""
import json
import os
import sys

import pytest

from nodeprep.cli import main, people
from nodeprep.host.changing import Changing
from nodeprep.lock import Lock
from tests import hosts


@pytest.fixture
def image(tmp_path, monkeypatch):
    """An image of CentOS 7 with swap in its fstab and SELinux enforcing."""
    monkeypatch.setattr(people, 'must_be_root', lambda verb, root, instead: None)
    root = hosts.load('centos7', tmp_path, live=False).root
    os.makedirs(root + '/var/lib', exist_ok=True)
    return root


@pytest.fixture
def run(image, capsys, monkeypatch):
    """run(words...) -> (exit code, stdout, stderr)."""
    def call(*words):
        monkeypatch.setattr(sys, 'argv', ['nodeprep', *words])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return code, said.out, said.err
    return call


def config(image, text):
    os.makedirs(image + '/etc/nodeprep', exist_ok=True)
    with open(image + '/etc/nodeprep/nodeprep.yaml', 'w', encoding='utf-8') as file:
        file.write(text)


def test_what_the_configuration_allows_is_done_once(run, image):
    config(image, 'requirements: {swap: {mode: fix}}\n')
    code, out, err = run('hand', 'swap', '--root', image)
    assert (code, err) == (0, '')
    assert out == 'swap: write /etc/fstab\nswap: write /etc/systemd/system/swap.target\nswap: done (000001)\n'
    assert run('hand', 'swap', '--root', image)[:2] == (0, 'swap: nothing to do\n')
    code, out, _ = run('history', '-o', 'json', '--root', image)
    (one,) = json.loads(out)['transactions']
    assert one['by']['how'] == 'policy' and one['by']['who'] == f'{image}/etc/nodeprep/nodeprep.yaml:1'
    assert one['command'] == ['nodeprep', 'hand', 'swap']
    code, out, _ = run('history', '--root', image)
    assert '/etc/nodeprep/nodeprep.yaml:1 (policy) done swap: done ' in ' '.join(out.split())


def test_what_it_does_not_allow_is_refused(run, image):
    code, out, err = run('hand', 'swap', '--root', image)
    assert (code, err) == (1, '') and out.startswith('swap: not fixed: mode is report; ')


def test_a_wrong_configuration(run, image):
    config(image, 'requirements: {swap: {mode: fixx}}\n')
    code, out, err = run('hand', 'swap', '--root', image)
    assert (code, out) == (2, '') and 'nodeprep.yaml:1' in err and not os.path.exists(image + '/var/lib/nodeprep')


def test_an_unknown_id(run, image):
    code, out, err = run('hand', 'swpa', '--root', image)
    assert (code, out) == (2, '') and 'did you mean swap?' in err


def test_busy(run, image):
    config(image, 'requirements: {swap: {mode: fix}}\n')
    with Lock(Changing(image), 'a test'):
        code, out, err = run('hand', 'swap', '--root', image)
    assert (code, out) == (75, '') and 'another nodeprep is at work' in err


def test_it_is_in_no_list_and_has_a_help_of_its_own(run):
    assert ' hand' not in run('--help')[1] and 'hand' not in run('completion', 'bash')[1].split()
    code, out, _ = run('hand', '--help')
    assert code == 0 and 'nodeprep-fix@REQUIREMENT.service' in out
    code, _, err = run('hnad')
    assert code == 2 and 'hand' not in err.replace('hnad', '')
