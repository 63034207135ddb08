"""chronyd's configuration with all that it includes, and servers added to it."""
import contextlib
import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.linux import chronyconf, chronyplan
from nodeprep.linux.chronyconf import read
from nodeprep.linux.chronyplan import add_servers
from nodeprep.model import CannotTell, Write
from tests.fakes import FakeHost

UNITS = ('chronyd.service', 'chrony.service')
CONF = '/etc/chrony.conf'
EL9 = '# Use public servers\npool 2.centos.pool.ntp.org iburst\nsourcedir /run/chrony-dhcp\nmakestep 1.0 3\nrtcsync\n'
DEBIAN = 'confdir /etc/chrony/conf.d\npool 2.debian.pool.ntp.org iburst\nsourcedir /run/chrony-dhcp\n' \
         'sourcedir /etc/chrony/sources.d\n'


def named(host):
    return [(one.name, one.source) for one in read(host, UNITS).sources]


@pytest.mark.parametrize('module', [chronyconf, chronyplan])
def test_doctests(module):
    assert doctest.testmod(module).failed == 0


def test_el9(host):
    assert named(host.files({CONF: EL9})) == [('2.centos.pool.ntp.org', CONF + ':2')]
    assert read(host, UNITS).sourcedirs == ('/run/chrony-dhcp',)


def test_el7(host):
    text = 'server 0.centos.pool.ntp.org iburst\nserver 1.centos.pool.ntp.org iburst\ndriftfile /x\n'
    assert len(named(host.files({CONF: text}))) == 2


def test_debian(host):
    host.files({'/etc/chrony/chrony.conf': DEBIAN, '/etc/chrony/conf.d/a.conf': 'peer b\n',
                '/etc/chrony/conf.d/README': 'server no\n', '/etc/chrony/sources.d/x.sources': 'server c\nlocal\n'})
    assert named(host) == [('b', '/etc/chrony/conf.d/a.conf:1'),
                           ('2.debian.pool.ntp.org', '/etc/chrony/chrony.conf:2'),
                           ('c', '/etc/chrony/sources.d/x.sources:1')]
    assert read(host, UNITS).local == ''           # a file of sources can give sources only


def test_servers_of_dhcp_are_read(host):
    host.files({CONF: EL9, '/run/chrony-dhcp/eth0.sources': 'server 10.0.0.1 iburst\n'})
    assert ('10.0.0.1', '/run/chrony-dhcp/eth0.sources:1') in named(host)


@pytest.mark.parametrize('line', ['! server a', '; server a', '% server a', '  # server a', 'server', 'servers a'])
def test_what_gives_no_source(host, line):
    assert named(host.files({CONF: line + '\n'})) == []


@pytest.mark.parametrize('line, name', [('SERVER a.example', 'a.example'), ('\tpeer  a', 'a'),
                                        ('refclock PHC /dev/ptp0 poll 3', 'PHC /dev/ptp0')])
def test_what_gives_one(host, line, name):
    assert named(host.files({CONF: line + '\n'})) == [(name, CONF + ':1')]


def test_includes_and_the_first_of_two_folders(host):
    host.files({CONF: 'include /etc/chrony.d/*.conf\nconfdir /etc/a /etc/b\n', '/etc/chrony.d/1.conf': 'server one\n',
                '/etc/a/x.conf': 'server two\n', '/etc/b/x.conf': 'server hidden\n',
                '/etc/b/y.conf': 'local stratum 10\n'})
    assert [name for name, _ in named(host)] == ['one', 'two']
    assert read(host, UNITS).local == '/etc/b/y.conf:1'


def test_another_file_and_a_clock_left_alone(host):
    host.files({'/usr/lib/systemd/system/chronyd.service':
                '[Service]\nEnvironmentFile=-/etc/sysconfig/chronyd\nExecStart=/usr/sbin/chronyd $OPTIONS\n',
                '/etc/sysconfig/chronyd': 'OPTIONS="-x -f /etc/my.conf"\n', '/etc/my.conf': 'server a\n'})
    assert named(host) == [('a', '/etc/my.conf:1')] and read(host, UNITS).idle == '/etc/sysconfig/chronyd:1'


@pytest.mark.parametrize('files', [{}, {CONF: f'include {CONF}\n'}, {CONF: f'include {CONF}\n' * 500},
                                   {CONF: 'include /etc/x.conf\n', '/etc/x.conf': {}}])
def test_what_cannot_be_read_is_told(host, files):
    with pytest.raises(CannotTell):
        read(host.files(files), UNITS)


@settings(deadline=None, max_examples=60)
@given(some.binary(max_size=60) | some.text('include/*.conf dr \nsv!', max_size=60).map(str.encode))
def test_any_file_gives_sources_or_cannot_tell(tmp_path_factory, raw):
    host = FakeHost(str(tmp_path_factory.mktemp('any'))).files({CONF: raw})
    with contextlib.suppress(CannotTell):
        read(host, UNITS)


# Adding servers

def added(host, runs=False):
    return add_servers(host, read(host, UNITS), ['n1', 'n2'], 'chronyd.service', runs)


LINES = 'server n1 iburst\nserver n2 iburst\n'


def test_a_block_at_the_end(host):
    (write, restart), hint = added(host.files({CONF: EL9}), runs=True)
    assert write == Write(CONF, EL9 + '# nodeprep: servers begin\n' + LINES + '# nodeprep: servers end\n', was=EL9)
    assert restart.argv == ('systemctl', 'restart', 'chronyd.service') and restart.risk == 'disruptive'
    assert 'makestep' in hint


def test_on_a_node_the_restart_is_disruptive_and_says_why(host):
    (_, restart), hint = added(host.files({CONF: EL9, '/etc/kubernetes/kubelet.conf': ''}), runs=True)
    assert restart.risk == 'disruptive' and '/etc/kubernetes/kubelet.conf' in hint and '--force-live' in hint



def test_a_folder_of_sources_needs_no_restart(host):
    host.files({'/etc/chrony/chrony.conf': DEBIAN, '/etc/kubernetes/kubelet.conf': ''})
    (write, reload), hint = added(host, runs=True)
    assert write == Write('/etc/chrony/sources.d/nodeprep.sources', LINES, was=None)
    assert reload.argv == ('chronyc', 'reload', 'sources') and reload.risk == 'harmless' and hint == ''


@pytest.mark.parametrize('line', ['confdir /etc/chrony.d', 'include /etc/chrony.d/*.conf'])
def test_a_folder_of_configuration(host, line):
    (write,), _ = added(host.files({CONF: line + '\n', '/etc/chrony.d/nodeprep.conf': 'server n0 iburst'}))
    assert write == Write('/etc/chrony.d/nodeprep.conf', 'server n0 iburst\n' + LINES, was='server n0 iburst')


def test_what_was_added_is_read_again(host):
    for text in (EL9, 'include /etc/chrony.d/*.conf\n', 'sourcedir /etc/s\n'):
        (write,), _ = added(host.files({CONF: text}))
        assert [name for name, _ in named(host.files({write.path: write.text}))][-2:] == ['n1', 'n2']
