"""The settings of cloud-init that win."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import cloudinit
from nodeprep.model import CannotTell


def test_a_later_file_wins_and_is_named(host):
    host.files({'/etc/cloud/cloud.cfg': 'users:\n - default\npreserve_hostname: false\nhostname: a\n',
                '/etc/cloud/cloud.cfg.d/99-x.cfg': 'preserve_hostname: True # keep\n',
                '/etc/cloud/cloud.cfg.d/05-y.cfg': '#\npreserve_hostname: false\nmanage_etc_hosts: localhost\n',
                '/etc/cloud/cloud.cfg.d/99-z.cfg.rpmnew': 'preserve_hostname: false\n',
                '/etc/cloud/cloud.cfg.d/README': 'hostname: b\n', '/etc/cloud/cloud.cfg.d/a.cfg': {}})
    found = cloudinit.settings(host)
    assert found['preserve_hostname'] == ('True', '/etc/cloud/cloud.cfg.d/99-x.cfg:1')
    assert found['preserve_hostname'].true
    assert found['hostname'] == ('a', '/etc/cloud/cloud.cfg:4')
    assert found['manage_etc_hosts'] == ('localhost', '/etc/cloud/cloud.cfg.d/05-y.cfg:3')


@pytest.mark.parametrize('value, true', [('true', True), ('Yes', True), ("'1'", True), ('on', True), ('false', False),
                                         ('template', False), ('localhost', False)])
def test_what_cloud_init_takes_for_true(value, true):
    assert cloudinit.parse(f'k: {value}\r\n', 'f')['k'].true is true


@pytest.mark.parametrize('text', ['k:\n  v: 1\n', 'k: [a]\n', 'k: |\n  preserve: x\n', 'k: {a: b}\n', '- k: v\n',
                                  'k:v\n', '# k: v\n', 'k: "unfinished\n', 'k: # nothing\n', 'k: ""\n'])
def test_what_is_no_plain_value_is_passed_over(text):
    assert cloudinit.parse(text, 'f') == {}


def test_a_file_in_one_line_cannot_be_told():
    with pytest.raises(CannotTell) as error:
        cloudinit.parse('#x\n{"preserve_hostname": true}\n', 'f')
    assert error.value.source == 'f:2'


def test_a_file_that_only_root_may_read_is_named(host):
    host.files({'/etc/cloud/cloud.cfg': '', '/etc/cloud/cloud.cfg.d/90.cfg': 'a: b\n'})
    host.denied.add('/etc/cloud/cloud.cfg.d/90.cfg')
    with pytest.raises(CannotTell) as error:
        cloudinit.settings(host)
    assert error.value.source == '/etc/cloud/cloud.cfg.d/90.cfg'


@pytest.mark.parametrize('files, runs', [
    ({'/etc/cloud/cloud.cfg': ''}, False), ({'/usr/bin/cloud-init': ''}, False),
    ({'/etc/cloud/cloud.cfg': '', '/usr/bin/cloud-init': ''}, True),
    ({'/etc/cloud/cloud.cfg': '', '/usr/bin/cloud-init': '', '/etc/cloud/cloud-init.disabled': ''}, False)])
def test_is_it_there_and_on(host, files, runs):
    assert cloudinit.runs(host.files(files)) is runs


@given(st.binary(max_size=300))
def test_any_bytes_give_settings_or_cannot_tell(noise):
    try:
        assert all(one.value for one in cloudinit.parse(noise.decode('utf-8', 'surrogateescape'), 'f').values())
    except CannotTell as error:
        assert error.source.startswith('f:')
