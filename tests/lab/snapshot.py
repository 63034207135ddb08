"""How a virtual machine stands: all that a check may not change, and that an undo and a boot must bring back."""
import re

from tests.lab import product

# What the kernel counts, draws by lot, or makes of the memory that it has.
_COUNTED = re.compile(r'fs\.|kernel\.(random|ns_last_pid|pty|threads-max|core_modes)|net\.netfilter\.nf_conntrack|'
                      r'net\.nf_conntrack|net\.ipv4\.(tcp_mem|udp_mem|tcp_max_orphans|tcp_fastopen_key)|'
                      r'vm\.(user|admin|min)_\w*kbytes|user\.|dev\.')
# Written by what runs in the machine, whoever asks for nothing.
_OTHERS = re.compile(r'/var/lib/(nodeprep|dbus|selinux|polkit-1)(/|$)|/etc/(adjtime|nodeprep)(/|$)')
# Contents and labels below /etc, where all files lie that a fix may write.
_SUMS = 'find /etc -xdev -type f | sort | xargs sha256sum; find /etc -xdev | sort | xargs stat -c "%C %n"'
UNITS = product.UNITS + ('swap.target', 'nodeprep.service', 'cron.service')


def rested(machine):
    """Waits until what starts at boot has done its work: firewalld is active before its rules are there."""
    product.ruled(machine, pause=1)
    machine.ask('udevadm', 'settle', '--timeout=900')


def state(machine):
    """The same words as product.state, and what a node in a container has not: swap, SELinux, modules, sysctls."""
    tree = product.state(machine)
    tree['files'] = {path: one for path, one in tree['files'].items() if _kept(path)}
    tree['units'] = {unit: tuple(machine.run(['systemctl', word, unit])[1].strip()
                                 for word in ('is-enabled', 'is-active')) for unit in UNITS}
    tree['sums'] = {}
    for line in machine.ask('sh', '-c', _SUMS).splitlines():
        one, path = line.split(None, 1)
        if _kept(path):
            tree['sums'].setdefault(path, []).append(one)
    tree['swaps'] = [line.split()[:3] for line in machine.read('/proc/swaps').splitlines()[1:]]
    tree['selinux'] = machine.ask('getenforce').strip()
    tree['modules'] = sorted(line.split()[0] for line in machine.read('/proc/modules').splitlines())
    tree['sysctls'] = dict(line.partition(' = ')[::2] for line in machine.run(['sysctl', '-a'])[1].splitlines()
                           if not _COUNTED.match(line))
    return tree


def _kept(path):
    return not product.OTHERS.match(path) and not _OTHERS.match(path)


def same(before, after):
    """What differs, in words; '' when nothing does."""
    maps = ('sums', 'sysctls')
    told = [product.same({name: one for name, one in before.items() if name not in maps}, after)]
    for kind in maps:
        one, other = before[kind], after[kind]
        told += [f'{name}: {one.get(name)} -> {other.get(name)}' for name in sorted(set(one) | set(other))
                 if one.get(name) != other.get(name)]
    return '\n'.join(one for one in told if one)
