"""What a plan writes so that boot leaves the wanted value, and nothing else in the files."""
import doctest

import pytest

from nodeprep.linux import sysctlplan
from nodeprep.linux.sysctlboot import BRIDGE_4, BRIDGE_6, IP_FORWARD, left
from nodeprep.linux.sysctlplan import OURS, plan
from tests.fakes import Link

WANTED = {IP_FORWARD: '1'}


def centos(host, major, files):
    return host.files({'/etc/os-release': f'ID=centos\nVERSION_ID={major}\n', '/lib': Link('usr/lib'),
                       '/proc/cmdline': 'quiet\n', **files})


def written(changes):
    return {change.path: change.text for change in changes}


def after(host, changes):
    host.files(written(changes))
    return {path: one.value for path, one in left(host).items()}


def test_doctests():
    assert doctest.testmod(sysctlplan).failed == 0


def test_a_new_file_with_our_key(host):
    changes, why = plan(centos(host, 9, {}), WANTED)
    assert [(one.path, one.was) for one in changes] == [(OURS, None)] and not why
    assert changes[0].text.endswith('\nnet.ipv4.ip_forward = 1\n') and changes[0].text.startswith('#')
    assert after(host, changes)[IP_FORWARD] == '1'


def test_what_another_requirement_put_there_stays(host):
    ours = '# mine\nnet.bridge.bridge-nf-call-iptables = 1\n'
    changes, _ = plan(centos(host, 9, {OURS: ours}), WANTED)
    assert written(changes) == {OURS: ours + 'net.ipv4.ip_forward = 1\n'} and changes[0].was == ours


def test_a_wrong_line_of_ours_is_put_right_in_its_place(host):
    changes, _ = plan(centos(host, 9, {OURS: 'net.ipv4.ip_forward = 0\nkernel.x = 1\n'}), WANTED)
    assert written(changes) == {OURS: 'net.ipv4.ip_forward = 1\nkernel.x = 1\n'}


def test_on_el7_the_line_of_sysctl_conf_is_edited_too(host):
    conf = '# vm\r\nvm.swappiness = 1\r\n net.ipv4.ip_forward=0\r\nlast = 1'
    centos(host, 7, {'/etc/sysctl.conf': conf})
    changes, _ = plan(host, WANTED)
    assert written(changes)['/etc/sysctl.conf'] == conf.replace('forward=0', 'forward=1')
    assert [one.was for one in changes if one.path == '/etc/sysctl.conf'] == [conf]
    assert after(host, changes)[IP_FORWARD] == '1'


@pytest.mark.parametrize('major', [8, 9, 10])
def test_later_releases_need_no_edit_of_sysctl_conf(host, major):
    centos(host, major, {'/etc/sysctl.conf': 'net.ipv4.ip_forward=0\n',
                         '/etc/sysctl.d/99-sysctl.conf': Link('../sysctl.conf')})
    changes, _ = plan(host, WANTED)
    assert [one.path for one in changes] == [OURS] and after(host, changes)[IP_FORWARD] == '1'


def test_a_file_that_sorts_after_ours_is_edited_in_one_line(host):
    text = '# hardening\nnet.ipv4.ip_forward = 0   \nnet.ipv4.tcp_syncookies = 1\n'
    centos(host, 9, {'/etc/sysctl.d/zzz-cis.conf': text})
    changes, _ = plan(host, WANTED)
    assert written(changes)['/etc/sysctl.d/zzz-cis.conf'] == text.replace('ip_forward = 0   ', 'ip_forward = 1')
    assert after(host, changes)[IP_FORWARD] == '1'


def test_a_file_of_a_package_is_not_edited_but_replaced_by_a_copy_in_etc(host):
    centos(host, 9, {'/usr/lib/sysctl.d/zzz.conf': 'kernel.x = 1\nnet.ipv4.ip_forward = 0\n'})
    changes, _ = plan(host, WANTED)
    assert written(changes)['/etc/sysctl.d/zzz.conf'] == 'kernel.x = 1\nnet.ipv4.ip_forward = 1\n'
    assert not any(one.path.startswith('/usr') for one in changes) and after(host, changes)[IP_FORWARD] == '1'


def test_the_other_name_of_the_variable_is_set_when_it_would_win(host):
    # The same value said earlier keeps its early place, so ours alone would be overwritten by b.conf.
    centos(host, 9, {'/etc/sysctl.d/a.conf': 'net.ipv4.ip_forward=1\n',
                     '/etc/sysctl.d/b.conf': 'net.ipv4.conf.all.forwarding=0\n'})
    changes, _ = plan(host, WANTED)
    assert [one.path for one in changes] == [OURS] and 'net.ipv4.conf.all.forwarding = 1\n' in changes[0].text
    assert after(host, changes)[IP_FORWARD] == '1'


def test_a_line_that_takes_the_key_out_is_made_an_assignment(host):
    centos(host, 9, {'/etc/sysctl.d/zzz.conf': 'kernel.x=1\n-net.ipv4.ip_forward\n'})
    changes, _ = plan(host, WANTED)
    assert written(changes)['/etc/sysctl.d/zzz.conf'] == 'kernel.x=1\nnet.ipv4.ip_forward = 1\n'
    assert after(host, changes)[IP_FORWARD] == '1'


def test_several_keys_are_one_write_of_one_file(host):
    centos(host, 7, {'/usr/lib/sysctl.d/00-system.conf': 'net.bridge.bridge-nf-call-iptables = 0\n'
                                                         'net.bridge.bridge-nf-call-ip6tables = 0\n'})
    changes, _ = plan(host, {BRIDGE_4: '1', BRIDGE_6: '1'})
    assert [one.path for one in changes] == [OURS]
    assert after(host, changes)[BRIDGE_4] == after(host, changes)[BRIDGE_6] == '1'


@pytest.mark.parametrize('files, said', [
    ({OURS: Link('/dev/null')}, 'link'),
    ({OURS: {}}, 'folder'),
    ({'/etc/systemd/system/systemd-sysctl.service': Link('/dev/null')}, 'masked'),
])
def test_where_no_write_would_help_the_reason_is_told(host, files, said):
    changes, why = plan(centos(host, 9, files), WANTED)
    assert changes == () and said in why
