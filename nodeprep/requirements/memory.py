"""Two gigabytes of memory."""
from nodeprep.linux import crashkernel, kernelargs, meminfo
from nodeprep.linux.bootloader import WATCHES
from nodeprep.linux.kernelargs import KernelArgs
from nodeprep.linux.meminfo import MIB, mib
from nodeprep.linux.release import release
from nodeprep.model import CannotTell, Observation, Requirement, Want, unknown
from nodeprep.typed import Any, Iterator
from nodeprep.wanted import size

_GB, _GIB = 10**9, 2**30
_KUBEADM = 1700 * MIB              # ControlPlaneMem of kubeadm's preflight checks, for a machine sold as 2 GB


def threshold(nominal: int) -> int:
    """The MemTotal, in bytes, that a machine of this nominal size must show at least.

    A whole number of GB or GiB is what is printed on the machine; firmware, kernel and kdump take their part of it, so
    2 GB and 2 GiB alike must show 1700 MiB as kubeadm asks. Larger machines lose more (page structures, a larger
    crashkernel): a sixteenth of what is above 2 GiB. Smaller ones are in proportion. Any other size, as 1700MiB, is
    MemTotal itself.

    >>> [threshold(nominal) // MIB for nominal in (2 * _GB, 2 * _GIB, 4 * _GB, 8 * _GIB, _GB, 1700 * MIB)]
    [1700, 1700, 3620, 7460, 850, 1700]
    """
    if nominal and nominal % _GB == 0:
        nominal = nominal // _GB * _GIB
    if not nominal or nominal % _GIB:
        return nominal
    if nominal < 2 * _GIB:
        return nominal * 1700 // 2048
    return _KUBEADM + (nominal - 2 * _GIB) * 15 // 16


class Memory(Requirement):
    """The host has as much memory as a node needs: 2 GB nominal unless configured.

    Why: below that the kubelet evicts pods as soon as they run, and kubeadm refuses to start a control plane. No
    machine shows its nominal memory: a VM of 2 GiB shows about 1840 MiB on CentOS 7 and 1750 MiB on 9, since firmware,
    kernel and kdump take their part. So 2 GB are met by 1700 MiB of MemTotal, as in kubeadm. `minimum` takes GB and
    GiB, both nominal; a size that is no whole number of them, as 1700MiB, is compared with MemTotal as it is.

    Read: now, MemTotal of /proc/meminfo; when it falls short also the memory blocks, kexec_crash_size, huge pages and
    mem= to say where the rest went. At boot, crashkernel= and mem= of the next boot, counted against the minimum.

    Fix: none.

    Left to a person: more memory, onlining of blocks that were added later, a smaller crashkernel= or none.
    """

    id = 'memory'
    title = 'There is enough memory'
    kubeadm = ('Mem',)
    defaults = {'minimum': size('2GB', 'nominal size of the machine')}
    watches = WATCHES

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """MemTotal against the minimum."""
        total, needed = meminfo.fields(host)['MemTotal'], threshold(want['minimum'])
        found = mib(total)
        if total < needed:
            found += _explained(host, total)
        yield Observation('MemTotal', found, _at_least(needed), total >= needed, meminfo.SOURCE,
                          hint='' if total >= needed else _way_out(host), kubeadm='Mem')

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """What the next boot's arguments leave of the memory."""
        needed = threshold(want['minimum'])
        args = kernelargs.at_boot(host)
        limit = crashkernel.limit(args)
        if limit is not None and limit < needed:
            yield Observation('mem=', f'limits memory to {mib(limit)}', _at_least(needed), False, args.where('mem'),
                              hint='Take it away (grubby --update-kernel=ALL --remove-args=mem) and reboot.',
                              kubeadm='Mem')
            return
        try:
            if host.live:
                yield _next(host, args, needed)
            else:
                yield _of_image(host, args, want['minimum'], needed)
        except CannotTell as error:
            yield unknown('MemTotal', _at_least(needed), error, kubeadm='Mem')


def _next(host: Any, args: KernelArgs, needed: int) -> Observation:
    total, crash = meminfo.fields(host)['MemTotal'], meminfo.crash_size(host)
    before = kernelargs.running(host)
    said = _said(args)
    if crashkernel.limit(before) is not None and before.values('mem') != args.values('mem'):
        raise CannotTell('this kernel runs with mem= and the next one will not, so what is there cannot be seen',
                         args.source)
    if before.values('crashkernel') == args.values('crashkernel'):
        met = total >= needed
        return Observation('MemTotal', f'{mib(total)} again, {said}', _at_least(needed), met,
                           f'{meminfo.SOURCE}, {args.source}',
                           hint='' if met else _way_out(host), kubeadm='Mem')
    keeps = crashkernel.reserved(args, total + crash, _el(host))
    after = total + crash - keeps
    place = args.where('crashkernel')
    return Observation('MemTotal', f'about {mib(after)}: {said} will keep {mib(keeps)}, now {mib(crash)} are kept',
                       _at_least(needed), after >= needed, f'{meminfo.SOURCE}, {place}', kubeadm='Mem',
                       hint='' if after >= needed else 'Give the machine more memory, or make crashkernel= smaller.')


def _of_image(host: Any, args: KernelArgs, nominal: int, needed: int) -> Observation:
    """An image has no memory yet; what can be told is whether its arguments fit a machine of the nominal size."""
    machine = nominal // _GB * _GIB if nominal % _GB == 0 else nominal
    keeps = crashkernel.reserved(args, machine, _el(host))
    # A kernel alone takes about 65 MiB of 2 GiB: centos.md chapter 2.2.
    left = machine - machine // 32 - keeps
    met = left >= needed or not keeps or machine == needed
    kept = f' keeps {mib(keeps)}' if keeps else ''
    found = f'{_said(args)}{kept}, about {mib(left)} are left of {mib(machine)}'
    return Observation('crashkernel=', found,
                       _at_least(needed), met, args.where('crashkernel'), advised=not met, kubeadm='Mem',
                       hint='' if met else 'Make crashkernel= smaller, or give the machines more memory.')


def _said(args: KernelArgs) -> str:
    values = args.values('crashkernel')
    return 'crashkernel=' + ' crashkernel='.join(values) if values else 'no crashkernel='


def _explained(host: Any, total: int) -> str:
    """Where the rest of the installed memory is; '' when the kernel does not list it."""
    try:
        there, crash, huge = meminfo.installed(host), meminfo.crash_size(host), meminfo.huge(host)
    except CannotTell:
        return ''
    parts = [f'{mib(crash)} kdump'] if crash else []
    if there is not None and there.online >= total + crash:
        parts.append(f'{mib(there.online - total - crash)} kernel and firmware')
        text = f' of {mib(there.online)} installed: ' + ', '.join(parts)
    else:
        text = f' ({parts[0]} not counted)' if parts else ''
    if huge:
        text += f'; {mib(huge)} of it are huge pages, which ordinary pods cannot use'
    return text


def _way_out(host: Any) -> str:
    hints = []
    try:
        args, there, crash = kernelargs.running(host), meminfo.installed(host), meminfo.crash_size(host)
    except CannotTell:
        return 'Give the machine more memory.'
    if args.value('mem') is not None and crashkernel.limit(args) is not None:
        hints.append(f'mem={args.value("mem")} limits it ({args.where("mem")})')
    if there is not None and there.offline:
        hints.append(f'{mib(there.offline)} more are there but offline: write online to {meminfo.BLOCKS}/memoryN/state')
    if crash:
        hints.append(f'kdump keeps {mib(crash)} ({meminfo.CRASH}): a smaller crashkernel= gives memory back')
    return '; '.join(['Give the machine more memory'] + hints) + '.'


def _el(host: Any) -> int:
    system = release(host)
    return system.major if system.family == 'el' else 0


def _at_least(needed: int) -> str:
    return f'at least {mib(needed)}'

