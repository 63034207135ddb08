"""Sockets of runtimes, and the kubelet's cgroup driver."""
import os
import stat

import pytest

from nodeprep.linux import cri
from nodeprep.linux.cri import sockets


def test_only_sockets_count_and_links_are_followed(host):
    host.files({'/run/crio/crio.sock': 'a file', '/run/containerd': {}})
    os.mknod(host.root + '/run/containerd/containerd.sock', stat.S_IFSOCK | 0o600)
    os.symlink('containerd/containerd.sock', host.root + '/run/cri-dockerd.sock')
    assert [name for name, _ in sockets(host)] == ['containerd', 'cri-dockerd']


@pytest.mark.parametrize('text, driver', [
    ('kind: KubeletConfiguration\ncgroupDriver: systemd\n', ('systemd', 2)),
    ('cgroupDriver: "cgroupfs"\r\n', ('cgroupfs', 1)),
    ('# cgroupDriver: systemd\n  cgroupDriver: x\n', None),
])
def test_the_driver_of_the_kubelet(host, text, driver):
    found = cri.kubelet_driver(host.files({'/var/lib/kubelet/config.yaml': text}))
    assert (found and (found.value, found.number)) == driver
