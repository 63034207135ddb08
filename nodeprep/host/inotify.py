"""inotify(7): the kernel tells what happens in a folder. To watch changes nothing, and reading a file is no event.

Python has no function for it. One watch costs the kernel a kilobyte; fs.inotify.max_user_watches bounds them.
"""
import os
import struct

from nodeprep.host.libc import call
from nodeprep.record import NamedTuple
from nodeprep.typed import Iterator, List

# <sys/inotify.h>
MODIFY, ATTRIB, CLOSE_WRITE = 0x2, 0x4, 0x8
MOVED_FROM, MOVED_TO, CREATE, DELETE, DELETE_SELF, MOVE_SELF = 0x40, 0x80, 0x100, 0x200, 0x400, 0x800
UNMOUNT, OVERFLOW, IGNORED = 0x2000, 0x4000, 0x8000
_ONLY_FOLDERS, _NO_LINKS, _ADD = 0x1000000, 0x2000000, 0x20000000
_HEAD = struct.Struct('iIII')
_AT_ONCE = 2**16          # bytes of one read; an event with the longest name takes 272


class Event(NamedTuple):
    """What happened: `watch` is the number that add() gave, -1 for OVERFLOW; `cookie` joins the halves of a rename."""

    watch: int
    mask: int
    cookie: int
    name: str             # in the folder; '' for the folder itself


class Inotify:
    """A queue of events, to be polled for reading. OSError when there are too many of them (max_user_instances)."""

    def __init__(self) -> None:
        self._handle = call('inotify_init1', os.O_NONBLOCK | os.O_CLOEXEC)

    def fileno(self) -> int:
        """For poll(2)."""
        return self._handle

    def add(self, folder: bytes, mask: int) -> int:
        """Watches a folder, and if it is watched already, for these things too: the number of its watch.

        The path is of a folder, not of a link to one. OSError: ENOENT, ENOTDIR, EACCES; ENOSPC is too many watches.
        """
        return call('inotify_add_watch', self._handle, folder, mask | _ONLY_FOLDERS | _NO_LINKS | _ADD)

    def remove(self, watch: int) -> None:
        """Ends a watch. OSError (EINVAL) for one that ended with its folder."""
        call('inotify_rm_watch', self._handle, watch)

    def read(self) -> List[Event]:
        """What happened since, as far as one read takes it; nothing when nothing did."""
        try:
            return list(parse(os.read(self._handle, _AT_ONCE)))
        except BlockingIOError:
            return []

    def close(self) -> None:
        """Ends all watches."""
        os.close(self._handle)


def parse(raw: bytes) -> Iterator[Event]:
    r"""The events of one read: struct inotify_event, each with a name that NUL bytes fill up.

    >>> list(parse(_HEAD.pack(1, MOVED_TO, 7, 16) + b'fstab'.ljust(16, b'\0') + _HEAD.pack(-1, OVERFLOW, 0, 0)))
    [Event(watch=1, mask=128, cookie=7, name='fstab'), Event(watch=-1, mask=16384, cookie=0, name='')]
    """
    at = 0
    while at < len(raw):
        watch, mask, cookie, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size + length
        name = raw[at - length:at].rstrip(b'\0')
        yield Event(watch, mask, cookie, name.decode('utf-8', 'surrogateescape'))
