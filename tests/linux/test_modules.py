"""Is a kernel module there, and could a kernel load it."""
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.linux import modules
from nodeprep.linux.modules import ABSENT, BUILT_IN, FILE, UNKNOWN, Shipped

R = '3.10.0-1160.el7.x86_64'
TREE = f'/lib/modules/{R}'


def test_doctests():
    assert doctest.testmod(modules).failed == 0


@pytest.mark.parametrize('files, name, source', [
    ({'/proc/sys/net/bridge/bridge-nf-call-iptables': '1\n'}, 'br_netfilter',
     '/proc/sys/net/bridge/bridge-nf-call-iptables'),
    ({'/proc/filesystems': 'nodev\tsysfs\nnodev\toverlay\n'}, 'overlay', '/proc/filesystems'),
    ({'/proc/filesystems': 'nodev\toverlayfs2\n', '/proc/modules': ''}, 'overlay', ''),
    ({'/proc/modules': 'xt_nat 1 0 - Live 0x0\nip_vs 145 2 - Live 0x0\n'}, 'ip-vs', '/proc/modules:2'),
    ({'/proc/modules': 'ip_vs_rr 145 2 - Live 0x0\n'}, 'ip_vs', ''),
    ({'/proc/modules': '', '/sys/module/ip_vs': {}}, 'ip_vs', '/sys/module/ip_vs'),
    ({'/proc/modules': '', TREE + '/modules.builtin': 'kernel/a.ko\nkernel/fs/ip-vs.ko\n'}, 'ip_vs',
     TREE + '/modules.builtin:2'),
    ({'/proc/modules': '', TREE + '/modules.dep': 'kernel/ip_vs.ko.xz:\n'}, 'ip_vs', ''),
])
def test_what_shows_that_a_module_is_there(host, files, name, source):
    host.files(files)
    assert modules.loaded(host, name) == source


@pytest.mark.parametrize('files, found', [
    ({'/modules.dep': 'kernel/net/bridge/br_netfilter.ko.xz: kernel/net/bridge/bridge.ko.xz\n'},
     Shipped(FILE, TREE + '/modules.dep:1')),
    ({'/modules.dep': 'kernel/a.ko:\nextra/br-netfilter.ko: \n'}, Shipped(FILE, TREE + '/modules.dep:2')),
    ({'/modules.dep': 'kernel/ebr_netfilter.ko:\nkernel/br_netfilter2.ko:\n'}, Shipped(ABSENT, TREE + '/modules.dep')),
    ({'/modules.dep': 'a.ko:\n', '/modules.builtin': 'kernel/br_netfilter.ko'},
     Shipped(BUILT_IN, TREE + '/modules.builtin:1')),
    ({'/modules.builtin': 'kernel/a.ko\nkernel/br_netfilter.ko\n'}, Shipped(BUILT_IN, TREE + '/modules.builtin:2')),
    ({}, Shipped(UNKNOWN, TREE + '/modules.dep')),
])
def test_how_a_kernel_comes_with_a_module(host, files, found):
    host.files({'/proc/modules': '', **{TREE + name: text for name, text in files.items()}})
    assert modules.shipped(host, 'br_netfilter', R) == found


@pytest.mark.parametrize('there', [True, False])
def test_a_kernel_without_module_support_has_what_it_has(host, there):
    host.files({'/proc/filesystems': 'nodev\toverlay\n' if there else 'nodev\tproc\n'})
    assert modules.shipped(host, 'overlay', R).kind == (BUILT_IN if there else ABSENT)


def test_another_kernel_s_missing_folder_is_unknown(host):
    host.files({'/proc/filesystems': 'nodev\toverlay\n'})
    assert modules.shipped(host, 'overlay', '5.0').kind == UNKNOWN


def test_loading_may_be_forbidden_until_the_next_boot(host):
    assert modules.locked(host) == ''
    host.files({'/proc/sys/kernel/modules_disabled': '1\n'})
    assert 'modules_disabled' in modules.locked(host)


@given(name=some.text(max_size=20), text=some.text(max_size=200))
def test_any_name_and_any_list_give_an_answer(tmp_path_factory, name, text):
    from tests.fakes import FakeHost
    host = FakeHost(str(tmp_path_factory.mktemp('any'))).files({TREE + '/modules.dep': text, '/proc/modules': ''})
    assert modules.shipped(host, name, R).kind in (FILE, ABSENT, UNKNOWN)


def test_without_proc_nothing_is_said_of_the_kernel(host):
    host.files({'/proc': {}})
    assert modules.shipped(host, 'overlay', host.kernel[2]).kind == modules.UNKNOWN
