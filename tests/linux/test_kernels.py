"""Kernels that Kubernetes accepts, that are installed, and how they were built."""
import gzip

import pytest

from nodeprep.linux import kernels, versions
from nodeprep.model import CannotTell

CONFIG = '#\n# Automatically generated file; DO NOT EDIT.\n' + ''.join(
    f'CONFIG_{group[0]}={"ym"[index % 2]}\n' for index, group in enumerate(kernels.REQUIRED + kernels.REQUIRED_V2))


@pytest.mark.parametrize('release, minor, state', [
    ('3.10.0-1160.el7.x86_64', 23, 'fine'), ('3.10.0-1160.el7.x86_64', 31, 'fine'),
    ('2.6.32-754.el6.x86_64', 23, 'kubeadm refuses'),
    ('3.10.0-1160.el7.x86_64', 32, 'kubeadm refuses'), ('4.18.0-553.el8_10.x86_64', 33, 'kubeadm refuses'),
    ('5.14.0-427.el9_4.x86_64', 33, 'fine'), ('4.18.0-553.el8_10.x86_64', 34, 'kubeadm warns'),
    ('5.14.0-427.el9_4.x86_64', 34, 'kubeadm warns'), ('5.15.0-1.x86_64', 35, 'fine'),
    ('6.12.0-55.el10.x86_64', 35, 'fine'),
    ('10.1', 35, 'fine')])
def test_accepted(release, minor, state):
    assert kernels.accepted(release, (1, minor)).state == state


def test_what_is_no_release_cannot_be_told():
    with pytest.raises(CannotTell):
        kernels.accepted('kernel', (1, 23))


def test_installed_in_the_order_of_versions_and_only_whole_ones(host):
    for name in ('5.14.0-427.el9', '5.14.0-70.el9', '5.14.0-1000.el9'):
        host.files({f'/lib/modules/{name}/modules.dep': ''})
    host.files({'/lib/modules/5.14.0-9999.el9/extra': {}})
    assert kernels.installed(host) == ['5.14.0-70.el9', '5.14.0-427.el9', '5.14.0-1000.el9']


@pytest.mark.parametrize('path', ['/boot/config-6.1', '/lib/modules/6.1/config'])
def test_options_of_a_file(host, path):
    off = '# CONFIG_MEMCG is not set'
    host.files({path: CONFIG.replace('CONFIG_MEMCG=m', off).replace('CONFIG_MEMCG=y', off)})
    found, source = kernels.options(host, '6.1')
    assert source == path
    assert kernels.missing(found, 2) == ['MEMCG']
    assert kernels.missing(found, 1) == ['MEMCG', 'CGROUP_CPUACCT', 'CGROUP_DEVICE', 'CGROUP_FREEZER']


def test_options_of_the_running_kernel(host):
    host.files({'/proc/config.gz': gzip.compress(CONFIG.encode())})
    found, source = kernels.options(host, '6.1')
    assert (kernels.missing(found, 2), source) == ([], '/proc/config.gz')


@pytest.mark.parametrize('content', [b'no gzip', b'\x1f\x8b\x08\x00', b'\xff' * 20])
def test_a_broken_archive(host, content):
    host.files({'/proc/config.gz': content})
    try:
        found, _ = kernels.options(host, '6.1')
    except CannotTell as error:
        assert error.source == '/proc/config.gz'
    else:
        assert found == {}


def test_nothing_tells(host):
    with pytest.raises(CannotTell, match='no file tells'):
        kernels.options(host, '6.1')


@pytest.mark.parametrize('older, newer', [
    ('1.0', '1.1'), ('1.9', '1.10'), ('1.0', '1.0.1'), ('1.0~rc1', '1.0'), ('1.0', '1.0^git1'), ('1.0^git1', '1.0.1'),
    ('1.a', '1.1'),
    ('1.0a', '1.0b'), ('4.18.0-80.el8', '4.18.0-553.6.1.el8_10'), ('1.0', '1.0a'), ('2', '0010')])
def test_versions_as_rpm_orders_them(older, newer):
    assert versions.key(older) < versions.key(newer)


def test_versions_that_are_equal():
    assert versions.key('1.05') == versions.key('1_5')
