"""preset() against what `systemctl --root=TREE preset` does, on generated preset files."""
import os
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.host import Host
from nodeprep.linux.unitpresets import preset
from tests.tiers import need

FOLDERS = ('/etc/systemd/system-preset', '/run/systemd/system-preset', '/usr/local/lib/systemd/system-preset',
           '/usr/lib/systemd/system-preset')
NAMES = ('a.service', 'ab.service', 'c.socket')
PATTERNS = ('a.service', 'a*', '*', '*.service', 'a[!b].*', '?b.service', 'a?.service', '*.socket', 'a.service b',
            '[ac].*',
            'a.service # no')
UNITS = '/usr/lib/systemd/system/'

rules = st.tuples(st.sampled_from(('enable ', 'disable ', '  enable\t', 'enable', '# enable ', ';disable ', 'ENABLE ')),
                  st.sampled_from(PATTERNS)).map(''.join)
texts = st.lists(rules, max_size=3).map('\n'.join)
trees = st.dictionaries(st.tuples(st.sampled_from(FOLDERS),
                                  st.sampled_from(('10.preset', '20.preset', 'x.conf'))).map('/'.join),
                        texts, max_size=4)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    need('program', 'systemctl')
    return str(tmp_path_factory.mktemp('presets') / 'root')


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=trees, name=st.sampled_from(NAMES))
def test_as_systemctl_does(root, tree, name):
    shutil.rmtree(root, ignore_errors=True)
    files = dict(tree, **{UNITS + one: '[Unit]\nDescription=x\n[Install]\nWantedBy=m.target\n' for one in NAMES})
    for path, text in files.items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        with open(root + path, 'w') as out:
            out.write(text)
    here = preset(Host(root, live=True), name)[0]
    subprocess.run(['systemctl', '--root=' + root, 'preset', name], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                   env={'PATH': os.environ['PATH'], 'LC_ALL': 'C'}, check=True)
    assert here == os.path.lexists(f'{root}/etc/systemd/system/m.target.wants/{name}')
