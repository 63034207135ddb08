"""What would turn swap on at the next boot, as systemd and its generators would go about it.

    source                        hooked into                 kept out by
    line of fstab                 swap.target                 noauto, a mask of its unit, fstab=0, systemd.swap=0 (EL9+)
    line of fstab with _netdev    remote-fs.target on EL9+    the same; a mask of swap.target does not
    systemd.swap-extra= (EL9+)    as a line of fstab          a mask of its unit
    hand-written .swap unit       where its links are         a mask of it
    GPT swap partition            swap.target                 systemd.gpt_auto=0; EL8+: any swap line in fstab
    zram-generator                swap.target                 systemd.zram=0, no section [zramN]
    services of other tools       where their links are       disabling them

All that hangs on swap.target is kept out by masking it. Sources: systemd-fstab-generator(8) and add_swap() of
src/fstab-generator/fstab-generator.c; the other modules name theirs.
"""
from nodeprep.linux import fstab, swapargs, swapunits, unitfiles
from nodeprep.linux.swapargs import Switches, Systemd
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterable, Iterator, List, Optional, Tuple

REMOTE = 'remote-fs.target'
SERVICES = ('dphys-swapfile.service', 'swapspace.service', 'zram-config.service', 'zram-swap.service',
            'zramswap.service')
_SETTINGS = ('/etc/cloud', '/etc/waagent.conf', '/etc/rc.d/rc.local', '/etc/rc.local')
_ZRAM = 'zram-generator'


class Way(NamedTuple):
    """One way in which swap would be turned on, or would be if nothing kept it out."""

    subject: str                   # '/etc/fstab', 'dev-sdb.swap', '/dev/sda2', 'zram0'
    what: str                      # stands before 'is turned on' and 'stays off'
    source: str
    off: str = ''                  # what keeps it out; '' when it works
    by_target: bool = True         # hooked into swap.target, so that a mask of that would do
    line_number: int = 0           # of a line of fstab
    advised: bool = False
    hint: str = ''
    service: str = ''              # the service to disable


class Hook(NamedTuple):
    """What systemd-fstab-generator makes of one swap line: its unit and the target it hooks it into."""

    entry: fstab.Entry
    unit: str
    target: str                    # '' when it hooks it into none
    why: str = ''                  # why not


def hooks(entries: Iterable[fstab.Entry], systemd: Systemd) -> Iterator[Hook]:
    """The swap lines of a table as the generator hooks them in; of two for one device the first counts."""
    seen: Dict[str, int] = {}
    for entry in entries:
        if entry.kind != 'swap':
            continue
        unit = swapunits.unit_name(entry.device)
        target = REMOTE if systemd.swap_extra and entry.has('_netdev') else swapunits.TARGET
        if unit in seen:
            yield Hook(entry, unit, '', f'line {seen[unit]} is for the same device and comes first')
            continue
        seen[unit] = entry.line_number
        if entry.last_of('noauto', 'auto') == 'noauto':
            yield Hook(entry, unit, '', 'noauto')
        else:
            yield Hook(entry, unit, target)


def from_fstab(host: Any, entries: List[fstab.Entry], said: Switches, systemd: Systemd) -> List[Way]:
    """What the lines of fstab would do."""
    off = said.fstab_off or said.swap_off
    found = [_line(host, hook, off) for hook in hooks(entries, systemd)]
    for entry in entries:
        if entry.kind != entry.plain_kind and entry.plain_kind == 'swap':
            what = f'{shown(entry.spec)} (by swapon -a alone: a carriage return hides its type from systemd)'
            found.append(Way(fstab.PATH, what, f'{fstab.PATH}:{entry.line_number}', line_number=entry.line_number,
                             advised=True))
    return sorted(found, key=lambda way: way.line_number)


def _line(host: Any, hook: Hook, off: str) -> Way:
    entry = hook.entry
    masked = swapunits.mask(host, hook.unit)
    # What= must be an absolute path, or the unit is not loaded: config_parse_unit_path_printf().
    nowhere = '' if entry.device.startswith('/') else f'{entry.device} is no path'
    return Way(fstab.PATH, shown(entry.spec), f'{fstab.PATH}:{entry.line_number}',
               off or hook.why or (f'{masked} masks its unit' if masked else nowhere),
               hook.target != REMOTE, entry.line_number)


def generated(entries: List[fstab.Entry], said: Switches, systemd: Systemd) -> List[str]:
    """The units that the generator makes of fstab, those that it hooks into nothing as well."""
    return [] if said.fstab_off or said.swap_off else [hook.unit for hook in hooks(entries, systemd)]


def from_arguments(host: Any, made: List[str], said: Switches, systemd: Systemd) -> List[Way]:
    """What systemd.swap-extra= would do; `made` are the units of fstab, which come first."""
    found = []
    for extra in said.extra:
        for hook in hooks([extra.entry], systemd):
            masked = swapunits.mask(host, hook.unit)
            twice = 'a line of fstab is for the same device' if hook.unit in made else ''
            found.append(Way('kernel arguments', shown(extra.entry.spec), extra.source,
                             hook.why or twice or (f'{masked} masks its unit' if masked else ''), hook.target != REMOTE,
                             hint='Take systemd.swap-extra out of the kernel arguments.'))
    return found


def from_units(host: Any, made: List[str]) -> List[Way]:
    """What hand-written .swap units would do."""
    return [Way(unit.name, shown(unit.what) or 'the swap of this unit', unit.hook, by_target=unit.by_target,
                hint=f'Disable it: systemctl disable {unit.name}') for unit in swapunits.written(host, made)]


def from_gpt(host: Any, entries: List[fstab.Entry], said: Switches, systemd: Systemd) -> Tuple[List[Way], str]:
    """What systemd-gpt-auto-generator would turn on, and in a few words why it turns on nothing else."""
    if said.gpt_off:
        return [], f'GPT swap is off: {said.gpt_off}'
    if said.swap_off and systemd.version >= 254:
        return [], f'GPT swap is off: {said.swap_off}'
    masked = swapunits.generator_mask(host, 'systemd-gpt-auto-generator')
    if masked:
        return [], f'GPT swap is off: {masked}'
    looks = systemd.version < 230 or said.fstab_off and systemd.version >= 254
    if not looks and any(entry.kind == 'swap' for entry in entries):
        return [], 'a swap line in fstab keeps GPT swap off'
    if not host.live:
        raise CannotTell('whether the disk has a GPT swap partition, which systemd would turn on, is not in an image',
                         'partition table')
    from nodeprep.linux import gptswap
    search = gptswap.search(host, systemd.version)
    ways = []
    for part in search.partitions:
        mask = swapunits.mask(host, swapunits.unit_name(part.device))
        ways.append(Way(part.device, 'a GPT swap partition that nothing names (systemd-gpt-auto-generator)',
                        part.source, f'{mask} masks its unit' if mask else ''))
    return ways, '' if ways else f'no GPT swap partition: {search.where}'


def from_zram(host: Any, said: Switches) -> List[Way]:
    """What zram-generator would turn on."""
    unit = unitfiles.tree(host, at_boot=True).first('systemd-zram-setup@.service')
    # The generator, or the unit that its package brings along.
    if swapunits.generator_mask(host, _ZRAM) or not (unit or swapunits.generator(host, _ZRAM)):
        return []
    from nodeprep.linux import zram
    memory = None
    if host.live:
        from nodeprep.linux.swaps import memory as ask_memory
        memory = ask_memory(host).total
    ways = []
    for device in zram.devices(host, said.zram, said.zram_source, memory):
        mask = swapunits.mask(host, f'dev-{device.name}.swap')
        ways.append(Way(device.name, f'/dev/{device.name} of zram-generator', device.source,
                        f'{mask} masks its unit' if mask else ''))
    return ways


def from_tools(host: Any) -> Iterator[Way]:
    """What services and settings of other tools would do."""
    files = unitfiles.tree(host, at_boot=True)
    services = [name for name in SERVICES if files.first(name)]
    if not services and not any(host.exists(path) for path in _SETTINGS):
        return
    from nodeprep.linux import swaptools
    for tool in swaptools.services(host, services):
        yield Way(tool.subject, tool.what, tool.source, by_target=False, hint=tool.hint, service=tool.subject)
    for tool in swaptools.settings(host):
        yield Way(tool.subject, tool.what, tool.source, by_target=False, hint=tool.hint, advised=True)


def shown(text: str) -> str:
    """Text from a file for a reader: control characters and stray bytes as escapes, and not too long."""
    plain = ''.join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    return plain if len(plain) <= 120 else plain[:117] + '...'


def table(host: Any) -> List[fstab.Entry]:
    """The entries of the host's fstab, none without one. CannotTell when it cannot be read or holds a NUL byte."""
    found: List[fstab.Entry] = host.once('fstab', lambda: fstab.parse(host.read(fstab.PATH, missing='')))
    return found


def arguments(host: Any, systemd: Systemd) -> Tuple[Switches, Optional[CannotTell]]:
    """The switches, and why they could not be told (None when they could). An image without a boot loader has none."""
    said = swapargs.switches(host, systemd)
    return said, said.unread if host.live else None

