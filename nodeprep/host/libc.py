"""Calls of the C library that Python has no function for.

ctypes costs 2 ms and half a MiB, so it is loaded at the first call: `nodeprep check` pays nothing for what only the
agent uses.
"""
import os

from nodeprep.typed import Any

_library: Any = None


def call(name: str, *arguments: Any) -> int:
    """What the function gives. A negative value is an error of the system: OSError, as Python's own functions do."""
    global _library
    import ctypes
    if _library is None:
        _library = ctypes.CDLL(None, use_errno=True)
    given: int = getattr(_library, name)(*arguments)
    if given < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), name)
    return given
