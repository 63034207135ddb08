"""systemd-analyze verify finds nothing to say about nodeprep-fix@.service."""
import os
import subprocess

from tests.test_unit_fix import TOP
from tests.tiers import need


def test_systemd_has_nothing_to_say(tmp_path):
    need('program', 'systemd-analyze')
    with open(TOP + '/systemd/nodeprep-fix@.service', encoding='utf-8') as file:
        text = file.read()
    assert text.count('/usr/bin/nodeprep ') == 1
    unit = tmp_path / 'nodeprep-fix@time-sync.service'
    unit.write_text(text.replace('/usr/bin/nodeprep ', '/bin/true '))            # which is installed everywhere
    done = subprocess.run(['systemd-analyze', 'verify', str(unit)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, LC_ALL='C'), timeout=60)
    assert (done.returncode, done.stdout) == (0, b'')
    unit.write_text(text.replace('/usr/bin/nodeprep ', '/bin/true ').replace('KillMode', 'KilMode'))
    wrong = subprocess.run(['systemd-analyze', 'verify', str(unit)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           env=dict(os.environ, LC_ALL='C'), timeout=60)
    assert b'KilMode' in wrong.stdout                                            # so it does look
