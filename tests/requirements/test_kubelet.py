"""kubelet: installed, fitting, enabled; advice before the host joins a cluster."""
import pytest

from nodeprep.engine import examine
from nodeprep.host import Answer
from nodeprep.model import BOOT, DRIFTED, MET, NOT_APPLICABLE, NOW, UNKNOWN
from nodeprep.requirements.kubelet import Kubelet
from tests.conftest import wants
from tests.fakes import Link

ASK = ('kubelet', '--version')
EL7 = {'/etc/os-release': 'ID="centos"\nVERSION_ID="7"\n'}
EL9 = {'/etc/os-release': 'ID="rocky"\nVERSION_ID="9.4"\nPLATFORM_ID="platform:el9"\n'}
UNITS = {'/usr/lib/systemd/system/kubelet.service':
         '[Service]\nExecStart=/usr/bin/kubelet\n[Install]\nWantedBy=multi-user.target\n',
         '/usr/lib/systemd/system/multi-user.target': '[Unit]\nDescription=x\n',
         '/etc/systemd/system/default.target': Link('/usr/lib/systemd/system/multi-user.target'),
         '/run/systemd/system': {}, '/sys/fs/cgroup/cgroup.controllers': 'cpu\n'}
WANTED = '/etc/systemd/system/multi-user.target.wants/kubelet.service'
ENABLED = {WANTED: Link('/usr/lib/systemd/system/kubelet.service')}
JOINED = {'/etc/kubernetes/kubelet.conf': 'x'}
RUNNING = {'/sys/fs/cgroup/system.slice/kubelet.service/cgroup.events': 'populated 1\n'}
REPOSITORY = {'/etc/yum.repos.d/kubernetes.repo':
              '[kubernetes]\nbaseurl=https://pkgs.k8s.io/core:/stable:/v1.29/rpm/\nexclude=kubelet\n'}


def node(host, *files, version='v1.29.3'):
    """A host with both programs and the kubelet's unit."""
    host.install('/usr/bin/kubelet', '/usr/bin/kubeadm').files(EL9).files(UNITS)
    for more in files:
        host.files(more)
    host.answers[ASK] = Answer(0, f'Kubernetes {version}\n', '')
    return host


def look(host, kubernetes=(1, 29)):
    finding = examine(Kubelet(), host, wants(Kubelet, kubernetes=kubernetes))
    return finding, {(seen.subject, seen.when): seen for seen in finding.observations}


def test_a_node_that_is_as_it_should_be(host):
    finding, seen = look(node(host, ENABLED, JOINED, RUNNING))
    assert (finding.now, finding.boot) == (MET, MET)
    assert seen['kubelet', NOW].found == 'v1.29.3' and not seen['kubelet', NOW].advised
    assert seen['kubelet.service', NOW].source.endswith('kubelet.service/cgroup.events')
    assert seen['kubelet.service', BOOT].source == WANTED


def test_before_joining_all_is_advice_and_a_restarting_kubelet_is_no_fault(host):
    finding, seen = look(node(host))
    assert all(one.advised for one in finding.observations)
    assert ('kubelet.service', NOW) not in seen and finding.boot == DRIFTED
    assert seen['kubelet.service', BOOT].fix[0].argv == ('systemctl', 'enable', 'kubelet.service')


def test_not_enabled_on_a_node_is_required(host):
    _, seen = look(node(host, JOINED, RUNNING))
    boot = seen['kubelet.service', BOOT]
    assert (boot.met, boot.advised, boot.found) == (False, False, 'disabled, not started at boot')


def test_a_node_whose_kubelet_is_down(host):
    finding, seen = look(node(host, ENABLED, JOINED))
    assert finding.now == DRIFTED
    assert seen['kubelet.service', NOW].fix[0].argv == ('systemctl', 'start', 'kubelet.service')


@pytest.mark.parametrize('version, kubernetes, met, word', [
    ('v1.29.3', (1, 28), False, 'newer'), ('v1.26.9', (1, 29), True, ''), ('v1.25.9', (1, 29), False, 'older'),
    ('v1.24.9', (1, 27), False, 'older'), ('v1.25.9', (1, 27), True, ''), ('v1.25.0', (1, 28), True, '')])
def test_versions_that_fit(host, version, kubernetes, met, word):
    _, seen = look(node(host, ENABLED, version=version), kubernetes)
    assert seen['kubelet', NOW].met is met and word in seen['kubelet', NOW].hint


def test_a_kubelet_that_babbles_is_unknown(host):
    node(host, ENABLED, JOINED, RUNNING).answers[ASK] = Answer(1, '', 'exec format error')
    finding, seen = look(host)
    assert finding.now == UNKNOWN and 'exec format error' in seen['kubelet', NOW].found
    assert seen['kubelet', NOW].source == 'kubelet --version'


@pytest.mark.parametrize('release, manager', [(EL7, 'yum'), (EL9, 'dnf')])
def test_installed_from_a_repository_of_the_wanted_version(host, release, manager):
    _, seen = look(host.files(release).files(REPOSITORY).files({'/etc/systemd/system/default.target': 'x'}))
    assert seen['kubelet', NOW].fix[0].argv == (manager, '-y', '--disableexcludes=kubernetes', 'install', 'kubelet')
    assert seen['kubeadm', NOW].fix[0].argv[-1] == 'kubeadm'
    boot = seen['kubelet.service', BOOT]
    assert (boot.found, boot.fix[0].argv) == ('not installed', ('systemctl', 'enable', 'kubelet.service'))


@pytest.mark.parametrize('files, word', [
    ({}, 'pkgs.k8s.io/core:/stable:/v1.30'), (REPOSITORY, 'has v1.29'),
    ({'/etc/yum.repos.d/k.repo': '[k8s]\nbaseurl=https://packages.cloud.google.com/yum/x\n'}, 'which is gone')])
def test_no_repository_that_has_it_is_left_to_a_person(host, files, word):
    _, seen = look(host.files(EL9).files(files), (1, 30))
    assert seen['kubelet', NOW].fix == () and word in seen['kubelet', NOW].hint
    assert seen['kubelet.service', BOOT].fix == () and 'Once it is installed' in seen['kubelet.service', BOOT].hint


def test_the_stock_repositories_have_no_old_kubernetes(host):
    _, seen = look(host.files(EL7), (1, 23))
    assert 'pkgs.k8s.io begins with v1.24' in seen['kubelet', NOW].hint


def test_a_masked_kubelet_is_somebodys_decision(host):
    _, seen = look(node(host, {'/etc/systemd/system/kubelet.service': Link('/dev/null')}))
    boot = seen['kubelet.service', BOOT]
    assert (boot.met, boot.fix) == (False, ()) and 'unmask' in boot.hint


def test_an_image_is_judged_by_its_links(image):
    finding, seen = look(image.files(EL9).files(UNITS).files(ENABLED))
    assert (finding.now, finding.boot) == (NOT_APPLICABLE, MET) and image.asked == []


def test_a_container_is_not_changed(host):
    _, seen = look(node(host, REPOSITORY, {'/.dockerenv': ''}))
    assert all(one.fix == () for one in seen.values())


def test_a_runtime_link_is_gone_after_a_boot(host):
    _, seen = look(node(host, {'/run/systemd/system/multi-user.target.wants/kubelet.service': Link('/x')}))
    assert seen['kubelet.service', BOOT].found == 'disabled, not started at boot'
