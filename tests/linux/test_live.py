"""Which hosts run something that a fix could hurt."""
import pytest

from nodeprep.linux.live import live

INIT = {'/proc/1/comm': 'systemd\n', '/proc/700/comm': 'dockerd\n', '/proc/701/comm': 'containerd\n'}


@pytest.mark.parametrize('files, evidence', [
    ({}, ''),
    ({'/etc/kubernetes/kubelet.conf': 'x'}, '/etc/kubernetes/kubelet.conf shows that it has joined a cluster'),
    ({'/proc/9/comm': 'containerd-shim\n'}, 'process 9, containerd-shim, holds a container'),
    ({'/proc/9/comm': 'conmon\n'}, 'process 9, conmon, holds a container'),
    ({'/proc/9/comm': 'kubelet\n'}, 'kubelet runs as process 9'),
    ({'/proc/9/comm': 'k3s-agent\n'}, 'k3s-agent runs as process 9'),
    # docker 1.13 of EL7: the daemon's own containerd is no container, its shim is.
    ({'/proc/9/comm': 'docker-containe\n', '/proc/9/cmdline': '/usr/libexec/docker/docker-containerd-current\0-l\0'},
     ''),
    ({'/proc/9/comm': 'docker-containe\n', '/proc/9/cmdline': 'docker-containerd-shim-current\0abc\0'},
     'process 9, docker-containe, holds a container')])
def test_what_shows_it(host, files, evidence):
    assert live(host.files(INIT).files(files)) == evidence


def test_a_guard_that_cannot_see_lets_nothing_through(host):
    assert live(host) == 'whether containers run cannot be told: /proc shows no processes'
    host.files(INIT).denied = {'/proc'}
    host._facts.clear()
    assert 'cannot be told' in live(host)


def test_an_image_runs_nothing_but_may_be_that_of_a_node(image):
    assert live(image.files(INIT)) == ''
    assert live(image.files({'/var/lib/kubelet/config.yaml': 'x'})).startswith('/var/lib/kubelet/config.yaml')


def test_it_is_looked_for_once_a_round(host):
    assert live(host.files(INIT)) == ''
    host._facts['live'] = 'as before'
    assert live(host) == 'as before'


def test_a_guard_that_is_shown_no_processes_of_others_does_not_let_through(host):
    """Root without CAP_SYS_PTRACE where /proc is mounted with hidepid=2."""
    host.files({'/proc/812/comm': 'bash\n'})
    assert 'whether containers run cannot be told: /proc hides the processes of others' in live(host)
