"""systemd-analyze has nothing to say about the units of agent and master, and their scores are those in the docs."""
import os
import re
import shutil
import subprocess

import pytest

from tests.test_unit_fix import TOP
from tests.tiers import need


@pytest.fixture
def root(tmp_path):
    """A root with the units in it, as a package lays them out, and a program in place of ours."""
    need('program', 'systemd-analyze')
    folder = tmp_path / 'root/usr/lib/systemd/system'
    shutil.copytree(TOP + '/systemd', str(folder))
    return tmp_path / 'root', folder


def analyze(*words):
    return subprocess.run(('systemd-analyze',) + words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          env=dict(os.environ, LC_ALL='C', SYSTEMD_COLORS='0'))


@pytest.mark.parametrize('name, words', [('nodeprep', 'agent'), ('nodeprep-master', 'master serve')])
def test_verify_finds_nothing(root, name, words):
    unit = root[1] / f'{name}.service'
    unit.write_text(unit.read_text().replace(f'/usr/bin/nodeprep {words}', '/bin/true'))
    done = analyze('verify', str(unit))
    assert (done.returncode, done.stdout) == (0, b'')
    drop_in = root[1] / f'{name}.service.d/10-since-239.conf'
    drop_in.write_text(drop_in.read_text() + 'ProtectNothing=yes\n')
    assert b'ProtectNothing' in analyze('verify', str(unit)).stdout                          # so it does look


@pytest.mark.parametrize('name, page', [('nodeprep', 'agent'), ('nodeprep-master', 'master')])
def test_the_score_is_the_one_in_the_docs(root, name, page):
    done = analyze('security', '--offline=yes', '--no-pager', '--root', str(root[0]), f'{name}.service')
    score = re.search(rf'Overall exposure level for {name}.service: ([0-9.]+)', done.stdout.decode())
    version = analyze('--version').stdout.split()[1].decode()
    if version != '252':
        pytest.skip(f'the score in the docs is by systemd 252, this is {version}')
    with open(TOP + f'/docs/{page}.md', encoding='utf-8') as file:
        assert f'exposure level of {score.group(1)} ' in file.read()
