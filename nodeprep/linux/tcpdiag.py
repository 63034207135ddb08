"""The listening TCP sockets without the tables of /proc/net, where asking for them wakes nothing.

sock_diag(7) is answered by tcp_diag. Where that is a module which is not loaded, the kernel would load it for the
question (net/ipv4/inet_diag.c inet_diag_lock_handler()), and a check changes nothing: then the tables are read.
"""
import sys

from nodeprep.linux import modules
from nodeprep.model import CannotTell
from nodeprep.typed import Any, List, Optional, Tuple

Row = Tuple[str, int, int, int]       # address as the tables have it, port, user id, inode
_STATE = '/sys/module/tcp_diag/initstate'


def rows(host: Any, version: int) -> Optional[List[Row]]:
    """What /proc/net/tcp (version 4) or tcp6 (6) shows of listening sockets; None where the tables are to be read."""
    found = host.listening(version) if host.live and answers(host) else None
    return None if found is None else [(_as_in_tables(one[0]), one[1], one[2], one[3]) for one in found]


def answers(host: Any) -> bool:
    """Whether the kernel has what answers already: as a module that is loaded, or built in."""
    try:
        if host.read(_STATE, missing='') == 'live\n':
            return True
        built_in: bool = host.for_life('tcp_diag is built in', lambda: _built_in(host))
        return built_in
    except CannotTell:
        return False              # it only spares work


def _built_in(host: Any) -> bool:
    """Whether it is a part of the kernel, or can be nothing else: one without CONFIG_MODULES loads nothing.

    Such a kernel has neither file (kernel/module/procfs.c, kernel/sysctl.c), and the rest of /proc is there.
    """
    if modules.shipped(host, 'tcp_diag', host.uname().release).kind == modules.BUILT_IN:
        return True
    return (host.exists('/proc/filesystems') and host.exists('/proc/sys/kernel/osrelease')
            and not host.exists('/proc/modules') and not host.exists('/proc/sys/kernel/modprobe'))


def _as_in_tables(address: bytes) -> str:
    """Words of the machine's own byte order in hexadecimal, as get_tcp4_sock() and get_tcp6_sock() print them.

    >>> _as_in_tables(bytes((127, 0, 0, 1))) == ('0100007F' if sys.byteorder == 'little' else '7F000001')
    True
    """
    return ''.join(f'{int.from_bytes(address[at:at + 4], sys.byteorder):08X}' for at in range(0, len(address), 4))
