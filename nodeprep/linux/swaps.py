"""The swap that is on now, and whether what lies in it would fit into memory.

Sources: /proc/swaps as swap_show() of mm/swapfile.c writes it (proc(5)): a heading, then `path type size used priority`
each, sizes in KiB, the path with blank, tab, newline and backslash as octal escapes, and ` (deleted)` behind the path
of a file that was unlinked. During swapoff(2) its caller is the kernel's first out-of-memory victim (same file:
set_current_oom_origin()), so pages that do not fit get it killed, or worse.
"""
from nodeprep.linux.mounts import unescape
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List

SOURCE = '/proc/swaps'
MEMORY = '/proc/meminfo'
_DELETED = ' (deleted)'
_LEAST = 256 * 1024                # KiB that must stay free


class Swap(NamedTuple):
    """One device or file that swaps. `size` and `used` are KiB; a `priority` below 0 was chosen by the kernel."""

    path: str
    kind: str                      # 'partition' or 'file'
    size: int
    used: int
    priority: int
    source: str                    # '/proc/swaps:2'

    @property
    def is_zram(self) -> bool:
        """Whether it is compressed memory and no disk."""
        return self.path.startswith('/dev/zram')


def swaps(host: Any) -> List[Swap]:
    """All that swaps, in the kernel's order. A kernel without swap has no such file."""
    text = host.read(SOURCE, missing='')
    if not text and not host.exists(MEMORY):
        raise CannotTell('/proc is not mounted', SOURCE)
    return parse(text)


def parse(text: str) -> List[Swap]:
    r"""The swaps of a /proc/swaps text. CannotTell on a line that is not one.

    >>> parse('Filename Type Size Used Priority\n/a\\040b\tfile\t\t16380\t0\t-2\n')
    [Swap(path='/a b', kind='file', size=16380, used=0, priority=-2, source='/proc/swaps:2')]
    """
    found = []
    for number, line in enumerate(text.split('\n')[1:], 2):
        if not line.strip():
            continue
        source = f'{SOURCE}:{number}'
        fields = line.split()
        try:
            path, kind, size, used, priority = fields
            found.append(Swap(unescape(path), kind, int(size), int(used), int(priority), source))
        except ValueError:
            raise CannotTell(f'line {number} is not a line of {SOURCE}', source) from None
    return found


def deleted(host: Any, swap: Swap) -> bool:
    """Whether its file was unlinked while it swaps: no path leads to it, so swapoff(8) cannot name it."""
    return swap.path.endswith(_DELETED) and not host.exists(swap.path)


class Memory(NamedTuple):
    """KiB of memory: all, and what could be handed out without swapping."""

    total: int
    available: int

    @property
    def spare(self) -> int:
        """KiB that swapoff may fill: all but 256 MiB, or a tenth of the memory when that is more."""
        return self.available - max(_LEAST, self.total // 10)


def memory(host: Any) -> Memory:
    """Memory as /proc/meminfo tells; a kernel without MemAvailable (before 3.14, EL7 has it) gets an estimate."""
    return memory_of(host.read(MEMORY))


def memory_of(text: str) -> Memory:
    """The memory that a /proc/meminfo text tells."""
    known: Dict[str, int] = {}
    for line in text.split('\n'):
        name, _, rest = line.partition(':')
        words = rest.split()
        if words and words[0].isdecimal() and len(words[0]) < 16:
            known[name] = int(words[0])
    try:
        total = known['MemTotal']
        if 'MemAvailable' in known:
            return Memory(total, known['MemAvailable'])
        return Memory(total, known['MemFree'] + known['Buffers'] + known['Cached'] - known['Shmem'])
    except KeyError as error:
        raise CannotTell(f'{MEMORY} has no {error.args[0]}', MEMORY) from None


def amount(kib: int) -> str:
    """KiB for a reader.

    >>> amount(0), amount(900), amount(2047), amount(16380), amount(2097148)
    ('0', '900 KiB', '2047 KiB', '16 MiB', '2 GiB')
    """
    if kib < 2048:
        return f'{kib} KiB' if kib else '0'
    return f'{round(kib / 1024)} MiB' if kib < 2000 * 1024 else f'{kib / 1048576:.3g} GiB'
