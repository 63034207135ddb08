"""Is this process in the network namespace of the host? Sysctls below net/ are one set for each namespace."""
from nodeprep.model import CannotTell
from nodeprep.typed import Any


def apart(host: Any) -> str:
    """Says that this process is in another network namespace than process 1; '' when it is in the same one.

    namespaces(7): the links /proc/PID/ns/net. Those of process 1 may be read only with its rights; but each namespace
    has files of its own below /proc/PID/net, whose inode numbers anyone may compare (fs/proc/generic.c, proc_net.c).
    """
    found: str = host.once('netns', lambda: _apart(host))
    return found


def _apart(host: Any) -> str:
    try:
        mine, first = host.link('/proc/self/ns/net'), host.link('/proc/1/ns/net')
        mine, first = mine or '', first or ''
    except CannotTell:
        mine, first = (_inode(host, f'/proc/{process}/net/dev') for process in ('self', '1'))
    if not mine or not first or mine == first:
        return ''
    return f'nodeprep is in the network namespace {mine}, process 1 in {first}: each has values of its own'


def _inode(host: Any, path: str) -> str:
    try:
        status = host.status(path)
    except CannotTell:
        return ''
    return f'(net/dev has inode {status.st_ino})' if status is not None else ''
