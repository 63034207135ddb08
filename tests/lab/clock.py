"""The kernel's error bound, which all nodes share with the machine: kept small while a test runs, and put back.

Nobody keeps the clock of a machine that was made for tests, so the bound stands at its limit of 16 s and nodeprep
rightly calls that a fault. A chronyd in a node may not change it. The clock itself is not touched. Source:
adjtimex(2), process_adjtimex_modes() of kernel/time/ntp.c.
"""
import contextlib
import ctypes
import os

_MAXERROR, _LIMIT = 0x0004, 16000000        # ADJ_MAXERROR; NTP_PHASE_LIMIT in microseconds


class _Timex(ctypes.Structure):
    _fields_ = [('modes', ctypes.c_uint), ('offset', ctypes.c_long), ('freq', ctypes.c_long),
                ('maxerror', ctypes.c_long), ('rest', ctypes.c_char * 256)]


@contextlib.contextmanager
def bounded():
    """While it lasts, the kernel says that its clock is right to a millisecond, unless somebody keeps it anyway."""
    before = _adjusted(0, 0)
    if before < _LIMIT:
        yield
        return
    _adjusted(_MAXERROR, 1000)
    try:
        yield
    finally:
        _adjusted(_MAXERROR, before)


def _adjusted(modes, maxerror):
    library = ctypes.CDLL(None, use_errno=True)
    asked = _Timex(modes=modes, maxerror=maxerror)
    if library.adjtimex(ctypes.byref(asked)) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return asked.maxerror
