"""Swap in compressed memory: what zram-generator would make of its configuration at the next boot.

Sources: zram-generator.conf(5); read_devices(), locate_fragments() and Device::is_swap() of zram-generator's
src/config.rs, handle_zram_swap() of its src/generator.rs (it hooks dev-zramN.swap into swap.target.wants).
The package zram-generator is in AppStream of EL10 and in EPEL of EL9.
"""
from nodeprep.linux import unitfiles
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Optional, Tuple

NAME = 'systemd/zram-generator.conf'
_BASES = ('/usr/lib', '/usr/local/lib', '/etc')        # lowest first; /run is gone after a boot
_RENAMED = {'memory-limit': 'host-memory-limit'}       # of two names for one thing the later line counts
_NOTHING = frozenset(('0', '0.0', '0.'))


class Device(NamedTuple):
    """A zram device that would swap."""

    name: str                      # 'zram0'
    source: str                    # where its section begins, or the kernel argument


def fragments(host: Any) -> List[str]:
    """The files that count, in the order in which they are read.

    One main file, of the folder with the highest priority: an empty one or a link to /dev/null there hides the others.
    Then the drop-ins by name, a name of a higher folder hiding the same name below it.
    """
    mains = [f'{base}/{NAME}' for base in reversed(_BASES) if host.exists(f'{base}/{NAME}')
             or host.link(f'{base}/{NAME}') == '/dev/null']
    drop_ins: Dict[str, str] = {}
    for base in _BASES:
        for name in host.names(f'{base}/{NAME}.d'):
            if name.endswith('.conf') and not name.startswith('.'):
                drop_ins[name] = f'{base}/{NAME}.d/{name}'
    chosen = mains[:1] + [drop_ins[name] for name in sorted(drop_ins)]
    return [path for path in chosen if not unitfiles.empty(host, path) and host.link(path) != '/dev/null']


def devices(host: Any, argument: Optional[bool], argument_source: str, memory: Optional[int]) -> List[Device]:
    """The devices that the configuration makes swap. `argument` is systemd.zram, `memory` MemTotal in KiB if known."""
    if argument is False:
        return []
    sections: Dict[str, Dict[str, str]] = {}
    sources: Dict[str, str] = {}
    for path in fragments(host):
        for section, key, value, line in settings(host.read(path, missing='')):
            if not section.startswith('zram') or not section[4:].isdecimal():
                continue
            sections.setdefault(section, {})
            sources.setdefault(section, f'{path}:{line}')
            if key:
                sections[section][_RENAMED.get(key, key)] = value
    if argument:
        sections.setdefault('zram0', {})
        sources.setdefault('zram0', argument_source)
    return [Device(name, sources[name]) for name in sorted(sections) if _swaps(sections[name], memory)]


def _swaps(keys: Dict[str, str], memory: Optional[int]) -> bool:
    if 'mount-point' in keys or keys.get('fs-type', 'swap') != 'swap':
        return False
    limit = keys.get('host-memory-limit', 'none')
    if memory is not None and limit.isdecimal() and int(limit[:15]) < memory // 1024:
        return False
    if 'zram-fraction' in keys or 'max-zram-size' in keys:
        return keys.get('zram-fraction') not in _NOTHING and keys.get('max-zram-size') not in _NOTHING
    # A size may be an expression (min(ram / 2, 4096)), which is taken for more than nothing.
    return keys.get('zram-size') not in _NOTHING


def settings(text: str) -> Iterator[Tuple[str, str, str, int]]:
    r"""Each section and key of the file as (section, key, value, line number); a section itself with the key ''.

    >>> list(settings('[zram0]\n# no\nzram-size = ram / 2\n'))
    [('zram0', '', '', 1), ('zram0', 'zram-size', 'ram / 2', 3)]
    """
    section = ''
    for number, raw in enumerate(text.split('\n'), 1):
        line = raw.strip()
        if line.startswith('[') and ']' in line:
            section = line[1:line.index(']')].strip()
            yield section, '', '', number
        elif line and line[0] not in '#;' and '=' in line:
            key, _, value = line.partition('=')
            yield section, key.strip(), value.strip().strip('"'), number
