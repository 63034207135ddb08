"""Is this host already a node of a cluster? Then its name, time and container engine are no longer free to change."""
from nodeprep.typed import Any

# What kubeadm join, kubeadm init and the kubelet leave behind; kubeadm's FileAvailable and DirAvailable checks
# look for the same (cmd/kubeadm/app/preflight/checks.go).
_TRACES = ('/etc/kubernetes/kubelet.conf', '/var/lib/kubelet/config.yaml', '/etc/kubernetes/admin.conf',
           '/etc/kubernetes/manifests/kube-apiserver.yaml', '/var/lib/etcd/member')


def membership(host: Any) -> str:
    """The path that shows that this host has joined a cluster; '' when nothing shows it."""
    found: str = host.once('membership', lambda: next((path for path in _TRACES if host.exists(path)), ''))
    return found
