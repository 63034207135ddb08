"""How many CPUs there are, how many of them a process here may use, and which kernel arguments take some away."""
import re

from nodeprep.linux.kernelargs import KernelArgs
from nodeprep.linux.mounts import mounts
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterator, Optional, Tuple

FOLDER = '/sys/devices/system/cpu'
_UDEV_RULES = '/usr/lib/udev/rules.d/40-redhat.rules'
_MOST = 2**20             # CPUs; the kernel's NR_CPUS ends far below


class Limit(NamedTuple):
    """At most so many CPUs, and the place that says so."""

    cpus: float
    source: str


def count(host: Any, kind: str) -> int:
    """CPUs of a kind: 'online', 'present' or 'possible'; the kernel's Documentation/admin-guide/cputopology.rst."""
    path = f'{FOLDER}/{kind}'
    found = size(host.read(path))
    if found is None:
        raise CannotTell(f'{path}: is no list of CPUs', path)
    return found


def size(ranges: str) -> Optional[int]:
    """How many numbers a kernel list has; None when it is not one.

    >>> size('0-3,8\\n'), size('\\n'), size('3-1'), size('x')
    (5, 0, None, None)
    """
    total = 0
    if len(ranges) > 65536:
        return None
    for part in ranges.strip().split(',') if ranges.strip() else []:
        ends = part.split('-')
        if len(ends) > 2 or not all(end.isdecimal() and len(end) < 8 for end in ends):
            return None
        length = int(ends[-1]) - int(ends[0]) + 1
        if not 0 < length <= _MOST:
            return None
        total += length
    return total


def quota(host: Any) -> Optional[Limit]:
    """The CPU time that the cgroups above this process leave it, in CPUs; None when there is no limit.

    cgroup v2: cpu.max, "max 100000" or "50000 100000"; v1: cpu.cfs_quota_us, -1 for none. The narrowest counts.
    """
    limits = [limit for limit in _limits(host) if limit is not None]
    return min(limits, default=None, key=lambda limit: limit.cpus)


def _limits(host: Any) -> Iterator[Optional[Limit]]:
    for line in host.read('/proc/self/cgroup', missing='').split('\n'):
        number, controllers, path = (line.split(':', 2) + ['', ''])[:3]
        unified = (number, controllers) == ('0', '')
        if not unified and 'cpu' not in controllers.split(','):
            continue
        for mount in mounts(host):
            if mount.root == '/' and (mount.kind == 'cgroup2' if unified else
                                      mount.kind == 'cgroup' and 'cpu' in mount.super_options):
                yield from _upwards(host, mount.point, path, unified)
                break


def _upwards(host: Any, point: str, path: str, unified: bool) -> Iterator[Optional[Limit]]:
    # The topmost cgroup has no limit, and a path with `..` lies outside of what a container may see.
    parts = [part for part in path.split('/') if part][:32]
    for length in range(len(parts), 0, -1) if '..' not in parts else ():
        folder = point + '/' + '/'.join(parts[:length])
        if unified:
            yield limit_of(host.read(f'{folder}/cpu.max', missing=''), f'{folder}/cpu.max')
        else:
            quota_path = f'{folder}/cpu.cfs_quota_us'
            said = host.read(quota_path, missing='').strip()
            if said not in ('', '-1'):
                yield limit_of(f'{said} {host.read(f"{folder}/cpu.cfs_period_us", missing="")}', quota_path)


def limit_of(text: str, source: str) -> Optional[Limit]:
    """What 'quota period', both in microseconds, leaves; None for no limit.

    >>> limit_of('150000 100000', 'x').cpus, limit_of('max 100000', 'x')
    (1.5, None)
    """
    match = re.match(r'^([0-9]{1,15}) ([0-9]{1,15})\s*$', text)
    return Limit(int(match.group(1)) / int(match.group(2)), source) if match and int(match.group(2)) else None


def taken_away(host: Any, args: KernelArgs) -> Optional[Tuple[int, str, str]]:
    """(CPUs left, argument, place) when kernel arguments limit their number; None when none does.

    Documentation/admin-guide/kernel-parameters.txt: nosmp and maxcpus=0 leave one, nr_cpus= and possible_cpus= are
    an upper bound, and maxcpus= is one for booting, which Red Hat's udev rule lifts by turning each CPU on that is off.
    """
    found = []
    for name in ('nr_cpus', 'possible_cpus', 'maxcpus', 'nosmp'):
        value = args.value(name)
        if value is None:
            continue
        number = 0 if name == 'nosmp' else _number(value)
        if name == 'maxcpus' and number and 'SUBSYSTEM=="cpu"' in host.read(_UDEV_RULES, missing=''):
            continue
        if number or name in ('nosmp', 'maxcpus') and number is not None:
            found.append((number or 1, f'{name}={value}' if value else name, args.where(name)))
    return min(found, default=None)


def _number(value: str) -> Optional[int]:
    """get_option() of lib/cmdline.c: the number that a value begins with, decimal, 0x or 0 for octal."""
    match = re.match(r'(?:0[xX]([0-9a-fA-F]{1,8})|(0[0-7]{1,10})|([0-9]{1,9}))', value)
    if not match:
        return None
    return int(match.group(match.lastindex or 0), {1: 16, 2: 8, 3: 10}[match.lastindex or 3])
