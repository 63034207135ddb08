"""Which modules a boot loads before it applies sysctl.d."""
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.linux import modulesload
from nodeprep.linux.modulesload import OURS, at_boot
from nodeprep.model import CannotTell
from tests.fakes import Link

R = '3.10.0-1160.el7.x86_64'
TREE = f'/lib/modules/{R}'


def centos(host, major, files=None):
    return host.files({'/etc/os-release': f'ID=centos\nVERSION_ID={major}\n', '/proc/cmdline': 'quiet\n',
                       '/proc/modules': '', TREE + '/modules.dep': 'kernel/br_netfilter.ko:\nkernel/overlay.ko:\n',
                       **(files or {})})


def test_doctests():
    assert doctest.testmod(modulesload).failed == 0


@pytest.mark.parametrize('text, there', [
    ('br_netfilter\n', True), (' br-netfilter \r\n', True), ('# br_netfilter\n', False), ('; br_netfilter\n', False),
    ('br_netfilter overlay\n', False),              # a line is one name
    ('overlay\nbr_netfilter', True), ('br_netfilter # bridges\n', False)])
def test_a_line_is_one_name(host, text, there):
    centos(host, 9, {'/etc/modules-load.d/k8s.conf': text})
    assert at_boot(host, 'br_netfilter').there is there


def test_the_line_is_the_source_and_without_one_the_folders_are(host):
    centos(host, 9, {'/usr/lib/modules-load.d/k8s.conf': '# pods\nbr_netfilter\n'})
    assert at_boot(host, 'br_netfilter').source == '/usr/lib/modules-load.d/k8s.conf:2'
    assert '/etc/modules-load.d' in at_boot(host, 'overlay').source


@pytest.mark.parametrize('major, argument, there', [
    (7, 'modules-load=a,br_netfilter', True), (7, 'rd.modules-load=br_netfilter', True),
    (7, 'modules_load=br_netfilter', False), (8, 'modules_load=br_netfilter', True),
    (8, 'modules-load=br_netfilter', True), (9, 'modules_load=br_netfilter', True),
    (10, 'modules_load=br_netfilter', True), (9, 'rd.modules_load=br_netfilter', False)])
def test_the_kernel_argument_has_another_name_on_el7(host, major, argument, there):
    centos(host, major, {'/proc/cmdline': f'quiet {argument}\n'})
    assert at_boot(host, 'br_netfilter').there is there


def test_a_mask_hides_the_file_of_a_package(host):
    centos(host, 9, {'/usr/lib/modules-load.d/a.conf': 'br_netfilter\n',
                     '/etc/modules-load.d/a.conf': Link('/dev/null')})
    assert at_boot(host, 'br_netfilter').there is False


@pytest.mark.parametrize('rule', ['blacklist br_netfilter', 'install br_netfilter /bin/true'])
def test_a_rule_of_modprobe_d_stops_what_is_listed(host, rule):
    centos(host, 9, {'/etc/modules-load.d/a.conf': 'br_netfilter\n', '/etc/modprobe.d/cis.conf': rule + '\n'})
    state = at_boot(host, 'br_netfilter')
    assert (state.there, state.source) == (False, '/etc/modprobe.d/cis.conf:1') and rule in state.why


def test_a_module_that_the_kernel_does_not_have_is_not_loaded(host):
    centos(host, 10, {'/etc/modules-load.d/a.conf': 'br_netfilter\n', TREE + '/modules.dep': 'kernel/fs/overlay.ko:\n'})
    state = at_boot(host, 'br_netfilter')
    assert not state.there and R in state.why and state.source == TREE + '/modules.dep'


def test_what_is_built_in_needs_no_line(host):
    centos(host, 9, {TREE + '/modules.builtin': 'kernel/br_netfilter.ko\n'})
    assert at_boot(host, 'br_netfilter').there


def test_a_masked_unit_loads_nothing(host):
    mask = '/etc/systemd/system/systemd-modules-load.service'
    centos(host, 9, {'/etc/modules-load.d/a.conf': 'br_netfilter\n', mask: Link('/dev/null')})
    assert at_boot(host, 'br_netfilter')[:2] == (False, mask)


def test_an_image_without_a_kernel_cannot_be_told_unless_nothing_names_the_module(image):
    image.files({'/etc/os-release': 'ID=centos\nVERSION_ID=9\n'})
    assert at_boot(image, 'br_netfilter').there is False
    image.files({'/etc/modules-load.d/a.conf': 'br_netfilter\n'})
    with pytest.raises(CannotTell):
        at_boot(image, 'br_netfilter')


def test_the_plan_keeps_what_is_in_our_file(host):
    centos(host, 9, {OURS: '# ours\noverlay'})
    change, = modulesload.plan(host, 'br-netfilter')
    assert (change.path, change.was, change.text) == (OURS, '# ours\noverlay', '# ours\noverlay\nbr_netfilter\n')
    assert at_boot(host.files({OURS: change.text}), 'br_netfilter').there


def test_a_file_of_ours_that_is_a_link_is_not_written(host):
    assert modulesload.plan(centos(host, 9, {OURS: Link('/dev/null')}), 'br_netfilter') == ()


@given(some.binary(max_size=200), some.sampled_from([219, 239, 252]))
def test_any_bytes_are_read(data, systemd):
    text = data.decode('utf-8', 'surrogateescape')
    assert all(name and 1 <= number <= text.count('\n') + 1 for name, number in modulesload.parse(text, systemd))
