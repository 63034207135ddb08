"""Kernel arguments about swap, release by release."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import swapargs
from nodeprep.linux.swapargs import Systemd

EL = {7: Systemd(219, False), 8: Systemd(239, False), 9: Systemd(252, True), 10: Systemd(257, True)}


def parse(line, major):
    return swapargs.parse([(word, 'x') for word in line.split()], EL[major])


@pytest.mark.parametrize(
    'line, off',
    [
        ('', ()),
        ('fstab=0', (7, 8, 9, 10)),
        ('fstab', ()),
        ('fstab=0 fstab', (7,)),
        ('fstab=0 fstab=maybe', (7, 8, 9, 10)),
        ('fstab=no fstab=yes', ()),
        ('fstab=NO', (7, 8, 9, 10)),
        ('rd.fstab=0', ()),
    ],
)
def test_fstab(line, off):
    assert tuple(major for major in EL if parse(line, major).fstab_off) == off


@pytest.mark.parametrize(
    'line, off',
    [
        ('systemd.swap=0', (9, 10)),
        ('systemd.swap=0 systemd.swap', ()),
        ('systemd.swap=f', (9, 10)),
        ('systemd.swap=2', ()),
        ('systemd-swap=0', ()),
    ],
)
def test_systemd_swap_is_unknown_to_el7_and_el8(line, off):
    assert tuple(major for major in EL if parse(line, major).swap_off) == off


@pytest.mark.parametrize(
    'line, off',
    [
        ('systemd.gpt_auto=0', (7, 8, 9, 10)),
        ('systemd.gpt-auto=0', (8, 9, 10)),
        ('systemd.gpt_auto=0 systemd.gpt_auto', (7,)),
        ('systemd.gpt_auto=0 systemd.gpt_auto=1', ()),
    ],
)
def test_gpt_auto(line, off):
    assert tuple(major for major in EL if parse(line, major).gpt_off) == off


def test_swap_extra_is_an_entry_from_el9_on():
    for major in EL:
        found = parse(
            'systemd.swap-extra=LABEL=a:noauto,pri=1 systemd.swap-extra=/b systemd.swap-extra= rd.x=1',
            major,
        )
        assert [(one.entry.device, one.entry.options) for one in found.extra] == (
            [('/dev/disk/by-label/a', ('noauto', 'pri=1')), ('/b', ())] if major >= 9 else []
        )


@pytest.mark.parametrize(
    'line, wanted',
    [
        ('', None),
        ('systemd.zram', True),
        ('systemd.zram=0', False),
        ('systemd.zram=off systemd.zram=2', False),
        ('systemd.zram=False', None),
        ('systemd.zram=0 systemd.zram=on', True),
    ],
)
def test_zram_takes_only_small_letters(line, wanted):
    assert parse(line, 10).zram is wanted


def test_a_release_that_cannot_be_told_is_taken_for_the_newest(image, host):
    host.files({'/etc/os-release': 'ID=rocky\nID_LIKE=rhel\nVERSION_ID=9.4\n'})
    assert swapargs.systemd_of(host) == Systemd(252, True)
    host.files({'/etc/os-release': 'ID=debian\nVERSION_ID=12\n', '/usr/lib/systemd/libsystemd-shared-252.so': ''})
    assert swapargs.systemd_of(host) == Systemd(252, False)
    host.files({'/etc/os-release': 'ID=other\n', '/usr/lib/systemd/libsystemd-shared-252.so': None})
    assert swapargs.systemd_of(host) == Systemd(999, True)


def test_an_image_without_a_boot_loader_says_so(image):
    said = swapargs.switches(image, EL[9])
    assert said.unread and said._replace(unread=None) == swapargs.Switches()


@given(
    st.lists(
        st.sampled_from(
            ['fstab', 'systemd.swap', 'systemd.gpt_auto', 'systemd.zram', 'systemd.swap-extra', 'rd.x']
        ).flatmap(lambda name: st.text(max_size=8).map(lambda value: name + value)),
        max_size=5,
    )
)
def test_any_words_are_switches(words):
    for systemd in EL.values():
        assert isinstance(swapargs.parse([(word, 'x') for word in words], systemd), swapargs.Switches)
