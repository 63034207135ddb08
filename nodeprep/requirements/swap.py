"""Swap is off."""
from nodeprep.linux import fstab, swapboot, swaps, swapsearch, swapunits
from nodeprep.linux.containers import in_container
from nodeprep.linux.swapboot import Way
from nodeprep.linux.units import disable, mask
from nodeprep.model import (
    DISRUPTIVE,
    HARMLESS,
    CannotTell,
    Change,
    Folder,
    NotApplicable,
    Observation,
    Pollable,
    Requirement,
    Run,
    Want,
    Write,
    unknown,
)
from nodeprep.typed import Any, Iterator, Optional, Tuple

WANTED = 'no swap'
_SUPPORTED = (1, 28)               # NodeSwap is beta since then
_OWN_TARGET = 'is a unit of its own, which systemctl does not mask: move it away first.'


class Swap(Requirement):
    """Swap is off now, and stays off after a reboot.

    Why: the scheduler promises each pod real memory, and a node that swaps breaks that promise without telling
    anyone; the kubelet refuses to start while swap is on, so a node whose swap comes back is gone after a reboot.

    Read: now, /proc/swaps. At boot, whatever would turn swap on, as this release of systemd would go about it: the swap
    lines of /etc/fstab, hand-written .swap units, GPT swap partitions on the root disk (systemd turns them on itself;
    on EL8 and later as soon as fstab has no swap line any more), zram-generator, kernel arguments (systemd.swap,
    systemd.swap-extra, systemd.gpt_auto, systemd.zram, fstab), dphys-swapfile and its like; cloud-init, waagent and
    rc.local are told as advice. A masked swap.target keeps out all that hangs on it.

    Fix: swapoff, one device at a time, the least used first. For the next boot the lines of fstab go behind
    `#nodeprep# ` and swap.target is masked: the line alone would let a GPT swap partition come back, the mask alone
    leaves a line with _netdev, which hangs on remote-fs.target.

    Left to a person: swapped pages that would not leave a tenth of the memory (at least 256 MiB) free; without
    --force-live or an approval, swap in use on a host that runs pods or containers; a swap.target or units that an
    administrator wrote; kernel arguments. A kubelet that is told to run with swap (failSwapOn: false) is respected: met
    from Kubernetes 1.28 on, advice before that, on control planes and with cgroup v1. Logical volumes, partitions, swap
    signatures and resume= are never touched.
    """

    id = 'swap'
    title = 'Swap is off'
    remade = True
    kubeadm = ('Swap',)
    watches = (Pollable('/proc/swaps'), Folder('/etc'), Folder('/etc/systemd'), Folder('/etc/systemd/system'),
               Folder('/etc/systemd/system/swap.target.wants'))

    def now(self, host: Any, want: Want) -> Iterator[Observation]:
        """Each device that swaps, the least used first: the order in which they should be turned off."""
        on = sorted(swaps.swaps(host), key=lambda swap: swap.used)
        if not on:
            yield Observation('/proc/swaps', 'no swap is on', WANTED, True, swaps.SOURCE)
        taken = 0                  # KiB that the ones before will have brought back into memory
        for swap in on:
            taken += swap.used
            found = f'swapping on {swaps.amount(swap.size)}, {swaps.amount(swap.used)} of it used'
            seen = Observation(swapboot.shown(swap.path), found, WANTED, False, swap.source)
            allowed = _tolerated(host, want, seen)
            yield allowed if allowed else _with_way_out(host, swap, taken, seen)

    def boot(self, host: Any, want: Want) -> Iterator[Observation]:
        """Each thing that would turn swap on at the next boot, and what keeps it out if something does."""
        inside = in_container(host)
        if inside:
            # swap_supported() of src/core/swap.c, add_swap() of the fstab generator: neither does anything there.
            raise NotApplicable(f'systemd turns no swap on in a container ({inside})')
        target = swapunits.target(host)
        ways, untold, notes = swapsearch.search(host, bool(target.masked))
        working = [way for way in ways if not _kept_off(way, target)]
        for way in ways:
            yield _observed(host, want, way, target)
        for subject, error, hint, beyond in untold:
            # What an image cannot hold is not its fault: told, but it decides nothing.
            yield unknown(subject, WANTED, error, hint, advised=beyond and not host.live)
        if working or any(host.live or not one.beyond for one in untold):
            return
        if target.masked:
            yield Observation(swapunits.TARGET, 'masked: nothing that hangs on it starts', WANTED, True, target.masked)
        else:
            yield Observation('next boot', '; '.join(['nothing turns swap on'] + notes), WANTED, True,
                              f'{fstab.PATH}, {swapunits.ETC}')


def _with_way_out(host: Any, swap: swaps.Swap, taken: int, seen: Observation) -> Observation:
    """The observation with the command that ends it, or with what stands against it."""
    inside = in_container(host)
    if inside:
        return seen._replace(hint=f'This is a container ({inside}): turn the swap off on the host that it shares.')
    if swaps.deleted(host, swap):
        return seen._replace(hint='Its file was deleted while it swaps, so swapoff cannot name it: reboot.')
    try:
        spare = swaps.memory(host).spare
    except CannotTell as error:
        return seen._replace(hint=f'How much memory is free could not be told ({error.reason}): swapoff may not fit.')
    if taken and taken > spare:
        return seen._replace(hint=f'{swaps.amount(taken)} are swapped out and memory has room for '
                             f'{swaps.amount(max(0, spare))}, a tenth of it (at least 256 MiB) kept free: free memory, '
                             'or reboot once the boot half is met.')
    risk = DISRUPTIVE if swap.used else HARMLESS
    held = _live(host) if swap.used else ''
    if held:
        seen = seen._replace(hint=f'{swaps.amount(swap.used)} are swapped out and come back into the memory that pods '
                             f'use ({held}): drain it first, or reboot once the boot half is met.')
    if swap.is_zram and host.exists('/usr/lib/systemd/system/systemd-zram-setup@.service'):
        # Stopping the unit runs swapoff, and takes the device down with it: the setup service is bound to it.
        unit = swapunits.unit_name(swap.path)
        return seen._replace(fix=(Run(('systemctl', 'stop', unit), ('systemctl', 'start', unit), risk),))
    priority = ('-p', str(swap.priority)) if swap.priority >= 0 else ()
    return seen._replace(fix=(Run(('swapoff', '--', swap.path), ('swapon',) + priority + ('--', swap.path), risk),))


def _tolerated(host: Any, want: Want, seen: Observation) -> Optional[Observation]:
    """The observation of a node whose kubelet is told to run with swap; None when it is not."""
    from nodeprep.linux import swapkubelet  # not needed on a host without swap
    try:
        told = swapkubelet.tolerance(host)
    except CannotTell:
        told = None                # then the kubelet's default stands, and swap is not wanted
    if told is None:
        return None
    behavior = f', swapBehavior: {swapboot.shown(told.behavior)}' if told.behavior else ''
    seen = seen._replace(found=f'{seen.found}; the kubelet runs with it ({told.said}{behavior})',
                         source=f'{seen.source}, {told.source}')
    against = [reason for reason, holds in (
        ('Kubernetes supports swap from 1.28 on', want['kubernetes'] < _SUPPORTED),
        ('swap is not recommended on a control plane', want['role'] == 'control-plane'),
        ('with cgroup v1 the swap of pods cannot be limited',
         host.live and not host.exists('/sys/fs/cgroup/cgroup.controllers')),
    ) if holds]
    if against:
        return seen._replace(advised=True, hint='; '.join(against) + '.')
    return seen._replace(met=True)


def _kept_off(way: Way, target: swapunits.Target) -> str:
    """What keeps it out; '' when it works."""
    return way.off or ('swap.target is masked' if way.by_target and target.masked and not way.advised else '')


def _observed(host: Any, want: Want, way: Way, target: swapunits.Target) -> Observation:
    off = _kept_off(way, target)
    if off:
        return Observation(way.subject, f'{way.what} stays off: {off}', WANTED, True, way.source)
    seen = Observation(way.subject, f'{way.what} is turned on', WANTED, False, way.source, advised=way.advised)
    allowed = _tolerated(host, want, seen)
    if allowed:
        return allowed
    fix, hint = _change(host, way, target)
    return seen._replace(fix=fix, hint=hint)


def _change(host: Any, way: Way, target: swapunits.Target) -> Tuple[Tuple[Change, ...], str]:
    """What ends it for the next boot, and what is left to a person."""
    if way.service:
        return (disable(way.service, now=False),), way.hint
    if way.by_target and target.own:
        return (), f'{target.own} {_OWN_TARGET}'
    if way.line_number:
        return (_commented(host),) + (() if target.masked or target.own else (_mask(host),)), way.hint
    if way.by_target and not way.advised:
        return (_mask(host),), way.hint
    return (), way.hint


def _commented(host: Any) -> Write:
    """fstab with all its swap lines commented out but noauto ones: of two for a device the second would count then."""
    text = host.read(fstab.PATH)
    lines = [entry.line_number for entry in swapboot.table(host)
             if entry.plain_kind == 'swap' and entry.last_of('noauto', 'auto') != 'noauto']
    return Write(fstab.PATH, fstab.commented(text, lines), was=text)


def _mask(host: Any) -> Change:
    # An image's files are all there is to change: an empty unit file masks as a link to /dev/null does.
    return mask(swapunits.TARGET) if host.live else Write(f'{swapunits.ETC}/{swapunits.TARGET}', '')


def _live(host: Any) -> str:
    from nodeprep.linux.live import live  # a host as it should be does not pay for plans
    return live(host)
