"""Runtimes that a kubelet can talk to: their sockets, and the cgroup driver that it expects of them.

Source: DetectCRISocket() of cmd/kubeadm/app/util/runtime/runtime.go.
"""
import re
import stat

from nodeprep.record import NamedTuple
from nodeprep.typed import Any, List, Optional, Tuple

SOCKETS = (('containerd', '/run/containerd/containerd.sock'), ('CRI-O', '/run/crio/crio.sock'),
           ('cri-dockerd', '/run/cri-dockerd.sock'))


class Line(NamedTuple):
    """One setting: its value, its file, and its line number."""

    value: Any
    path: str
    number: int

    @property
    def source(self) -> str:
        """path:line."""
        return f'{self.path}:{self.number}'


def sockets(host: Any) -> List[Tuple[str, str]]:
    """(runtime, path) of each socket that is there: what kubeadm counts. It follows links, as kubeadm's stat does."""
    found = []
    for name, path in SOCKETS:
        status = host.status(path)
        if status is not None and stat.S_ISSOCK(status.st_mode):
            found.append((name, path))
    return found


def kubelet_driver(host: Any) -> Optional[Line]:
    """The cgroup driver of a kubelet that kubeadm set up; None when it has none, or leaves it to the kubelet."""
    path = '/var/lib/kubelet/config.yaml'
    for number, line in enumerate(host.read(path, missing='').split('\n'), 1):
        if line.startswith('cgroupDriver:'):
            found = re.match(r'^cgroupDriver:\s*["\']?(\w+)["\']?\s*$', line.rstrip('\r'))
            if not found:
                continue
            return Line(found.group(1), path, number)
    return None
