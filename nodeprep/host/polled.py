"""A file of /proc that tells of its changes through poll(2): /proc/swaps, /proc/self/mountinfo.

The kernel counts changes, and a descriptor remembers the count that it was last told (swaps_poll() of mm/swapfile.c,
mounts_poll() of fs/proc_namespace.c). So it stays open, and no change is lost between two polls. POLLERR with POLLPRI
says once that there was one; nothing need be read for it.
"""
import os

from nodeprep.host.files import raw_of
from nodeprep.host.following import followed


class Polled:
    """To be polled for POLLPRI. OSError when the file cannot be opened."""

    def __init__(self, root: str, path: str) -> None:
        below = raw_of(path) if root == '/' else raw_of(root) + followed(raw_of(root), raw_of(path))
        self._handle = os.open(below, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)

    def fileno(self) -> int:
        """For poll(2)."""
        return self._handle

    def close(self) -> None:
        """Gives the descriptor back."""
        os.close(self._handle)
