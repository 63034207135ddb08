"""Calls of the C library that Python has no function for.

By the C half of ctypes: the other makes some fifty types when it is loaded, which a daemon would hold for ever.
"""
import functools
import os

from nodeprep.typed import Any

_CDECL, _ERRNO = 1, 8                   # FUNCFLAG_CDECL, FUNCFLAG_USE_ERRNO of CPython's Modules/_ctypes/ctypes.h


@functools.lru_cache(None)
def _function(name: str) -> Any:
    import _ctypes

    class Int(_ctypes._SimpleCData):
        _type_ = 'i'

    class Function(_ctypes.CFuncPtr):
        _flags_, _restype_ = _CDECL | _ERRNO, Int
    here: Any = None                    # the program itself, with its C library
    return Function(_ctypes.dlsym(_ctypes.dlopen(here, 0), name))


def call(name: str, *arguments: Any) -> int:
    """What the function gives. A negative value is an error of the system: OSError, as Python's own functions do.

    A whole number is a C int, bytes are where they lie, None is NULL.
    """
    import _ctypes
    given: int = _function(name)(*arguments)
    if given < 0:
        error = _ctypes.get_errno()
        raise OSError(error, os.strerror(error), name)
    return given


def lean() -> None:
    """For a daemon: its threads share one heap, so that what one gave back the other can take. mallopt(3).

    Another C library than glibc has no such function, and no such heaps.
    """
    _if_there('mallopt', -8, 1)         # M_ARENA_MAX


def give_back() -> None:
    """What the process does not use of its heap is the system's again. malloc_trim(3), which is glibc's alone."""
    _if_there('malloc_trim', 0)


def _if_there(name: str, *arguments: int) -> None:
    try:
        function = _function(name)
    except OSError:
        return
    function(*arguments)
