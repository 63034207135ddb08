"""The value that boot would leave, release by release."""
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.linux import sysctlboot
from nodeprep.linux.sysctlboot import BRIDGE_4, IP_FORWARD, IPV6_ALL, IPV6_DEFAULT, left
from nodeprep.model import CannotTell
from tests.fakes import Link

CMDLINE = '/proc/cmdline'


def centos(host, major):
    return host.files({'/etc/os-release': f'ID=centos\nVERSION_ID={major}\n', '/lib': Link('usr/lib'),
                       CMDLINE: 'quiet\n'})


def forward(host):
    one = left(host)[IP_FORWARD]
    return one.value, one.source


def test_doctests():
    assert doctest.testmod(sysctlboot).failed == 0


def test_without_a_line_the_kernel_decides(host):
    centos(host, 9)
    found = left(host)
    assert (found[IP_FORWARD].value, found[BRIDGE_4].value, found[IPV6_ALL].value) == ('0', '1', '0')
    assert found[BRIDGE_4].note == 'the default of the kernel' and '/etc/sysctl.d' in found[BRIDGE_4].source


@pytest.mark.parametrize('major, value, source', [
    (7, '0', '/etc/sysctl.conf:2'),                # parsed by name, after every file
    (8, '1', '/etc/sysctl.d/k8s.conf:1'), (9, '1', '/etc/sysctl.d/k8s.conf:1'), (10, '1', '/etc/sysctl.d/k8s.conf:1')])
def test_sysctl_conf_comes_last_on_el7_and_as_99_sysctl_later(host, major, value, source):
    centos(host, major).files({'/etc/sysctl.conf': '# mine\nnet.ipv4.ip_forward = 0\n',
                               '/etc/sysctl.d/k8s.conf': 'net.ipv4.ip_forward = 1\n',
                               '/etc/sysctl.d/99-sysctl.conf': Link('../sysctl.conf')})
    assert forward(host) == (value, source)


@pytest.mark.parametrize('major, value', [(7, '1'), (8, '0'), (9, '0'), (10, '0')])
def test_without_the_link_sysctl_conf_is_not_read_from_el8_on(host, major, value):
    centos(host, major).files({'/etc/sysctl.conf': 'net.ipv4.ip_forward = 1\n'})
    assert forward(host)[0] == value


def test_the_source_is_the_file_behind_the_link(host):
    centos(host, 9).files({'/etc/sysctl.conf': 'net.ipv4.ip_forward = 1\n',
                           '/etc/sysctl.d/99-sysctl.conf': Link('../sysctl.conf')})
    assert forward(host) == ('1', '/etc/sysctl.conf:1')


@pytest.mark.parametrize('major, value', [(7, '0'), (8, '1'), (9, '1'), (10, '1')])
def test_the_dash_is_known_from_el8_on(host, major, value):
    centos(host, major).files({'/etc/sysctl.d/a.conf': '-net.ipv4.ip_forward = 1\n'})
    assert forward(host)[0] == value


@pytest.mark.parametrize('major, value', [(7, '0'), (8, '0'), (9, '1'), (10, '1')])
def test_globs_are_known_from_el9_on(host, major, value):
    centos(host, major).files({'/etc/sysctl.d/a.conf': 'net.ipv4.ip_forw* = 1\n'})
    assert forward(host)[0] == value


def test_digits_sort_before_letters(host):
    centos(host, 9).files({'/etc/sysctl.d/99-late.conf': 'net.ipv4.ip_forward = 0\n',
                           '/usr/lib/sysctl.d/docker.conf': 'net.ipv4.ip_forward = 1\n'})
    assert forward(host) == ('1', '/usr/lib/sysctl.d/docker.conf:1')


def test_centos_7_ships_bridge_values_of_0(host):
    path = '/usr/lib/sysctl.d/00-system.conf'
    centos(host, 7).files({path: '# bridges\nnet.bridge.bridge-nf-call-iptables = 0\n'})
    assert left(host)[BRIDGE_4][:2] == ('0', path + ':2')


@pytest.mark.parametrize('text, value', [
    ('net.ipv4.ip_forward=1\nnet.ipv4.conf.all.forwarding=0\n', '0'),
    ('net.ipv4.conf.all.forwarding=0\nnet.ipv4.ip_forward=1\n', '1'),
    ('net.ipv4.ip_forward=1\nnet.ipv4.conf.all.forwarding=0\nnet.ipv4.ip_forward=1\n', '0'),   # stays where it was
    ('net.ipv4.ip_forward=1\nnet.ipv4.ip_forward=yes\n', '0'),        # only the last is written
    ('net.ipv4.ip_forward=1\nnet.ipv4.conf.*.forwarding=0\n', '0'),
])
def test_two_names_of_one_variable(host, text, value):
    centos(host, 9).files({'/etc/sysctl.d/a.conf': text})
    assert forward(host)[0] == value


def test_a_value_that_the_kernel_refuses_is_named(host):
    centos(host, 8).files({'/etc/sysctl.d/a.conf': 'net.ipv4.ip_forward = on\n'})
    one = left(host)[IP_FORWARD]
    assert (one.value, one.source, one.note) == ('0', '/etc/sysctl.d/a.conf:1', "the kernel refuses 'on'")


def test_what_takes_a_key_out_is_named(host):
    centos(host, 9).files({'/etc/sysctl.d/a.conf': 'net.ipv4.ip_forward=1\n',
                           '/etc/sysctl.d/b.conf': '\n-net.ipv4.ip_forward\n'})
    one = left(host)[IP_FORWARD]
    assert (one.value, one.source, one.note) == ('0', '/etc/sysctl.d/b.conf:2', 'a line without a value takes it out')


@pytest.mark.parametrize('major, default', [(8, '0'), (9, '1')])
def test_ipv6_all_sets_default_too_but_from_el9_on_only_when_it_changes(host, major, default):
    text = 'net.ipv6.conf.default.forwarding=1\nnet.ipv6.conf.all.forwarding=0\n'
    centos(host, major).files({'/etc/sysctl.d/a.conf': text})
    assert left(host)[IPV6_DEFAULT].value == default


@pytest.mark.parametrize('kernel, value', [('4.18.0-553.el8.x86_64', '0'), ('5.14.0-427.el9.x86_64', '1')])
def test_kernel_arguments_set_sysctls_since_5_8(host, kernel, value):
    centos(host, 9).files({CMDLINE: 'quiet sysctl.net.ipv4.ip_forward=1\n'})
    host.kernel = ('Linux', 'n', kernel, '#1', 'x86_64')
    assert forward(host)[0] == value


def test_a_file_wins_over_a_kernel_argument(host):
    centos(host, 9).files({CMDLINE: 'sysctl.net.ipv4.ip_forward=1\n',
                           '/etc/sysctl.d/a.conf': 'net.ipv4.ip_forward=0\n'})
    host.kernel = ('Linux', 'n', '5.14.0-1.el9.x86_64', '#1', 'x86_64')
    assert forward(host) == ('0', '/etc/sysctl.d/a.conf:1')


def test_a_masked_unit_applies_nothing(host):
    mask = '/etc/systemd/system/systemd-sysctl.service'
    centos(host, 9).files({'/etc/sysctl.d/a.conf': 'net.ipv4.ip_forward=1\n', mask: Link('/dev/null'),
                           '/usr/lib/systemd/system/systemd-sysctl.service': '[Service]\n'})
    one = left(host)[IP_FORWARD]
    assert (one.value, one.source) == ('0', mask)
    assert 'masked' in one.note


def test_an_unknown_systemd_or_an_unreadable_file_cannot_be_told(host):
    host.files({'/etc/os-release': 'ID=gentoo\nVERSION_ID=1\n', CMDLINE: ''})
    with pytest.raises(CannotTell):
        left(host)
    centos(host, 9).files({'/etc/sysctl.d/a.conf': ''})
    host.denied.add('/etc/sysctl.d/a.conf')
    with pytest.raises(CannotTell):
        left(host)


def test_an_image_is_told_from_its_files(image):
    centos(image, 9).files({CMDLINE: None, '/etc/sysctl.d/a.conf': 'net.ipv4.ip_forward=1\n'})
    assert forward(image) == ('1', '/etc/sysctl.d/a.conf:1')


@pytest.mark.parametrize('text, number', [
    ('1', 1), ('0', 0), ('-1', -1), ('010', 8), ('0x10', 16), ('1 2', 1), ('\t1', 1), ('2147483647', 2**31 - 1),
    ('2147483648', None), ('-2147483648', -2**31), ('-2147483649', None), ('+1', None), ('1,2', None), ('1;', None),
    ('08', None), ('0x', None), ('- 1', None), ('1' * 40, None), ('\u0661', None)])
def test_numbers_are_as_the_kernel_takes_them(text, number):
    assert sysctlboot.as_number(text) == number


@given(some.text(max_size=60))
def test_any_text_is_a_number_of_the_kernel_or_is_refused(text):
    number = sysctlboot.as_number(text)
    assert number is None or -2**31 <= number < 2**31
