"""unitpresets: what presets say, and the first boot of an image, which applies them."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import unitpresets
from nodeprep.linux.units import enablement, starts_at_boot
from tests.fakes import Link

USR, ETC = '/usr/lib/systemd/system-preset/', '/etc/systemd/system-preset/'
EL = {'el7': 'ID="centos"\nVERSION_ID="7"\n', 'el8': 'ID="rocky"\nVERSION_ID="8.10"\nPLATFORM_ID="platform:el8"\n',
      'el9': 'ID="centos"\nVERSION_ID="9"\nPLATFORM_ID="platform:el9"\n'}
STOCK = {USR + '90-default.preset': '# systemd\nenable firewalld.service\nenable getty@.service tty1\n',
         USR + '99-default-disable.preset': 'disable *\n'}


@pytest.mark.parametrize('files, name, enables, source', [
    ({}, 'a.service', True, 'no preset names it'),
    (STOCK, 'firewalld.service', True, USR + '90-default.preset:2'),
    (STOCK, 'docker.service', False, USR + '99-default-disable.preset:1'),
    (STOCK, 'getty@tty1.service', True, USR + '90-default.preset:3'),
    (STOCK, 'getty@tty2.service', False, USR + '99-default-disable.preset:1'),
    (dict(STOCK, **{ETC + '10-x.preset': 'disable fire*\n'}), 'firewalld.service', False, ETC + '10-x.preset:1'),
    (dict(STOCK, **{ETC + '90-default.preset': ''}), 'firewalld.service', False, USR + '99-default-disable.preset:1'),
    (dict(STOCK, **{ETC + '10-x.conf': 'disable *\n'}), 'firewalld.service', True, USR + '90-default.preset:2')])
def test_the_first_line_that_matches_counts(image, files, name, enables, source):
    assert unitpresets.preset(image.files(files), name) == (enables, source)


@pytest.mark.parametrize('release, machine_id, first', [
    ('el7', None, False), ('el8', None, True), ('el9', None, True), ('el8', 'uninitialized\n', False),
    ('el9', 'uninitialized\n', True), ('el8', '', False), ('el9', '', False),
    ('el9', '0123456789abcdef' * 2 + '\n', False)])
def test_the_first_boot(image, release, machine_id, first):
    image.files(STOCK).files({'/etc/os-release': EL[release], '/etc/machine-id': machine_id})
    assert bool(unitpresets.first_boot(image)) is first


@pytest.mark.parametrize('target, files, starts', [
    ('multi-user.target', {}, True), ('other.target', {}, False),
    ('multi-user.target', {'/etc/machine-id': '1\n'}, False),
    ('multi-user.target', {ETC + '1.preset': 'disable firewalld.service\n'}, False),
    ('multi-user.target', {'/etc/systemd/system/firewalld.service': Link('/dev/null')}, False)])
def test_the_first_boot_of_an_image_starts_what_its_presets_enable(image, target, files, starts):
    image.files(STOCK).files({
        '/etc/os-release': EL['el9'], '/usr/lib/systemd/system/multi-user.target': '[Unit]\n#\n',
        '/usr/lib/systemd/system/default.target': Link('multi-user.target'),
        '/usr/lib/systemd/system/firewalld.service': f'[Service]\nExecStart=/x\n[Install]\nWantedBy={target}\n'})
    image.files(files)
    assert enablement(image, 'firewalld.service').state in ('disabled', 'masked')
    found, source = starts_at_boot(image, 'firewalld.service')
    assert found is starts and ('machine-id is absent' in source) is starts


@given(st.binary().map(lambda data: data.decode('utf-8', 'surrogateescape')))
def test_any_bytes_are_rules(text):
    assert all(rule.patterns and rule.source.startswith('p:') for rule in unitpresets.parse(text, 'p'))
