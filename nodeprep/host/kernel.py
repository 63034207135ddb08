"""What the kernel tells through system calls."""
import functools
import os
import time

from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Tuple


class Clock(NamedTuple):
    """adjtimex(2) with modes=0: reading the kernel's clock discipline changes nothing."""

    state: int            # the return value; 5 is TIME_ERROR
    status: int           # STA_* bits; 0x40 is STA_UNSYNC
    offset: float         # seconds
    max_error: float      # seconds; 16 and more: nobody disciplines the clock
    est_error: float      # seconds


def _adjtimex() -> Tuple[int, Any]:
    """(what adjtimex(2) returned, or the negative error number; struct timex as a memoryview of C longs).

    By the C half of ctypes: the other makes some fifty types when it is loaded, which takes longer than all that a
    check asks about the clock. It alone can tell the error number, so it is loaded where there is one.
    """
    import _ctypes
    room = _timex_type()()
    here: Any = None                       # the program itself, with its C library
    state = _ctypes.call_function(_ctypes.dlsym(_ctypes.dlopen(here, 0), 'adjtimex'), (room,))
    if state < 0:
        import ctypes
        state = ctypes.CDLL(None, use_errno=True).adjtimex(room)
        state = state if state >= 0 else -ctypes.get_errno()
    return state, memoryview(bytes(room)).cast('l')


@functools.lru_cache(None)
def _timex_type() -> Any:
    import _ctypes

    class Byte(_ctypes._SimpleCData):
        _type_ = 'b'

    class Timex(_ctypes.Array):            # struct timex has some 200 bytes; `modes`, the first, is 0
        _type_, _length_ = Byte, 512
    return Timex


class Kernel:
    """System calls that only look."""

    root: str
    live: bool

    def statvfs(self, path: str) -> os.statvfs_result:
        """Sizes of the file system that holds the path; statvfs(3). CannotTell when it cannot be asked."""
        try:
            return os.statvfs(self._below(path))    # type: ignore[attr-defined]  # from Files
        except OSError as error:
            raise CannotTell(f'{path}: {error.strerror}', f'statvfs {path}') from None

    def uname(self) -> os.uname_result:
        """uname(2): the running kernel, so it has no meaning for an image."""
        return os.uname()

    def online_here(self) -> int:
        """CPUs that this very process may use: what kubeadm's NumCPU counts; sched_getaffinity(2)."""
        return len(os.sched_getaffinity(0))

    def user(self) -> int:
        """The effective user id; 0 is root."""
        return os.geteuid()

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def clock(self) -> Clock:
        """The kernel's clock discipline; struct timex of <sys/timex.h>."""
        state, words = _adjtimex()
        if state < 0:
            raise CannotTell(os.strerror(-state), 'adjtimex(2)')
        _, offset, _, max_error, est_error = words[:5]      # modes, offset, freq, maxerror, esterror; int status
        status = words.cast('B').cast('i')[5 * words.itemsize // 4]
        scale = 1e9 if status & 0x2000 else 1e6             # STA_NANO
        return Clock(state, status, offset / scale, max_error / 1e6, est_error / 1e6)

    def xfs_has_ftype(self, path: str) -> bool:
        """Whether an XFS stores file types in its folders, which overlay2 needs.

        XFS_IOC_FSGEOMETRY_V1 (fs/xfs/libxfs/xfs_fs.h): u32 `flags` at offset 92, bit 0x10000 is FTYPE.
        CannotTell on anything but XFS.
        """
        import fcntl
        import struct
        try:
            handle = os.open(self._below(path), os.O_RDONLY | os.O_CLOEXEC)    # type: ignore[attr-defined]  # Files
            try:
                geometry = fcntl.ioctl(handle, 0x80705864, bytes(112))
            finally:
                os.close(handle)
        except OSError as error:
            raise CannotTell(f'{path}: {error.strerror}', f'XFS_IOC_FSGEOMETRY {path}') from None
        return bool(struct.unpack_from('=I', geometry, 92)[0] & 0x10000)
