"""Kernel modules, now and at boot."""
import pytest

from nodeprep import catalogue, engine
from nodeprep.model import Run, Write
from tests.conftest import wants
from tests.fakes import Link

MODULES = catalogue.load('kernel-modules')
R = '5.14.0-427.el9.x86_64'
LOADS = '/etc/modules-load.d/nodeprep.conf'


def centos(host, files=None, major=9):
    host.kernel = ('Linux', 'node', R, '#1', 'x86_64')
    return host.files({'/etc/os-release': f'ID="centos"\nVERSION_ID="{major}"\n', '/lib': Link('usr/lib'),
                       '/proc/cmdline': 'quiet\n', '/proc/modules': '', '/proc/filesystems': 'nodev\tproc\n',
                       f'/usr/lib/modules/{R}/modules.dep': 'kernel/fs/overlay.ko.xz:\nkernel/ip_vs.ko.xz:\n',
                       **(files or {})})


def look(host, **changed):
    return engine.examine(MODULES, host, wants(MODULES, **changed))


def test_loaded_and_listed(host):
    finding = look(centos(host, {'/proc/filesystems': 'nodev\toverlay\n', '/etc/modules-load.d/k8s.conf': 'overlay\n'}))
    assert [(one.met, one.source) for one in finding.observations] == [
        (True, '/proc/filesystems'), (True, '/etc/modules-load.d/k8s.conf:1')]


def test_a_fresh_host_gets_modprobe_and_a_line_for_the_boot(host):
    now, boot = look(centos(host)).observations
    assert now.fix == (Run(('modprobe', 'overlay'), ('modprobe', '-r', 'overlay')),)
    assert boot.fix[0]._replace(text='') == Write(LOADS, '') and boot.fix[0].text.endswith('\noverlay\n')
    host.files({LOADS: boot.fix[0].text})
    assert look(host).boot == 'met'


def test_more_modules_can_be_wanted_and_one_that_is_unknown_hides_no_other(host):
    files = {'/etc/modprobe.d/a.conf': 'install ip_vs /usr/local/bin/guard\n', '/etc/modules-load.d/a.conf': 'ip_vs\n',
             '/proc/modules': 'ip_vs 1 0 - Live 0x0\n'}
    finding = look(centos(host, files), modules=['ip_vs', 'overlay'])
    assert [(one.when, one.subject, one.met) for one in finding.observations] == [
        ('now', 'ip_vs', True), ('now', 'overlay', False), ('boot', 'ip_vs', None), ('boot', 'overlay', False)]


@pytest.mark.parametrize('line, met', [
    ('ExecStartPre=-/sbin/modprobe overlay', True), ('ExecStartPre=/usr/sbin/modprobe -a br_netfilter overlay', True),
    ('#ExecStartPre=-/sbin/modprobe overlay', False), ('ExecStartPre=/bin/echo modprobe overlay', False)])
def test_a_runtime_that_is_enabled_may_load_it(host, line, met):
    unit = '/usr/lib/systemd/system/containerd.service'
    centos(host, {unit: f'[Service]\n{line}\nExecStart=/usr/bin/containerd\n',
                  '/usr/lib/systemd/system/multi-user.target': '[Unit]\n',
                  '/etc/systemd/system/default.target': Link('/usr/lib/systemd/system/multi-user.target'),
                  '/etc/systemd/system/multi-user.target.wants/containerd.service': Link(unit)})
    boot = look(host).observations[1]
    assert boot.met is met
    assert boot.source == f'{unit}:2' or not met


def test_a_runtime_that_is_not_enabled_loads_nothing(host):
    centos(host, {'/usr/lib/systemd/system/containerd.service': '[Service]\nExecStartPre=-/sbin/modprobe overlay\n',
                  '/usr/lib/systemd/system/default.target': '[Unit]\n'})
    assert look(host).boot == 'drifted'


def test_a_runtime_of_which_nobody_knows_whether_it_starts_leaves_it_open(host):
    centos(host, {'/usr/lib/systemd/system/containerd.service': '[Service]\nExecStartPre=-/sbin/modprobe overlay\n',
                  '/usr/lib/systemd/system/default.target': '[Unit]\n'})
    host.denied = {'/usr/lib/systemd/system/default.target'}
    assert look(host).boot == 'unknown'


def test_a_script_of_el7_is_told_and_not_counted_on(host):
    script = {'/etc/sysconfig/modules/k8s.modules': '#!/bin/sh\nmodprobe overlay\n'}
    boot = look(centos(host, script, major=7)).observations[1]
    assert boot.met is False and '/etc/sysconfig/modules/k8s.modules' in boot.hint


def test_loading_that_is_switched_off_until_the_next_boot(host):
    now = look(centos(host, {'/proc/sys/kernel/modules_disabled': '1\n'})).observations[0]
    assert now.fix == () and 'modules_disabled' in now.hint


def test_a_link_in_the_place_of_our_file_is_left_to_a_person(host):
    boot = look(centos(host, {LOADS: Link('/dev/null')})).observations[1]
    assert boot.fix == () and LOADS in boot.hint


def test_proc_that_may_not_be_read_is_unknown(host):
    centos(host)
    host.denied.add('/proc/modules')
    finding = look(host)
    assert finding.now == 'unknown' and finding.observations[0].source == '/proc/modules'


def test_no_modules_wanted_does_not_apply(host):
    assert look(centos(host), modules=[]).state == 'not-applicable'


def test_an_image(image):
    image.files({'/etc/os-release': 'ID=centos\nVERSION_ID=9\n',
                 f'/lib/modules/{R}/modules.dep': 'kernel/overlay.ko:\n'})
    finding = look(image)
    assert (finding.now, finding.boot) == ('not-applicable', 'drifted')
    image.files({change.path: change.text for change in finding.observations[0].fix})
    assert look(image).boot == 'met'
