"""product_uuid, machine-id and MAC addresses that are a machine's own."""
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodeprep.engine import examine
from nodeprep.model import DRIFTED, MET, UNKNOWN
from nodeprep.requirements.identity import Identity
from tests.conftest import wants
from tests.fakes import Link
from tests.linux.test_interfaces import card

UUID, ID = '4c4c4544-0042-3510-8052-b3c04f4b4e32', 'd41d8cd98f00b204e9800998ecf8427e'
WHOLE = {'/sys/class/dmi/id/product_uuid': UUID + '\n', '/etc/machine-id': ID + '\n', **card('eth0'),
         '/var/lib/dbus/machine-id': Link('/etc/machine-id'),
         '/proc/self/mountinfo': '21 1 253:0 / / rw,relatime shared:1 - xfs /dev/mapper/cl-root rw\n'}


def look(host):
    return examine(Identity(), host, wants(Identity))


def by_subject(host, when='now'):
    return {one.subject: one for one in look(host).observations if one.when == when}


def test_a_machine_with_all_three_is_met_now_and_at_boot(host):
    found = look(host.files(WHOLE))
    assert (found.now, found.boot, found.note) == ('met', 'met', '')
    assert [(one.subject, one.found, one.source) for one in found.observations] == [
        ('product_uuid', UUID, '/sys/class/dmi/id/product_uuid'), ('machine-id', ID, '/etc/machine-id'),
        ('eth0', '52:54:00:12:34:56', '/sys/class/net/eth0/address'), ('machine-id', ID, '/etc/machine-id')]
    assert 'the master tells' in found.observations[0].wanted


def test_a_machine_without_dmi_is_told_in_the_note(host):
    found = look(host.files({**WHOLE, '/sys/class/dmi/id/product_uuid': None}))
    assert found.now == 'met'
    assert found.note == 'this machine has no product_uuid: its firmware tells none'


def test_a_plain_user_cannot_tell_the_product_uuid(host):
    host.files(WHOLE).denied.add('/sys/class/dmi/id/product_uuid')
    found = by_subject(host)
    assert {name: one.state for name, one in found.items()} == {'product_uuid': UNKNOWN, 'machine-id': MET, 'eth0': MET}
    assert (found['product_uuid'].source, found['product_uuid'].hint) == ('/sys/class/dmi/id/product_uuid',
                                                                         'only root may read it')


@pytest.mark.parametrize('value', ['03000200-0400-0500-0006-000700080009', 'Not Settable', '', '\xff' * 200])
def test_a_placeholder_is_refused(host, value):
    found = by_subject(host.files({**WHOLE, '/sys/class/dmi/id/product_uuid': value}))['product_uuid']
    assert found.met is False
    assert 'hypervisor' in found.hint


@pytest.mark.parametrize('value', [None, '', 'uninitialized\n', 'abc\n', '0' * 32])
def test_a_running_machine_without_a_whole_machine_id_has_drifted_now_and_at_boot(host, value):
    found = look(host.files({**WHOLE, '/etc/machine-id': value}))
    assert (found.now, found.boot) == ('drifted', 'drifted')
    assert 'systemd-machine-id-setup' in found.observations[1].hint
    assert not any(one.fix for one in found.observations)


def test_a_node_keeps_its_machine_id(host):
    found = by_subject(host.files({**WHOLE, '/etc/machine-id': '', '/etc/kubernetes/kubelet.conf': 'x'}))['machine-id']
    assert 'drain and rejoin' in found.hint


def test_a_machine_id_of_this_boot_alone_is_lost_at_the_next(host):
    line = '44 21 0:23 /machine-id /etc/machine-id ro,nosuid,nodev - tmpfs tmpfs rw,mode=755\n'
    found = look(host.files({**WHOLE, '/proc/self/mountinfo': WHOLE['/proc/self/mountinfo'] + line}))
    assert (found.now, found.boot) == ('met', 'drifted')
    assert found.observations[-1].source == '/proc/self/mountinfo:2'
    assert 'systemd-machine-id-commit' in found.observations[-1].hint


@pytest.mark.parametrize('copy, met', [(ID + '\n', True), ('e' * 32 + '\n', False), ('', False)])
def test_dbus_has_the_same_one(host, copy, met):
    found = by_subject(host.files({**WHOLE, '/var/lib/dbus/machine-id': copy}))['/var/lib/dbus/machine-id']
    assert found.met is met
    assert bool(found.hint) is not met


@pytest.mark.parametrize('mac, assigned, state, advised', [
    ('52:54:00:12:34:56', '0', MET, False), ('00:00:00:00:00:00', '0', DRIFTED, False),
    ('52:54:00:12:34:56', '1', DRIFTED, True), ('52:54:00:12:34:56', '3', MET, False), ('', '0', DRIFTED, False)])
def test_the_address_of_a_card(host, mac, assigned, state, advised):
    found = by_subject(host.files({**WHOLE, **card('eth0', mac=mac, assigned=assigned)}))['eth0']
    assert (found.state, found.advised) == (state, advised)


def test_only_software_interfaces_are_told_in_the_note(host):
    found = look(host.files({**{path: text for path, text in WHOLE.items() if 'eth0' not in path},
                             **card('eth0', bus='virtual')}))
    assert (found.now, found.note) == ('met', 'no network card of its own: all its interfaces are made by software')


def test_without_sys_the_cards_are_unknown_and_the_rest_is_told(host):
    found = look(host.files({'/etc/machine-id': ID}))
    assert found.now == 'unknown'
    assert [one.state for one in found.observations if one.when == 'now'] == [MET, UNKNOWN]


@pytest.mark.parametrize('value, found, state, advised', [
    (None, 'absent', MET, False), ('', 'empty', MET, False), ('uninitialized\n', 'uninitialized', MET, False),
    (ID + '\n', f'{ID}: every clone will share it', DRIFTED, True), ('junk', 'junk is not 32 lower', DRIFTED, False)])
def test_an_image_is_right_to_have_none(image, value, found, state, advised):
    seen = look(image.files({'/etc/hostname': 'x', '/etc/machine-id': value}))
    assert seen.now == 'not-applicable'
    assert [(one.state, one.advised) for one in seen.observations] == [(state, advised)]
    assert seen.observations[0].found.startswith(found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(noise=st.binary(max_size=100), path=st.sampled_from(sorted(path for path in WHOLE if 'class/net' not in path)))
def test_any_bytes_give_a_verdict(host, noise, path):
    found = look(host.files({**WHOLE, path: noise}))
    assert not any('fault in nodeprep' in one.hint for one in found.observations)
