"""What is seen of swapoff while it runs."""
import pytest

from nodeprep.linux.effects import watch

HEAD = 'Filename Type Size Used Priority\n'
ROOM = 'MemTotal: 4000000 kB\nMemAvailable: 3000000 kB\n'
NARROW = 'MemTotal: 4000000 kB\nMemAvailable: 300000 kB\n'


def used(kib):
    return {'/proc/swaps': f'{HEAD}/dev/dm-1 partition 2097148 {kib} -2\n'}


@pytest.mark.parametrize('argv', [('swapoff', '--', '/dev/dm-1'), ('systemctl', 'stop', 'dev-dm\\x2d1.swap')])
def test_how_far_it_is(host, argv):
    look = watch(host.files(used(1048576)).files({'/proc/meminfo': ROOM}), argv)
    assert look() == ('1024 MiB of 1024 MiB left', '')
    host.files(used(319488))
    assert look() == ('312 MiB of 1024 MiB left', '')
    host.files({'/proc/swaps': HEAD})
    assert look() == ('', '')


def test_the_kernel_may_swap_more_before_it_begins(host):
    look = watch(host.files(used(764)).files({'/proc/meminfo': ROOM}), ('swapoff', '--', '/dev/dm-1'))
    host.files(used(840))
    assert look() == ('840 KiB of 840 KiB left', '')
    host.files(used(420))
    assert look() == ('420 KiB of 840 KiB left', '')


def test_it_is_stopped_before_memory_runs_out(host):
    look = watch(host.files(used(1048576)).files({'/proc/meminfo': ROOM}), ('swapoff', '--', '/dev/dm-1'))
    assert look()[1] == ''
    host.files({'/proc/meminfo': NARROW})
    assert look()[1] == ('memory runs low: 293 MiB are left, and 391 MiB must stay free; what is still swapped stays '
                         'swapped')


def test_it_is_stopped_when_memory_can_no_longer_be_told(host):
    look = watch(host.files(used(1048576)), ('swapoff', '--', '/dev/dm-1'))
    assert 'can no longer be told' in look()[1]


def test_a_swapoff_of_systemd_goes_on_whatever_happens(host):
    """To end systemctl would only end the waiting."""
    look = watch(host.files(used(9)).files({'/proc/meminfo': NARROW}), ('systemctl', 'stop', 'dev-dm\\x2d1.swap'))
    assert look() == ('9 KiB of 9 KiB left', '')


def test_a_link_is_the_device_that_it_leads_to(host, tmp_path):
    from tests.fakes import Link
    host.files(used(5)).files({'/dev/dm-1': '', '/dev/mapper/x': Link('/dev/dm-1'), '/proc/meminfo': ROOM})
    assert watch(host, ('swapoff', '--', '/dev/mapper/x'))()[0] == '5 KiB of 5 KiB left'


@pytest.mark.parametrize('argv', [('dnf', '-y', 'install', 'x'), ('systemctl', 'stop', 'docker.service'), ()])
def test_there_is_nothing_to_see_of_others(host, argv):
    assert watch(host, argv) is None


def test_what_cannot_be_read_is_no_traceback(host):
    host.files({'/proc/swaps': HEAD + 'junk\n', '/proc/meminfo': 'junk'})
    look = watch(host, ('swapoff', '--', '/dev/dm-1'))
    assert look()[0] == '' and 'can no longer be told' in look()[1]
