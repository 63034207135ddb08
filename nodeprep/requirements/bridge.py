"""Bridged traffic passes iptables: br_netfilter and its two sysctls."""
from nodeprep import wanted
from nodeprep.linux import moduleneed, sysctlneed
from nodeprep.linux.sysctlboot import BRIDGE_4, BRIDGE_6
from nodeprep.model import CannotTell, Folder, NotApplicable, Observation, Requirement, Want
from nodeprep.typed import Any, Iterator, Tuple

_KEYS = {BRIDGE_4: '1', BRIDGE_6: '1'}
_MODULE = 'br_netfilter'
_KUBEADM = {key: 'FileContent--proc-sys-' + key.replace('/', '-') for key in _KEYS}


class Bridge(Requirement):
    """Traffic that crosses a bridge passes iptables, now and after a boot.

    Why: pods of one node talk over a Linux bridge with flannel, kubenet or Docker. Without br_netfilter and its two
    sysctls at 1 that traffic passes by iptables, and services reach nothing on the same node. kubeadm checked it until
    1.29 and leaves it to the network plugin since; so from 1.30 on it is advised. Cilium, OVN and hosts of virtual
    machines do not want it: `wanted: never`.

    Read: now /proc/sys/net/bridge, /proc/modules, /sys/module, /lib/modules. For the boot modules-load.d, modprobe.d
    and the kernel arguments (a module that comes after sysctl.d was applied loses both values without a word; a
    `blacklist` line stops systemd-modules-load, though not modprobe), then sysctl.d as the systemd of this release
    applies it, /etc/sysctl.conf (last on EL7, as 99-sysctl.conf later), and the active profile of tuned. CentOS 7 ships
    00-system.conf, which sets both to 0.

    Fix: modprobe br_netfilter; write the value; name the module in /etc/modules-load.d/nodeprep.conf; set the keys in
    /etc/sysctl.d/zz-nodeprep.conf; and where a line still wins over that, edit that line. EL10: install
    kernel-modules-extra of this very kernel first.

    Left to a person: a rule of modprobe.d that keeps the module out, a masked unit, a kernel whose modules are gone, a
    tuned profile with reapply_sysctl off.
    """

    id = 'bridge'
    title = 'Bridged traffic passes iptables'
    remade = True
    kubeadm = tuple(_KUBEADM.values())
    defaults = {'wanted': wanted.choice('auto', 'required', 'advised', 'never',
                                        help='auto: required until Kubernetes 1.29, advised from 1.30 on')}
    watches = (Folder('/etc/sysctl.d'), Folder('/usr/lib/sysctl.d'), Folder('/etc/modules-load.d'),
               Folder('/etc/modprobe.d'))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """The module, and the two values in this network namespace."""
        advised = _advised(want)
        module = moduleneed.now(host, _MODULE)
        yield module._replace(advised=advised)
        for key, value in _KEYS.items():
            one = sysctlneed.now(host, key, value, f'{_MODULE} is not loaded')
            if not one.met and not module.met:
                one = one._replace(fix=module.fix + one.fix if module.fix else (), hint=module.hint or one.hint)
            yield one._replace(advised=advised, kubeadm=_KUBEADM[key])

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """The module before sysctl.d is applied, and the values that are left."""
        advised = _advised(want)
        module, trouble = _module_at_boot(host)
        if trouble is not None:
            yield Observation(_MODULE, trouble.reason, 'loaded at boot', None, trouble.source, advised=advised)
        else:
            yield module._replace(advised=advised)
        # When it cannot be told whether the module is there, the values are told as if it were: one unknown is enough.
        absent = f'{_MODULE} is not loaded when sysctl.d is applied' if module.met is False else ''
        for one in sysctlneed.boot(host, _KEYS, absent, module.source, module.fix or None if absent else ()):
            key = next((key for key in _KEYS if one.subject.startswith(key.replace('/', '.'))), '')
            hint = one.hint or (module.hint if absent else '')
            yield one._replace(advised=advised, kubeadm=_KUBEADM.get(key, ''), hint=hint)


def _advised(want: Want) -> bool:
    """Whether what is not met is only advised. NotApplicable when bridged traffic shall not pass iptables at all."""
    if want['wanted'] == 'never':
        raise NotApplicable('the configuration says bridge: wanted: never')
    return want['wanted'] == 'advised' or want['wanted'] == 'auto' and tuple(want['kubernetes']) >= (1, 30)


def _module_at_boot(host: Any) -> Tuple[Observation, Any]:
    try:
        return moduleneed.boot(host, _MODULE), None
    except CannotTell as error:
        return Observation(_MODULE, error.reason, 'loaded at boot', None, error.source), error
