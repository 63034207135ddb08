"""An image whose maker means harm: with the real systemctl, nothing outside of it is touched by fix or undo."""
import json
import os

import pytest

from tests import hosts
from tests.cli.runner import run
from tests.tiers import need


@pytest.fixture
def image(tmp_path):
    """A CentOS 7 with swap, firewalld and a journal folder; `outside` beside it must stay empty."""
    need('root')
    need('program', 'systemctl')
    root = hosts.load('centos7', tmp_path / 'image', live=False).root
    os.makedirs(root + '/var/lib/nodeprep/journal')
    for folder in ('', '/journal'):
        os.chmod(root + '/var/lib/nodeprep' + folder, 0o700)
    (tmp_path / 'outside/etc/systemd/system').mkdir(parents=True)
    yield root
    assert [files for _, _, files in os.walk(str(tmp_path / 'outside')) if files] == []


def undo(image, *words):
    """Undoes a journal that says these words take back what was done."""
    lines = [{'journal': 1, 'id': '000001', 'begun': '2026-01-01T00:00:00Z', 'by': {}, 'command': []},
             {'step': 1, 'part': 'swap', 'run': ['x'], 'undo': list(words), 'risk': '', 'before': []}, {'end': 'done'}]
    with open(image + '/var/lib/nodeprep/journal/000001.jsonl', 'w', encoding='ascii') as file:
        file.write(''.join(json.dumps(line) + '\n' for line in lines))
    return run('undo', '--yes', '--root', image)


def linked(image, path, tmp_path):
    """Makes a folder of the image a link to the one outside."""
    os.makedirs(os.path.dirname(image + path), exist_ok=True)
    if os.path.isdir(image + path):
        os.rename(image + path, image + '/srv/moved')
    os.symlink(str(tmp_path / 'outside/etc/systemd/system'), image + path)


def test_a_second_root(image, tmp_path):
    ran = undo(image, 'systemctl', f'--root={image}', 'mask', f'--root={tmp_path}/outside', 'evil.service')
    assert ran.code == 4 and 'NOT taken back' in ran.out


@pytest.mark.parametrize('path', ['/etc/systemd/system', '/etc/systemd/system/multi-user.target.wants'])
def test_undo_by_a_link(image, tmp_path, path):
    os.makedirs(image + '/srv', exist_ok=True)
    linked(image, path, tmp_path)
    ran = undo(image, 'systemctl', f'--root={image}', 'mask', 'evil.service')
    assert ran.code == 4 and 'is a link, by which' in ' '.join(ran.out.split())


def test_fix_by_a_link(image, tmp_path):
    os.makedirs(image + '/srv', exist_ok=True)
    linked(image, '/etc/systemd/system/evil.target.wants', tmp_path)
    ran = run('fix', '--yes', '--root', image, 'firewall')
    assert ran.code == 4 and 'is a link, by which' in ' '.join(ran.out.split())
