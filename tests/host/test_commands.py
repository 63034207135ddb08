"""Commands are lists, in the C locale, with a fixed PATH, no input and a time limit."""
import os

import pytest

from nodeprep.host import Host
from nodeprep.model import CannotTell

pytestmark = pytest.mark.reaches_machine


def test_a_command_is_a_list(host):
    for one in (Host(), host):
        with pytest.raises(TypeError):
            one.ask('true')


def test_locale_path_folder_and_input_are_fixed(monkeypatch):
    monkeypatch.setenv('LC_ALL', 'de_DE.UTF-8')
    monkeypatch.setenv('PATH', '/nowhere')
    monkeypatch.setenv('LD_PRELOAD_X', 'x')
    told = dict(line.split('=', 1) for line in Host().ask(['env']).out.splitlines())
    assert told['LC_ALL'] == 'C' and '/usr/sbin' in told['PATH'] and set(told) == {'LC_ALL', 'PATH', 'HOME'}
    assert Host().ask(['cat']) == (0, '', '')
    assert Host().ask(['pwd']).out == '/\n'


def test_code_and_both_outputs_are_told():
    done = Host().ask(['sh', '-c', 'printf a\\\\377; echo b >&2; exit 3'])
    assert done == (3, 'a\udcff', 'b\n')


def test_what_does_not_end_is_ended():
    with pytest.raises(CannotTell, match='did not answer within 0.1 s'):
        Host().ask(['sleep', '9'], timeout=0.1)


def test_what_is_not_installed_cannot_tell():
    with pytest.raises(CannotTell, match='no-such-program is not installed'):
        Host().ask(['no-such-program'])


def test_nothing_is_run_in_an_image(tmp_path):
    with pytest.raises(CannotTell, match='this is an image'):
        Host(str(tmp_path)).ask(['true'])


def test_a_program_is_an_executable_file_of_the_host(host):
    host.install('/usr/sbin/conntrack').files({'/usr/bin/text': 'not executable', '/usr/bin/folder/x': ''})
    os.chmod(host.root + '/usr/bin/folder', 0o755)
    assert host.program('conntrack') == '/usr/sbin/conntrack'
    assert [host.program(name) for name in ('text', 'folder', 'absent')] == ['', '', '']
