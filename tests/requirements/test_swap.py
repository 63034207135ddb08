"""Swap: what is on now, and all that would bring it back, release by release."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep.engine import examine
from nodeprep.linux import fstab
from nodeprep.linux.unitfiles import tree
from nodeprep.model import DISRUPTIVE, HARMLESS, Run, Write
from nodeprep.requirements.swap import Swap
from tests.conftest import wants
from tests.fakes import FakeHost, Link

HEAD = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'
GIB = 1048576
UNITS = '/usr/lib/systemd/system/'
ETC = '/etc/systemd/system/'
FSTAB = 'UUID=1-2 / xfs defaults 0 0\n/dev/mapper/cs-swap none\tswap defaults 0 0\n'
MASK = Run(('systemctl', 'mask', 'swap.target'), ('systemctl', 'unmask', 'swap.target'))
GPT = '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f'


def system(major, cmdline='root=/dev/sda3 quiet'):
    """The files of a live EL host on /dev/sda3 whose boot turns no swap on."""
    return {
        '/etc/os-release': f'ID="centos"\nVERSION_ID="{major}"\nNAME="CentOS"\n',
        '/proc/swaps': HEAD,
        '/proc/meminfo': f'MemTotal: {4 * GIB} kB\nMemAvailable: {2 * GIB} kB\n',
        '/proc/cmdline': cmdline + '\n',
        '/proc/1/environ': 'HOME=/\0',
        '/proc/self/mountinfo': '22 1 8:3 / / rw - xfs /dev/sda3 rw\n',
        UNITS + 'default.target': Link('multi-user.target'),
        UNITS + 'multi-user.target': '[Unit]\nRequires=sysinit.target\n',
        UNITS + 'sysinit.target': '[Unit]\nWants=swap.target\n',
        UNITS + 'swap.target': '[Unit]\nDescription=Swap\n',
        UNITS + 'remote-fs.target': '[Unit]\nDescription=Remote\n',
        '/etc/systemd/system': {},
    }


def disk(
    types=('21686148-6449-6e6f-744e-656564454649', 'x', '0fc63daf-8483-4772-8e79-3d69d8477de4'), scheme='gpt', flags=()
):
    """/dev/sda with these partition types, as the kernel and udev show it."""
    files = {
        '/sys/devices/pci/block/sda/dev': '8:0\n',
        '/run/udev/data/b8:0': f'E:ID_PART_TABLE_TYPE={scheme}\n',
        '/sys/dev/block/8:0': Link('../../devices/pci/block/sda'),
    }
    for number, kind in enumerate(types, 1):
        folder = f'/sys/devices/pci/block/sda/sda{number}'
        files[f'/sys/dev/block/8:{number}'] = Link(f'../../devices/pci/block/sda/sda{number}')
        files[folder + '/dev'], files[folder + '/partition'] = f'8:{number}\n', f'{number}\n'
        files[f'/run/udev/data/b8:{number}'] = (
            f'I:1\nE:ID_PART_ENTRY_SCHEME={scheme}\nE:ID_PART_ENTRY_TYPE={kind}\n'
            + (f'E:ID_PART_ENTRY_FLAGS={flags[number - 1]}\n' if flags else '')
        )
    return files


def look(host, when='boot', **changed):
    """The finding, its observations of one half, and proof that nothing was asked for."""
    finding = examine(Swap(), host, wants(Swap, **changed))
    assert host.asked == []
    assert all(one.source for one in finding.observations)
    return finding, [one for one in finding.observations if one.when == when]


def tree_of(root):
    found = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            found[path] = (status.st_mode, status.st_mtime_ns, status.st_size, status.st_ino)
    return found


# --- now


def test_no_swap_is_met_with_evidence(host):
    finding, (seen,) = look(host.files(system(7)), 'now')
    assert (finding.now, seen.met, seen.found, seen.source) == ('met', True, 'no swap is on', '/proc/swaps')


def test_devices_are_turned_off_one_at_a_time_the_least_used_first(host):
    host.files(system(7)).files(
        {'/proc/swaps': HEAD + '/dev/dm-1 partition 2097148 900 -2\n/sw\\040a file 16380 0 5\n'}
    )
    _, (first, second) = look(host, 'now')
    assert (first.subject, first.found, first.source) == ('/sw a', 'swapping on 16 MiB, 0 of it used', '/proc/swaps:3')
    assert first.fix == (Run(('swapoff', '--', '/sw a'), ('swapon', '-p', '5', '--', '/sw a'), HARMLESS),)
    assert second.found == 'swapping on 2 GiB, 900 KiB of it used'
    assert second.fix == (Run(('swapoff', '--', '/dev/dm-1'), ('swapon', '--', '/dev/dm-1'), DISRUPTIVE),)


@pytest.mark.parametrize(
    'total, available, used, fits',
    [
        (GIB, 300 * 1024, 44 * 1024, True),
        (GIB, 300 * 1024, 44 * 1024 + 1, False),  # 256 MiB of 1 GiB must stay
        (10 * GIB, 2 * GIB, GIB, True),
        (10 * GIB, 2 * GIB, GIB + 1, False),  # a tenth of 10 GiB must stay
        (GIB, 10, 0, True),
    ],
)
def test_swapped_pages_must_fit_into_memory(host, total, available, used, fits):
    host.files(system(8)).files(
        {
            '/proc/meminfo': f'MemTotal: {total} kB\nMemAvailable: {available} kB\n',
            '/proc/swaps': HEAD + f'/dev/sda2 partition 9999999 {used} -2\n',
        }
    )
    _, (seen,) = look(host, 'now')
    assert seen.met is False and bool(seen.fix) is fits
    assert fits or 'memory has room for' in seen.hint


def test_the_second_device_is_counted_with_the_first_in_memory(host):
    host.files(system(8)).files(
        {
            '/proc/meminfo': f'MemTotal: {GIB} kB\nMemAvailable: {356 * 1024} kB\n',
            '/proc/swaps': HEAD + '/dev/a partition 9999999 61440 -2\n/dev/b partition 9999999 61440 -3\n',
        }
    )
    _, (first, second) = look(host, 'now')
    assert first.fix and not second.fix and '120 MiB are swapped out' in second.hint


def test_without_memavailable_it_is_estimated_and_without_memory_facts_nothing_is_offered(host):
    host.files(system(7)).files(
        {
            '/proc/swaps': HEAD + '/dev/sda2 partition 99999 1024 -2\n',
            '/proc/meminfo': f'MemTotal: {GIB} kB\nMemFree: 300000 kB\nBuffers: 1 kB\nCached: 2000 kB\nShmem: 1 kB\n',
        }
    )
    assert look(host, 'now')[1][0].fix
    host.files({'/proc/meminfo': 'MemTotal: x\n'})
    _, (seen,) = look(host, 'now')
    assert not seen.fix and '/proc/meminfo has no MemTotal' in seen.hint


@pytest.mark.parametrize('files', [{'/etc/kubernetes/kubelet.conf': ''}, {'/proc/7/comm': 'containerd-shim\n'}])
def test_swap_in_use_below_pods_is_disruptive_and_says_why(host, files):
    room = {'/proc/meminfo': f'MemTotal: {GIB} kB\nMemAvailable: {GIB} kB\n', '/proc/1/comm': 'systemd\n'}
    host.files(system(8)).files(room).files(files).files({'/proc/swaps': HEAD + '/dev/a partition 999 8 -2\n'})
    _, (seen,) = look(host, 'now')
    assert seen.fix[0].risk == 'disruptive' and 'drain it first' in seen.hint
    host.files({'/proc/swaps': HEAD + '/dev/a partition 999 0 -2\n'})
    _, (seen,) = look(host, 'now')
    assert (seen.fix[0].risk, seen.hint) == ('harmless', '')


def test_what_does_not_fit_is_refused_whatever_is_allowed(host):
    host.files(system(8)).files({'/etc/kubernetes/kubelet.conf': '', '/proc/meminfo': 'MemTotal: 999 kB\nMemAvailable: '
                                 '99 kB\n', '/proc/swaps': HEAD + '/dev/a partition 999 8 -2\n'})
    _, (seen,) = look(host, 'now')
    assert not seen.fix and 'memory has room for' in seen.hint


def test_a_deleted_swap_file_cannot_be_named(host):
    host.files(system(8)).files({'/proc/swaps': HEAD + '/swapfile\\040(deleted) file 999 0 -2\n'})
    _, (seen,) = look(host, 'now')
    assert not seen.fix and 'deleted' in seen.hint and seen.met is False
    host.files({'/swapfile (deleted)': 'a file that is really called so'})
    assert look(host, 'now')[1][0].fix


def test_zram_of_the_generator_is_stopped_as_a_unit(host):
    host.files(system(10)).files({'/proc/swaps': HEAD + '/dev/zram0 partition 999 0 100\n'})
    assert look(host, 'now')[1][0].fix == (
        Run(('swapoff', '--', '/dev/zram0'), ('swapon', '-p', '100', '--', '/dev/zram0')),
    )
    host.files({UNITS + 'systemd-zram-setup@.service': '[Service]\n'})
    assert look(host, 'now')[1][0].fix == (
        Run(('systemctl', 'stop', 'dev-zram0.swap'), ('systemctl', 'start', 'dev-zram0.swap')),
    )


def test_a_container_shares_the_swap_of_its_host_and_turns_none_on(host):
    host.files(system(9)).files(
        {'/.dockerenv': '', '/proc/swaps': HEAD + '/dev/a partition 999 0 -2\n', '/etc/fstab': FSTAB}
    )
    finding, (seen,) = look(host, 'now')
    assert not seen.fix and '/.dockerenv' in seen.hint
    assert finding.boot == 'not-applicable' and '/.dockerenv' in finding.note


@pytest.mark.parametrize('files', [{'/proc/swaps': HEAD + 'rubbish\n'}, {'/proc/swaps': None, '/proc/meminfo': None}])
def test_what_cannot_be_read_now_is_unknown(host, files):
    finding, (seen,) = look(host.files(system(9)).files(files), 'now')
    assert finding.now == 'unknown' and seen.source.startswith('/proc/swaps')


def test_a_kernel_without_swap_has_none(host):
    assert look(host.files(system(9)).files({'/proc/swaps': None}))[0].now == 'met'


def test_a_denied_file_is_unknown_by_name(host):
    host.files(system(9)).denied = {'/proc/swaps', '/etc/fstab'}
    finding, seen = look(host)
    assert (finding.now, finding.boot) == ('unknown', 'unknown')
    assert [one.found for one in finding.observations] == [
        '/proc/swaps: permission denied',
        '/etc/fstab: permission denied',
    ]


# --- a kubelet that runs with swap

ALLOWED = {
    '/var/lib/kubelet/config.yaml': 'kind: X\nfailSwapOn: false\nmemorySwap:\n  swapBehavior: LimitedSwap\n',
    '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
}


@pytest.mark.parametrize(
    'changed, files, state, says',
    [
        ({'kubernetes': (1, 28)}, {}, 'met', 'failSwapOn: false, swapBehavior: LimitedSwap'),
        ({'kubernetes': (1, 27)}, {}, 'drifted', 'from 1.28 on'),
        ({'kubernetes': (1, 30), 'role': 'control-plane'}, {}, 'drifted', 'control plane'),
        ({'kubernetes': (1, 30)}, {'/sys/fs/cgroup/cgroup.controllers': None}, 'drifted', 'cgroup v1'),
        (
            {'kubernetes': (1, 30)},
            {'/etc/sysconfig/kubelet': 'KUBELET_EXTRA_ARGS="--fail-swap-on=true"\n'},
            'drifted',
            '',
        ),
        (
            {'kubernetes': (1, 30)},
            {
                '/var/lib/kubelet/config.yaml': 'failSwapOn: true\n',
                '/etc/sysconfig/kubelet': 'KUBELET_EXTRA_ARGS=--fail-swap-on=false\n',
            },
            'met',
            '--fail-swap-on=false',
        ),
    ],
)
def test_a_kubelet_that_is_told_to_run_with_swap_is_respected(host, changed, files, state, says):
    host.files(system(9)).files(ALLOWED).files(files).files(
        {'/proc/swaps': HEAD + '/dev/a partition 999 0 -2\n', '/etc/fstab': FSTAB}
    )
    finding, seen = look(host, **changed)
    assert (finding.now, finding.boot) == (state, state)
    for one in finding.observations:
        assert says in one.found + one.hint
        assert one.advised is bool(says and state == 'drifted')
        assert bool(one.fix) is (not says)
        assert not says or 'kubelet' in one.source


# --- boot: fstab


def test_nothing_that_swaps_is_met_with_evidence(host):
    finding, (seen,) = look(host.files(system(9)).files(disk()).files({'/etc/fstab': '/dev/sda3 / xfs defaults 0 0\n'}))
    assert finding.boot == 'met'
    assert seen.found == 'nothing turns swap on; no GPT swap partition: disk sda' and '/etc/fstab' in seen.source


@pytest.mark.parametrize('major', [7, 8, 9, 10])
def test_a_swap_line_is_named_and_the_plan_comments_it_and_masks_the_target(host, major):
    finding, (seen,) = look(host.files(system(major)).files(disk()).files({'/etc/fstab': FSTAB}))
    assert (finding.boot, seen.subject, seen.found, seen.source) == (
        'drifted',
        '/etc/fstab',
        '/dev/mapper/cs-swap is turned on',
        '/etc/fstab:2',
    )
    text = 'UUID=1-2 / xfs defaults 0 0\n#nodeprep# /dev/mapper/cs-swap none\tswap defaults 0 0\n'
    assert seen.fix == (Write('/etc/fstab', text, was=FSTAB), MASK)


@pytest.mark.parametrize(
    'line',
    [
        'UUID=1 none swap sw 0 0',
        '  LABEL=a\\040b none swap nofail 0 0',
        '"/x" / xfs a\n/swapfile swap swap defaults',
        '/dev/sda2 none swap auto,noauto,auto',
        '/dev/sda2 none swap sw 0 0\r',
    ],
)
def test_lines_that_turn_swap_on(host, line):
    assert look(host.files(system(8)).files({'/etc/fstab': line + '\n'}))[0].boot == 'drifted'


@pytest.mark.parametrize(
    'line, why',
    [
        ('/dev/sda2 none swap noauto', 'noauto'),
        ('/dev/sda2 none swap sw,noauto,nofail 0 0', 'noauto'),
        ('none none swap sw', 'none is no path'),
    ],
)
def test_lines_of_swap_that_do_not(host, line, why):
    finding, seen = look(host.files(system(8)).files({'/etc/fstab': line + '\n'}))
    assert finding.boot == 'met' and seen[0].found.endswith(f'stays off: {why}') and seen[0].source == '/etc/fstab:1'


@pytest.mark.parametrize(
    'line',
    [
        '#/dev/sda2 none swap sw',
        '/dev/sda2 /mnt/swap xfs defaults',
        '/dev/swap / xfs sw',
        '/dev/sda2 swap ext4 swap',
        '#nodeprep# /dev/sda2 none swap sw',
        '/dev/sda2 none SWAP sw',
    ],
)
def test_lines_that_are_no_swap(host, line):
    finding, seen = look(host.files(system(8)).files(disk()).files({'/etc/fstab': line + '\n'}))
    assert finding.boot == 'met' and [one.subject for one in seen] == ['next boot']


def test_several_lines_are_each_named_and_share_one_plan(host):
    text = '/dev/a none swap noauto\n/dev/b none swap sw\n/dev/b none swap sw\nx\udcff y z\n/dev/c none swap sw'
    finding, seen = look(host.files(system(8)).files({'/etc/fstab': text}))
    assert [(one.met, one.source) for one in seen] == [
        (True, '/etc/fstab:1'),
        (False, '/etc/fstab:2'),
        (True, '/etc/fstab:3'),
        (False, '/etc/fstab:5'),
    ]
    assert 'line 2 is for the same device' in seen[2].found
    assert seen[1].fix == seen[3].fix
    assert seen[1].fix[0].text == (
        '/dev/a none swap noauto\n#nodeprep# /dev/b none swap sw\n#nodeprep# /dev/b none swap sw\n'
        'x\udcff y z\n#nodeprep# /dev/c none swap sw'
    )


def test_a_carriage_return_hides_swap_from_systemd_but_not_from_swapon(host):
    _finding, (seen,) = (
        look(host.files(system(8)).files(disk()).files({'/etc/fstab': '/dev/b none swap\r\n'}))[0],
        look(host)[1][:1],
    )
    assert seen.met is False and seen.advised and 'swapon -a' in seen.found
    assert seen.fix[0].text == '#nodeprep# /dev/b none swap\r\n'


def test_a_nul_byte_in_fstab_is_unknown(host):
    finding, (seen,) = look(host.files(system(9)).files(disk()).files({'/etc/fstab': 'a\0\n'}))
    assert finding.boot == 'unknown' and seen.source == '/etc/fstab:1'


@pytest.mark.parametrize(
    'major, argument, on',
    [
        (7, 'fstab=0', False),
        (7, 'fstab', True),
        (8, 'fstab=no', False),
        (10, 'fstab=off fstab=on', True),
        (9, 'fstab=2', True),
        (7, 'systemd.swap=0', True),
        (8, 'systemd.swap=0', True),
        (9, 'systemd.swap=0', False),
        (10, 'systemd.swap=no', False),
        (9, 'rd.systemd.swap=0', True),
    ],
)
def test_kernel_arguments_turn_fstab_off(host, major, argument, on):
    finding, seen = look(host.files(system(major, argument)).files(disk()).files({'/etc/fstab': FSTAB}))
    assert finding.boot == ('drifted' if on else 'met')
    assert on or f'stays off: {argument} (/proc/cmdline' in seen[0].found


@pytest.mark.parametrize('major, on', [(7, False), (8, False), (9, True), (10, True)])
def test_netdev_escapes_a_masked_target_from_el9_on(host, major, on):
    host.files(system(major)).files(
        {'/etc/fstab': '/dev/sda2 none swap _netdev 0 0\n', ETC + 'swap.target': Link('/dev/null')}
    )
    finding, seen = look(host)
    assert finding.boot == ('drifted' if on else 'met')
    if on:  # the mask is there: only the line is left to do
        assert [type(change) for change in seen[0].fix] == [Write]


# --- boot: swap.target


@pytest.mark.parametrize('mask', [Link('/dev/null'), ''])
def test_a_masked_target_keeps_everything_out_that_hangs_on_it(host, mask):
    host.files(system(10)).files(disk(types=(GPT, GPT))).files(
        {
            '/etc/fstab': FSTAB,
            ETC + 'swap.target': mask,
            UNITS + 'dev-sdb.swap': '[Swap]\nWhat=/dev/sdb\n',
            ETC + 'swap.target.wants/dev-sdb.swap': Link(UNITS + 'dev-sdb.swap'),
            '/usr/lib/systemd/system-generators/zram-generator': '',
            '/etc/systemd/zram-generator.conf': '[zram0]\n',
        }
    )
    finding, seen = look(host)
    assert finding.boot == 'met' and {one.found.partition(' stays off: ')[2] for one in seen[:-1]} == {
        'swap.target is masked'
    }
    assert seen[-1].source == ETC + 'swap.target'


def test_a_mask_in_run_is_gone_after_a_boot(host):
    host.files(system(9)).files({'/etc/fstab': FSTAB, '/run/systemd/system/swap.target': Link('/dev/null')})
    assert look(host)[0].boot == 'drifted'


def test_a_target_of_the_administrator_is_not_masked_over(host):
    host.files(system(9)).files({'/etc/fstab': FSTAB, ETC + 'swap.target': '[Unit]\nDescription=mine\n'})
    _, (seen,) = look(host)
    assert seen.met is False and seen.fix == () and ETC + 'swap.target' in seen.hint
    _, (seen,) = look(host.files({'/etc/fstab': '/dev/sda2 none swap _netdev\n'}))
    assert [type(change) for change in seen.fix] == [Write]      # such a line does not hang on the target


# --- boot: units


def test_a_hand_written_unit_of_the_target_is_named_by_its_link(host):
    host.files(system(7)).files(
        {
            ETC + 'swapfile.swap': '[Swap]\nWhat=/swapfile\n',
            ETC + 'swap.target.wants/swapfile.swap': Link('../swapfile.swap'),
        }
    )
    _, seen = look(host.files(disk()))
    assert (seen[0].subject, seen[0].found, seen[0].source, seen[0].fix) == (
        'swapfile.swap',
        '/swapfile is turned on',
        ETC + 'swap.target.wants/swapfile.swap',
        (MASK,),
    )


@pytest.mark.parametrize(
    'files, on',
    [
        ({}, False),  # a unit without a link
        ({ETC + 'multi-user.target.wants/a.swap': Link('/etc/systemd/system/a.swap')}, True),
        ({ETC + 'rescue.target.wants/a.swap': Link('/etc/systemd/system/a.swap')}, False),  # nothing starts that target
        ({UNITS + 'swap.target.requires/a.swap': Link('../a.swap')}, True),
        (
            {
                UNITS + 'swap.target.wants/a.swap': Link('../a.swap'),
                ETC + 'swap.target.wants/a.swap': Link('/dev/null'),
            },
            False,
        ),
        (
            {
                ETC + 'a.swap': Link('/dev/null'),
                UNITS + 'a.swap': '[Swap]\nWhat=/a\n',
                UNITS + 'swap.target.wants/a.swap': Link('../a.swap'),
            },
            False,
        ),
    ],
)  # the unit is masked
def test_where_a_unit_is_hooked_decides(host, files, on):
    host.files(system(9)).files(disk()).files({ETC + 'a.swap': '[Swap]\nWhat=/a\n'}).files(files)
    assert look(host)[0].boot == ('drifted' if on else 'met')


def test_a_unit_hooked_elsewhere_is_left_to_a_person(host):
    host.files(system(9)).files(disk()).files(
        {
            ETC + 'a.swap': '[Swap]\nWhat=/a\n',
            ETC + 'multi-user.target.wants/a.swap': Link('../a.swap'),
            ETC + 'swap.target': Link('/dev/null'),
        }
    )
    _, (seen,) = look(host)
    assert seen.met is False and seen.fix == () and 'systemctl disable a.swap' in seen.hint


def test_a_masked_unit_keeps_its_line_of_fstab_out(host):
    host.files(system(9)).files(
        {'/etc/fstab': 'LABEL=a-b none swap sw\n', ETC + 'dev-disk-by\\x2dlabel-a\\x2db.swap': Link('/dev/null')}
    )
    finding, seen = look(host)
    assert finding.boot == 'met' and 'masks its unit' in seen[0].found


def test_a_link_to_the_unit_of_a_noauto_line_turns_it_on(host):
    host.files(system(9)).files(
        {
            '/etc/fstab': '/dev/sdb none swap noauto\n',
            ETC + 'swap.target.wants/dev-sdb.swap': Link('/run/systemd/generator/dev-sdb.swap'),
        }
    )
    finding, seen = look(host)
    assert finding.boot == 'drifted' and [one.subject for one in seen if not one.met] == ['dev-sdb.swap']


# --- boot: GPT


def test_gpt_swap_comes_back_when_the_line_is_commented_on_el8_and_later_and_always_on_el7(host):
    for major in (7, 8, 9, 10):
        host.files(system(major)).files(disk(types=('x', GPT, 'y')))
        for text, on in (('', True), ('#/dev/sda2 none swap sw\n', True), ('/dev/sda2 none swap noauto\n', major == 7)):
            finding, seen = look(host.files({'/etc/fstab': text}))
            assert finding.boot == ('drifted' if on else 'met'), (major, text)
            gpt = [one for one in seen if one.subject == '/dev/sda2']
            assert [(one.source, one.fix) for one in gpt] == ([('/run/udev/data/b8:2', (MASK,))] if on else [])


@pytest.mark.parametrize(
    'major, cmdline, on',
    [
        (7, 'systemd.gpt_auto=0', False),
        (7, 'systemd.gpt_auto', True),
        (9, 'systemd.gpt-auto=no', False),
        (9, 'rd.systemd.gpt_auto=0', True),
        (8, 'systemd.swap=0', True),
        (9, 'systemd.swap=0', True),
        (10, 'systemd.swap=0', False),
    ],
)
def test_kernel_arguments_turn_gpt_swap_off(host, major, cmdline, on):
    assert look(host.files(system(major, cmdline)).files(disk(types=('x', GPT, 'y'))))[0].boot == (
        'drifted' if on else 'met'
    )


def test_el10_does_not_let_fstab_stop_gpt_swap_when_fstab_is_off(host):
    for major, on in ((9, False), (10, True)):
        host.files(system(major, 'fstab=0')).files(disk(types=('x', GPT, 'y'))).files({'/etc/fstab': FSTAB})
        assert look(host)[0].boot == ('drifted' if on else 'met')


@pytest.mark.parametrize(
    'files, major, state',
    [
        (disk(types=('x', GPT, 'y'), scheme='dos'), 9, 'met'),
        (disk(types=('x', GPT, 'y'), flags=('0', '0x8000000000000000', '0')), 9, 'met'),  # no-auto
        (disk(types=('x', GPT, 'y'), flags=('0', '0x1000000000000000', '0')), 7, 'met'),  # read-only: EL7 alone minds
        (disk(types=('x', GPT, 'y'), flags=('0', '0x1000000000000000', '0')), 8, 'drifted'),
        (disk(types=('x', GPT, 'y'), flags=('0', '4', '0')), 9, 'drifted'),
        (disk(types=('x', GPT, 'y'), flags=('0', 'rubbish', '0')), 9, 'unknown'),
        (dict(disk(types=('x', GPT, 'y')), **{'/run/udev/data/b8:2': None}), 9, 'unknown'),
        (
            dict(disk(types=('x', GPT, 'y'), scheme='dos'), **{'/run/udev/data/b8:2': None}),
            9,
            'met',
        ),  # the table says dos
        ({'/proc/self/mountinfo': '22 1 0:40 / / rw - overlay overlay rw\n'}, 9, 'met'),
        ({'/sys/dev/block/8:3/queue': {}}, 9, 'met'),  # the whole disk, no partition
        ({}, 9, 'unknown'),  # no /sys
        (
            dict(
                disk(types=('x', GPT, 'y')),
                **{'/etc/systemd/system-generators/systemd-gpt-auto-generator': Link('/dev/null')},
            ),
            9,
            'met',
        ),
        (dict(disk(types=('x', GPT, 'y')), **{ETC + 'dev-sda2.swap': Link('/dev/null')}), 9, 'met'),
    ],
)
def test_what_udev_knows_of_the_root_disk_decides(host, files, major, state):
    assert look(host.files(system(major)).files(files))[0].boot == state


@pytest.mark.parametrize(
    'major, slaves, on',
    [
        (7, ('sda3',), False),
        (8, ('sda3',), True),
        (10, ('sda3',), True),
        (9, ('sda1', 'sda3'), True),
        (9, ('sda3', 'sdb1'), False),
    ],
)
def test_a_logical_volume_leads_to_its_disk_from_el8_on(host, major, slaves, on):
    files = disk(types=('x', GPT, 'y'))
    files.update(
        {
            '/proc/self/mountinfo': '22 1 253:0 / / rw - xfs /dev/mapper/cs-root rw\n',
            '/sys/devices/virtual/block/dm-0/dev': '253:0\n',
            '/sys/dev/block/253:0': Link('../../devices/virtual/block/dm-0'),
            '/sys/devices/pci/block/sdb/dev': '8:16\n',
            '/sys/devices/pci/block/sdb/sdb1/dev': '8:17\n',
        }
    )
    for name in slaves:
        files[f'/sys/devices/virtual/block/dm-0/slaves/{name}'] = Link(f'../../../../pci/block/{name[:3]}/{name}')
    assert look(host.files(system(major)).files(files))[0].boot == ('drifted' if on else 'met')


def test_only_the_first_gpt_swap_partition_counts_from_el8_on(host):
    for major, count in ((7, 2), (8, 1)):
        _, seen = look(host.files(system(major)).files(disk(types=(GPT, GPT.upper(), 'y'))))
        assert [one.subject for one in seen if not one.met] == ['/dev/sda1', '/dev/sda2'][:count]


# --- boot: kernel arguments, zram, tools


@pytest.mark.parametrize(
    'major, cmdline, on',
    [
        (8, 'systemd.swap-extra=/dev/sdb', False),
        (9, 'systemd.swap-extra=/dev/sdb', True),
        (10, 'systemd.swap-extra=UUID=1:pri=1', True),
        (9, 'systemd.swap-extra=/dev/sdb:noauto', False),
        (9, 'systemd.swap-extra=/dev/sdb systemd.swap=0', True),
        (9, 'systemd.swap-extra=', False),
        (9, 'systemd.swap-extra=/dev/sdb:a:b', False),
    ],
)
def test_swap_of_the_kernel_arguments(host, major, cmdline, on):
    finding, seen = look(host.files(system(major, cmdline)).files(disk()))
    assert finding.boot == ('drifted' if on else 'met')
    assert (
        not on or (seen[0].subject, seen[0].fix) == ('kernel arguments', (MASK,)) and '/proc/cmdline' in seen[0].source
    )


def zram(**files):
    return dict(
        {
            '/usr/lib/systemd/system-generators/zram-generator': 'ELF',
            '/usr/lib/systemd/zram-generator.conf': '[zram0]\n',
        },
        **files,
    )


@pytest.mark.parametrize(
    'files, cmdline, on',
    [
        (zram(), '', True),
        ({UNITS + 'systemd-zram-setup@.service': '', '/etc/systemd/zram-generator.conf': '[zram0]\n'}, '', True),
        (zram(), 'systemd.zram=0', False),
        (zram(), 'systemd.zram=2', True),
        ({'/etc/systemd/zram-generator.conf': '[zram0]\n'}, '', False),  # nobody reads it
        (zram(**{'/etc/systemd/zram-generator.conf': ''}), '', False),
        (zram(**{'/etc/systemd/zram-generator.conf': Link('/dev/null')}), '', False),
        (
            zram(
                **{'/etc/systemd/zram-generator.conf': '', '/usr/lib/systemd/zram-generator.conf.d/a.conf': '[zram1]\n'}
            ),
            '',
            True,
        ),
        (
            zram(
                **{
                    '/etc/systemd/zram-generator.conf': '',
                    '/usr/lib/systemd/zram-generator.conf.d/a.conf': '[zram1]\n',
                    '/etc/systemd/zram-generator.conf.d/a.conf': Link('/dev/null'),
                }
            ),
            '',
            False,
        ),
        (zram(**{'/etc/systemd/zram-generator.conf.d/z.conf': '[zram0]\nzram-size = 0\n'}), '', False),
        (zram(**{'/etc/systemd/zram-generator.conf': '[zram0]\nmount-point = /x\n'}), '', False),
        (zram(**{'/etc/systemd/zram-generator.conf': '[zram0]\nfs-type=ext2\n'}), '', False),
        (zram(**{'/etc/systemd/zram-generator.conf': '[zram0]\nfs-type=swap\nzram-size=ram / 2\n'}), '', True),
        (zram(**{'/etc/systemd/zram-generator.conf': '[zram0]\nhost-memory-limit = 4095\n'}), '', False),
        (zram(**{'/etc/systemd/zram-generator.conf': '[zram0]\nhost-memory-limit = 4096\n'}), '', True),
        (zram(**{'/etc/systemd/zram-generator.conf': '[zram0]\nmax-zram-size = 0\n'}), '', False),
        (zram(**{'/etc/systemd/zram-generator.conf': '[zramx]\n[other]\n'}), '', False),
        (zram(**{'/etc/systemd/zram-generator.conf': ''}), 'systemd.zram', True),
        (zram(**{'/etc/systemd/system-generators/zram-generator': Link('/dev/null')}), '', False),
        (zram(**{ETC + 'dev-zram0.swap': Link('/dev/null')}), '', False),
    ],
)
def test_zram_as_its_generator_reads_it(host, files, cmdline, on):
    finding, seen = look(host.files(system(10, cmdline)).files(disk()).files(files))
    assert finding.boot == ('drifted' if on else 'met')
    assert not on or seen[0].fix == (MASK,) and seen[0].found.endswith('of zram-generator is turned on')


def test_a_swap_service_is_disabled(host):
    host.files(system(9)).files(disk()).files(
        {UNITS + 'dphys-swapfile.service': '[Install]\nWantedBy=multi-user.target\n'}
    )
    assert look(host)[0].boot == 'met'
    host.files({ETC + 'multi-user.target.wants/dphys-swapfile.service': Link(UNITS + 'dphys-swapfile.service')})
    _, (seen,) = look(host)
    assert seen.fix[0].argv == ('systemctl', 'disable', 'dphys-swapfile.service')
    assert seen.fix[0].undo == ('systemctl', 'enable', 'dphys-swapfile.service')
    assert seen.source == ETC + 'multi-user.target.wants/dphys-swapfile.service'


@pytest.mark.parametrize(
    'files, source',
    [
        ({'/etc/cloud/cloud.cfg': 'a: 1\nswap:\n  filename: /swap.img\n  size: auto\n'}, '/etc/cloud/cloud.cfg:2'),
        ({'/etc/cloud/cloud.cfg.d/9.cfg': 'swap: {filename: /s, size: 1}\n'}, '/etc/cloud/cloud.cfg.d/9.cfg:1'),
        ({'/etc/cloud/cloud.cfg': 'swap:\n  size: auto\n'}, ''),
        ({'/etc/cloud/cloud.cfg': 'swap: {filename: /s, size: 1}\n', '/etc/cloud/cloud-init.disabled': ''}, ''),
        (
            {'/etc/waagent.conf': 'ResourceDisk.Format=y\nResourceDisk.EnableSwap=y\nResourceDisk.SwapSizeMB=2048\n'},
            '/etc/waagent.conf:2',
        ),
        ({'/etc/waagent.conf': 'ResourceDisk.Format=y\nResourceDisk.EnableSwap=y\nResourceDisk.SwapSizeMB=0\n'}, ''),
        ({'/etc/waagent.conf': 'ResourceDisk.Format=n\nResourceDisk.EnableSwap=y\nResourceDisk.SwapSizeMB=1\n'}, ''),
    ],
)
def test_cloud_tools_are_told_as_advice(host, files, source):
    host.files(system(8)).files(disk()).files(
        {
            ETC + 'multi-user.target.wants/waagent.service': Link(UNITS + 'waagent.service'),
            UNITS + 'waagent.service': '[Service]\n',
        }
    ).files(files)
    _, seen = look(host)
    assert [(one.source, one.advised, one.fix) for one in seen if not one.met] == (
        [(source, True, ())] if source else []
    )


def test_swapon_in_an_executable_rc_local_is_told(host):
    host.files(system(7)).files(disk()).install('/etc/rc.d/rc.local').files({'/etc/rc.local': Link('rc.d/rc.local')})
    assert look(host)[0].boot == 'met'
    path = host.root + '/etc/rc.d/rc.local'
    with open(path, 'w') as out:
        out.write('#!/bin/sh\n# swapon /no\n/sbin/swapon /swapfile\n')
    _, seen = look(host.files({}))
    assert [(one.source, one.advised) for one in seen if not one.met] == [('/etc/rc.d/rc.local:3', True)]


def test_arguments_that_cannot_be_read_are_unknown_where_they_could_bring_swap(host):
    for major, state in ((8, 'met'), (9, 'unknown')):
        host.files(system(major)).files(disk()).files({'/boot/grub2/grub.cfg': 'x\n'}).denied = {'/boot/grub2/grub.cfg'}
        finding, seen = look(host)
        assert finding.boot == state
    host.files({ETC + 'swap.target': Link('/dev/null')})
    assert look(host)[0].boot == 'met'


# --- images


def test_an_image_is_told_from_its_files_alone(image):
    files = {path: text for path, text in system(9).items() if not path.startswith('/proc')}
    finding, (untold, seen) = look(image.files(files))
    assert (finding.now, finding.boot, seen.met) == ('not-applicable', 'unknown', True)
    assert untold.advised and 'whether the disk has a GPT swap partition, which systemd would turn on' in untold.found
    finding, (seen,) = look(image.files({'/etc/fstab': FSTAB}))
    assert finding.boot == 'drifted'
    assert seen.fix[1] == Write(ETC + 'swap.target', '')


@pytest.mark.parametrize('files', [
    {'/etc/fstab': Link('fstab')}, {'/etc/fstab': {}}, {'/etc/fstab': b'/dev/sda2 none swap sw 0 0' + b' ' * 2**24}],
    ids=['loop', 'folder', 'huge'])
def test_what_an_image_holds_and_cannot_be_read_is_not_met(image, files):
    finding, seen = look(image.files(files))
    assert finding.boot == 'unknown'
    assert [one.met for one in seen if not one.advised] == [None]


def test_the_mask_of_an_image_is_one(image):
    image.files({path: text for path, text in system(9).items() if not path.startswith('/proc')}).files(
        {'/etc/fstab': FSTAB}
    )
    _, (seen,) = look(image)
    for change in seen.fix:
        image.files({change.path: change.text})
    assert tree(image).find('swap.target').kind == 'masked' and look(image)[0].boot == 'met'


# --- laws


def test_a_look_changes_nothing(host):
    host.files(system(10)).files(disk(types=('x', GPT, 'y'))).files(zram()).files(ALLOWED).files(
        {'/etc/fstab': FSTAB, '/proc/swaps': HEAD + '/dev/dm-1 partition 2097148 900 -2\n'}
    )
    before = tree_of(host.root)
    look(host)
    assert tree_of(host.root) == before


def test_the_planned_edit_ends_what_was_told(host):
    host.files(system(7)).files(disk()).files({'/etc/fstab': FSTAB})
    _, (seen,) = look(host)
    host.files({'/etc/fstab': seen.fix[0].text, ETC + 'swap.target': Link('/dev/null')})
    assert look(host)[0].boot == 'met'
    assert [entry.kind for entry in fstab.parse(seen.fix[0].text)] == ['xfs']


READ = [
    '/proc/swaps',
    '/proc/meminfo',
    '/proc/cmdline',
    '/proc/self/mountinfo',
    '/etc/fstab',
    '/etc/waagent.conf',
    '/etc/cloud/cloud.cfg',
    '/var/lib/kubelet/config.yaml',
    '/etc/sysconfig/kubelet',
    '/etc/systemd/zram-generator.conf',
    '/run/udev/data/b8:0',
    '/run/udev/data/b8:2',
    '/sys/devices/pci/block/sda/sda2/dev',
    '/sys/devices/pci/block/sda/sda2/partition',
    ETC + 'a.swap',
    UNITS + 'default.target',
    ETC + 'kubelet.service.d/1.conf',
    '/boot/grub2/grub.cfg',
    UNITS + 'sysinit.target',
]


@given(
    st.sampled_from(READ),
    st.one_of(
        st.binary(max_size=60),
        st.binary(max_size=20).map(lambda data: HEAD.encode() + data),
        st.text('0123²٣-=/: \n\\\udcff', max_size=40).map(lambda text: text.encode('utf-8', 'surrogateescape')),
    ),
    st.sampled_from([7, 8, 9, 10]),
)
@settings(deadline=None, max_examples=150)
def test_any_bytes_in_any_file_are_a_verdict_or_unknown_by_name(tmp_path_factory, path, data, major):
    host = FakeHost(str(tmp_path_factory.mktemp('host')))
    host.files(system(major)).files(disk(types=('x', GPT, 'y'))).files(zram()).files(ALLOWED).files(
        {'/etc/fstab': FSTAB, '/proc/swaps': HEAD + '/dev/a partition 9 0 -2\n', ETC + 'a.swap': '[Swap]\nWhat=/a\n'}
    )
    finding, _ = look(host.files({path: data}))
    assert 'nodeprep' not in [one.subject for one in finding.observations], finding
    assert finding.now != 'not-applicable'


@given(st.sampled_from(READ))
@settings(deadline=None, max_examples=60)
def test_what_only_root_may_read_never_ends_in_a_fault(tmp_path_factory, path):
    host = FakeHost(str(tmp_path_factory.mktemp('host')))
    host.files(system(9)).files(disk(types=('x', GPT, 'y'))).files(zram()).files(ALLOWED).files(
        {'/etc/fstab': FSTAB, path: 'x\n'}
    )
    host.denied = {path}
    finding, _ = look(host)
    assert 'nodeprep' not in [one.subject for one in finding.observations], finding
