"""The clock: who keeps it, how well, from where, and what would be changed."""
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.catalogue import load
from nodeprep.engine import examine
from nodeprep.host import Answer
from nodeprep.host.kernel import Clock
from nodeprep.linux.chrony import CSV
from nodeprep.linux.ntp import RV, SYNCHRONIZED
from nodeprep.model import CannotTell, Run, Write
from tests.conftest import wants
from tests.fakes import FakeHost
from tests.linux.test_chrony import LOCAL, UNSYNCHRONISED
from tests.linux.test_chronyconf import CONF, DEBIAN, EL9
from tests.linux.test_ntp import GOOD as NTPQ
from tests.linux.test_timedaemons import ETC, LIB, SYSTEMD, UNIT, with_unit

EL7 = 'ID="centos"\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7 (Core)"\n'
CHRONY = dict(SYSTEMD, **dict(with_unit('chronyd.service'), **{CONF: EL9}))
NODE = {'/etc/kubernetes/kubelet.conf': ''}
STOPPED = '/sys/fs/cgroup/system.slice/chronyd.service/cgroup.procs'


def tracking(host, offset=0.000012, delay=0.02, age=35.0, interval=64.0):
    line = (f'C0A80001,192.168.0.1,3,{host.now_is - age:.6f},{offset:.9f},0.0,0.0,0.0,0.0,0.0,{delay:.6f},0.003,'
            f'{interval},Normal')
    host.answers[CSV] = Answer(0, line + '\n', '')
    return host


def seen(host, half='now', **want):
    """{subject: observation} of one half, the engine in between as in a real round."""
    requirement = load('time-sync')
    found = examine(requirement, host, wants(requirement, **want)).observations
    assert all(one.source for one in found), 'every observation names its source'
    return {one.subject: one for one in found if one.when == half}


def test_a_clock_in_step(host):
    requirement = load('time-sync')
    finding = examine(requirement, tracking(host.files(CHRONY)), wants(requirement))
    assert (finding.now, finding.boot) == ('met', 'met'), finding.observations
    told = {(one.when, one.subject): (one.found, one.source) for one in finding.observations}
    assert told['now', 'time daemon'] == ('chrony runs', STOPPED)
    assert told['now', 'clock'] == ('synchronised with 192.168.0.1, stratum 3', 'chronyc -n -c tracking')
    assert told['now', 'offset'][0] == 'off by 0.012 ms, by at most 13 ms'
    assert told['now', 'last update'][0] == '35 s ago'
    assert told['now', 'kernel clock'] == ('error bound 10 ms', 'adjtimex(2)')
    assert told['boot', 'sources of chrony'] == ('2.centos.pool.ntp.org', CONF + ':2')
    assert host.asked == [CSV], 'one command on a stock host'


# How well it is kept

@pytest.mark.parametrize('offset, delay, met, advised, hint', [
    (0.099, 0.01, True, False, ''), (0.2, 0.01, False, True, 'slews'), (-0.2, 0.01, False, True, 'slews'),
    (0.0, 3.0, False, False, 'far away'), (2.0, 0.01, False, False, 'taken back'),
    (-7200, 0.01, False, False, 'taken back'),
])
def test_offset(host, offset, delay, met, advised, hint):
    one = seen(tracking(host.files(CHRONY), offset, delay))['offset']
    assert (one.met, one.advised) == (met, advised) and hint in one.hint


def test_limits_are_wanted_values(host):
    tracking(host.files(CHRONY), 0.2)
    assert seen(host, advised_offset='500ms')['offset'].met
    one = seen(host, required_offset='150ms')['offset']
    assert one.met is False and not one.advised


def test_a_step_is_planned_before_joining_only(host):
    tracking(host.files(CHRONY), 2.0)
    assert seen(host)['offset'].fix == (Run(('chronyc', 'makestep'), (), 'disruptive'),)
    one = seen(host.files(NODE))['offset']
    assert one.fix == () and '/etc/kubernetes/kubelet.conf' in one.hint and 'never stepped' in one.hint


@pytest.mark.parametrize('age, interval, met', [(35, 64, True), (3600, 64, True), (7300, 64, False), (7300, 4096, True),
                                                (-5, 64, True)])
def test_a_stale_update(host, age, interval, met):
    assert seen(tracking(host.files(CHRONY), age=age, interval=interval))['last update'].met is met


def test_not_synchronised(host):
    host.files(CHRONY).answers[CSV] = Answer(0, UNSYNCHRONISED, '')
    found = seen(host)
    assert found['clock'].met is False and 'UDP port 123' in found['clock'].hint and 'offset' not in found


def test_its_own_clock_is_told(host):
    host.files(CHRONY).answers[CSV] = Answer(0, LOCAL, '')
    found = seen(host)
    assert (found['clock'].met, found['clock'].advised) == (False, True) and 'last update' not in found


@pytest.mark.parametrize('answer', [Answer(1, '506 Cannot talk to daemon\n', ''), Answer(0, 'x', ''),
                                    CannotTell('chronyc did not answer within 5 s', 'chronyc')])
def test_no_good_answer_is_unknown(host, answer):
    host.files(CHRONY).answers[CSV] = answer
    found = seen(host)
    assert found['clock'].met is None and found['kernel clock'].met, 'the rest is told all the same'


def test_sta_unsync_alone_decides_nothing(host):
    host.timex = Clock(5, 0x40, 0.0, 0.01, 0.001)        # chronyd without rtcsync
    requirement = load('time-sync')
    assert examine(requirement, tracking(host.files(CHRONY)), wants(requirement)).now == 'met'


def test_a_clock_that_nobody_keeps(host):
    host.timex = Clock(0, 0, 0.0, 16.0, 16.0)            # STA_UNSYNC is not set yet, or was taken away
    assert seen(tracking(host.files(CHRONY)))['kernel clock'].met is False


def test_a_kernel_that_does_not_tell(host):
    host.timex = CannotTell('operation not permitted', 'adjtimex(2)')
    found = seen(tracking(host.files(CHRONY)))
    assert found['kernel clock'].met is None and found['clock'].met


def test_ntpd(host):
    host.files(dict(SYSTEMD, **dict(with_unit('ntpd.service'), **{'/etc/ntp.conf': 'server a\n'})))
    host.answers[RV] = Answer(0, NTPQ, '')
    host.now_is = 1700000060.0
    found = seen(host)
    assert all(one.met for one in found.values()), found
    assert found['clock'].found == 'synchronised with 192.168.0.1, stratum 3' and host.asked == [RV]
    assert seen(host, 'boot')['sources of ntpd'].source == '/etc/ntp.conf:1'


def test_ntpd_is_never_stepped(host):
    host.files(dict(SYSTEMD, **with_unit('ntpd.service')))
    host.answers[RV] = Answer(0, NTPQ.replace('offset=-1.542', 'offset=-2500.0'), '')
    one = seen(host)['offset']
    assert one.met is False and one.fix == () and one.found.startswith('off by 2.5 s')


def test_timesyncd(host):
    host.files(dict(SYSTEMD, **dict(with_unit('systemd-timesyncd.service'), **{SYNCHRONIZED: ''})))
    os.utime(host.root + SYNCHRONIZED, (host.now_is, host.now_is - 60))
    found = seen(host)
    assert all(one.met for one in found.values()) and found['last update'].found == '60 s ago' and host.asked == []
    host.files({SYNCHRONIZED: None})
    assert seen(host)['clock'].found == 'not synchronised'


def test_phc2sys_is_judged_by_the_kernel(host):
    found = seen(host.files(dict(SYSTEMD, **with_unit('phc2sys.service'))))
    assert sorted(found) == ['kernel clock', 'time daemon'] and all(one.met for one in found.values())


# Who keeps it

def test_nobody(host):
    host.timex = Clock(5, 0x40, 0.0, 16.0, 16.0)
    host.files(dict(SYSTEMD, **{'/etc/yum.repos.d/base.repo': '[b]\nbaseurl=https://mirror.example/\n'}))
    one = seen(host)['time daemon']
    assert one.found == 'none runs' and [change.argv for change in one.fix] == [
        ('dnf', '-y', 'install', 'chrony'), ('systemctl', 'enable', '--now', 'chronyd.service')]


def test_a_hypervisor_is_no_daemon(host):
    host.files(dict(SYSTEMD, **{'/sys/devices/system/clocksource/clocksource0/current_clocksource': 'kvm-clock\n'}))
    one = seen(host)['time daemon']
    assert one.met is False and 'kvm-clock' in one.found


def test_a_stopped_daemon_is_started_which_on_a_node_is_disruptive(host):
    host.files(dict(CHRONY, **{STOPPED: None}))
    (start,) = seen(host)['time daemon'].fix
    assert (start.argv, start.risk) == (('systemctl', 'enable', '--now', 'chronyd.service'), 'harmless')
    one = seen(host.files(NODE))['time daemon']
    assert [change.risk for change in one.fix] == ['disruptive'] and '--force-live' in one.hint


def test_dead_repositories_are_their_own_reason(host):
    host.files(dict(SYSTEMD, **{'/etc/os-release': EL7, '/etc/yum.repos.d/CentOS-Base.repo':
                                '[base]\nmirrorlist=http://mirrorlist.centos.org/?release=7\n'}))
    one = seen(host)['time daemon']
    assert one.fix == () and 'end of life' in one.hint


def test_two_that_run_are_told(host):
    tracking(host.files(dict(CHRONY, **with_unit('ntpd.service'))))
    found = seen(host)
    assert found['time daemon'].found == 'chrony and ntpd run side by side' and not found['time daemon'].fix
    assert found['clock'].met


def test_one_outside_of_its_unit(host):
    host.files(dict(CHRONY, **{STOPPED: None, '/proc/1/comm': 'systemd\n', '/proc/8/comm': 'chronyd\n'}))
    one = seen(host)['time daemon']
    assert 'process chronyd does, outside of any unit' in one.found and one.source == '/proc/8/comm' and not one.fix


def test_in_a_container_nothing_is_fixed(host):
    host.files(dict(CHRONY, **{STOPPED: None, '/run/systemd/container': 'lxc'}))
    one = seen(host)['time daemon']
    assert one.met is False and one.fix == () and 'lxc' in one.hint


# The next boot

@pytest.mark.parametrize('extra, argv', [({}, ('systemctl', 'enable', 'chronyd.service')),
                                         ({STOPPED: None}, ('systemctl', 'enable', '--now', 'chronyd.service')),
                                         (dict(NODE, **{STOPPED: None}), ('systemctl', 'enable', 'chronyd.service'))])
def test_none_is_enabled(host, extra, argv):
    tracking(host.files(dict(CHRONY, **dict({ETC + 'multi-user.target.wants/chronyd.service': None}, **extra))))
    one = seen(host, 'boot')['time daemon']
    assert one.found == 'none' and [change.argv for change in one.fix] == [argv]


def test_a_running_ntpd_is_enabled_rather_than_chrony(host):
    host.files(dict(SYSTEMD, **dict(with_unit('ntpd.service', starts=False), **{LIB + 'chronyd.service': UNIT})))
    host.answers[RV] = Answer(0, NTPQ, '')
    (enable,) = seen(host, 'boot')['time daemon'].fix
    assert enable.argv == ('systemctl', 'enable', 'ntpd.service')


def test_ntpdate_is_no_daemon(host):
    one = seen(host.files(dict(SYSTEMD, **with_unit('ntpdate.service'))), 'boot')['time daemon']
    assert one.met is False and 'ntpdate' in one.found


def test_of_two_that_start_the_idle_one_is_disabled(host):
    tracking(host.files(dict(CHRONY, **with_unit('ntpd.service', runs=False))))
    one = seen(host, 'boot')['time daemon']
    assert one.found == 'chrony and ntpd start at boot' and one.met is False
    assert one.fix == (Run(('systemctl', 'disable', 'ntpd.service'), ('systemctl', 'enable', 'ntpd.service')),)


def test_of_two_that_run_none_is_disabled(host):
    tracking(host.files(dict(CHRONY, **with_unit('ntpd.service'))))
    one = seen(host, 'boot')['time daemon']
    assert one.fix == () and one.hint == 'keep one, and disable the rest'


def test_an_image(image):
    files = dict(with_unit('chronyd.service', runs=False), **{path: text for path, text in SYSTEMD.items()
                                                            if not path.startswith(('/run', '/proc', '/sys'))})
    image.files(files).files(with_unit('ntpd.service', runs=False)).files({CONF: EL9, '/etc/ntp.conf': 'server a\n'})
    requirement = load('time-sync')
    finding = examine(requirement, image, wants(requirement))
    assert (finding.now, finding.boot) == ('not-applicable', 'drifted') and image.asked == []
    disable = ('systemctl', f'--root={image.root}', 'disable', 'ntpd.service')
    assert seen(image, 'boot')['time daemon'].fix[0].argv == disable


@pytest.mark.parametrize('text, more, met, advised', [
    ('rtcsync\n', {}, False, False), ('local stratum 10\n', {}, False, True), ('server a\nlocal\n', {}, True, False),
    ('sourcedir /run/chrony-dhcp\n', {}, False, False),
    ('sourcedir /run/chrony-dhcp\n', {'/run/chrony-dhcp/e.sources': 'server d\n'}, True, False),
    ('rtcsync\n', {'/var/lib/dhclient/chrony.servers.eth0': '10.0.0.1 iburst\n'}, True, False),       # EL7, EL8
])
def test_sources(host, text, more, met, advised):
    one = seen(tracking(host.files(dict(CHRONY, **dict(more, **{CONF: text})))), 'boot')['sources of chrony']
    assert (one.met, one.advised) == (met, advised)


def test_what_dhcp_will_bring_an_image_is_unknown(image):
    files = {path: text for path, text in CHRONY.items() if not path.startswith(('/run', '/proc', '/sys'))}
    image.files(dict(files, **{CONF: 'sourcedir /run/chrony-dhcp\n'}))
    assert seen(image, 'boot')['sources of chrony'].met is None


def test_a_chronyd_that_leaves_the_clock_alone(host):
    tracking(host.files(dict(CHRONY, **{LIB + 'chronyd.service': UNIT.replace('/x', '/usr/sbin/chronyd -x')})))
    one = seen(host, 'boot')['chronyd -x']
    assert one.met is False and one.source == LIB + 'chronyd.service:2'


def test_an_unreadable_configuration_is_unknown(host):
    tracking(host.files(CHRONY)).denied.add(CONF)
    found = seen(host, 'boot', servers=['a'])
    assert found['sources of chrony'].met is None and found['a'].met is None and found['time daemon'].met


# Wanted servers

def test_wanted_servers(host):
    tracking(host.files(dict(CHRONY, **{CONF: 'server NTP1.example.com. iburst\n'})))
    found = seen(host, 'boot', servers=['ntp1.example.com', 'ntp2.example.com'])
    assert found['ntp1.example.com'].met and found['ntp1.example.com'].source == CONF + ':1'
    write, restart = found['ntp2.example.com'].fix
    assert write.text.endswith('server ntp2.example.com iburst\n# nodeprep: servers end\n') and write.was
    assert restart.argv == ('systemctl', 'restart', 'chronyd.service')


def test_wanted_servers_on_debian(host):
    host.files(dict(SYSTEMD, **dict(with_unit('chrony.service'), **{'/etc/chrony/chrony.conf': DEBIAN})))
    write, reload = seen(tracking(host), 'boot', servers=['n'])['n'].fix
    assert write == Write('/etc/chrony/sources.d/nodeprep.sources', 'server n iburst\n', was=None)
    assert reload.argv == ('chronyc', 'reload', 'sources')


def test_wanted_servers_of_another_daemon_are_unknown(host):
    host.files(dict(SYSTEMD, **dict(with_unit('ntpd.service'), **{'/etc/ntp.conf': 'server a\n'})))
    host.answers[RV] = Answer(0, NTPQ, '')
    assert seen(host, 'boot', servers=['n'])['n'].met is None


def test_wanted_servers_are_written_before_chronyd_starts(host):
    host.files(dict(SYSTEMD, **dict(with_unit('chronyd.service', runs=False, starts=False), **{CONF: 'rtcsync\n'})))
    write, start = seen(host, servers=['n'])['time daemon'].fix
    assert write.path == CONF and 'server n iburst' in write.text
    assert start.argv == ('systemctl', 'enable', '--now', 'chronyd.service')
    boot = seen(host, 'boot', servers=['n'])
    assert boot['n'].fix == (write,) and boot['time daemon'].fix == (write, start), 'one plan, not two'


def test_wanted_servers_before_chrony_is_there(host):
    assert 'n' not in seen(host.files(SYSTEMD), 'boot', servers=['n'])


ANY = some.binary(max_size=60) | some.text('[]=#!\n Timeservrpoldcncfuxj/*.', max_size=80).map(str.encode)
FILES = [CONF, '/etc/chrony.d/a.conf', '/etc/ntp.conf', '/etc/systemd/timesyncd.conf', LIB + 'chronyd.service',
         LIB + 'ntpd.service', '/etc/openntpd/ntpd.conf', '/proc/cmdline']
EVERY = ['chronyd.service', 'ntpd.service', 'systemd-timesyncd.service', 'openntpd.service']


@settings(deadline=None, max_examples=150)
@given(some.dictionaries(some.sampled_from(FILES), ANY, min_size=1, max_size=3), some.sampled_from(EVERY), some.text())
def test_any_bytes_in_its_files_are_no_fault_and_never_hang(tmp_path_factory, files, runs, answer):
    host = FakeHost(str(tmp_path_factory.mktemp('any'))).files(SYSTEMD)
    for unit in EVERY:
        host.files(with_unit(unit, runs=unit == runs))
    host.files({CONF: EL9 + 'include /etc/chrony.d/*.conf\n', SYNCHRONIZED: ''}).files(files)
    host.answers = {CSV: Answer(0, answer, ''), RV: Answer(0, answer, '')}
    requirement = load('time-sync')
    found = examine(requirement, host, wants(requirement, servers=['n']))
    assert [one for one in found.observations if one.subject == 'nodeprep'] == []
    assert all(one.source for one in found.observations)


@pytest.mark.parametrize('good', [
    'ntp1.example.com', 'ntp1.example.com.', 'a', 'x_1.example', '192.0.2.1', 'fd00::1', 'fe80::1%eth0',
])
def test_a_time_server_is_a_host_name_or_an_address(good):
    assert load('time-sync').defaults['servers'].read([good]) == (good,)


@pytest.mark.parametrize('bad', [
    '', 'bad name!', 'a iburst', '10.0.0.300', '-a', 'a..b', 'a.' * 200, '[fd00::1]', 'a:123', 'a#',
])
def test_what_is_no_time_server_is_refused(bad):
    with pytest.raises(ValueError, match='is neither a host name nor an address'):
        load('time-sync').defaults['servers'].read([bad])
