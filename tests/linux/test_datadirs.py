"""Where a node keeps its data, and at which lines the kubelet evicts."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodeprep.linux import datadirs, evictionlines
from nodeprep.model import CannotTell


def paths(host, role='worker', profile='docker'):
    found, troubles = datadirs.data_dirs(host, role, profile)
    return [one.path for one in found], [error.source for error in troubles]


def test_defaults(host):
    assert paths(host) == (['/var/lib/docker', '/var/lib/kubelet', '/var/log', '/'], [])
    assert paths(host, 'control-plane', 'containerd') == (
        ['/var/lib/containerd', '/var/lib/kubelet', '/var/lib/etcd', '/var/log', '/'], [])


def test_docker_says_where(host):
    host.files({'/etc/docker/daemon.json': '{\n "data-root": "/data//docker/"\n}\n'})
    found = datadirs.data_dirs(host, 'worker', 'docker')[0][0]
    assert found == ('/data/docker', 'images', '/etc/docker/daemon.json:2')


@pytest.mark.parametrize('content', ['{"data-root": "docker"}', '{"data-root": 3}'])
def test_a_data_root_that_is_none(host, content):
    host.files({'/etc/docker/daemon.json': content})
    assert paths(host) == (['/var/lib/docker', '/var/lib/kubelet', '/var/log', '/'], ['/etc/docker/daemon.json:1'])


@pytest.mark.parametrize('text, root', [
    ('version = 2\nroot = "/data/containerd"\n', '/data/containerd'), ("root='/x' # here\n", '/x'),
    ('[plugins]\nroot = "/data"\n', '/var/lib/containerd'), ('root = data\n', '/var/lib/containerd'),
    ('', '/var/lib/containerd')])
def test_containerd_says_where(host, text, root):
    host.files({'/etc/containerd/config.toml': text})
    assert paths(host, profile='containerd')[0][0] == root


def test_what_may_not_be_read_is_told(host):
    host.files({'/etc/containerd/config.toml': 'root = "/data"\n'}).denied.add('/etc/containerd/config.toml')
    assert paths(host, profile='containerd') == (['/var/lib/containerd', '/var/lib/kubelet', '/var/log', '/'],
                                                 ['/etc/containerd/config.toml'])


KUBELET = 'apiVersion: kubelet.config.k8s.io/v1beta1\n'


@pytest.mark.parametrize('text, nodefs, imagefs', [
    ('', '10%', '15%'), (KUBELET, '10%', '15%'),
    (KUBELET + 'evictionHard:\n  imagefs.available: "20%"\n  nodefs.available: 2Gi\nother: 1\n', '2Gi', '20%'),
    (KUBELET + 'evictionHard:\n  memory.available: 100Mi\nother:\n  nodefs.available: 1%\n', '0%', '0%'),
    (KUBELET + 'evictionHard:\n  nodefs.available: "5%"\n', '5%', '0%'),
    (KUBELET + 'evictionHard: {nodefs.available: 1%}\n', '10%', '15%')])
def test_eviction_lines(host, text, nodefs, imagefs):
    host.files({'/var/lib/kubelet/config.yaml': text})
    found = evictionlines.lines(host)
    assert (found['nodefs.available'].text, found['imagefs.available'].text) == (nodefs, imagefs)


def test_a_line_that_is_no_amount_names_its_place(host):
    host.files({'/var/lib/kubelet/config.yaml': KUBELET + 'evictionHard:\n  nodefs.available: much\n'})
    with pytest.raises(CannotTell) as caught:
        evictionlines.lines(host)['nodefs.available'].amount(1)
    assert caught.value.source == '/var/lib/kubelet/config.yaml:3'


@given(st.binary(max_size=100))
def test_any_bytes(tmp_path_factory, junk):
    from tests.fakes import FakeHost
    host = FakeHost(str(tmp_path_factory.mktemp('root')))
    host.files({'/var/lib/kubelet/config.yaml': b'evictionHard:\n  nodefs.available: ' + junk,
                '/etc/containerd/config.toml': b'root = ' + junk})
    for line in evictionlines.lines(host).values():
        try:
            assert line.amount(100) >= 0
        except CannotTell as error:
            assert error.source
    assert datadirs.data_dirs(host, 'worker', 'containerd')[0][0].path.startswith('/')
