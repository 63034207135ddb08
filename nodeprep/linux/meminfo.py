"""How much memory the kernel has, and where the rest of what is installed went."""
import re

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Optional

SOURCE = '/proc/meminfo'
BLOCKS = '/sys/devices/system/memory'
CRASH = '/sys/kernel/kexec_crash_size'
MIB = 2**20
_MOST_BLOCKS = 512        # of which the state is read: a machine that is short of memory has few


class Installed(NamedTuple):
    """Bytes in the memory blocks that are online, and in those that are there but offline."""

    online: int
    offline: int


def fields(host: Any) -> Dict[str, int]:
    """The fields of /proc/meminfo: kB become bytes, HugePages_* are counts; proc_meminfo(5)."""
    found: Dict[str, int] = host.once('meminfo', lambda: parse(host.read(SOURCE)))
    return found


def parse(text: str) -> Dict[str, int]:
    r"""Fields by name. CannotTell without a MemTotal.

    >>> parse('MemTotal:  1882804 kB\nHugePages_Total:  2\n')
    {'MemTotal': 1927991296, 'HugePages_Total': 2}
    """
    found = {}
    for line in text.split('\n'):
        name, _, rest = line.partition(':')
        words = rest.split()
        if words and words[0].isdecimal() and len(words[0]) < 16 and words[1:] in ([], ['kB']):
            found[name] = int(words[0]) * (1024 if words[1:] else 1)
    if 'MemTotal' not in found:
        raise CannotTell(f'{SOURCE}: has no MemTotal', SOURCE)
    return found


def crash_size(host: Any) -> int:
    """Bytes that are kept for the crash kernel; 0 on a kernel without kdump."""
    said = host.read(CRASH, missing='0').strip()
    if not said.isdecimal() or len(said) > 18:
        raise CannotTell(f'{CRASH}: is no number', CRASH)
    return int(said)


def installed(host: Any) -> Optional[Installed]:
    """What the memory blocks add up to, kdump's part included; None on a kernel that does not list them.

    Documentation/admin-guide/mm/memory-hotplug.rst: each block has block_size_bytes, in hexadecimal, and a state.
    Firmware's holes count in, so it is about what was installed, to the size of a block.
    """
    size = host.read(f'{BLOCKS}/block_size_bytes', missing='').strip()
    names = [name for name in host.names(BLOCKS) if name.startswith('memory') and name[6:].isdecimal()]
    if not names or not re.match(r'^[0-9a-f]{1,12}$', size):
        return None
    offline = sum(host.read(f'{BLOCKS}/{name}/state', missing='').strip() == 'offline' for name in names[:_MOST_BLOCKS])
    return Installed((len(names) - offline) * int(size, 16), offline * int(size, 16))


def huge(host: Any) -> int:
    """Bytes that huge pages of the default size take: they count as memory, but no ordinary pod can use them."""
    here = fields(host)
    return here.get('HugePages_Total', 0) * here.get('Hugepagesize', 0)


def mib(size: float) -> str:
    """A size for people, in MiB.

    >>> mib(1927991296)
    '1839 MiB'
    """
    return f'{round(size / MIB)} MiB'
