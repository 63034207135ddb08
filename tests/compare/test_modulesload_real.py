"""What systemd-modules-load would load, held against the real one on generated trees. No module is ever inserted."""
import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from nodeprep.linux import modulesload
from tests.compare.sysctl_child import covering
from tests.fakes import FakeHost, Link
from tests.tiers import need

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = '/lib/systemd/systemd-modules-load'
# Names that no kernel has, so that nothing is there already. The file of np_dash is called np-dash.ko.
FILES, BUILT_IN = ('np_one', 'np-dash', 'np_two'), ('np_built_in',)
ASKED = ('np_one', 'np_dash', 'np_two', 'np_built_in', 'np_nowhere')
SPELLED = ASKED + ('np-one', 'np-dash', 'np_one np_two')
NAMES = ('10-a.conf', 'K8s.conf', 'nodeprep.conf', 'z.conf', '.hidden.conf', 'no.list')
COVERED = ('/etc/modules-load.d', '/etc/modprobe.d', '/usr/lib/modules-load.d', '/usr/lib/modprobe.d', '/usr/lib',
           '/mnt')

end = some.sampled_from(['\n', '\n', '\n', '\r\n', '\r', '\0'])
listed = some.builds(''.join, some.tuples(some.sampled_from(['', ' ', '\t', '#', '; ']), some.sampled_from(SPELLED),
                                          some.sampled_from(['', ' ', ' # x']), end))
rule = some.builds('{} {}{}'.format, some.sampled_from(['blacklist', 'blacklist', '#blacklist', ' blacklist']),
                   some.sampled_from(SPELLED + ('np_*',)), some.sampled_from(['\n', ' \n', ' # x\n']))
install = some.builds('install {} /bin/true\n'.format,
                      some.sampled_from(['np_one', 'np-one', 'np_d*', 'np_two2', 'np_t?o']))
goes_on = some.sampled_from(['blacklist \\\nnp_one\n', 'options np_two a=1 \\\nblacklist np_two\n'])


def entries(lines):
    text = some.lists(lines, max_size=4).map(''.join).map(lambda said: ('text', said))
    return some.one_of(text, text, text, some.sampled_from([('link', '/dev/null'), ('text', ''), ('link', 'nowhere')]))


def tree(folders, lines):
    paths = some.tuples(some.sampled_from(folders), some.sampled_from(NAMES)).map('/'.join)
    return some.dictionaries(paths, entries(lines), max_size=4)


TREES = some.builds(lambda loads, rules: {**loads, **rules},
                    tree(('/etc/modules-load.d', '/usr/lib/modules-load.d'), listed),
                    tree(('/etc/modprobe.d', '/usr/lib/modprobe.d'), some.one_of(rule, install, goes_on)))
CMDLINES = some.sampled_from(['quiet', 'quiet', 'modules_load=np_one', 'modules-load=np-dash,np_two',
                              'rd.modules_load=np_two', 'modules_load',
                              'modules_load=np_one modules_load=np_built_in,np_nowhere'])


@pytest.fixture(scope='module')
def real():
    """Asks the real program: (tree, cmdline) -> what it said of each module."""
    need('root')
    need('program', PROGRAM)
    need('program', 'depmod')
    need('netns')
    before = covering(COVERED)
    child = subprocess.Popen([sys.executable, '-m', 'tests.compare.modulesload_child',
                              PROGRAM, json.dumps(FILES), json.dumps(BUILT_IN)], cwd=ROOT,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)

    def ask(tree, cmdline):
        child.stdin.write(json.dumps({'tree': tree, 'cmdline': cmdline}) + '\n')
        child.stdin.flush()
        answer = child.stdout.readline()
        assert answer, 'the child has ended'
        return json.loads(answer)['said']
    yield ask
    with child:
        child.stdin.close()
    assert child.returncode == 0
    assert covering(COVERED) == before, 'the child has mounted something outside its own namespace'


def loads(said, name):
    """Whether the log says that the kernel got the module, or has it. 'Inserted' is a command that did nothing."""
    words = re.findall(r"[Mm]odule '" + name + r"'(?: is ([a-z -]+)|: (.+))?$", said, re.MULTILINE)
    told = [state or error for state, error in words]
    return any(one == 'built in' or one and one not in ('deny-listed', '') for one in told)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=TREES, cmdline=CMDLINES)
@example(tree={'/etc/modules-load.d/a.conf': ('text', 'np_one\n'),
               '/etc/modprobe.d/a.conf': ('text', 'blacklist np_one\n')}, cmdline='quiet')
@example(tree={'/etc/modules-load.d/a.conf': ('text', 'np_one\n')}, cmdline='quiet')
@example(tree={}, cmdline='modules-load=np_one')
def test_what_is_loaded_is_what_the_real_program_loads(tmp_path_factory, real, tree, cmdline):
    release = os.uname().release
    host = FakeHost(str(tmp_path_factory.mktemp('tree')))
    host.kernel = ('Linux', 'n', release, '#1', 'x86_64')
    host.files({'/etc/os-release': 'ID=centos\nVERSION_ID=9\n', '/lib': Link('usr/lib'), '/proc/modules': '',
                '/proc/cmdline': cmdline + '\n',
                f'/usr/lib/modules/{release}/modules.dep': ''.join(f'kernel/{name}.ko:\n' for name in FILES),
                f'/usr/lib/modules/{release}/modules.builtin': ''.join(f'kernel/{name}.ko\n' for name in BUILT_IN)})
    host.files({path: Link(said) if kind == 'link' else said for path, (kind, said) in tree.items()})
    said = real(tree, cmdline)
    for name in ASKED:
        expected = name in BUILT_IN or loads(said, name)
        assert modulesload.at_boot(host, name).there == expected, (name, said)
