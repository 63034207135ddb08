"""enablement() against `systemctl --root=TREE is-enabled`, which needs no running systemd, on generated trees."""
import os
import re
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.host import Host
from nodeprep.linux import units
from nodeprep.model import CannotTell
from tests.tiers import need

FOLDERS = ('/etc/systemd/system', '/run/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system',
           '/run/systemd/generator', '/etc/systemd/system.control', '/run/systemd/transient')
NAMES = ('a.service', 'b.service', 'dbus-org.a.service', 't@.service', 't@x.service', 't@y.service', 'u@.service',
         'a.socket', 'a.target', 'a.mount')
INSTALLS = ('[Install]\nWantedBy=multi-user.target\n', '[Install]\nRequiredBy=a.target\n',
            '[Install]\nAlso=b.service\n', '[Install]\nAlias=dbus-org.a.service\n',
            '[Install]\nWantedBy=m.target\nAlias=b.service "dbus-org.a.service"\n',
            '[Install]\nWantedBy=m.target\nDefaultInstance=x\n', '[Install]\nWantedBy=m.target\nWantedBy=\n',
            '[Install]\nDefaultInstance=y\n', '[Install]\n WantedBy = \\\n# no\n  m.target\n',
            '[Install]\nWantedBy\n', '[Service]\nWantedBy=m.target\n', '[Install\nWantedBy=m.target\n',
            'WantedBy=m.target\n', '[Install]\nwantedby=m.target\n', '', '[Install]\nWantedBy=m.target\\\n',
            '[Install]\nAlso=\n', '[Install]\nAlso=b.service\nAlso=\n', '[Install]\nAlias=\n', '\n\n# nothing\n')
DOORS = ('multi-user.target.wants', 'a.target.requires', 'sockets.target.wants', 'x.wants', 'other')

texts = st.sampled_from(INSTALLS).map(lambda install: install and '[Unit]\nDescription=x\n' + install)
contents = st.one_of(
    texts.map(lambda text: ('file', text)),
    st.just(('file', '')),
    st.just(('link', '/dev/null')),
    st.tuples(st.sampled_from(FOLDERS + ('', '.', '/opt', '../../../usr/lib/systemd/system')),
              st.sampled_from(NAMES)).map(lambda pair: ('link', '/'.join(part for part in pair if part))))
paths = st.one_of(
    st.tuples(st.sampled_from(FOLDERS[:4]), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(FOLDERS), st.sampled_from(NAMES)),
    st.tuples(st.just('/opt'), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(FOLDERS[:4]), st.sampled_from(DOORS), st.sampled_from(NAMES)),
    st.tuples(st.sampled_from(FOLDERS[:4]), st.sampled_from(('a.service.d', 't@.service.d', 't@x.service.d')),
              st.sampled_from(('1.conf', '2.conf', 'x.txt')))).map('/'.join)
trees = st.dictionaries(paths, contents, min_size=1, max_size=8).map(
    # A drop-in that leads nowhere is an error of systemctl's that says nothing of the unit.
    lambda tree: {path: ('link', '/dev/null') if '.d/' in path and what[0] == 'link' else what
                  for path, what in tree.items()})


def build(root, tree):
    shutil.rmtree(root, ignore_errors=True)
    for path, (kind, value) in tree.items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        if kind == 'link':
            os.symlink(value, root + path)
        else:
            with open(root + path, 'w') as out:
                out.write(value)
    version = re.match(r'systemd (\d+)', subprocess.check_output(['systemctl', '--version']).decode()).group(1)
    for path, text in (('/usr/lib/os-release', 'ID=centos\n'), (f'/usr/lib/systemd/libsystemd-shared-{version}.so', ''),
                       ('/dev/null', '')):
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        with open(root + path, 'w') as out:
            out.write(text)


def said_by_systemctl(root, name):
    done = subprocess.run(['systemctl', f'--root={root}', 'is-enabled', name], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env={'PATH': os.environ['PATH'], 'LC_ALL': 'C'})
    said = done.stdout.decode().strip()
    if said:
        return said
    error = done.stderr.decode()
    if 'look up unit file state' in error and os.path.exists(root + '/run/systemd/generator'):
        return None            # its look for SysV scripts passes over what generators made, and fails on what is below
    # Newer releases than 252 print not-found themselves.
    return 'not-found' if re.search('No such file|has been severed', error) else 'cannot tell'


def said_here(host, name):
    try:
        return units.enablement(host, name).state
    except CannotTell:
        return 'cannot tell'


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    need('program', 'systemctl')
    return str(tmp_path_factory.mktemp('units') / 'root')


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=trees, name=st.sampled_from(NAMES))
def test_as_systemctl_says(root, tree, name):
    build(root, tree)
    names = {name} | {path.rpartition('/')[2] for path in tree if path.rpartition('/')[2] in NAMES}
    host = Host(root, live=True)
    there = {one: said_by_systemctl(root, one) for one in names}
    here = {one: said_here(host, one) if there[one] else None for one in names}
    for one in names:
        linked = any(path.endswith('/' + one) and content[0] == 'link' for path, content in tree.items())
        if (here[one], there[one]) == ('not-found', 'cannot tell') and linked and f'/{one}.d/' in ''.join(tree):
            # A link that leads nowhere beside a drop-in that cannot be read: systemctl stops at the drop-in.
            here[one] = there[one]
    elsewhere = any(path.startswith('/opt/') and content == ('link', '/dev/null') for path, content in tree.items())
    if ('file', '') in tree.values() or elsewhere:
        # With --root, systemctl sees a link to an empty file as an alias of it, so that the mask is where the file is;
        # and a link that leads to a mask outside of the unit folders counts as a mask of that place, not of /run.
        here, there = [{one: str(state).replace('masked-runtime', 'masked') for one, state in said.items()}
                       for said in (here, there)]
    assert here == there


def test_the_units_of_this_machine():
    """Every unit file that systemctl lists here, in one go."""
    need('program', 'systemctl')
    listed = subprocess.check_output(['systemctl', '--root=/', 'list-unit-files', '--no-legend', '--no-pager'],
                                     env={'PATH': os.environ['PATH'], 'LC_ALL': 'C'}).decode()
    there = {line.split()[0]: line.split()[1] for line in listed.splitlines() if line.strip()}
    if not there:
        pytest.skip('systemctl lists no unit files here')
    host = Host('/')
    here = {name: said_here(host, name) for name in there}
    # `bad` is what list-unit-files says where is-enabled fails.
    assert {name: 'bad' if there[name] == 'bad' and said in ('not-found', 'cannot tell') else said
            for name, said in here.items()} == there
