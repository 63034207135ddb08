"""The unit files of the fixture hosts as the real systemctl sees them: the emulation says the same of each.

Of EL7 and EL8 only what no other name leads to is compared: their systemctl words that in another way than this one.
"""
import os
import subprocess

import pytest

from nodeprep.linux import units
from tests import hosts
from tests.tiers import need

SUFFIXES = ('.service', '.socket', '.target')


@pytest.mark.parametrize('name', hosts.NAMES)
def test_is_enabled_of_every_unit(name, tmp_path):
    need('program', 'systemctl')
    host = hosts.load(name, tmp_path, live=False)
    folders = [host.root + folder for folder in ('/usr/lib/systemd/system', '/etc/systemd/system')]
    names = sorted({unit for folder in folders for unit in os.listdir(folder) if unit.endswith(SUFFIXES)})
    assert len(names) > 15
    for unit in names:
        real = subprocess.run(['systemctl', '--root=' + host.root, 'is-enabled', unit], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={'LC_ALL': 'C', 'PATH': os.environ['PATH']})
        said = real.stdout.decode().strip()
        if name in ('centos7', 'stream8') and (said == 'alias' or unit == 'multi-user.target'):
            continue
        assert units.enablement(host, unit).state == said, unit
