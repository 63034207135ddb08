"""zram-generator's configuration beside what the real one made of it."""

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodeprep.linux import swapargs, zram
from tests.fakes import FakeHost, Link

# [kernel arguments, {path: text, null for a link to /dev/null}, the devices that zram-generator 1.1.2 (the version of
# EL10's AppStream) hooked into swap.target.wants with 4 GiB of memory]: random ones, run with ZRAM_GENERATOR_ROOT.
with open(os.path.join(os.path.dirname(__file__), 'zram_cases.json'), encoding='utf-8') as source:
    CASES = json.load(source)


@pytest.mark.parametrize('number', range(len(CASES)))
def test_the_devices_are_those_of_the_real_generator(image, number):
    arguments, files, wanted = CASES[number]
    image.files({path: Link('/dev/null') if text is None else text for path, text in files.items()})
    said = swapargs.parse([(word, 'x') for word in arguments.split()], swapargs.Systemd(257, True))
    found = zram.devices(image, said.zram, said.zram_source, 4 * 2**20)
    assert [one.name for one in found] == wanted


def test_a_device_is_told_with_the_line_of_its_section(image):
    image.files(
        {
            '/usr/lib/systemd/zram-generator.conf': '# x\n[zram1]\n',
            '/etc/systemd/zram-generator.conf.d/1.conf': '[zram1]\n',
        }
    )
    assert zram.devices(image, None, '', None) == [zram.Device('zram1', '/usr/lib/systemd/zram-generator.conf:2')]
    assert zram.devices(image, True, 'systemd.zram (x)', None)[0] == zram.Device('zram0', 'systemd.zram (x)')


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=50)
def test_any_bytes_are_settings(tmp_path_factory, data):
    root = tmp_path_factory.mktemp('image')
    host = FakeHost(str(root), live=False).files({'/etc/systemd/zram-generator.conf': data})
    for device in zram.devices(host, None, '', 1):
        assert device.name.startswith('zram') and device.source.startswith('/etc/systemd/zram-generator.conf:')
