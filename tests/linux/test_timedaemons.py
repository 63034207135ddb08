"""Which time daemons run, and which the next boot would start, on each release."""
import pytest

from nodeprep.linux.timedaemons import CHRONY, enabled, hypervisor, installed, running
from nodeprep.model import CannotTell
from tests.fakes import Link

LIB, ETC = '/usr/lib/systemd/system/', '/etc/systemd/system/'
UNIT = '[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n'
SYSTEMD = {'/etc/os-release': 'ID=centos\nVERSION_ID=9\n', '/run/systemd/system': {}, '/proc/cmdline': 'quiet\n',
           '/sys/fs/cgroup/cgroup.controllers': 'cpu\n', ETC + 'default.target': Link(LIB + 'multi-user.target'),
           LIB + 'multi-user.target': '[Unit]\n'}


def with_unit(name, runs=True, starts=True):
    files = {LIB + name: UNIT}
    if runs:
        files[f'/sys/fs/cgroup/system.slice/{name}/cgroup.procs'] = '7\n'
    if starts:
        files[f'{ETC}multi-user.target.wants/{name}'] = Link(LIB + name)
    return files


@pytest.mark.parametrize('unit, daemon', [
    ('chronyd.service', 'chrony'), ('ntpd.service', 'ntpd'), ('systemd-timesyncd.service', 'systemd-timesyncd'),
    ('phc2sys.service', 'phc2sys'), ('timemaster.service', 'timemaster'), ('openntpd.service', 'openntpd'),
    ('chrony.service', 'chrony'), ('ntpsec.service', 'ntpd'),
])
def test_by_their_units(host, unit, daemon):
    host.files(dict(SYSTEMD, **with_unit(unit)))
    assert [(one.daemon.name, one.unit) for one in running(host)] == [(daemon, unit)]
    (one,) = enabled(host)
    assert (one.daemon.name, one.source) == (daemon, f'{ETC}multi-user.target.wants/{unit}')


def test_debian_knows_chrony_by_two_names_and_it_counts_once(host):
    host.files(dict(SYSTEMD, **with_unit('chrony.service'))).files({
        ETC + 'chronyd.service': Link(LIB + 'chrony.service')})
    assert installed(host, CHRONY) == ['chrony.service']
    assert len(running(host)) == len(enabled(host)) == 1


def test_two_of_them(host):
    host.files(dict(SYSTEMD, **with_unit('chronyd.service', starts=False))).files(with_unit('ntpd.service', runs=False))
    assert [one.daemon.name for one in running(host)] == ['chrony']
    assert [one.daemon.name for one in enabled(host)] == ['ntpd']


def test_ptp4l_alone_keeps_the_clock_of_a_network_card(host):
    host.files(dict(SYSTEMD, **with_unit('ptp4l.service')))
    assert running(host) == [] and enabled(host) == []


def test_without_systemd_by_their_processes(host):
    host.files({'/etc/os-release': 'ID=debian\nVERSION_ID=12\n', '/proc/1/comm': 'init\n', '/proc/9/comm': 'chronyd\n',
                '/proc/10/comm': 'chronyd\n', '/proc/11/comm': 'systemd-timesyn\n',
                '/proc/11/cmdline': '/usr/lib/systemd/systemd-timesyncd\0'})
    assert [(one.daemon.name, one.source) for one in running(host)] == [
        ('chrony', '/proc/9/comm'), ('systemd-timesyncd', '/proc/11/comm')]


def test_neither_units_nor_processes(host):
    with pytest.raises(CannotTell):
        running(host.files({'/etc/os-release': 'ID=centos\nVERSION_ID=9\n'}))


@pytest.mark.parametrize('source, said', [('kvm-clock\n', 'kvm-clock'), ('tsc\n', ''),
                                          ('hyperv_clocksource_tsc_page\n', 'hyperv_clocksource_tsc_page')])
def test_hypervisor(host, source, said):
    host.files({'/sys/devices/system/clocksource/clocksource0/current_clocksource': source})
    assert hypervisor(host) == said
