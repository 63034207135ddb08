"""swap.target, hand-written .swap units and the names of generated ones."""

import pytest

from nodeprep.linux import swapunits
from tests.fakes import Link

UNITS, ETC = '/usr/lib/systemd/system/', '/etc/systemd/system/'
BASE = {
    UNITS + 'default.target': '[Unit]\nRequires=sysinit.target\n',
    UNITS + 'sysinit.target': '[Unit]\nWants=swap.target\n',
    UNITS + 'swap.target': '[Unit]\n',
    ETC + 'x': {},
}


@pytest.mark.parametrize(
    'files, masked, own',
    [
        ({}, '', ''),
        ({ETC + 'swap.target': Link('/dev/null')}, ETC + 'swap.target', ''),
        ({ETC + 'swap.target': ''}, ETC + 'swap.target', ''),
        ({'/run/systemd/system/swap.target': Link('/dev/null')}, '', ''),
        (
            {'/usr/local/lib/systemd/system/swap.target': Link('/dev/null')},
            '/usr/local/lib/systemd/system/swap.target',
            '',
        ),
        ({ETC + 'swap.target': '[Unit]\n'}, '', ETC + 'swap.target'),
        ({ETC + 'swap.target': Link(UNITS + 'swap.target')}, '', ETC + 'swap.target'),
        ({UNITS + 'swap.target': None}, '', ''),
    ],
)
def test_the_target(image, files, masked, own):
    assert swapunits.target(image.files(BASE).files(files)) == swapunits.Target(masked, own)


def test_a_written_unit_is_told_with_its_device_and_its_link(image):
    image.files(BASE).files(
        {
            ETC + 'a.swap': '[Unit]\n[Swap]\nWhat=/dev/a\n',
            ETC + 'swap.target.wants/a.swap': Link('../a.swap'),
            ETC + 'b.swap': '[Swap]\nWhat=/dev/b\n',
            ETC + 'swap.target.wants/c.swap': Link('../c.swap'),
            ETC + 'sysinit.target.requires/b.swap': Link('../b.swap'),
            ETC + 'd.swap': '[Swap]\nWhat=/d\n',
        }
    )
    assert list(swapunits.written(image, [])) == [
        swapunits.Unit('a.swap', '/dev/a', ETC + 'swap.target.wants/a.swap', True),
        swapunits.Unit('b.swap', '/dev/b', ETC + 'sysinit.target.requires/b.swap', False),
    ]
    assert [unit.name for unit in swapunits.written(image, ['c.swap'])] == ['a.swap', 'b.swap', 'c.swap']


def test_a_unit_that_a_service_needs_is_started_by_it(image):
    image.files(BASE).files(
        {
            ETC + 'a.swap': '[Swap]\nWhat=/a\n',
            ETC + 'sysinit.target.wants/s.service': Link('../s.service'),
            ETC + 's.service': '[Unit]\nRequires=a.swap\n',
        }
    )
    assert [(unit.hook, unit.by_target) for unit in swapunits.written(image, [])] == [(ETC + 's.service:2', False)]


@pytest.mark.parametrize(
    'files, found',
    [
        ({}, ''),
        ({'/usr/lib/systemd/system-generators/g': 'x'}, '/usr/lib/systemd/system-generators/g'),
        ({'/usr/lib/systemd/system-generators/g': 'x', '/etc/systemd/system-generators/g': Link('/dev/null')}, ''),
        ({'/usr/lib/systemd/system-generators/g': 'x', '/etc/systemd/system-generators/g': ''}, ''),
        (
            {'/usr/lib/systemd/system-generators/g': 'x', '/etc/systemd/system-generators/g': 'y'},
            '/etc/systemd/system-generators/g',
        ),
    ],
)
def test_a_generator_and_its_mask(image, files, found):
    assert swapunits.generator(image.files(files), 'g') == found
    assert bool(swapunits.generator_mask(image, 'g')) is (bool(files) and not found)


def test_a_name_that_is_no_unit_has_no_mask(image):
    assert swapunits.mask(image.files(BASE), 'a' * 300 + '.swap') == ''
