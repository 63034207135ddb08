"""ports: see the class."""
from nodeprep.linux import netns, sockets
from nodeprep.linux.processes import Process
from nodeprep.model import CannotTell, Observation, Requirement, Want, unknown
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterator, List, Optional, Tuple
from nodeprep.wanted import Option, flag

# Port -> the component of a kubeadm cluster that it is for, as the kernel shortens its name to 15 bytes.
_KUBELET = {10250: 'kubelet'}
_CONTROL_PLANE = {6443: 'kube-apiserver', 10259: 'kube-scheduler', 10257: 'kube-controller'}
_ETCD = {2379: 'etcd', 2380: 'etcd'}
_WHOLE = {'kube-controller': 'kube-controller-manager'}
_RANGE, _RESERVED = '/proc/sys/net/ipv4/ip_local_port_range', '/proc/sys/net/ipv4/ip_local_reserved_ports'
_MOST = 10                # node ports in use that are named one by one


def _read_range(value: Any) -> str:
    low, high = _range(value) if isinstance(value, str) else (1, 0)
    if not 0 < low <= high <= 65535:
        raise ValueError('is not a range of ports; write it as 30000-32767')
    return f'{low}-{high}'


def _range(value: str) -> Tuple[int, int]:
    low, _, high = value.strip().partition('-')
    return (int(low), int(high)) if low.isdecimal() and high.isdecimal() and len(value) < 16 else (1, 0)


class Held(NamedTuple):
    """A port in use: the sockets that listen on it, and who holds the first of them (None: cannot be seen)."""

    listeners: List[sockets.Listener]
    owner: Optional[Process]


class Ports(Requirement):
    """The ports that this node's role needs are free, or held by the Kubernetes component that they belong to.

    Why: the API server (6443), the scheduler (10259), the controller manager (10257), etcd (2379, 2380) and the kubelet
    (10250) bind fixed ports. Where something else sits on one, kubeadm stops or the component restarts for ever.
    A service on a port of the node port range (30000-32767) takes it away from Services of type NodePort.
    Read: now /proc/net/tcp and /proc/net/tcp6 (sockets in state 0A, on any address, when this is the host's network
    namespace), or the same asked through sock_diag(7) where the kernel has tcp_diag loaded already, which is cheaper;
    the links in /proc/PID/fd for who holds one; /proc/sys/net/ipv4/ip_local_port_range and ip_local_reserved_ports for
    ports that the kernel may give to outgoing connections. At the next boot: nothing tells which service will take a
    port.
    Fix: none.
    Left to a person: stopping or moving the process that is named. Without root the process cannot be seen; then a port
    in use is unknown. With an external etcd set `etcd: false`.
    """

    id = 'ports'
    title = "The role's ports are free"
    kubeadm = ('Port-6443', 'Port-10259', 'Port-10257', 'Port-10250', 'Port-2379', 'Port-2380')
    defaults = {'etcd': flag(True, 'etcd runs on the control plane, so its ports are looked at'),
                'node_ports': Option('30000-32767', _read_range, 'range of ports', 'the range of NodePort Services')}

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """Each port of the role, then the node ports."""
        elsewhere = netns.apart(host)
        if elsewhere:
            raise CannotTell(elsewhere, '/proc/self/ns/net')
        wanted = _of_role(want)
        low, high = _range(want['node_ports'])
        used = [one for one in sockets.listeners(host) if one.port in wanted or low <= one.port <= high]
        holders = _owners(host, used, set(wanted.values()) | {'kube-proxy'})
        for port, component in wanted.items():
            mine = [one for one in used if one.port == port]
            yield _of_component(host, port, component, Held(mine, holders.get(mine[0].inode) if mine else None))
        yield from _node_ports(host, [one for one in used if low <= one.port <= high and one.port not in wanted],
                               holders, want['node_ports'])
        yield from _outgoing(host, wanted, low, high)


def _of_role(want: Want) -> dict:
    if want['role'] != 'control-plane':
        return dict(_KUBELET)
    return {**_CONTROL_PLANE, **(_ETCD if want['etcd'] else {}), **_KUBELET}


def _owners(host: Any, used: List[sockets.Listener], first: set) -> dict:
    try:
        return sockets.owners(host, {one.inode for one in used}, first) if used else {}
    except CannotTell:
        return {}                 # /proc shows no processes: each port in use is then told as such


def _of_component(host: Any, port: int, component: str, held: Held) -> Observation:
    name = _WHOLE.get(component, component)
    wanted, kubeadm = f'free, or held by {name}', f'Port-{port}'
    if not held.listeners:
        return Observation(f'port {port}', 'free', wanted, True, ', '.join(sockets.TABLES), kubeadm=kubeadm)
    where, source = sockets.shown(held.listeners[0]), held.listeners[0].source
    if held.owner is None:
        return unknown(f'port {port}', wanted, CannotTell(_unseen(host, where, held.listeners[0]), source),
                       hint=f'see who holds it as root: ss -ltnp sport = :{port}', kubeadm=kubeadm)
    source = f'{source}, /proc/{held.owner.pid}/fd'
    found = f'{where} held by {held.owner.name} (pid {held.owner.pid})'
    if held.owner.name == component:
        return Observation(f'port {port}', found, wanted, True, source, kubeadm=kubeadm)
    return Observation(f'port {port}', found, wanted, False, source, kubeadm=kubeadm,
                       hint=f'{name} needs this port: stop {held.owner.name}, or let it listen elsewhere')


def _unseen(host: Any, where: str, listener: sockets.Listener) -> str:
    why = 'only root can see by which process' if host.user() else 'no process that can be seen from here holds it'
    return f'{where} is in use by user id {listener.uid}; {why}'


def _node_ports(host: Any, used: List[sockets.Listener], holders: dict, name: str) -> Iterator[Observation]:
    subject, wanted = f'node ports {name}', 'nothing but kube-proxy listens there'
    # Older kube-proxies hold an open socket for each node port themselves, so that nothing else takes it.
    others = {one.port: one for one in reversed(used)
              if one.inode not in holders or holders[one.inode].name != 'kube-proxy'}
    if not others:
        yield Observation(subject, 'none in use' if not used else 'held by kube-proxy', wanted, True,
                          ', '.join(sockets.TABLES), advised=True)
    for port in sorted(others)[:_MOST]:
        one, owner = others[port], holders.get(others[port].inode)
        found = f'{sockets.shown(one)} held by {owner.name} (pid {owner.pid})' if owner else \
            _unseen(host, sockets.shown(one), one)
        yield Observation(f'node port {port}', found, wanted, False if owner else None, one.source, advised=True,
                          hint='a Service of type NodePort may be given this port; let the process listen elsewhere')
    if len(others) > _MOST:
        yield Observation(subject, f'{len(others) - _MOST} more in use', wanted, False, ', '.join(sockets.TABLES),
                          advised=True, hint='see them with: ss -ltnp')


def _outgoing(host: Any, wanted: dict, low: int, high: int) -> Iterator[Observation]:
    """Ports that the kernel may take for an outgoing connection: ip-sysctl.rst. One range serves IPv4 and IPv6."""
    text = host.read(_RANGE, missing='').split()
    if len(text) != 2 or not (text[0].isdecimal() and text[1].isdecimal()):
        return                    # a kernel without this sysctl; nothing follows for the ports themselves
    first, last = int(text[0][:9]), int(text[1][:9])
    reserved = _reserved(host.read(_RESERVED, missing=''))
    at_risk = [str(port) for port in wanted if first <= port <= last and not _covered(reserved, port, port)]
    if first <= high and low <= last and not _covered(reserved, max(low, first), min(high, last)):
        at_risk.append(f'{max(low, first)}-{min(high, last)}')
    found = f'may take {", ".join(at_risk)} (range {first}-{last})' if at_risk else f'take ports {first}-{last}'
    hint = 'keep them out: net.ipv4.ip_local_reserved_ports = ' + ','.join(at_risk) if at_risk else ''
    yield Observation('outgoing connections', found, "none of the node's ports", not at_risk, f'{_RANGE}, {_RESERVED}',
                      hint=hint, advised=True)


def _reserved(text: str) -> List[Tuple[int, int]]:
    found = []
    for part in text.strip().split(',')[:1000]:
        low, _, high = part.partition('-')
        if low.isdecimal() and (high or low).isdecimal() and len(part) < 16:
            found.append((int(low), int(high or low)))
    return sorted(found)


def _covered(reserved: List[Tuple[int, int]], low: int, high: int) -> bool:
    """Whether some ranges hold every port from low to high.

    >>> _covered([(1, 5), (6, 9)], 2, 8), _covered([(1, 5), (7, 9)], 2, 8)
    (True, False)
    """
    for first, last in reserved:
        if first <= low <= last:
            low = last + 1
    return low > high
