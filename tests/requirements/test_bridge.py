"""Bridged traffic through iptables: the module and its two sysctls, now and at boot."""
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep import catalogue, engine
from nodeprep.model import Run, Write
from tests.conftest import wants
from tests.fakes import FakeHost, Link

BRIDGE = catalogue.load('bridge')
KEYS = ('net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip6tables')
PROC = '/proc/sys/net/bridge/bridge-nf-call-'
OURS, LOADS = '/etc/sysctl.d/zz-nodeprep.conf', '/etc/modules-load.d/nodeprep.conf'
KERNELS = {7: '3.10.0-1160.el7.x86_64', 8: '4.18.0-553.el8.x86_64', 9: '5.14.0-427.el9.x86_64',
           10: '6.12.0-55.el10.x86_64'}
VENDOR = {'/usr/lib/sysctl.d/00-system.conf': ''.join(f'{key} = 0\n' for key in KEYS)}      # as CentOS 7 ships it


def centos(host, major=9, files=None, has_module=True):
    host.kernel = ('Linux', 'node', KERNELS[major], '#1', 'x86_64')
    dep = 'kernel/net/bridge/br_netfilter.ko.xz:\n' if has_module else 'kernel/fs/overlay.ko.xz:\n'
    return host.files({'/etc/os-release': f'ID="centos"\nVERSION_ID="{major}"\n', '/lib': Link('usr/lib'),
                       '/proc/cmdline': 'quiet\n', '/proc/modules': '', '/proc/sys/kernel/ostype': 'Linux\n',
                       f'/usr/lib/modules/{KERNELS[major]}/modules.dep': dep, **(files or {})})


def loaded(value='1'):
    return {PROC + 'iptables': value + '\n', PROC + 'ip6tables': value + '\n',
            '/proc/modules': 'br_netfilter 1 0 - Live 0x0\n'}


def look(host, **changed):
    return engine.examine(BRIDGE, host, wants(BRIDGE, **changed))


def seen(finding, when):
    return {one.subject: one for one in finding.observations if one.when == when}


def carry_out(host, finding):
    """The plan, as far as a folder can take it: files are written, commands are given back."""
    changes = [change for one in finding.observations for change in one.fix]
    host.files({change.path: change.text for change in changes if isinstance(change, Write)})
    return [change.argv for change in dict.fromkeys(changes) if isinstance(change, Run)]


def test_a_host_that_is_right_now_and_at_boot(host):
    centos(host, 9, {**loaded(), '/etc/modules-load.d/k8s.conf': 'br_netfilter\n',
                     '/etc/sysctl.d/k8s.conf': ''.join(f'{key} = 1\n' for key in KEYS)})
    finding = look(host)
    assert (finding.now, finding.boot) == ('met', 'met')
    assert seen(finding, 'boot')[KEYS[1]].source == '/etc/sysctl.d/k8s.conf:2'
    assert seen(finding, 'boot')['br_netfilter'].source == '/etc/modules-load.d/k8s.conf:1'
    assert seen(finding, 'now')[KEYS[0]].source == PROC + 'iptables'
    assert seen(finding, 'now')[KEYS[0]].kubeadm == 'FileContent--proc-sys-net-bridge-bridge-nf-call-iptables'


@pytest.mark.parametrize('major', [7, 8, 9, 10])
def test_a_fresh_host_gets_the_module_and_the_values(host, major):
    centos(host, major, VENDOR if major == 7 else {})
    finding = look(host)
    assert (finding.now, finding.boot) == ('drifted', 'drifted')
    assert 'br_netfilter is not loaded' in seen(finding, 'now')[KEYS[0]].found
    key = seen(finding, 'boot')[KEYS[0]]
    assert 'not loaded when sysctl.d is applied' in key.found and '/etc/modules-load.d' in key.source
    assert ('00-system.conf:1 sets it to 0' in key.hint) is (major == 7)
    assert carry_out(host, finding) == [('modprobe', 'br_netfilter')]
    after = look(host)
    assert (after.now, after.boot) == ('met', 'met')


def test_values_that_are_zero_now_are_written_and_only_they(host):
    centos(host, 9, {**loaded(), PROC + 'ip6tables': '0\n', '/etc/modules-load.d/a.conf': 'br_netfilter\n'})
    finding = look(host)
    assert [one.fix for one in finding.observations if not one.met] == [(Write(PROC + 'ip6tables', '1\n', was='0\n'),)]


def test_the_vendor_s_zero_on_centos_7_is_named_though_the_value_is_right_now(host):
    centos(host, 7, {**loaded(), '/etc/modules-load.d/a.conf': 'br_netfilter\n', **VENDOR})
    finding = look(host)
    assert (finding.now, finding.boot) == ('met', 'drifted')
    one = seen(finding, 'boot')[KEYS[0]]
    assert (one.found, one.source) == ('0', '/usr/lib/sysctl.d/00-system.conf:1')
    assert [change.path for change in one.fix] == [OURS]


def test_a_module_that_is_only_loaded_by_hand_is_gone_after_a_boot(host):
    centos(host, 9, {**loaded(), '/etc/sysctl.d/k8s.conf': ''.join(f'{key} = 1\n' for key in KEYS)})
    finding = look(host)
    assert (finding.now, finding.boot) == ('met', 'drifted')
    assert [change.path for change in seen(finding, 'boot')['br_netfilter'].fix] == [LOADS]


def test_el10_needs_kernel_modules_extra_of_the_very_kernel(host):
    finding = look(centos(host, 10, has_module=False))
    commands = carry_out(host, finding)
    assert ('dnf', '-y', 'install', 'kernel-modules-extra-6.12.0-55.el10.x86_64') in commands
    assert commands.index(('modprobe', 'br_netfilter')) > 0                     # after the package
    assert 'newer kernel' in seen(finding, 'now')['br_netfilter'].hint


def test_el8_and_el9_need_kernel_modules(host):
    assert ('dnf', '-y', 'install', 'kernel-modules-5.14.0-427.el9.x86_64') in carry_out(
        host, look(centos(host, 9, has_module=False)))


@pytest.mark.parametrize('major, said', [(7, 'update the kernel'), (8, 'vault')])
def test_without_a_package_to_be_had_a_person_is_told(host, major, said):
    repos = {'/etc/yum.repos.d/CentOS-Base.repo': '[base]\nmirrorlist=http://mirrorlist.centos.org/?release=8\n'}
    finding = look(centos(host, major, repos, has_module=False))
    for when in ('now', 'boot'):
        one = seen(finding, when)['br_netfilter']
        assert one.met is False and one.fix == () and said in one.hint
        assert seen(finding, when)[KEYS[0]].fix == () and seen(finding, when)[KEYS[0]].hint


def test_an_install_rule_is_left_to_a_person(host):
    rule = {'/etc/modprobe.d/cis.conf': 'install br_netfilter /bin/true\n',
            '/etc/modules-load.d/a.conf': 'br_netfilter\n'}
    finding = look(centos(host, 9, rule))
    for when in ('now', 'boot'):
        one = seen(finding, when)['br_netfilter']
        assert one.fix == () and '/etc/modprobe.d/cis.conf:1' in one.hint


def test_a_blacklist_stops_the_boot_but_not_modprobe(host):
    rule = {'/etc/modprobe.d/cis.conf': 'blacklist br_netfilter\n', '/etc/modules-load.d/a.conf': 'br_netfilter\n'}
    finding = look(centos(host, 9, rule))
    load = Run(('modprobe', 'br_netfilter'), ('modprobe', '-r', 'br_netfilter'))
    assert seen(finding, 'now')['br_netfilter'].fix == (load,)
    assert seen(finding, 'boot')['br_netfilter'].fix == ()


def test_a_kernel_whose_modules_are_gone_needs_a_reboot(host):
    centos(host, 9)
    host.kernel = ('Linux', 'node', '5.14.0-1.el9.x86_64', '#1', 'x86_64')
    one = seen(look(host), 'now')['br_netfilter']
    assert one.met is False and one.fix == () and 'reboot' in one.hint


@pytest.mark.parametrize('kubernetes, setting, advised', [
    ((1, 23), 'auto', False), ((1, 29), 'auto', False), ((1, 30), 'auto', True), ((1, 35), 'required', False),
    ((1, 23), 'advised', True)])
def test_from_kubernetes_1_30_on_it_is_advised(host, kubernetes, setting, advised):
    finding = look(centos(host), kubernetes=kubernetes, wanted=setting)
    assert {one.advised for one in finding.observations if not one.met} == {advised}


def test_who_does_not_want_it_is_not_asked(host):
    finding = look(centos(host), wanted='never')
    assert finding.state == 'not-applicable' and finding.observations == ()


def test_another_network_namespace_is_said_and_not_written_to(host):
    centos(host, 9, {**loaded('0'), '/proc/self/ns/net': Link('net:[2]'), '/proc/1/ns/net': Link('net:[1]')})
    one = seen(look(host), 'now')[KEYS[0]]
    assert one.met is False and one.fix == () and 'namespace' in one.found and 'net:[2]' in one.hint


def test_an_image_is_told_from_its_files_alone(image):
    image.files({'/etc/os-release': 'ID="centos"\nVERSION_ID="9"\n', '/lib': Link('usr/lib'),
                 f'/usr/lib/modules/{KERNELS[9]}/modules.dep': 'kernel/br_netfilter.ko:\n',
                 '/etc/modules-load.d/a.conf': 'br_netfilter\n', '/etc/sysctl.d/a.conf': KEYS[0] + ' = 0\n'})
    finding = look(image)
    assert finding.now == 'not-applicable'
    met = {one.subject: one.met for one in finding.observations}
    assert met == {'br_netfilter': True, KEYS[0]: False, KEYS[1]: True}
    assert image.asked == []


def test_no_package_is_installed_for_an_image(image):
    image.files({'/etc/os-release': 'ID="centos"\nVERSION_ID="10"\n', '/lib': Link('usr/lib'),
                 f'/usr/lib/modules/{KERNELS[10]}/modules.dep': 'kernel/overlay.ko:\n'})
    one = seen(look(image), 'boot')['br_netfilter']
    assert one.fix == () and f'kernel-modules-extra-{KERNELS[10]}' in one.hint


def test_what_cannot_be_read_is_unknown_and_by_name(host):
    centos(host, 9, {**loaded(), '/etc/sysctl.d/a.conf': '', '/etc/modules-load.d/a.conf': 'br_netfilter\n'})
    host.denied.add('/etc/sysctl.d/a.conf')
    finding = look(host)
    assert (finding.now, finding.boot) == ('met', 'unknown')
    assert any(one.source == '/etc/sysctl.d/a.conf' for one in finding.observations if one.met is None)


PATHS = ('/etc/sysctl.conf', '/etc/sysctl.d/a.conf', '/usr/lib/sysctl.d/zzz.conf', '/etc/modules-load.d/a.conf',
         '/etc/modprobe.d/a.conf', '/proc/modules', '/proc/cmdline', '/etc/tuned/active_profile',
         '/etc/tuned/a/tuned.conf', f'/usr/lib/modules/{KERNELS[9]}/modules.dep', PROC + 'iptables')
WORDS = some.sampled_from(['br_netfilter', 'net.bridge.bridge-nf-call-iptables', '=', '1', '0', '-', '*', '\n', 'a',
                           'blacklist ', 'install ', '/bin/true', '[sysctl]\n', 'include=a', 'net.*.[', '{', '\\',
                           '\0', '\xff'])


@settings(deadline=None, max_examples=150)
@given(some.dictionaries(some.sampled_from(PATHS), some.binary(max_size=60) | some.lists(WORDS).map(''.join),
                         max_size=6), some.sampled_from([7, 8, 9, 10]))
def test_any_bytes_in_any_file_give_facts_or_cannot_tell(tmp_path_factory, files, major):
    host = centos(FakeHost(str(tmp_path_factory.mktemp('any'))), major, files)
    for name in ('bridge', 'forwarding', 'kernel-modules'):
        one = catalogue.load(name)
        finding = engine.examine(one, host, wants(one))
        assert finding.observations and all(seen.source for seen in finding.observations)
        assert not [seen for seen in finding.observations if seen.subject == 'nodeprep']


def test_every_observation_has_its_evidence(host):
    for files in ({}, loaded(), loaded('0')):
        assert all(one.source for one in look(centos(host, 9, files)).observations)
