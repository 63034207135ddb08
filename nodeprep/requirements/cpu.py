"""Two CPUs."""
from nodeprep.linux import cpus, kernelargs
from nodeprep.linux.bootloader import WATCHES
from nodeprep.model import CannotTell, Observation, Requirement, Want, unknown
from nodeprep.typed import Any, Iterator
from nodeprep.wanted import count


class Cpu(Requirement):
    """The host has as many CPUs as a node needs: 2 unless configured.

    Why: with one CPU the control plane starves its own pods, and kubeadm refuses to start one there; a worker with one
    has next to nothing left for pods beside kubelet, runtime and network.

    Read: now, /sys/devices/system/cpu/online, which counts threads as kubeadm does. What this very process may use is
    told beside it and decides nothing: its affinity (kubeadm counts that one) and the quota of its cgroups. At boot,
    the CPUs that are present and the kernel arguments that take some away: nr_cpus, possible_cpus, maxcpus, nosmp.

    Fix: none.

    Left to a person: giving the machine more CPUs, turning on those that are offline, or taking an argument away from
    the boot loader. isolcpus= and nohz_full= take no CPU away in this sense.
    """

    id = 'cpu'
    title = 'There are enough CPUs'
    kubeadm = ('NumCPU',)
    defaults = {'minimum': count(2, 'CPUs, counted as threads')}
    watches = WATCHES

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """The CPUs that are online; and those that this process may use, where they are fewer."""
        needed = want['minimum']
        online = cpus.count(host, 'online')
        yield Observation('online CPUs', _many(online), f'at least {needed}', online >= needed,
                          f'{cpus.FOLDER}/online', hint='' if online >= needed else _more(host, online),
                          kubeadm='NumCPU')
        here = host.online_here()
        if here < online:
            yield Observation('CPUs of this process', f'{_many(here)} by its affinity', f'at least {needed}',
                              here >= needed,
                              'sched_getaffinity(2)', advised=True, kubeadm='NumCPU', hint='' if here >= needed else
                              'kubeadm counts by affinity too: start it outside of what limits this process '
                              '(taskset, CPUAffinity= of a unit, a cpuset).')
        try:
            limit = cpus.quota(host)
        except CannotTell as error:
            yield unknown('CPU quota of this process', f'at least {needed}', error, advised=True)
            return
        if limit is not None and limit.cpus < online:
            yield Observation('CPU quota of this process', f'{limit.cpus:.3g} CPUs of time', f'at least {needed}',
                              limit.cpus >= needed, limit.source, advised=True,
                              hint='' if limit.cpus >= needed else 'This limits this process, not the node\'s pods.')

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """What the next boot's kernel arguments leave of the CPUs."""
        needed = want['minimum']
        args = kernelargs.at_boot(host)
        taken = cpus.taken_away(host, args)
        if taken is not None:
            left, word, place = taken
            yield Observation(word, f'leaves {_many(left)}', f'at least {needed}', left >= needed, place,
                              hint='' if left >= needed
                              else f'Take it away (grubby --update-kernel=ALL --remove-args={word}) '
                              'and reboot.')
        if not host.live:
            if taken is None:
                yield Observation('kernel arguments', 'take no CPU away', f'at least {needed}', True, args.source)
            return
        if cpus.taken_away(host, kernelargs.running(host)) is not None:
            # Then what is present is what that argument left, and says nothing of the machine.
            if taken is None:
                yield Observation('kernel arguments', 'take no CPU away any more', f'at least {needed}', True,
                                  args.source)
            return
        present = cpus.count(host, 'present')
        if taken is None or present < needed:
            yield Observation('CPUs of the machine', f'{_many(present)}, none taken away' if taken is None
                              else _many(present),
                              f'at least {needed}', present >= needed, f'{cpus.FOLDER}/present, {args.source}',
                              hint='' if present >= needed else 'Give the machine more CPUs.')


def _more(host: Any, online: int) -> str:
    present = cpus.count(host, 'present')
    taken = cpus.taken_away(host, kernelargs.running(host))
    if taken is not None:
        return f'The running kernel was started with {taken[1]} ({taken[2]}).'
    if present > online:
        return (f'{_many(present - online)} more {"is" if present - online == 1 else "are"} there but offline: '
                'write 1 to /sys/devices/system/cpu/cpuN/online.')
    return 'Give the machine more CPUs.'


def _many(number: int) -> str:
    return f'{number} CPU' if number == 1 else f'{number} CPUs'
