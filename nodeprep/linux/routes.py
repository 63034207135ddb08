"""The networks that a host is in, from its routing table."""
from nodeprep.typed import Any, List

# Those of containers and virtual machines on this very host: no network that it stands in.
_OWN = ('lo', 'docker', 'br-', 'veth', 'cni', 'cali', 'flannel', 'cilium', 'lxc', 'kube-', 'nodelocaldns', 'virbr',
        'vnet', 'podman', 'weave', 'tunl', 'vxlan', 'antrea', 'ovn', 'genev')


def routed(host: Any) -> List[str]:
    """The interfaces with an IPv4 network of their own, sorted; none when that cannot be read.

    A line of /proc/net/route without a gateway is a network that the interface stands in; proc(5), net/ipv4/fib_trie.c.
    """
    found = set()
    for line in host.read('/proc/net/route', missing='').split('\n')[1:]:
        parts = line.split()
        if len(parts) > 7 and parts[2] == '00000000' and parts[7] != '00000000' and not parts[0].startswith(_OWN):
            found.add(parts[0])
    return sorted(found)
