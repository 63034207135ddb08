"""Small files of /var/lib/nodeprep that are believed as root: JSON, replaced whole or not at all.

rename(2) is atomic, fsync(2) of file and folder makes it last: after a crash the old one is there, or the new one.
"""
import contextlib
import errno
import fcntl
import json
import os

from nodeprep.agent import owned
from nodeprep.host.files import raw_of, reason, text_of
from nodeprep.host.following import followed
from nodeprep.model import CannotChange
from nodeprep.typed import Any, Iterator

HOME = '/var/lib/nodeprep'
MOST = 4 * 2**20          # bytes


def path_of(host: Any, name: str) -> str:
    """Where a file lies on the machine that acts: below the host's root, whatever links an image has."""
    below = b'' if host.root == '/' else raw_of(host.root)
    return text_of(below + followed(below, raw_of(HOME))) + '/' + name


def read(host: Any, name: str) -> Any:
    """What the file holds; None when there is none. CannotChange when others could have written it, or damaged it."""
    return at(path_of(host, name), f'{HOME}/{name}')


def at(path: str, shown: str) -> Any:
    """The same of a path, which is `shown` to people."""
    try:
        raw = owned.read(path, MOST + 1)
        owned.check(os.path.dirname(path), os.stat(os.path.dirname(path)))
        if len(raw) > MOST:
            raise OSError(errno.EFBIG, f'is larger than {MOST >> 20} MiB')
        return json.loads(raw.decode('utf-8'))
    except FileNotFoundError:
        return None
    except owned.NotOurs as error:
        raise CannotChange(f'{error.strerror}: what it says is not trusted') from None
    except OSError as error:
        raise CannotChange(f'{shown}: {reason(error)}') from None
    except (ValueError, RecursionError) as error:
        raise CannotChange(f'{shown} is damaged ({error}); remove it') from None


def write(host: Any, name: str, tree: Any) -> None:
    """Makes the file hold it, root's alone. CannotChange; then what was there still is."""
    path = path_of(host, name)
    beside = path + '.new'
    try:
        owned.folder(os.path.dirname(path))
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)              # of a process that was killed
        handle = owned.opened(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            owned.write(handle, json.dumps(tree, indent=1, sort_keys=True).encode('ascii') + b'\n')
            os.fsync(handle)
        finally:
            os.close(handle)
        os.rename(beside, path)
        owned.sync(os.path.dirname(path))
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise CannotChange(f'{HOME}/{name}: {reason(error)}') from None


@contextlib.contextmanager
def changing(host: Any, name: str) -> Iterator[None]:
    """While it lasts nobody else changes the file: agent, hand and command line read and write it. flock(2)."""
    path = path_of(host, name) + '.lock'
    try:
        owned.folder(os.path.dirname(path))
        handle = owned.opened(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise CannotChange(f'{HOME}/{name}.lock: {reason(error)}') from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)     # held for a write of some hundred bytes
        yield
    finally:
        os.close(handle)
