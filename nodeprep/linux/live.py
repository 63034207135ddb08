"""Does this host run pods or containers, or is it a node of a cluster? What could hurt them is then refused."""
from nodeprep.linux import processes
from nodeprep.linux.member import membership
from nodeprep.model import CannotTell
from nodeprep.typed import Any

# One process stands beside each running container: containerd's and Docker's shims, conmon of CRI-O and Podman. comm
# holds 15 bytes: containerd-shim-runc-v2, docker-containerd-shim-current of EL7's docker 1.13.
_SHIMS = ('containerd-shim', 'conmon', 'conmonrs')
_CUT = 'docker-containe'          # also docker-containerd, which runs without any container: its command line tells
# kubelite and k3s hold the kubelet in themselves.
_KUBELETS = ('kubelet', 'kubelite', 'k3s-server', 'k3s-agent', 'k3s')


def live(host: Any) -> str:
    """What shows that pods or containers depend on this host as it is, '' when nothing does.

    What cannot be told counts as evidence: a guard that cannot see must not let through. An image runs nothing, but
    may be that of a node.
    """
    found: str = host.once('live', lambda: _evidence(host))
    return found


def _evidence(host: Any) -> str:
    try:
        joined = membership(host)
        if joined:
            return f'{joined} shows that it has joined a cluster'
        return _running(host) if host.live else ''
    except CannotTell as error:
        return f'whether containers run cannot be told: {error.reason}'


def _running(host: Any) -> str:
    for one in processes.processes(host):
        if one.name in _SHIMS or one.name == _CUT and 'shim' in ' '.join(processes.command_line(host, one.pid)[:1]):
            return f'process {one.pid}, {one.name}, holds a container'
        if one.name in _KUBELETS:
            return f'{one.name} runs as process {one.pid}'
    return ''
