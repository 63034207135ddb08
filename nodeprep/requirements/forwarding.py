"""The host forwards packets: ip_forward, and the IPv6 keys for dual-stack."""
from nodeprep import wanted
from nodeprep.linux import routes, sysctlneed
from nodeprep.linux.sysctlboot import IP_FORWARD, IPV6_ALL, IPV6_DEFAULT
from nodeprep.linux.sysctlplan import dotted
from nodeprep.model import Folder, Observation, Requirement, Want
from nodeprep.typed import Any, Dict, Iterator

_KUBEADM = {IP_FORWARD: 'FileContent--proc-sys-net-ipv4-ip_forward',
            IPV6_DEFAULT: 'FileContent--proc-sys-net-ipv6-conf-default-forwarding'}


class Forwarding(Requirement):
    """The host forwards packets between its interfaces, now and after a boot.

    Why: packets of pods go from the node's interface to the pods' and back; with forwarding off the kernel drops them.
    kubeadm refuses to go on when /proc/sys/net/ipv4/ip_forward does not begin with 1. For dual-stack or IPv6 clusters
    set `ipv6: true`: conf.all and conf.default, of which kubeadm reads the latter.

    Read: now /proc/sys/net, in the network namespace of this process. For the boot the kernel's sysctl. arguments
    (5.8), sysctl.d as the systemd of this release applies it, /etc/sysctl.conf (last on EL7, as 99-sysctl.conf later),
    and the active profile of tuned. net.ipv4.conf.all.forwarding is the same variable: a line that sets it counts too.
    Docker sets ip_forward when it starts; that is told, and not counted on.

    Fix: write the value, only where it differs, as the kernel resets other settings along with it (accept_redirects;
    large receive offload goes off on every interface); set the key in /etc/sysctl.d/zz-nodeprep.conf; and where a line
    still wins over that, edit that line.

    Left to a person: the firewall. On a host with several networks forwarding makes a router between them; the hint
    says so. A tuned profile with reapply_sysctl off.
    """

    id = 'forwarding'
    title = 'The host forwards packets'
    remade = True
    kubeadm = tuple(_KUBEADM.values())
    defaults = {'ipv6': wanted.flag(False, 'forward IPv6 too, for dual-stack and IPv6 clusters')}
    watches = (Folder('/etc/sysctl.d'), Folder('/usr/lib/sysctl.d'))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """The values in this network namespace."""
        for key, value in _keys(want).items():
            one = sysctlneed.now(host, key, value, 'the kernel has no ' + ('IPv4' if key == IP_FORWARD else 'IPv6'))
            if not one.met and one.found.startswith('not there'):
                one = one._replace(fix=(), hint='boot without ipv6.disable=1, or set ipv6: false')
            yield _with_guard(host, one)._replace(kubeadm=_KUBEADM.get(key, ''))

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """The values that the next boot leaves."""
        names = {dotted(key): name for key, name in _KUBEADM.items()}
        for one in sysctlneed.boot(host, _keys(want)):
            yield _with_guard(host, one)._replace(kubeadm=names.get(one.subject, ''))


def _keys(want: Want) -> Dict[str, str]:
    # conf.all first: writing it sets conf.default as well.
    return {IP_FORWARD: '1', **({IPV6_ALL: '1', IPV6_DEFAULT: '1'} if want['ipv6'] else {})}


def _with_guard(host: Any, one: Observation) -> Observation:
    """Tells that a host with several networks becomes a router between them."""
    if one.met or not host.live:
        return one
    networks = routes.routed(host)
    if len(networks) < 2:
        return one
    said = (f'This host has several networks ({", ".join(networks)}): it becomes a router between them, '
            'so look at the FORWARD rules.')
    return one._replace(hint=f'{one.hint} {said}'.strip())
