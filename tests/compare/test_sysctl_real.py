"""What boot would leave, held against the real systemd-sysctl on generated trees, in namespaces of its own."""
import json
import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from nodeprep.linux import sysctlboot, sysctld, sysctlplan
from tests.compare.sysctl_child import covering
from tests.fakes import FakeHost, Link
from tests.tiers import need

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = '/lib/systemd/systemd-sysctl'
EL9 = {'/etc/os-release': 'ID=centos\nVERSION_ID=9\nNAME="CentOS Stream"\n', '/usr/lib/systemd/systemd-sysctl': '',
       '/lib': Link('usr/lib')}
FILTERS = tuple(f'net/ipv4/conf/{name}/rp_filter' for name in ('all', 'default', 'lo'))
BEFORE = {**dict.fromkeys(FILTERS, '0'), **sysctlboot.DEFAULTS}

KEYS = ('net.ipv4.ip_forward', 'net/ipv4/ip_forward', '/net/ipv4/ip_forward', 'net..ipv4.ip_forward',
        'net/ipv4/./ip_forward', 'net.ipv4/ip_forward', 'net.ipv4.conf.all.forwarding',
        'net/ipv4/conf/all/forwarding', 'net.ipv4.conf.default.forwarding', 'net/ipv4/conf/../ip_forward',
        'net.ipv4.conf.*.forwarding', 'net.ipv4.ip_forw*', 'net.ipv4.ip_forwar[a-d]', 'net.ipv4.ip_forwar[!a-c]',
        'net.ipv4.ip_forwar?d', 'net.ipv?.conf.{all,default}.forwarding', 'net.ipv6.conf.all.forwarding',
        'net.ipv6.conf.default.forwarding', 'net.ipv6.conf.*.forwarding', 'net.ipv6.conf.d*.forwarding',
        'net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip6tables',
        'net/bridge/bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip*', 'net.bridge.*tables',
        'net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.default.rp_filter', 'net.ipv4.conf.lo.rp_filter',
        'net.ipv4.conf.*.rp_filter', 'net.ipv4.conf.*l*.rp_filter', 'net.ipv4.conf.[!a]*.rp_filter',
        'net.ipv4.no_such_key', 'net.no/such.key')
VALUES = ('0', '1', '1', '0', '2', '0x1', '01', '08', 'yes', '', '1 # on', '1; on', '-1', '1 0', '99999999999', '1a',
          '+1', '0x', '1=0')
NAMES = ('10-a.conf', '50-default.conf', '99-sysctl.conf', '99-zz.conf', 'Z.conf', 'k8s.conf', 'zz-nodeprep.conf',
         'zzz.conf', 'ä.conf', '.hidden.conf', '10-a.conf.bak', 'README', '~.conf')
FOLDERS = ('/etc/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d')
COVERED = FOLDERS + ('/run', '/usr/local/lib', '/etc/sysctl.conf')


def line():
    space = some.sampled_from(['', '', ' ', '\t'])
    dash = some.sampled_from(['', '', '', '-', '- '])
    assignment = some.builds(''.join, some.tuples(space, dash, some.sampled_from(KEYS), space, some.just('='), space,
                                                  some.sampled_from(VALUES), space))
    lone = some.builds(''.join, some.tuples(space, some.sampled_from(['-', '-', '', '- ']), some.sampled_from(KEYS)))
    noise = some.sampled_from(['', '# net.ipv4.ip_forward = 1', '; net.ipv4.ip_forward = 1', '=', '-', '-=1', '=1',
                               ' # x', '\\'])
    return some.one_of(assignment, assignment, assignment, assignment, lone, noise)


def text():
    end = some.sampled_from(['\n', '\n', '\n', '\n', '\r\n', '\r', '\0', '\n\r\n'])
    return some.lists(some.tuples(line(), end).map(''.join), max_size=5).map(''.join)


def entry():
    plain = text().map(lambda said: ('text', said))
    return some.one_of(plain, plain, plain, plain, some.sampled_from(
        [('text', ''), ('link', '/dev/null'), ('link', '/etc/sysctl.conf'), ('link', 'nowhere'), ('folder', '')]))


TREES = some.builds(lambda files, conf: {**files, '/etc/sysctl.conf': ('text', conf)}, some.dictionaries(
    some.tuples(some.sampled_from(FOLDERS), some.sampled_from(NAMES)).map('/'.join), entry(), max_size=7), text())


@pytest.fixture(scope='module')
def real():
    """Asks the real systemd-sysctl what a tree leaves: tree -> {path: value}."""
    yield from asking(PROGRAM)


@pytest.fixture(scope='module')
def procps():
    """The same of what administrators type: sysctl --system."""
    need('program', 'sysctl')
    yield from asking(shutil.which('sysctl'), '--system')


def asking(*program):
    need('root')
    need('program', program[0])
    need('netns')
    before = covering(COVERED)
    child = subprocess.Popen([sys.executable, '-m', 'tests.compare.sysctl_child', *program], cwd=ROOT,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)

    def ask(tree):
        child.stdin.write(json.dumps({'tree': tree, 'before': BEFORE, 'read': list(BEFORE)}) + '\n')
        child.stdin.flush()
        answer = child.stdout.readline()
        assert answer, 'the child has ended'
        return json.loads(answer)
    yield ask
    with child:
        child.stdin.close()
    assert child.returncode == 0
    assert covering(COVERED) == before, 'the child has mounted something outside its own namespace'


def as_host(folder, tree):
    host = FakeHost(str(folder)).files(EL9)
    return host.files({path: Link(said) if kind == 'link' else said if kind == 'text' else {}
                       for path, (kind, said) in tree.items()})


def filters_left(host):
    """The same for keys of which nodeprep itself has no opinion: whatever the key, the order of writing decides."""
    left = dict.fromkeys(FILTERS, '0')
    texts = sysctlboot._texts(host, {})
    for path, option in sysctld.writes(sysctld.options(texts, 252), FILTERS, 252):
        number = sysctlboot.as_number(option.value)
        left[path] = left[path] if number is None else str(number)
    return left


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=TREES)
@example(tree={'/etc/sysctl.d/a.conf': ('text', 'net.ipv4.ip_forward=1\n'),
               '/etc/sysctl.d/b.conf': ('text', 'net.ipv4.conf.all.forwarding=0\n'),
               '/etc/sysctl.d/zz-nodeprep.conf': ('text', 'net.ipv4.ip_forward=1\n')})
@example(tree={'/etc/sysctl.d/a.conf': ('text', 'net.ipv4.ip_forward=1\n' + '#' * 2**20 + '\nnet.ipv4.ip_forward=0\n')})
@example(tree={'/etc/sysctl.d/a.conf': ('text', 'net.ipv4.ip_forward=1\n' + '#' * (2**20 - 1)
                                        + '\nnet.ipv4.ip_forward=0\n')})
@example(tree={'/etc/sysctl.d/a.conf': ('text', 'net.ipv4.conf.*.forwarding=1\n'),
               '/etc/sysctl.d/b.conf': ('text', '-net.ipv4.conf.all.forwarding\n')})
def test_every_value_is_the_one_that_the_real_program_leaves(tmp_path_factory, real, tree):
    host = as_host(tmp_path_factory.mktemp('tree'), tree)
    expected = {path: one.value for path, one in sysctlboot.left(host).items()}
    answer = real(tree)
    assert {**filters_left(host), **expected} == answer['values'], answer['said']


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=TREES)
def test_after_the_plan_the_real_program_leaves_what_is_wanted(tmp_path_factory, real, tree):
    host = as_host(tmp_path_factory.mktemp('tree'), tree)
    wanted = dict.fromkeys(sysctlboot.DEFAULTS, '1')
    changes, why = sysctlplan.plan(host, wanted)
    assert bool(changes) != bool(why)
    if changes:
        assert all(change.was == (host.read(change.path) if host.exists(change.path) else None) for change in changes)
        after = {**tree, **{change.path: ('text', change.text) for change in changes}}
        answer = real(after)
        assert {path: answer['values'][path] for path in wanted} == wanted, answer['said']


# procps reads /etc/sysctl.conf last whatever else there is, and has its own ideas of odd lines; where both programs
# read the same files and lines, an administrator's `sysctl --system` must leave what the boot does.
PLAIN = some.builds('{}{}{}{}'.format, some.sampled_from(['', '', '-', '# ', '; ']), some.sampled_from([
    'net.ipv4.ip_forward', 'net/ipv4/ip_forward', 'net.bridge.bridge-nf-call-iptables', 'net.ipv4.no_such_key',
    'net.bridge.bridge-nf-call-ip6tables', 'net.ipv4.conf.lo.rp_filter', 'net.ipv6.conf.default.forwarding']),
    some.sampled_from(['=', ' = ', '= ']), some.sampled_from(['0', '1']))
PLAIN_TREES = some.dictionaries(
    some.tuples(some.sampled_from(FOLDERS), some.sampled_from(
        ['10-a.conf', '50-default.conf', '99-zz.conf', 'Z.conf', 'k8s.conf', 'zz-nodeprep.conf', 'README'])
    ).map('/'.join),
    some.one_of(some.lists(PLAIN, max_size=4).map(lambda lines: ('text', ''.join(one + '\n' for one in lines))),
                some.just(('link', '/dev/null'))), max_size=7)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=PLAIN_TREES)
def test_who_types_sysctl_system_gets_the_same(tmp_path_factory, procps, tree):
    host = as_host(tmp_path_factory.mktemp('tree'), tree)
    expected = {path: one.value for path, one in sysctlboot.left(host).items()}
    answer = procps(tree)
    assert {**filters_left(host), **expected} == answer['values'], answer['said']
