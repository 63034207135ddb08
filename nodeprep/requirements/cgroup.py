"""Control groups as the Kubernetes version needs them."""
import re

from nodeprep.linux import cgroups, kernelargs
from nodeprep.linux.bootloader import WATCHES
from nodeprep.linux.cgroups import Version
from nodeprep.linux.member import membership
from nodeprep.linux.release import release
from nodeprep.model import CannotTell, Observation, Requirement, Want, unknown
from nodeprep.typed import Any, Iterator, Tuple

# kubeadm's system-validators: the kubelet refuses v1 since 1.35 (failCgroupV1); v1 gets no new features since 1.31.
_NEEDS_V2, _ADVISES_V2 = (1, 35), (1, 31)
_NEEDED = {1: ('cpu', 'cpuacct', 'cpuset', 'devices', 'freezer', 'memory', 'pids'),
           2: ('cpu', 'cpuset', 'devices', 'freezer', 'memory', 'pids')}
_KUBELET = '/var/lib/kubelet/config.yaml'


class Cgroup(Requirement):
    """Control groups have the version and the controllers that Kubernetes needs.

    Why: the kubelet and the runtime limit each pod through them. From Kubernetes 1.35 on the kubelet does not start on
    cgroup v1 unless it is told to (failCgroupV1: false); since 1.31 v1 is only maintained. CentOS 7 knows v1 alone, 8
    starts with v1, 9 and later with v2.

    Read: now, what is mounted at /sys/fs/cgroup, and its cgroup.controllers or /proc/cgroups. At boot, the kernel
    arguments systemd.unified_cgroup_hierarchy, cgroup_no_v1 and cgroup_disable, or else the default of the release.

    Fix: none.

    Left to a person: changing the kernel argument that the hint names, and rebooting, on a host that has not joined yet
    or is drained: the containers of a node do not survive the change.
    """

    id = 'cgroup'
    title = 'Control groups fit the Kubernetes version'
    remade = True
    kubeadm = ('SystemVerification',)
    watches = WATCHES

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """The version that is mounted, and the controllers that the kernel offers."""
        here = cgroups.version(host)
        yield _judged(host, want, cgroups.POINT, here)
        found, source = cgroups.controllers(host, here.number)
        missing = [name for name in _NEEDED[here.number] if name not in found]
        hint = ''
        if missing:
            args = kernelargs.running(host)
            off = [name for name in missing if name in cgroups.disabled(args, here.number)]
            hint = (f'The running kernel was told to turn off {", ".join(off)} ({kernelargs.SOURCE}); take that away.'
                    if off
                    else 'The kernel was built without; install the kernel of the release.')
        yield Observation('controllers', 'missing: ' + ', '.join(missing) if missing else 'all there',
                          ', '.join(_NEEDED[here.number]), not missing, source, hint=hint, kubeadm='SystemVerification')

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """The version that the next boot would mount, and the controllers that its arguments turn off."""
        try:
            then = cgroups.version_at_boot(host)
        except CannotTell as error:
            yield unknown('cgroup version', _wanted(want), error, kubeadm='SystemVerification')
            return
        yield _judged(host, want, 'cgroup version', then)
        args = kernelargs.at_boot(host)
        gone = [name for name in _NEEDED[then.number] if name in cgroups.disabled(args, then.number)]
        if gone:
            where = args.where('cgroup_disable' if args.value('cgroup_disable') is not None else 'cgroup_no_v1')
            yield Observation('controllers', 'turned off: ' + ', '.join(gone), ', '.join(_NEEDED[then.number]), False,
                              where,
                              hint='Take them out of cgroup_disable= and cgroup_no_v1= and reboot.',
                              kubeadm='SystemVerification')


def _wanted(want: Want) -> str:
    if want['kubernetes'] >= _NEEDS_V2:
        return 'v2, which Kubernetes {}.{} needs'.format(*want['kubernetes'])
    return 'v2' if want['kubernetes'] >= _ADVISES_V2 else 'v1 or v2'


def _judged(host: Any, want: Want, subject: str, seen: Version) -> Observation:
    found = 'v1 with v2 beside it for systemd' if seen.hybrid else f'v{seen.number}'
    met = seen.number == 2 or want['kubernetes'] < _ADVISES_V2
    advised, hint = False, ''
    if not met:
        hint = _way_to_v2(host)
        advised = want['kubernetes'] < _NEEDS_V2
        if not advised:
            told, source = _kubelet_takes_v1(host)
            if told:
                advised, hint = True, f'The kubelet is told to run on v1 ({source}). ' + hint
    return Observation(subject, found, _wanted(want), met, seen.source, hint=hint, advised=advised and not met,
                       kubeadm='SystemVerification')


def _way_to_v2(host: Any) -> str:
    try:
        system = release(host)
    except CannotTell:
        return 'Boot with cgroup v2.'
    if system.family == 'el' and 0 < system.major <= 7:
        return f'{system.name} has no usable cgroup v2: take a newer release, or a Kubernetes before 1.35.'
    joined = membership(host)
    return ('Boot with the kernel argument {0}=1 (grubby --update-kernel=ALL --args={0}=1){1}.'.format(
        cgroups.ARGUMENT, f'; drain this node first, it has joined a cluster ({joined})' if joined
        else ', before it joins'))


def _kubelet_takes_v1(host: Any) -> Tuple[bool, str]:
    """Whether the kubelet's configuration says failCgroupV1: false; a file that may not be read says nothing."""
    try:
        text = host.read(_KUBELET, missing='')
    except CannotTell:
        return False, ''
    for number, line in enumerate(text.split('\n'), 1):
        if re.match(r'^failCgroupV1:[ \t]*false[ \t]*(?:#.*)?\r?$', line):
            return True, f'{_KUBELET}:{number}'
    return False, ''
