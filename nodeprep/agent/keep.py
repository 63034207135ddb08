"""A small file of the agent: replaced whole or not at all, so that a crash at any moment leaves the old or the new one.

rename(2) is atomic; fsync(2) of file and folder makes it last. What lies in /run need not last.
"""
import contextlib
import json
import os

from nodeprep.host.files import reason
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Optional

_MOST = 4 * 2**20         # bytes that are read back


def write(path: str, text: str, mode: int, lasting: bool) -> None:
    """Replaces a file. CannotChange with the path and the reason; then the old one is there as it was."""
    temporary = f'{path}.new'
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)                       # of a run that was killed
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
        try:
            os.fchmod(handle, mode)
            _all(handle, text.encode('utf-8', 'surrogateescape'))
            if lasting:
                os.fsync(handle)
        finally:
            os.close(handle)
        os.rename(temporary, path)
        if lasting:
            _sync(os.path.dirname(path))
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise CannotChange(f'{path}: {reason(error)}') from None


def read(path: str) -> Optional[Any]:
    """The JSON of a file; None when there is none. CannotChange when it cannot be read or is no JSON."""
    try:
        with open(path, 'rb') as file:
            return json.loads(file.read(_MOST).decode('utf-8'))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotChange(f'{path}: {reason(error)}') from None
    except (ValueError, RecursionError) as error:
        raise CannotChange(f'{path}: is damaged ({error})') from None


def folder(path: str, mode: int) -> str:
    """Makes a folder when it is not there; '' or why the agent cannot write in it."""
    try:
        if not os.path.isdir(path):
            os.makedirs(path, mode)
            os.chmod(path, mode)
    except OSError as error:
        return f'{path}: {reason(error)}'
    return '' if os.access(path, os.W_OK | os.X_OK) else f'{path}: this user may not write there'


def _all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data):]


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
