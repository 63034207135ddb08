"""The engine: found, told from its look-alike, judged now and for the next boot, and never woken."""
import os
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from nodeprep.catalogue import load
from nodeprep.engine import examine
from nodeprep.host import Answer
from nodeprep.linux.dockersocket import ASK
from nodeprep.model import CannotTell, Run, Write
from tests.conftest import wants
from tests.fakes import FakeHost, Link
from tests.linux.test_dockerapi import INFO, PING, SOCKET, VERSION, answering
from tests.linux.test_dockerpackages import REPO

LIB, WANTS = '/usr/lib/systemd/system/', '/etc/systemd/system/multi-user.target.wants/'
UNIT, FILE = LIB + 'docker.service', '/etc/docker/daemon.json'
V2 = '30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n'
V1 = ('30 23 0:26 / /sys/fs/cgroup ro shared:4 - tmpfs tmpfs ro\n'
      '31 30 0:27 / /sys/fs/cgroup/memory rw shared:5 - cgroup cgroup rw,memory\n')
SYSTEMD = {
    '/etc/os-release': 'ID=centos\nVERSION_ID=9\nPRETTY_NAME="CentOS Stream 9"\n',
    '/proc/cmdline': 'quiet\n', '/proc/self/mountinfo': V2, '/proc/1/comm': 'systemd\n', '/run/systemd/system': {},
    '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
    '/etc/systemd/system/default.target': Link(LIB + 'multi-user.target'),
    LIB + 'multi-user.target': '[Unit]\nDescription=x\n',
}
INSTALLED = dict(SYSTEMD, **{
    UNIT: '[Service]\nExecStart=/usr/bin/dockerd -H fd://\n[Install]\nWantedBy=multi-user.target\n',
    LIB + 'docker.socket': '[Socket]\n[Install]\nWantedBy=sockets.target\n'})
LINK = WANTS + 'docker.service'
ENABLED = dict(INSTALLED, **{LINK: Link(UNIT)})
RUNS = '/sys/fs/cgroup/system.slice/docker.service/cgroup.procs'
DOCKERD = {'/proc/812/comm': 'dockerd\n', '/proc/812/cmdline': '/usr/bin/dockerd\0'}
RUNNING = dict(ENABLED, **{RUNS: '812\n'}, **DOCKERD)
EL7 = 'ID="centos"\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7 (Core)"\n'
ON_EL7 = {'/etc/os-release': EL7, '/proc/self/mountinfo': V1}


def seen(host, half='now', **want):
    """{subject: observation} of one half, the engine in between as in a real round."""
    requirement = load('docker')
    found = examine(requirement, host, wants(requirement, **want)).observations
    assert all(one.source for one in found), 'every observation names its source'
    return {one.subject: one for one in found if one.when == half}


def connected(host):
    return [argv for argv in host.asked if argv[0].startswith('unix:')]


def socket_at(host, path):
    os.makedirs(os.path.dirname(host.root + path), exist_ok=True)
    os.mknod(host.root + path, stat.S_IFSOCK | 0o600)


def test_an_engine_as_it_should_be(host):
    requirement = load('docker')
    finding = examine(requirement, answering(host.files(RUNNING)), wants(requirement))
    assert (finding.now, finding.boot) == ('met', 'met'), finding.observations
    told = {(one.when, one.subject): (one.found, one.source) for one in finding.observations}
    assert told['now', 'docker.service'] == ('active', RUNS)
    assert told['now', SOCKET] == ('Docker Engine 24.0.7 answers', SOCKET + ' GET /version')
    assert told['boot', 'docker.service'] == ('enabled, starts at boot', LINK)
    assert told['boot', 'cgroup driver'][1].startswith("dockerd's own choice on cgroup v2: /proc/self/mountinfo")


# The unit, now

def test_a_stopped_engine_is_not_woken(host):
    one = seen(answering(host.files(ENABLED)))['docker.service']
    assert (one.found, one.met, connected(host)) == ('inactive', False, [])
    assert one.fix == (Run(('systemctl', 'enable', '--now', 'docker.service'),
                           ('systemctl', 'disable', '--now', 'docker.service')),)


@pytest.mark.parametrize('state', ['deactivating', 'activating', 'inactive', 'failed'])
def test_an_engine_that_ends_or_begins_is_not_woken(host, state):
    """Its processes are there still, or already; whoever connects then waits for systemd, which starts it for them."""
    answering(host.files(RUNNING)).answers[ASK] = Answer(0, f'ActiveState={state}\n', '')
    found = seen(host)
    assert (found[SOCKET].met, found[SOCKET].source) == (None, ' '.join(ASK))
    assert found[SOCKET].found == f'docker.service is {state}, and a connection would have systemd start it'
    assert connected(host) == []
    assert seen(host.files({LIB + 'docker.socket': None}))[SOCKET].met, 'nobody but dockerd listens then'


@pytest.mark.parametrize('files, told', [
    ({'/proc/812/comm': 'docker-proxy\n'}, 'docker-proxy, process 812'),
    ({RUNS: '812\n813\n814\n815\n', '/proc/812/comm': 'docker-proxy\n', '/proc/813/comm': 'docker-containe\n',
      '/proc/814/comm': 'sh\n', '/proc/815/comm': 'sh\n'},
     'docker-proxy, process 812; docker-containe, process 813; sh, process 814; and 1 more'),
    ({RUNS: None, RUNS.replace('procs', 'events'): 'populated 1\n', '/proc/812/comm': None}, 'processes')])
@pytest.mark.parametrize('state', ['inactive', 'failed'])
def test_what_an_engine_left_behind_is_no_engine(host, files, told, state):
    """live-restore lets containers go on without dockerd, and a stop ends dockerd alone (KillMode=process)."""
    answering(host.files(dict(RUNNING, **files))).answers[ASK] = Answer(0, f'ActiveState={state}\n', '')
    found = seen(host)
    one = found['docker.service']
    assert one.met is False
    assert one.found == f'no dockerd runs; its control group still holds what it left behind ({told})'
    assert one.fix == () and 'systemctl start docker.service' in one.hint and one.source.startswith(RUNS[:-12])
    assert SOCKET not in found and connected(host) == []


def test_what_was_left_behind_where_nobody_else_listens_is_no_engine_either(host):
    host.files(dict(RUNNING, **{LIB + 'docker.socket': None, '/proc/812/comm': 'docker-proxy\n'}))
    assert seen(host)['docker.service'].met is False


def test_an_engine_of_another_name_is_none_that_is_gone(host):
    unit = ENABLED[UNIT].replace('/usr/bin/dockerd', '/opt/bin/engined')
    answering(host.files(dict(RUNNING, **{UNIT: unit, '/proc/812/comm': 'engined\n'}))).answers[ASK] = \
        Answer(0, 'ActiveState=inactive\n', '')
    assert seen(host)[SOCKET].met is None


@pytest.mark.parametrize('answer', [Answer(0, 'ActiveState=deactivating\n', ''), Answer(1, '', 'no bus')])
def test_an_engine_is_gone_once_systemd_says_so(host, answer):
    answering(host.files(dict(RUNNING, **{'/proc/812/comm': 'docker-proxy\n'}))).answers[ASK] = answer
    assert seen(host)[SOCKET].met is None


def test_where_processes_are_hidden_what_holds_the_group_is_not_told(host):
    answering(host.files(dict(RUNNING, **{'/proc/1/comm': None, '/proc/812/comm': 'docker-proxy\n'}))).answers[ASK] = \
        Answer(0, 'ActiveState=inactive\n', '')
    found = seen(host)
    assert found[SOCKET].met is None and 'journalctl -u docker.service' in found[SOCKET].hint


def test_an_engine_whose_unit_is_known_to_be_off_is_started_by_a_fix_whatever_it_left_behind(host):
    unit = ENABLED[UNIT].replace('[Service]', '[Service]\nKillMode=process')
    one = seen(host.files(dict(RUNNING, **{
        UNIT: unit, '/proc/812/comm': 'docker-proxy\n', '/run/systemd/units': {}})))['docker.service']
    assert (one.found, one.met, one.source) == ('inactive', False, '/run/systemd/units/invocation:docker.service')
    assert [change.argv[1] for change in one.fix] == ['enable'] and not host.asked


def test_what_a_stopped_engine_lacks_is_written_before_it_starts(host):
    write, start = seen(host.files(dict(ENABLED, **ON_EL7)))['docker.service'].fix
    assert write.path == FILE and start.argv == ('systemctl', 'enable', '--now', 'docker.service')


def test_an_engine_outside_of_its_unit(host):
    answering(host.files(dict(ENABLED, **{'/proc/77/comm': 'dockerd\n'})))
    found = seen(host)
    assert found['docker.service'].found == 'inactive, yet a dockerd runs outside of it (process 77)'
    assert not found['docker.service'].met and not found['docker.service'].fix
    assert connected(host) == [], 'systemd may be the one who listens, and would start docker.service'
    assert seen(host.files({LIB + 'docker.socket': None}))[SOCKET].met


@pytest.mark.parametrize('process', ['dockerd', 'dockerd-current'])
def test_without_systemd_the_process_tells(host, process):
    answering(host.files({'/etc/os-release': EL7, '/proc/1/comm': 'init\n', '/proc/77/comm': process + '\n',
                          '/proc/77/cmdline': f'/usr/bin/{process}\0'}))
    found = seen(host)
    assert found['docker.service'].met and found['docker.service'].source == '/proc/77/comm' and found[SOCKET].met


def test_no_unit_and_no_process(host):
    one = seen(host.files({'/proc/1/comm': 'init\n', '/etc/os-release': EL7}))['docker.service']
    assert one.found == 'no process dockerd, and systemd does not run here' and one.met is False


def test_hidden_processes_hide_no_stopped_unit(host):
    host.files(dict(ENABLED, **{'/proc/1/comm': None}))
    assert seen(host)['docker.service'].found == 'inactive'


def test_nothing_can_be_told_without_units_and_processes(host):
    requirement = load('docker')
    assert examine(requirement, host.files({'/etc/os-release': EL7}), wants(requirement)).now == 'unknown'


def test_not_installed_the_plan_sets_up_before_the_first_start(host):
    host.files(dict(SYSTEMD, **{'/etc/os-release': 'ID=rocky\nVERSION_ID=8.9\n', '/etc/yum.repos.d/d.repo': REPO,
                                '/proc/self/mountinfo': V1}))
    found = seen(host)['docker.service']
    assert found.found == 'not installed'
    install, write, enable = found.fix
    assert install.argv[:4] == ('dnf', '-y', 'install', 'docker-ce')
    assert write == Write(FILE, '{\n  "exec-opts": ["native.cgroupdriver=systemd"]\n}\n', was=None)
    assert enable.argv == ('systemctl', 'enable', '--now', 'docker.service')
    assert seen(host, 'boot')['docker.service'].fix == found.fix


def test_not_installed_and_no_repository(host):
    one = seen(host.files(SYSTEMD))['docker.service']
    assert one.fix == () and 'download.docker.com/linux/centos' in one.hint


def test_repositories_that_cannot_be_read_hide_nothing(host):
    host.files(dict(SYSTEMD, **{'/etc/yum.repos.d/d.repo': REPO})).denied.add('/etc/yum.repos.d')
    one = seen(host)['docker.service']
    assert one.met is False and one.fix == () and 'permission denied' in one.hint


def test_cri_docker_is_not_docker(host):
    host.files(dict(SYSTEMD, **{LIB + 'cri-docker.service': '[Service]\n',
                                '/sys/fs/cgroup/system.slice/cri-docker.service/cgroup.procs': '5\n'}))
    assert seen(host)['docker.service'].found == 'not installed' and connected(host) == []


def test_podman_in_place_of_docker_is_named(host):
    host.files(dict(SYSTEMD, **{'/run/docker.sock': Link('/run/podman/podman.sock'),
                                '/usr/bin/docker': Link('podman')}))
    one = seen(answering(host))['docker.service']
    assert one.found == ('not installed; what is called docker is Podman '
                         '(/run/docker.sock leads to /run/podman/podman.sock)')
    assert connected(host) == []


def test_masked_is_left_to_a_person(host):
    host.files(dict(INSTALLED, **{'/etc/systemd/system/docker.service': Link('/dev/null')}))
    one = seen(host)['docker.service']
    assert one.fix == () and 'unmask' in one.hint


# What answers

def test_podman_behind_the_socket_is_not_docker(host):
    one = seen(answering(host.files(RUNNING), ping=PING._replace(headers={'libpod-api-version': '4.9'})))[SOCKET]
    assert one.met is False and one.found == 'Podman 4.9 answers'


@pytest.mark.parametrize('answers', [
    {'ping': CannotTell(f'{SOCKET}: timed out', SOCKET)}, {'ping': PING._replace(body=b'\0' * 9)},
    {'version': b'\xff' * 50}, {'version': {}}, {'ping': CannotTell(f'{SOCKET}: permission denied', SOCKET)},
])
def test_no_good_answer_is_unknown(host, answers):
    found = seen(answering(host.files(RUNNING), **answers))
    assert found['docker.service'].met and found[SOCKET].met is None and 'cgroup driver' not in found


def test_settings_that_make_no_sense_are_unknown(host):
    found = seen(answering(host.files(RUNNING), info=b'[]'))
    assert found[SOCKET].met and found['docker info'].met is None


def test_another_socket(host):
    answering(host.files(RUNNING))
    assert seen(host, socket='/run/other.sock')['/run/other.sock'].met is None
    assert connected(host) == [('unix:/run/other.sock GET /_ping',)]


# Its settings, now

def changed(host, **info):
    return answering(host.files(RUNNING), info=dict(INFO, ContainersRunning=0, **info))


def test_another_cgroup_driver(host):
    one = seen(changed(host.files({FILE: '{\n  "debug": true\n}\n'}), CgroupDriver='cgroupfs'))['cgroup driver']
    assert (one.found, one.wanted, one.met, one.kubeadm) == ('cgroupfs', 'systemd', False, 'IsDockerSystemdCheck')
    assert [change.argv for change in one.fix] == [('systemctl', 'restart', 'docker.service')]     # v2 chooses systemd


def test_another_cgroup_driver_on_el7_is_written_and_applied(host):
    host = changed(host, CgroupDriver='cgroupfs').files({**ON_EL7, FILE: '{\n  "debug": true\n}\n'})
    write, restart = seen(host)['cgroup driver'].fix
    assert write == Write(FILE, '{\n  "debug": true,\n  "exec-opts": ["native.cgroupdriver=systemd"]\n}\n',
                          was='{\n  "debug": true\n}\n')
    assert restart.argv == ('systemctl', 'restart', 'docker.service') and restart.risk == 'disruptive'


def test_a_driver_is_not_changed_under_containers(host):
    answering(host.files(RUNNING), info=dict(INFO, CgroupDriver='cgroupfs'))
    one = seen(host.files(ON_EL7))['cgroup driver']
    assert [change.risk for change in one.fix[1:]] == ['disruptive']
    assert one.hint.startswith('3 containers run') and '--force-live' in one.hint
    later = seen(host, 'boot')['cgroup driver']
    assert [type(change) for change in later.fix] == [Write]       # the file alone disturbs nobody


@pytest.mark.parametrize('half', ['now', 'boot'])
def test_on_a_node_a_driver_comes_with_its_restart_or_not_at_all(host, half):
    host = changed(host, CgroupDriver='cgroupfs').files({**ON_EL7, '/etc/kubernetes/kubelet.conf': ''})
    one = seen(host, half)['cgroup driver']
    assert [type(change) for change in one.fix] == [Write, Run] and one.fix[1].risk == 'disruptive'
    assert '/etc/kubernetes/kubelet.conf' in one.hint and '--force-live' in one.hint
    host.files({'/var/lib/kubelet/config.yaml': 'cgroupDriver: cgroupfs\n'})
    one = seen(host, half)['cgroup driver']
    assert one.fix == () and '/var/lib/kubelet/config.yaml:1' in one.hint, 'one that the kubelet does not share'


def test_nothing_is_written_for_an_engine_that_is_not_there_and_will_not_be(host):
    host.files({**SYSTEMD, **ON_EL7})
    one = seen(host, 'boot')['cgroup driver']
    assert one.met is False and one.fix == () and 'once Docker Engine is installed' in one.hint


def test_on_a_node_whose_docker_does_not_run_no_driver_is_written(host):
    host.files({**INSTALLED, **ON_EL7, '/etc/kubernetes/kubelet.conf': ''})
    assert seen(host, 'boot')['cgroup driver'].fix == ()


def test_the_kubelets_driver_counts(host):
    host = changed(host).files({'/var/lib/kubelet/config.yaml': 'cgroupDriver: cgroupfs\n'})
    assert seen(host)['cgroup driver'].found == 'systemd, while the kubelet has cgroupfs'
    one = seen(changed(host, CgroupDriver='cgroupfs'), cgroup_driver='any')['cgroup driver']
    assert one.met and one.wanted == 'cgroupfs'


def test_a_flag_of_the_unit_is_left_to_a_person(host):
    host = changed(host, CgroupDriver='cgroupfs').files({
        UNIT: '[Service]\nExecStart=/usr/bin/dockerd --exec-opt native.cgroupdriver=cgroupfs\n'})
    one = seen(host)['cgroup driver']
    assert one.fix == () and one.hint == f'exec-opts is set by a flag at {UNIT}:2; change it there'


@pytest.mark.parametrize('info, met', [
    ({'Driver': 'overlay2'}, True), ({'Driver': 'vfs'}, False), ({'Driver': 'devicemapper'}, False),
    ({'Driver': 'overlayfs'}, False),
    ({'Driver': 'overlayfs', 'DriverStatus': [['driver-type', 'io.containerd.snapshotter.v1']]}, True),
])
def test_storage_driver(host, info, met):
    assert seen(changed(host, **info))['storage driver'].met is met
    assert seen(changed(host, **info), storage_driver='any')['storage driver'].met


def test_a_storage_driver_that_nobody_asked_for(host):
    one = seen(changed(host, Driver='vfs'))['storage driver']
    assert one.fix == () and 'ftype' in one.hint


def test_a_storage_driver_that_the_file_asks_for(host):
    host = changed(host, Driver='vfs').files({FILE: '{"storage-driver": "vfs"}'})
    write, _ = seen(host)['storage driver'].fix
    assert write.text == '{"storage-driver": "overlay2"}'
    later = seen(host, 'boot')['storage driver']
    assert (later.found, later.met, later.source, later.fix) == ('vfs', False, FILE + ':1', (write,))


def test_mirrors_take_a_reload_even_on_a_node(host):
    host = changed(host).files({'/etc/kubernetes/kubelet.conf': ''})
    found = seen(host, mirrors=['https://m.example', 'https://n.example'])
    assert found['https://m.example'].met
    write, reload = found['https://n.example'].fix
    assert write.text == '{\n  "registry-mirrors": ["https://m.example", "https://n.example"]\n}\n'
    assert reload.argv == ('systemctl', 'reload', 'docker.service') and reload.risk == 'harmless'


def test_warnings_are_told(host):
    warning = 'WARNING: bridge-nf-call-iptables is disabled'
    one = seen(changed(host, Warnings=[warning]))['docker info']
    assert (one.found, one.met, one.advised) == (warning, False, True)


# The next boot

def test_an_engine_that_nobody_enabled(host):
    one = seen(answering(host.files(dict(INSTALLED, **{RUNS: '812\n'}))), 'boot')['docker.service']
    assert (one.found, one.met) == ('disabled', False)
    assert one.fix == (Run(('systemctl', 'enable', 'docker.service'), ('systemctl', 'disable', 'docker.service')),)


def test_a_socket_alone_starts_it_on_demand_only(host):
    host.files(dict(INSTALLED, **{
        LIB + 'multi-user.target': '[Unit]\nRequires=sockets.target\n',
        LIB + 'sockets.target': '[Unit]\n',
        '/etc/systemd/system/sockets.target.wants/docker.socket': Link(LIB + 'docker.socket')}))
    one = seen(host, 'boot')['docker.service']
    assert one.found == 'disabled, only docker.socket starts it, on demand' and one.met is False and one.fix


@pytest.mark.parametrize('text, found, source, advised', [
    ('{\n "hosts": ["tcp://x"]\n}', f'hosts is also a flag ({UNIT}:2)', FILE + ':2', False),
    ('{\n "a": tru}', 'line 2, column 7: Expecting value', FILE + ':2', False),
    ('{"debug": true, "debug": true}', 'debug stands there more than once', FILE + ':1', True),
])
def test_problems_of_daemon_json(host, text, found, source, advised):
    one = seen(host.files(dict(ENABLED, **{FILE: text})), 'boot')[FILE]
    assert (one.found, one.met, one.source, one.advised, one.fix) == (found, False, source, advised, ())
    assert one.hint


def test_no_driver_is_told_from_a_file_that_dockerd_refuses(host):
    assert 'cgroup driver' not in seen(host.files(dict(ENABLED, **{FILE: '{'})), 'boot')


def test_an_unreadable_daemon_json_is_unknown_and_hides_nothing(host):
    host.files(dict(ENABLED, **{FILE: '{}'})).denied.add(FILE)
    found = seen(host, 'boot')
    assert found['docker.service'].met and found[FILE].met is None


def test_el7_takes_cgroupfs_at_boot_unless_told(host):
    host.files(dict(ENABLED, **ON_EL7))
    one = seen(host, 'boot')['cgroup driver']
    assert (one.found, one.met) == ('cgroupfs', False) and one.fix[0].path == FILE
    host.files({FILE: one.fix[0].text})
    assert seen(host, 'boot')['cgroup driver'].met


def test_docker_1_13_of_el7_has_its_driver_as_a_flag(host):
    host.files(dict(ENABLED, **{'/etc/os-release': EL7, UNIT: '[Service]\nExecStart=/usr/bin/dockerd-current '
                                                             '--exec-opt native.cgroupdriver=systemd $OPTIONS\n'}))
    one = seen(host, 'boot')['cgroup driver']
    assert one.met and one.source == UNIT + ':2'


def test_an_unknown_cgroup_version_leaves_the_driver_unknown(host):
    host.files(dict(ENABLED, **{'/proc/self/mountinfo': ''}))
    found = seen(host, 'boot', mirrors=['https://m'])
    assert found['cgroup driver'].met is None
    assert '"registry-mirrors": ["https://m"]' in found['https://m'].fix[0].text


def test_mirrors_at_boot(host):
    host.files(dict(ENABLED, **{FILE: '{\n"registry-mirrors": ["https://m.example/"]}'}))
    found = seen(host, 'boot', mirrors=['https://m.example', 'https://n.example'])
    assert found['https://m.example'].met and found['https://m.example'].source == FILE + ':2'
    text = found['https://n.example'].fix[0].text
    assert text == '{\n"registry-mirrors": ["https://m.example/", "https://n.example"]}'


def test_an_image_is_told_from_its_files(image):
    files = {path: text for path, text in ENABLED.items() if not path.startswith(('/proc', '/sys', '/run'))}
    files[FILE] = '{"exec-opts": ["native.cgroupdriver=systemd"]}'
    requirement = load('docker')
    finding = examine(requirement, image.files(files), wants(requirement))
    assert (finding.now, finding.boot) == ('not-applicable', 'met') and image.asked == []
    assert seen(image.files({FILE: '{}'}), 'boot')['cgroup driver'].met is None     # no boot loader tells the version


def test_an_image_without_an_engine(image):
    image.files({'/etc/os-release': EL7, '/etc/yum.repos.d/d.repo': REPO,
                 '/etc/systemd/system/default.target': Link(LIB + 'multi-user.target'),
                 LIB + 'multi-user.target': '[Unit]\n'})
    one = seen(image, 'boot')['docker.service']
    assert (one.found, one.fix) == ('not installed', ())
    assert 'run in the image: yum -y install docker-ce' in one.hint


def test_in_a_container_nothing_is_fixed(host):
    for half in ('now', 'boot'):
        one = seen(host.files(dict(INSTALLED, **{'/.dockerenv': ''})), half)['docker.service']
        assert one.met is False and one.fix == () and '/.dockerenv' in one.hint


# cri-dockerd, and other runtimes

CRI_UNIT = {LIB + 'cri-docker.service': '[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n'}


def test_before_1_24_nothing_is_said_of_cri_dockerd(host):
    assert 'cri-docker.service' not in seen(answering(host.files(RUNNING)), kubernetes=(1, 23))


def test_from_1_24_cri_dockerd_is_needed(host):
    answering(host.files(RUNNING))
    for half in ('now', 'boot'):
        one = seen(host, half, kubernetes=(1, 24))['cri-docker.service']
        assert (one.found, one.met, one.kubeadm) == ('not installed', False, 'CRI') and 'Mirantis' in one.hint


def test_cri_dockerd_that_is_stopped_is_enabled(host):
    answering(host.files(dict(RUNNING, **CRI_UNIT)))
    now, boot = (seen(host, half, kubernetes=(1, 28))['cri-docker.service'] for half in ('now', 'boot'))
    assert now.fix[0].argv == ('systemctl', 'enable', '--now', 'cri-docker.service')
    assert boot.fix[0].argv == ('systemctl', 'enable', 'cri-docker.service') and boot.found == 'disabled'


def test_cri_dockerd_that_its_socket_starts(host):
    answering(host.files(dict(RUNNING, **CRI_UNIT))).files({
        LIB + 'cri-docker.socket': '[Socket]\n',
        WANTS + 'cri-docker.socket': Link(LIB + 'cri-docker.socket')})
    socket_at(host, '/run/cri-dockerd.sock')
    now, boot = (seen(host, half, kubernetes=(1, 28))['cri-docker.service'] for half in ('now', 'boot'))
    assert now.met and now.source == '/run/cri-dockerd.sock' and boot.met


@pytest.mark.parametrize('api, met', [('1.41', False), ('1.42', True), ('1.47', True)])
def test_cri_dockerd_needs_a_newer_api(host, api, met):
    answering(host.files(RUNNING), version=dict(VERSION, ApiVersion=api))
    one = seen(host, kubernetes=(1, 30))['Docker Engine API']
    assert (one.met, one.advised, one.found) == (met, True, api)


@pytest.mark.parametrize('kubernetes, sockets, told', [
    ((1, 28), ['/run/containerd/containerd.sock', '/run/cri-dockerd.sock'], 'unix:///run/cri-dockerd.sock'),
    ((1, 28), ['/run/containerd/containerd.sock'], ''),
    ((1, 23), ['/run/docker.sock', '/run/containerd/containerd.sock'], ''),
    ((1, 23), ['/run/docker.sock', '/run/crio/crio.sock'], 'unix:///run/docker.sock'),
])
def test_several_runtimes(host, kubernetes, sockets, told):
    answering(host.files(RUNNING))
    for path in sockets:
        socket_at(host, path)
    one = seen(host, kubernetes=kubernetes).get('CRI sockets')
    assert bool(one) == bool(told)
    assert not one or (one.advised and told in one.hint)
    host.files({'/etc/kubernetes/kubelet.conf': ''})
    assert 'CRI sockets' not in seen(host, kubernetes=kubernetes)


# containerd by itself

CONFIG = '/etc/containerd/config.toml'
OPTIONS = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]\n'
CONTAINERD = dict(SYSTEMD, **{
    LIB + 'containerd.service': '[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n',
    WANTS + 'containerd.service': Link(LIB + 'containerd.service'),
    '/sys/fs/cgroup/system.slice/containerd.service/cgroup.procs': '9\n'})


def test_containerd_as_it_should_be(host):
    host.files(dict(CONTAINERD, **{CONFIG: 'version = 2\n' + OPTIONS + '  SystemdCgroup = true\n'}))
    socket_at(host, '/run/containerd/containerd.sock')
    requirement = load('docker')
    finding = examine(requirement, host, wants(requirement, runtime='containerd'))
    assert finding.state == 'met', finding.observations
    assert {one.subject: one.source for one in finding.observations}['cgroup driver'] == CONFIG + ':3'


def test_containerd_as_its_package_ships_it(host):
    host.files(dict(CONTAINERD, **{CONFIG: '# x\ndisabled_plugins = ["cri"]\n'}))
    found = seen(host, 'boot', runtime='containerd')
    write, restart = found['plugin cri'].fix
    assert write == Write(CONFIG, '# x\ndisabled_plugins = []\n', was='# x\ndisabled_plugins = ["cri"]\n')
    assert restart.argv == ('systemctl', 'restart', 'containerd.service')
    assert found['cgroup driver'].met is False and 'SystemdCgroup = true' in found['cgroup driver'].hint


def test_containerd_with_the_other_driver(host):
    host.files(dict(CONTAINERD, **{CONFIG: 'version = 2\n' + OPTIONS + '   SystemdCgroup = false\r\n'}))
    write, _ = seen(host, 'boot', runtime='containerd')['cgroup driver'].fix
    assert write.text == 'version = 2\n' + OPTIONS + '   SystemdCgroup = true\r\n'
    host.files({'/etc/kubernetes/kubelet.conf': ''})
    offered = seen(host, 'boot', runtime='containerd')['cgroup driver']
    assert offered.fix[-1].risk == 'disruptive' and 'drain it first' in offered.hint      # --force-live may do it
    host.files({'/var/lib/kubelet/config.yaml': 'cgroupDriver: cgroupfs\n'})
    refused = seen(host, 'boot', runtime='containerd')['cgroup driver']
    assert refused.fix == () and refused.hint.startswith('/var/lib/kubelet/config.yaml:1')    # the kubelet goes along
    assert seen(host, 'boot', runtime='containerd', cgroup_driver='any')['cgroup driver'].met


def test_a_table_that_a_file_without_a_version_does_not_know(host):
    host.files(dict(CONTAINERD, **{CONFIG: OPTIONS + 'SystemdCgroup = true\n'}))
    assert seen(host, 'boot', runtime='containerd')['cgroup driver'].found == 'cgroupfs, the default of containerd'


def test_a_name_that_containerd_refuses(host):
    host.files(dict(CONTAINERD, **{CONFIG: 'version = 2\n[plugins.cri]\n'}))
    one = seen(host, 'boot', runtime='containerd')[CONFIG]
    assert one.met is False and one.source == CONFIG + ':2' and 'refuses to start' in one.hint


@pytest.mark.parametrize('line', ['disabled_plugins = ["cri", "zfs"]', 'disabled_plugins = ["cri"] # why'])
def test_a_line_that_says_more_is_left_to_a_person(host, line):
    host.files(dict(CONTAINERD, **{CONFIG: line}))
    one = seen(host, 'boot', runtime='containerd')['plugin cri']
    assert one.met is False and one.fix == () and CONFIG + ':1' in one.hint


def test_a_configuration_that_lines_cannot_settle_is_unknown(host):
    found = seen(host.files(dict(CONTAINERD, **{CONFIG: 'a = """'})), 'boot', runtime='containerd')
    assert found['containerd.service'].met and found[CONFIG].met is None


def test_containerd_that_is_not_there(host):
    now, boot = (seen(host.files(SYSTEMD), half, runtime='containerd') for half in ('now', 'boot'))
    assert now['containerd.service'].met is False and list(boot) == ['containerd.service']
    one = boot['containerd.service']
    assert one.found == 'not installed' and 'download.docker.com' in one.hint


def test_containerd_that_is_stopped(host):
    host.files(dict(CONTAINERD, **{'/sys/fs/cgroup/system.slice/containerd.service/cgroup.procs': None}))
    one = seen(host, runtime='containerd')['containerd.service']
    assert one.fix[0].argv == ('systemctl', 'enable', '--now', 'containerd.service')


def test_containerd_without_its_socket(host):
    one = seen(host.files(CONTAINERD), runtime='containerd')['/run/containerd/containerd.sock']
    assert one.met is False and 'grpc' in one.hint


LETTERS = '[]{}":=,#$\\\n SectionExecStartplugins.cri-docker'
ANY = some.binary(max_size=60) | some.text(LETTERS, max_size=80).map(str.encode)
FILES = [FILE, UNIT, LIB + 'docker.service.d/x.conf', LIB + 'cri-docker.service', CONFIG, '/etc/yum.repos.d/x.repo',
         '/var/lib/kubelet/config.yaml', '/proc/self/mountinfo', '/proc/cmdline', RUNS]


@settings(deadline=None, max_examples=150)
@given(some.dictionaries(some.sampled_from(FILES), ANY, min_size=1, max_size=3),
       some.sampled_from(['docker', 'containerd']))
def test_any_bytes_in_its_files_are_no_fault_and_never_hang(tmp_path_factory, files, runtime):
    host = answering(FakeHost(str(tmp_path_factory.mktemp('any'))).files(dict(CONTAINERD, **RUNNING)).files(files))
    requirement = load('docker')
    want = wants(requirement, runtime=runtime, kubernetes=(1, 28), mirrors=['https://m'])
    found = examine(requirement, host, want)
    assert [one for one in found.observations if one.subject == 'nodeprep'] == []
    assert all(one.source for one in found.observations)


@pytest.mark.parametrize('value, right', [('', True), ('site-local', True), ('docker-ce-stable_7.x', True),
                                          ('--nogpgcheck', True), ('a b', False), ('a;b', False), (7, False)])
def test_the_id_of_a_repository(value, right):
    option = load('docker').defaults['repository']
    if not right:
        with pytest.raises(ValueError, match='not the id of a repository'):
            option.read(value)
    else:
        assert option.read(value) == value        # it stands behind --enablerepo=, so none is taken for an option
