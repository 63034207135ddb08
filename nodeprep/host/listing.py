"""What lies in a folder, kept over the rounds of a process for as long as the folder has not changed.

A folder's time of change says whether a name in it came, went or was replaced, and a symbolic link cannot be changed
but only replaced: inode(7), rename(2). So one stat(2) stands for listing a folder and reading its links, which of the
folders of units alone is a fifth of a round.
"""
import errno
import os
import time

from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

_MOST = 256               # folders; a round looks at some sixty
# Seconds. One that changed just now may change again without another time: FAT counts in steps of two seconds.
_SETTLED = 3.0
_UNTIMED = (b'/proc', b'/sys')      # the kernel lists there what it makes up, whatever the time of the folder


class _Kept(NamedTuple):
    """`links` is None as long as nobody asked for them."""

    stamp: Tuple[int, ...]
    names: List[str]
    links: Optional[Dict[str, str]]


_kept: Dict[bytes, _Kept] = {}


def names(folder: bytes) -> List[str]:
    """The names in a folder of this machine, sorted by byte value. OSError as with os.listdir."""
    stamp = _stamp(folder)
    known = _kept.get(folder) if stamp else None
    if known and known.stamp == stamp:
        return list(known.names)
    found = [_text(name) for name in sorted(os.listdir(folder))]
    _keep(folder, stamp, found, None)
    return list(found)


def links(folder: bytes) -> Tuple[List[str], Dict[str, str]]:
    """The names in a folder, sorted by byte value, and of the symbolic links among them where they point.

    One that is gone, or none any more, when it is read is left out. OSError as with os.scandir.
    """
    stamp = _stamp(folder)
    known = _kept.get(folder) if stamp else None
    if known and known.stamp == stamp and known.links is not None:
        return list(known.names), dict(known.links)
    with os.scandir(folder) as entries:
        everything = sorted(entries, key=_name)
        found = [entry.name for entry in everything if entry.is_symlink()]
    targets = ((_text(name), _target(folder + b'/' + name)) for name in found)
    listed, pointing = [_text(entry.name) for entry in everything], {n: to for n, to in targets if to is not None}
    _keep(folder, stamp, listed, pointing)
    return list(listed), dict(pointing)


def _keep(folder: bytes, stamp: Optional[Tuple[int, ...]], listed: List[str],
          pointing: Optional[Dict[str, str]]) -> None:
    if stamp is None:
        return
    if len(_kept) >= _MOST:
        _kept.clear()
    _kept[folder] = _Kept(stamp, listed, pointing)


def _stamp(folder: bytes) -> Optional[Tuple[int, ...]]:
    """What changes when the folder does; None where that is not to be trusted. Taken before it is listed."""
    if folder.startswith(_UNTIMED):
        return None
    status = os.stat(folder)
    if time.time() - max(status.st_mtime, status.st_ctime) < _SETTLED:
        return None                      # also one of the future, where the clock was set back
    return (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def _name(entry: Any) -> Any:
    return entry.name


def _target(path: bytes) -> Optional[str]:
    try:
        return _text(os.readlink(path))
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EINVAL):
            return None                  # gone, or no link any more
        raise


def _text(raw: bytes) -> str:
    return raw.decode('utf-8', 'surrogateescape')
