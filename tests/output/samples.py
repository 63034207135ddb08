"""Reports as they come from real hosts of several kinds, for the golden files and for looking at."""
import copy

from nodeprep.model import worst
from nodeprep.report import _summary, _verdict

NODE = {'name': 'k8s-node1', 'role': 'worker', 'machine_id': '1d7a0ba3b2f24e0f9d3a1b1b5c1f2e3d',
        'product_uuid': '4c4c4544-0042-3510-8052-b4c04f4e4d32', 'macs': ['52:54:00:12:34:56'],
        'addresses': ['192.0.2.11'], 'os': {'id': 'centos', 'version': '7', 'name': 'CentOS Linux 7 (Core)'},
        'kernel': '3.10.0-1160.el7.x86_64', 'arch': 'x86_64', 'labels': {'rack': 'a1'}, 'kubernetes': '1.23'}


def seen(when, subject, found, wanted, met=True, source='', fix=(), hint='', advised=False, kubeadm=''):
    """One observation."""
    return {'subject': subject, 'when': when, 'found': found, 'wanted': wanted, 'met': met, 'source': source or subject,
            'fix': list(fix), 'hint': hint, 'advised': advised, 'kubeadm': kubeadm}


def run(*argv, undo=(), risk='harmless'):
    """One command of a plan."""
    return {'run': list(argv), 'undo': list(undo), 'risk': risk}


def write(path, diff=''):
    """One file of a plan."""
    return {'write': path, 'diff': diff}


def finding(requirement, title, *observations, **more):
    """One finding; its states follow from what was seen."""
    halves = {when: worst('unknown' if one['met'] is None else 'met' if one['met'] else 'drifted'
                          for one in observations if one['when'] == when) for when in ('now', 'boot')}
    fails = [one for one in observations if one['met'] is not True]
    made = {'requirement': requirement, 'kubeadm': [], 'title': title, 'state': worst(halves.values()),
            'now': halves['now'], 'boot': halves['boot'],
            'severity': 'advised' if fails and all(one['advised'] for one in fails) else 'required',
            'mode': 'report', 'waiver': None, 'note': '', 'took_ms': 0.4, 'observations': list(observations)}
    made.update(more)
    return made


def report(*findings, **node):
    """A whole report."""
    return {'format': 1, 'id': '6f1f7d2a-3c1e-4b3a-9f0e-0c9a1b2d3e4f', 'sequence': 17, 'taken': '2026-01-31T12:00:00Z',
            'took_ms': 12.5, 'boot_id': '0f2c6d7e-53a1-4a53-8a1c-0e9d8f7a6b5c', 'node': dict(NODE, **node),
            'agent': {'version': '1.0.0', 'profile': 'docker'}, 'verdict': _verdict(list(findings)),
            'summary': _summary(list(findings)), 'findings': list(findings)}


FINE = [
    finding('bridge', 'Bridged traffic passes iptables',
            seen('now', 'net.bridge.bridge-nf-call-iptables', '1', '1',
                 source='/proc/sys/net/bridge/bridge-nf-call-iptables'),
            seen('now', 'net.bridge.bridge-nf-call-ip6tables', '1', '1',
                 source='/proc/sys/net/bridge/bridge-nf-call-ip6tables'),
            seen('boot', 'br_netfilter', 'loaded at boot', 'loaded at boot', source='/etc/modules-load.d/k8s.conf:1'),
            seen('boot', 'net.bridge.bridge-nf-call-iptables', '1', '1', source='/etc/sysctl.d/k8s.conf:1'),
            seen('boot', 'net.bridge.bridge-nf-call-ip6tables', '1', '1', source='/etc/sysctl.d/k8s.conf:2')),
    finding('cgroup', 'Control groups as this Kubernetes needs them',
            seen('now', '/sys/fs/cgroup', 'version 1', 'version 1 or 2', source='/proc/self/mountinfo:24'),
            seen('boot', 'systemd.unified_cgroup_hierarchy', 'not set, so version 1', 'version 1 or 2',
                 source='/boot/grub2/grub.cfg:102')),
    finding('cpu', 'At least 2 CPUs',
            seen('now', 'CPUs', '4 online', 'at least 2', source='/sys/devices/system/cpu/online'),
            kubeadm=['NumCPU']),
    finding('disk', 'Room for images and containers',
            seen('now', '/var/lib/docker', '40 GB (xfs), 31 GB free', 'at least 30 GB', source='statvfs(2) /var')),
    finding('docker', 'Docker runs and answers',
            seen('now', 'docker.service', 'active', 'active',
                 source='/sys/fs/cgroup/systemd/system.slice/docker.service'),
            seen('now', 'cgroup driver', 'systemd', 'systemd', source='/var/run/docker.sock /info'),
            seen('boot', 'docker.service', 'enabled', 'enabled',
                 source='/etc/systemd/system/multi-user.target.wants/docker.service')),
    finding('firewall', 'firewalld is off',
            seen('now', 'firewalld.service', 'inactive', 'inactive',
                 source='/sys/fs/cgroup/systemd/system.slice/firewalld.service'),
            seen('boot', 'firewalld.service', 'disabled', 'disabled',
                 source='/usr/lib/systemd/system/firewalld.service')),
    finding('forwarding', 'The kernel forwards IPv4',
            seen('now', 'net.ipv4.ip_forward', '1', '1', source='/proc/sys/net/ipv4/ip_forward'),
            seen('boot', 'net.ipv4.ip_forward', '1', '1', source='/etc/sysctl.d/k8s.conf:3')),
    finding('hostname', 'The host name is valid and resolves',
            seen('now', 'k8s-node1', 'resolves to 192.0.2.11', 'an address of this host', source='getaddrinfo(3)'),
            seen('boot', '/etc/hostname', 'k8s-node1', 'the same name', source='/etc/hostname:1')),
    finding('hosts', "The cluster's names resolve", note='no entries are wanted'),
    finding('identity', 'This machine has an identity of its own',
            seen('now', 'machine-id', '1d7a0ba3...', 'present', source='/etc/machine-id')),
    finding('kernel-modules', 'Kernel modules are there',
            seen('now', 'overlay', 'loaded', 'loaded', source='/proc/modules:12'),
            seen('boot', 'overlay', 'loaded at boot', 'loaded at boot', source='/etc/modules-load.d/k8s.conf:2')),
    finding('kubelet', 'kubeadm and kubelet are installed and fit',
            seen('now', 'kubelet', '1.23.17', '1.23', source='/usr/bin/kubelet --version'),
            seen('boot', 'kubelet.service', 'enabled', 'enabled',
                 source='/etc/systemd/system/multi-user.target.wants/kubelet.service')),
    finding('memory', 'At least 2 GB of memory',
            seen('now', 'MemTotal', '1838 MiB', 'at least 1700 MiB', source='/proc/meminfo:1'), kubeadm=['Mem']),
    finding('network', 'All peers can be reached', note='no peers are named'),
    finding('os', 'CentOS or a rebuild, 7 or later',
            seen('now', 'system', 'CentOS Linux 7 (Core) on x86_64', 'CentOS 7 or later', source='/etc/os-release'),
            seen('boot', 'kernel', '3.10.0-1160.el7.x86_64 is the newest installed', 'the running one',
                 source='/lib/modules')),
    finding('ports', 'The ports of the role are free',
            seen('now', 'TCP port 10250', 'free', 'free', source='/proc/net/tcp', kubeadm='Port-10250'),
            kubeadm=['Port-*']),
    finding('registry', 'Images can be pulled',
            seen('now', 'registry-1.docker.io', 'answers', 'an answer', source='https://registry-1.docker.io/v2/')),
    finding('selinux', 'SELinux does not enforce',
            seen('now', 'SELinux', 'permissive', 'permissive', source='/sys/fs/selinux/enforce'),
            seen('boot', 'SELINUX', 'permissive', 'permissive', source='/etc/selinux/config:7')),
    finding('swap', 'Swap is off',
            seen('now', 'swap', 'none', 'no swap', source='/proc/swaps'),
            seen('boot', '/etc/fstab', 'no line of type swap', 'no swap'), kubeadm=['Swap']),
    finding('time-sync', 'The clock is synchronised',
            seen('now', 'offset', '0.3 ms', 'below 100 ms', source='/run/chrony/chronyd.sock'),
            seen('boot', 'chronyd.service', 'enabled', 'enabled',
                 source='/etc/systemd/system/multi-user.target.wants/chronyd.service')),
    finding('tools', 'The programs that kubeadm and kubelet call',
            *[seen('now', name, '/usr/sbin/' + name, 'installed', source='access(2)', kubeadm='FileExisting-' + name)
              for name in ('ip', 'iptables', 'mount', 'nsenter', 'conntrack', 'socat')], kubeadm=['FileExisting-*']),
]

FSTAB = ('--- /etc/fstab\n+++ /etc/fstab\n@@ -7,3 +7,3 @@\n UUID=6a1f /boot xfs defaults 0 0\n'
         '-/dev/mapper/centos-swap swap swap defaults 0 0\n'
         '+# off, says nodeprep: /dev/mapper/centos-swap swap swap defaults 0 0\n')
SYSCTL = ('--- /dev/null\n+++ /etc/sysctl.d/zz-nodeprep.conf\n@@ -0,0 +1,2 @@\n'
          '+net.bridge.bridge-nf-call-iptables = 1\n+net.bridge.bridge-nf-call-ip6tables = 1\n')
_BRIDGE_NOW = (run('modprobe', '--', 'br_netfilter', undo=('modprobe', '-r', '--', 'br_netfilter')),)
_BRIDGE_BOOT = (write('/etc/modules-load.d/nodeprep.conf', '--- /dev/null\n+++ /etc/modules-load.d/nodeprep.conf\n'
                      '@@ -0,0 +1 @@\n+br_netfilter\n'), write('/etc/sysctl.d/zz-nodeprep.conf', SYSCTL))

SWAP = finding(
    'swap', 'Swap is off',
    seen('now', '/dev/dm-1', 'swap in use, 12 MiB of 2047 MiB', 'no swap', False, '/proc/swaps:2',
         [run('swapoff', '--', '/dev/dm-1', undo=('swapon', '--', '/dev/dm-1'), risk='disruptive')]),
    seen('boot', '/etc/fstab', 'turns on /dev/mapper/centos-swap', 'no swap', False, '/etc/fstab:8',
         [write('/etc/fstab', FSTAB),
          run('systemctl', 'mask', 'swap.target', undo=('systemctl', 'unmask', 'swap.target'))]),
    kubeadm=['Swap'])
SELINUX = finding(
    'selinux', 'SELinux does not enforce',
    seen('now', 'SELinux', 'enforcing', 'permissive or disabled', False, '/sys/fs/selinux/enforce',
         [write('/sys/fs/selinux/enforce', '--- a\n+++ b\n@@ -1 +1 @@\n-1\n+0\n')]),
    seen('boot', '/etc/selinux/config', 'SELINUX=enforcing', 'permissive or disabled', False, '/etc/selinux/config:7',
         [write('/etc/selinux/config', '--- a\n+++ b\n@@ -7 +7 @@\n-SELINUX=enforcing\n+SELINUX=permissive\n')]))
BRIDGE = finding(
    'bridge', 'Bridged traffic passes iptables',
    seen('now', 'net.bridge.bridge-nf-call-iptables', 'not there: br_netfilter is not loaded', '1', False,
         '/proc/sys/net/bridge', _BRIDGE_NOW),
    seen('now', 'net.bridge.bridge-nf-call-ip6tables', 'not there: br_netfilter is not loaded', '1', False,
         '/proc/sys/net/bridge', _BRIDGE_NOW),
    seen('boot', 'br_netfilter', 'nothing loads it', 'loaded at boot', False, '/etc/modules-load.d', _BRIDGE_BOOT),
    seen('boot', 'net.bridge.bridge-nf-call-iptables', '0', '1', False, '/usr/lib/sysctl.d/00-system.conf:6',
         _BRIDGE_BOOT),
    seen('boot', 'net.bridge.bridge-nf-call-ip6tables', '0', '1', False, '/usr/lib/sysctl.d/00-system.conf:5',
         _BRIDGE_BOOT))
FIREWALL = finding(
    'firewall', 'firewalld is off',
    seen('now', 'firewalld.service', 'active', 'inactive', False,
         '/sys/fs/cgroup/systemd/system.slice/firewalld.service',
         hint='This node runs 14 containers; stopping firewalld would cut their network. '
              'Do it when the node is drained.'),
    seen('boot', 'firewalld.service', 'enabled', 'disabled', False,
         '/etc/systemd/system/multi-user.target.wants/firewalld.service',
         [run('systemctl', 'disable', 'firewalld.service', undo=('systemctl', 'enable', 'firewalld.service'))]))
MEMORY = finding(
    'memory', 'At least 2 GB of memory',
    seen('now', 'MemTotal', '1410 MiB: 1838 MiB installed, 161 MiB for kdump, 267 MiB for huge pages and the kernel',
         'at least 1700 MiB', False, '/proc/meminfo:1', hint='Give this machine 2 GB, or take crashkernel=auto off.'),
    kubeadm=['Mem'])
TIME = finding(
    'time-sync', 'The clock is synchronised',
    seen('now', 'offset', '183 ms behind', 'below 100 ms', False, '/run/chrony/chronyd.sock', advised=True,
         hint='Look at chronyc sources -v: 1 of 4 servers answers.'),
    seen('boot', 'chronyd.service', 'enabled', 'enabled',
         source='/etc/systemd/system/multi-user.target.wants/chronyd.service'))
TOOLS = finding(
    'tools', 'The programs that kubeadm and kubelet call',
    seen('now', 'ip', '/usr/sbin/ip', 'installed', source='access(2)'),
    seen('now', 'conntrack', 'not found', 'installed', False, 'PATH with /usr/sbin', kubeadm='FileExisting-conntrack',
         fix=[run('yum', '-y', 'install', 'conntrack-tools', undo=('rpm', '-e', 'conntrack-tools'))]),
    seen('now', 'socat', 'not found', 'installed', False, 'PATH with /usr/sbin', advised=True,
         kubeadm='FileExisting-socat',
         fix=[run('yum', '-y', 'install', 'socat', undo=('rpm', '-e', 'socat'))]),
    kubeadm=['FileExisting-*'])
DOCKER = finding(
    'docker', 'Docker runs and answers',
    seen('now', '/var/run/docker.sock', 'permission denied', 'an answer', None, '/var/run/docker.sock'),
    seen('boot', 'docker.service', 'enabled', 'enabled',
         source='/etc/systemd/system/multi-user.target.wants/docker.service'))
IDENTITY = finding(
    'identity', 'This machine has an identity of its own',
    seen('now', 'product_uuid', 'permission denied', 'present and not a placeholder', None,
         '/sys/class/dmi/id/product_uuid'),
    seen('now', 'machine-id', '1d7a0ba3...', 'present', source='/etc/machine-id'))
WAIVER = {'reason': 'lab host, its disk grows in May', 'owner': 'ops@example.com', 'until': '2026-05-31'}
DISK = finding(
    'disk', 'Room for images and containers',
    seen('now', '/var/lib/docker', '18 GB (xfs on /dev/sda3), 9 GB free', 'at least 30 GB', False,
         'statvfs(2) /var/lib', hint='70 GB lie in /home, on the same volume group.'), waiver=WAIVER)


def _with(*changed):
    by_id = {one['requirement']: one for one in changed}
    return [copy.deepcopy(by_id.get(one['requirement'], one)) for one in FINE]


def _hostile():
    nasty = ['=cmd|\' /C calc\'!A0', '</td><script>alert("1")</script>&amp;', ']]><![CDATA[', 'a | b # SKIP not really',
             '"quoted" \\ back\\nslash', '\\x1b[31m\\u202e', "it's: [a, {b}] - yes", '...', '1..0', 'ok 1 - fine',
             '{"a": 1}', '---', '\u8282\u70b9 caf\u00e9 \U0001f600', 'x' * 200, '', ' leading and trailing ',
             '@SUM(A1)', '-1+1', '+1', 'line one\nline two', '%n%s', '$(reboot)', '`reboot`', 'null', 'yes', '~',
             '0x1f', '2026-01-31', 'key: value', '!!python/object:os.system', '\uffff\ufffe']
    plans = [[write(text or '/', text), run(text, '-rf', text, undo=(text,), risk='reboot')] for text in nasty]
    observations = [seen(('now', 'boot')[at % 2], text, text, text, (False, None, True)[at % 3], text, plans[at], text,
                         at % 5 == 0, text) for at, text in enumerate(nasty)]
    return report(finding('swap', nasty[1], *observations, note=nasty[3], kubeadm=nasty),
                  finding('disk', nasty[0], *observations[:6], waiver=dict(WAIVER, reason=nasty[19], owner=nasty[12])),
                  finding('ports', nasty[3], note=nasty[0]),
                  name=nasty[12] + nasty[1], kernel=nasty[4], arch=nasty[0],
                  os={'id': nasty[3], 'version': nasty[1], 'name': nasty[3]}, labels={nasty[4]: nasty[1]})


# What each stands for -> the report. The golden files have these names.
SAMPLES = {
    'met': report(*FINE),
    'drifted': report(*_with(SWAP, SELINUX, FIREWALL, MEMORY, TIME, DOCKER)),
    'drifted-at-boot': report(*_with(finding(
        'swap', 'Swap is off', seen('now', 'swap', 'none', 'no swap', source='/proc/swaps'), SWAP['observations'][1]))),
    'fresh': report(*_with(SWAP, SELINUX, FIREWALL, BRIDGE, TIME, TOOLS)),
    'unknown': report(*_with(DOCKER, IDENTITY)),
    'advised': report(*_with(TIME)),
    'waived': report(*_with(DISK, dict(SWAP, mode='ignore', note='ignored: Swap'))),
    'image': report(*[finding(one['requirement'], one['title'],
                              *[seen_ for seen_ in one['observations'] if seen_['when'] == 'boot'])
                      for one in _with(SELINUX, SWAP)], kernel='', arch='', macs=[], addresses=[]),
    'hostile': _hostile(),
    'empty': report(),
}
