"""starts_at_boot() against the transaction that the real `systemd --test` makes of the default target.

systemd plans it as an unprivileged user's manager, which needs no running systemd; the rules are the same. The trees
are generated.
"""
import os
import re
import shutil
import subprocess
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.host import Host
from nodeprep.linux import units
from nodeprep.linux.unitboot import Closure
from nodeprep.linux.unitdefault import default_target
from nodeprep.linux.unitfiles import tree as tree_of
from nodeprep.model import CannotTell
from tests.tiers import need

SYSTEMD = '/usr/lib/systemd/systemd'
FOLDERS = ('/etc/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system')
UNITS = ('a.service', 'b.service', 'c.service', 'm.target', 't@x.service', 't@y.service', 'al.service', 'n.target')
FILES = ('a.service', 'b.service', 'c.service', 'm.target', 't@.service', 't@y.service', 'n.target', 'default.target')
KEYS = ('Wants', 'Wants', 'Requires', 'BindsTo', 'Upholds', 'After', 'Requisite', 'wants')
SERVICE = '[Service]\nType=oneshot\nExecStart=/bin/true\n'

WORDS = UNITS + ('t@%i.service', 't@%p.service', '"b.service"', 'gone.service', '%n', 't@.service')
LINES = ('Wants=', 'Requires= \\\n a.service', '# Wants=a.service', '[X]\nWants=a.service\n[Unit]')
OWNERS = ('default.target', 'm.target', 'a.service', 'al.service', 't@.service', 't@x.service')
DROP_INS = ('a.service.d', 't@.service.d', 't@x.service.d', 'default.target.d')
LINK = ('link', '/usr/lib/systemd/system/any')

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(' '.join)
lines = st.one_of(st.tuples(st.sampled_from(KEYS), words).map('='.join), st.sampled_from(LINES))
unit_texts = st.lists(lines, max_size=3).map(
    lambda found: '[Unit]\nDefaultDependencies=no\n' + ''.join(one + '\n' for one in found))
entries = st.one_of(
    st.tuples(st.sampled_from(FOLDERS), st.sampled_from(FILES), st.one_of(unit_texts, unit_texts, st.just(None))),
    st.tuples(st.sampled_from(FOLDERS), st.sampled_from(('al.service', 'default.target'))).map(
        lambda pair: pair + (('link', 'a.service' if pair[1] == 'al.service' else 'm.target'),)),
    st.tuples(st.sampled_from(FOLDERS),
              st.tuples(st.sampled_from(OWNERS), st.sampled_from(('.wants', '.requires')),
                        st.sampled_from(UNITS + ('t@.service',))).map(
                  lambda parts: f'{parts[0]}{parts[1]}/{parts[2]}'),
              st.sampled_from((LINK, LINK, ('link', '/dev/null')))),
    st.tuples(st.sampled_from(FOLDERS), st.sampled_from(DROP_INS).map(lambda folder: folder + '/1.conf'),
              st.one_of(unit_texts, st.just(None))))


def build(root, tree):
    for folder in FOLDERS:
        shutil.rmtree(root + folder, ignore_errors=True)
        os.makedirs(root + folder)
    base = {f'{FOLDERS[2]}/default.target': '[Unit]\nWants=m.target\n',
            f'{FOLDERS[2]}/any': '# what a link leads to is not looked at\n'}
    for path, text in list(base.items()) + [(f'{folder}/{name}', text) for folder, name, text in tree]:
        real = root + path
        os.makedirs(os.path.dirname(real), exist_ok=True)
        if os.path.lexists(real):
            os.unlink(real)
        if text is None or isinstance(text, tuple):
            target = '/dev/null' if text is None else text[1]
            if os.path.basename(target) != os.path.basename(path):
                os.symlink(target, real)
        else:
            with open(real, 'w') as out:
                service = path.endswith('.service') and path.rpartition('/')[0] in FOLDERS
                out.write(text + (SERVICE if service else ''))


@pytest.fixture(scope='module')
def root():
    need('program', SYSTEMD)
    if os.geteuid() == 0:
        need('program', 'setpriv')
    folder = tempfile.mkdtemp(prefix='nodeprep-units-')
    os.chmod(folder, 0o755)
    os.makedirs(folder + '/home/run/systemd')
    os.makedirs(folder + '/etc')
    with open(folder + '/etc/os-release', 'w') as out:
        out.write('ID=centos\nVERSION_ID=9\n')
    for path in ('/home', '/home/run', '/home/run/systemd'):
        os.chmod(folder + path, 0o777)
    yield folder
    shutil.rmtree(folder)


def planned(root):
    """The units that systemd would start for the default target."""
    user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] if os.geteuid() == 0 else []
    environment = {'PATH': os.environ['PATH'], 'LC_ALL': 'C',
                   'HOME': root + '/home', 'XDG_RUNTIME_DIR': root + '/home/run',
                   'SYSTEMD_UNIT_PATH': ':'.join(root + folder for folder in FOLDERS),
                   'SYSTEMD_GENERATOR_PATH': '/nonexistent', 'SYSTEMD_ENVIRONMENT_GENERATOR_PATH': '/nonexistent'}
    done = subprocess.run(user + [SYSTEMD, '--test', '--user', '--unit=default.target'], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = (done.stdout + done.stderr).decode()
    if 'determined initial transaction' not in text:
        if 'Failed to start' in text or 'Failed to isolate' in text or 'rescue.target' in text:
            return set()
        pytest.skip('systemd --test does not work here: ' + text[-300:])
    return set(re.findall(r'Action: (\S+) -> start', text))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=st.lists(entries, max_size=12))
def test_as_systemd_plans(root, tree):
    build(root, tree)
    there = planned(root)
    host = Host(root, live=True)
    try:
        default_target(host, tree_of(host, at_boot=True))
    except CannotTell as error:
        assert 'default.target' in str(error) and not there     # it leads nowhere: nothing is planned
        return
    here = {name for name in UNITS if units.starts_at_boot(host, name)[0]}
    alias = units.enablement(host, 'al.service')
    if alias.state == 'alias' and os.path.basename(alias.fragment) in there:
        there.add('al.service')
    if complete(host) and not any('Requisite' in str(text) for _, _, text in tree):      # a missing one fails the boot
        assert here == there & set(UNITS)
    else:
        assert here >= there & set(UNITS)


def complete(host):
    """Whether all that is required can be loaded. If not, systemd stops at it, and has pulled in the rest or not."""
    closure = Closure(host, tree_of(host, at_boot=True))
    return all(closure._loadable(one.name) for name in UNITS + ('default.target',)
               for one in closure.needs.of(name) if one.hard)
