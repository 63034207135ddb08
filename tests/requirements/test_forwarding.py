"""IP forwarding, now and at boot."""
import pytest

from nodeprep import catalogue, engine
from nodeprep.model import Write
from tests.conftest import wants
from tests.fakes import Link

FORWARDING = catalogue.load('forwarding')
KEY, PROC, OURS = 'net.ipv4.ip_forward', '/proc/sys/net/ipv4/ip_forward', '/etc/sysctl.d/zz-nodeprep.conf'
TWO_NETWORKS = ('Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n'
                'eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n'
                'eth1\t0001000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n')


def centos(host, major=9, files=None):
    return host.files({'/etc/os-release': f'ID="centos"\nVERSION_ID="{major}"\n', '/lib': Link('usr/lib'),
                       '/proc/cmdline': 'quiet\n', PROC: '1\n', **(files or {})})


def look(host, **changed):
    return engine.examine(FORWARDING, host, wants(FORWARDING, **changed))


def only(finding, when, subject=KEY):
    return next(one for one in finding.observations if one.when == when and one.subject == subject)


def test_right_now_and_gone_after_a_boot(host):
    finding = look(centos(host))
    assert (finding.now, finding.boot) == ('met', 'drifted')
    assert only(finding, 'now').source == PROC
    assert only(finding, 'boot').found == '0, the default of the kernel'
    assert only(finding, 'boot').kubeadm == 'FileContent--proc-sys-net-ipv4-ip_forward'


@pytest.mark.parametrize('text, met', [('1\n', True), ('0\n', False), ('2\n', False), ('10\n', False), ('', False)])
def test_the_value_now(host, text, met):
    one = only(look(centos(host, files={PROC: text})), 'now')
    assert one.met is met
    assert one.fix == (() if met else (Write(PROC, '1\n', was=text),))


def test_after_the_plan_it_is_met_and_nothing_is_left_to_do(host):
    centos(host, 7, {PROC: '0\n', '/etc/sysctl.conf': '# x\nnet.ipv4.ip_forward = 0\n'})
    changes = [change for one in look(host).observations for change in one.fix]
    host.files({change.path: change.text for change in changes})
    after = look(host)
    assert (after.now, after.boot) == ('met', 'met')
    assert [one.fix for one in after.observations] == [(), ()]


def test_el7_names_sysctl_conf_and_that_it_is_applied_late(host):
    centos(host, 7, {'/etc/sysctl.conf': '# x\nnet.ipv4.ip_forward = 0\n', OURS: KEY + ' = 1\n'})
    one = only(look(host), 'boot')
    assert (one.source, one.met) == ('/etc/sysctl.conf:2', False) and 'after every file' in one.hint
    assert '/etc/sysctl.conf' in [change.path for change in one.fix]


def test_ipv6_is_asked_for_dual_stack_alone(host):
    files = {'/proc/sys/net/ipv6/conf/all/forwarding': '0\n', '/proc/sys/net/ipv6/conf/default/forwarding': '1\n'}
    assert len(look(centos(host, files=files)).observations) == 2
    finding = look(host, ipv6=True)
    assert only(finding, 'now', 'net.ipv6.conf.all.forwarding').met is False
    default = only(finding, 'now', 'net.ipv6.conf.default.forwarding')
    assert default.met and default.kubeadm == 'FileContent--proc-sys-net-ipv6-conf-default-forwarding'
    host.files({change.path: change.text for one in finding.observations for change in one.fix})
    assert look(host, ipv6=True).state == 'met'


def test_a_kernel_without_ipv6_is_told_and_nothing_is_written(host):
    one = only(look(centos(host), ipv6=True), 'now', 'net.ipv6.conf.all.forwarding')
    assert one.met is False and one.fix == () and 'IPv6' in one.found


def test_docker_is_told_and_not_counted_on(host):
    unit = '/usr/lib/systemd/system/docker.service'
    centos(host, files={unit: '[Service]\nExecStart=/usr/bin/dockerd\n[Install]\nWantedBy=multi-user.target\n',
                        '/usr/lib/systemd/system/multi-user.target': '[Unit]\n',
                        '/etc/systemd/system/default.target': Link('/usr/lib/systemd/system/multi-user.target'),
                        '/etc/systemd/system/multi-user.target.wants/docker.service': Link(unit)})
    one = only(look(host), 'boot')
    assert one.met is False and 'Docker' in one.hint


@pytest.mark.parametrize('value, said', [('0\n', True), ('1\n', False)])
def test_a_host_in_several_networks_becomes_a_router(host, value, said):
    one = only(look(centos(host, files={PROC: value, '/proc/net/route': TWO_NETWORKS})), 'now')
    assert ('eth0, eth1' in one.hint and 'router' in one.hint) is said


TUNED = {'/etc/tuned/active_profile': 'mine\n', '/etc/tuned/mine/tuned.conf': '[sysctl]\nnet.ipv4.ip_forward=0\n',
         '/usr/lib/systemd/system/tuned.service': '[Service]\nExecStart=/usr/sbin/tuned\n',
         '/usr/lib/systemd/system/multi-user.target': '[Unit]\n',
         '/etc/systemd/system/default.target': Link('/usr/lib/systemd/system/multi-user.target'),
         '/etc/systemd/system/multi-user.target.wants/tuned.service': Link('/usr/lib/systemd/system/tuned.service')}


def test_tuned_is_named_when_nothing_in_etc_puts_its_value_right(host):
    centos(host, files={**TUNED, '/usr/lib/sysctl.d/k8s.conf': KEY + ' = 1\n'})
    finding = look(host)
    assert only(finding, 'boot').met is True
    one = only(finding, 'boot', KEY + ' by tuned')
    assert one.met is False and one.source == '/etc/tuned/mine/tuned.conf:2'
    assert [change.path for change in one.fix] == [OURS]
    host.files({change.path: change.text for change in one.fix})
    assert look(host).boot == 'met'


def test_tuned_that_does_not_apply_the_files_again_is_left_to_a_person(host):
    centos(host, files={**TUNED, OURS: KEY + ' = 1\n', '/etc/tuned/tuned-main.conf': 'reapply_sysctl = 0\n'})
    one = only(look(host), 'boot', KEY + ' by tuned')
    assert one.met is False and one.fix == () and 'reapply_sysctl' in one.hint


def test_tuned_that_is_not_started_says_nothing(host):
    files = {path: text for path, text in TUNED.items() if 'wants' not in path}
    assert len(look(centos(host, files={**files, OURS: KEY + ' = 1\n'})).observations) == 2


def test_whether_tuned_starts_may_be_unknown_and_hides_nothing_else(host):
    files = {path: text for path, text in TUNED.items() if 'target' not in path}
    finding = look(centos(host, files={**files, OURS: KEY + ' = 1\n'}))
    assert only(finding, 'boot').met is True
    assert finding.boot == 'unknown'
    assert only(finding, 'boot', KEY + ' by tuned').source == '/etc/tuned/mine/tuned.conf:2'


def test_a_host_without_proc_cannot_be_told(host):
    host.files({'/etc/os-release': 'ID=centos\nVERSION_ID=9\n'})
    assert look(host).now == 'unknown'


def test_an_unknown_systemd_is_unknown_at_boot(host):
    host.files({'/etc/os-release': 'ID=gentoo\n', PROC: '1\n', '/proc/cmdline': ''})
    finding = look(host)
    assert (finding.now, finding.boot) == ('met', 'unknown')


def test_an_image(image):
    image.files({'/etc/os-release': 'ID=centos\nVERSION_ID=8\n', OURS: KEY + ' = 1\n'})
    finding = look(image)
    assert (finding.now, finding.boot, image.asked) == ('not-applicable', 'met', [])
