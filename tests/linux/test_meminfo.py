"""Memory as the kernel tells it, and what crashkernel= and mem= take."""
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import crashkernel, meminfo
from nodeprep.linux.kernelargs import parse
from nodeprep.model import CannotTell

MIB, GIB = 2**20, 2**30


def test_no_total_cannot_be_told():
    with pytest.raises(CannotTell, match='no MemTotal'):
        meminfo.parse('MemTotal: many kB\n')


def test_installed_counts_blocks_by_state(host):
    host.files({'/sys/devices/system/memory/block_size_bytes': '8000000\n'})
    for number in range(16):
        host.files({f'/sys/devices/system/memory/memory{number}/state': 'offline\n' if number > 13 else 'online\n'})
    assert meminfo.installed(host) == (14 * 128 * MIB, 2 * 128 * MIB)


@pytest.mark.parametrize('size', ['', 'many\n', '-1'])
def test_blocks_without_a_size_say_nothing(host, size):
    host.files({'/sys/devices/system/memory/block_size_bytes': size,
                '/sys/devices/system/memory/memory0/state': 'online'})
    assert meminfo.installed(host) is None


def test_huge_pages(host):
    host.files({'/proc/meminfo': 'MemTotal: 4000000 kB\nHugePages_Total:      32\nHugepagesize:       2048 kB\n'})
    assert meminfo.huge(host) == 64 * MIB


def test_crash_size(host):
    assert meminfo.crash_size(host) == 0
    host.files({'/sys/kernel/kexec_crash_size': '168820736\n'})
    assert meminfo.crash_size(host) == 161 * MIB
    host.files({'/sys/kernel/kexec_crash_size': 'x'})
    with pytest.raises(CannotTell):
        meminfo.crash_size(host)


@pytest.mark.parametrize('line, memory, major, mebibytes', [
    ('quiet', 2 * GIB, 9, 0),
    ('crashkernel=256M', 2 * GIB, 9, 256), ('crashkernel=128M@16M', 2 * GIB, 9, 128),
    ('crashkernel=1g', 8 * GIB, 9, 1024),
    ('crashkernel=128M crashkernel=64M', 2 * GIB, 9, 64),
    ('crashkernel=auto', 2 * GIB - 40 * MIB, 7, 161), ('crashkernel=auto', GIB, 7, 0),
    ('crashkernel=auto', 2 * GIB, 8, 160), ('crashkernel=auto', 8 * GIB, 8, 192), ('crashkernel=auto', 2 * GIB, 9, 0),
    ('crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M', 2 * GIB, 9, 192),
    ('crashkernel=1G-4G:192M,4G-64G:256M,64G-:512M', 4 * GIB, 9, 256),
    ('crashkernel=2G-64G:256M,64G-:512M', 2 * GIB - 70 * MIB, 10, 256),
    ('crashkernel=2G-64G:256M,64G-:512M', GIB, 10, 0), ('crashkernel=2G-64G:256M,64G-:512M@64M', 128 * GIB, 10, 512),
    ('crashkernel=512M,high crashkernel=64M,low', 8 * GIB, 9, 576), ('crashkernel=512M,high', 8 * GIB, 9, 768),
    ('crashkernel=64M,low', 8 * GIB, 9, 0)])
def test_crashkernel(line, memory, major, mebibytes):
    assert crashkernel.reserved(parse(line, '/x'), memory, major) == mebibytes * MIB


@pytest.mark.parametrize('value', ['', 'much', '1G-4G', '1G:2', '-', '1G-4G:', ':'])
def test_a_crashkernel_that_is_not_understood(value):
    with pytest.raises(CannotTell) as caught:
        crashkernel.reserved(parse('crashkernel=' + value, '/boot/x:3'), GIB, 9)
    assert caught.value.source == '/boot/x:3'


@pytest.mark.parametrize('line, size', [('quiet', None), ('mem=nopentium', None), ('mem=1G', GIB),
                                        ('mem=4g mem=512M@1', 512 * MIB)])
def test_mem(line, size):
    assert crashkernel.limit(parse(line, '/x')) == size


@given(st.binary(max_size=80))
def test_any_bytes(junk):
    text = junk.decode('utf-8', 'surrogateescape')
    for look in (lambda: meminfo.parse(text), lambda: crashkernel.reserved(parse('crashkernel=' + text, '/x'), GIB, 8),
                 lambda: crashkernel.limit(parse('mem=' + text, '/x'))):
        with contextlib.suppress(CannotTell):
            look()
