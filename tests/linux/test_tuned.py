"""What tuned would set after systemd-sysctl."""
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.linux import tuned


def test_doctests():
    assert doctest.testmod(tuned).failed == 0


def test_the_including_profile_wins_over_what_it_includes(host):
    host.files({'/etc/tuned/active_profile': 'mine\n',
                '/etc/tuned/mine/tuned.conf': '[main]\ninclude=throughput\n[sysctl]\nnet.ipv4.ip_forward=0\n',
                '/usr/lib/tuned/throughput/tuned.conf': '[sysctl]\nnet.ipv4.ip_forward=1\nvm.swappiness=10\n'})
    found = tuned.settings(host)
    assert found['net/ipv4/ip_forward'] == ('0', '/etc/tuned/mine/tuned.conf:4', 'mine')
    assert found['vm/swappiness'].source == '/usr/lib/tuned/throughput/tuned.conf:3'


def test_a_profile_of_the_administrator_hides_the_package_s(host):
    host.files({'/etc/tuned/active_profile': 'a', '/etc/tuned/a/tuned.conf': '[sysctl]\nx=1\n',
                '/usr/lib/tuned/a/tuned.conf': '[sysctl]\nx=2\n'})
    assert tuned.settings(host)['x'].value == '1'


def test_no_tuned_and_profiles_that_include_each_other_give_an_answer(host):
    assert tuned.settings(host) == {}
    host.files({'/etc/tuned/active_profile': 'a ../b', '/etc/tuned/a/tuned.conf': '[main]\ninclude=a\n[sysctl]\nx=1\n'})
    assert list(tuned.settings(host)) == ['x']


@pytest.mark.parametrize('text, again', [('', True), ('reapply_sysctl = 1\n', True), ('reapply_sysctl=0\n', False),
                                         ('# reapply_sysctl = 0\n', True), ('reapply_sysctl = false\n', False)])
def test_the_files_are_applied_again_unless_that_is_switched_off(host, text, again):
    host.files({'/etc/tuned/tuned-main.conf': text})
    assert tuned.reapplies(host) is again


@given(some.text(max_size=300))
def test_any_text_is_read(text):
    included, found = tuned.parse('[sysctl]\n' + text)
    assert all(isinstance(value, str) and line > 1 for value, line in found.values()) and isinstance(included, list)
