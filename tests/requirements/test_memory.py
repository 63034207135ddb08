"""memory: the nominal size, where the rest went, and what the next boot keeps for itself."""
import pytest

from nodeprep.engine import examine
from nodeprep.requirements.memory import Memory
from tests.conftest import wants

EL9 = '1G-4G:192M,4G-64G:256M,64G-:512M'
RELEASE = 'ID="centos"\nVERSION_ID="9"\nPLATFORM_ID="platform:el9"\nNAME="CentOS Stream"\n'


def machine(host, kilobytes, crash=0, cmdline='quiet', boot=None, blocks=0, offline=0):
    host.files({'/proc/meminfo': f'MemTotal: {kilobytes:>10} kB\nHugePages_Total: 0\nHugepagesize: 2048 kB\n',
                '/sys/kernel/kexec_crash_size': f'{crash * 2**20}\n', '/proc/cmdline': cmdline,
                '/etc/os-release': RELEASE,
                '/boot/extlinux/extlinux.conf': f'LABEL a\nAPPEND {cmdline if boot is None else boot}\n',
                '/sys/devices/system/memory/block_size_bytes': '8000000\n'})
    for number in range(blocks + offline):
        host.files({f'/sys/devices/system/memory/memory{number}/state': 'online' if number < blocks else 'offline'})
    return host


def look(host, **changed):
    return examine(Memory(), host, wants(Memory(), **changed))


@pytest.mark.parametrize('kilobytes, state', [
    (1882804, 'met'),              # a VM of 2 GiB with CentOS 7 and crashkernel=auto
    (1775532, 'met'),              # the same with EL9
    (1700 * 1024, 'met'), (1700 * 1024 - 4, 'drifted'), (1014968, 'drifted')])
def test_two_gigabytes(host, kilobytes, state):
    finding = look(machine(host, kilobytes))
    assert (finding.now, finding.boot) == (state, state)
    assert finding.observations[0].kubeadm == 'Mem'


@pytest.mark.parametrize('minimum, kilobytes, state', [
    ('2GiB', 1700 * 1024, 'met'), ('2GB', 1700 * 1024, 'met'), ('4GB', 3722140, 'met'), ('4GB', 1882804, 'drifted'),
    ('8GiB', 7856412, 'met'), ('1700MiB', 1700 * 1024, 'met'), ('1800MiB', 1700 * 1024, 'drifted'), (0, 4, 'met')])
def test_a_minimum_of_ones_own(host, minimum, kilobytes, state):
    assert look(machine(host, kilobytes), minimum=minimum).now == state


def test_the_shortfall_is_explained(host):
    machine(host, 1690 * 1024, crash=256, cmdline='crashkernel=256M', blocks=16)
    host.files({'/proc/meminfo': f'MemTotal: {1690 * 1024} kB\nHugePages_Total: 32\nHugepagesize: 2048 kB\n'})
    seen = look(host).observations[0]
    assert seen.found == ('1690 MiB of 2048 MiB installed: 256 MiB kdump, 102 MiB kernel and firmware; '
                          '64 MiB of it are huge pages, which ordinary pods cannot use')
    assert 'a smaller crashkernel=' in seen.hint


def test_blocks_that_are_offline_and_mem_are_named(host):
    seen = look(machine(host, 1000 * 1024, cmdline='mem=1G', blocks=8, offline=8)).observations[0]
    assert '1024 MiB more are there but offline' in seen.hint
    assert 'mem=1G limits it (/proc/cmdline)' in seen.hint


def test_the_next_boot_keeps_more_for_kdump(host):
    finding = look(machine(host, 1800 * 1024, boot='crashkernel=' + EL9))
    assert (finding.now, finding.boot) == ('met', 'drifted')
    seen = finding.observations[-1]
    assert seen.found == f'about 1608 MiB: crashkernel={EL9} will keep 192 MiB, now 0 MiB are kept'
    assert seen.source == '/proc/meminfo, /boot/extlinux/extlinux.conf:2'


def test_the_next_boot_keeps_less(host):
    finding = look(machine(host, 1600 * 1024, crash=256, cmdline='crashkernel=256M', boot='quiet'))
    assert (finding.now, finding.boot) == ('drifted', 'met')


def test_the_next_boot_has_mem(host):
    seen = look(machine(host, 8000000, boot='mem=1G')).observations[-1]
    assert (seen.subject, seen.met, seen.source) == ('mem=', False, '/boot/extlinux/extlinux.conf:2')


def test_a_mem_that_goes_leaves_it_unknown(host):
    assert look(machine(host, 1000 * 1024, cmdline='mem=1G', boot='quiet')).boot == 'unknown'


def test_a_crashkernel_that_is_not_understood_is_unknown(host):
    finding = look(machine(host, 8000000, boot='crashkernel=much'))
    assert (finding.now, finding.boot) == ('met', 'unknown')


@pytest.mark.parametrize('line, met', [('quiet', True), ('crashkernel=' + EL9, True), ('crashkernel=512M', False)])
def test_an_image_is_judged_for_a_machine_of_the_nominal_size(image, line, met):
    image.files({'/etc/os-release': RELEASE, '/boot/extlinux/extlinux.conf': f'LABEL a\nAPPEND {line}\n'})
    seen = look(image).observations[-1]
    assert (seen.when, seen.met, seen.advised) == ('boot', met, not met)


def test_no_meminfo_is_unknown(host):
    finding = look(host.files({'/proc/cmdline': ''}))
    assert (finding.now, finding.boot) == ('unknown', 'unknown')
