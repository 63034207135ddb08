"""The folders that a path leads through: what is to be watched to learn that it leads elsewhere from now on.

`/lib/modules` leads through / (where the link `lib` and the folder `usr` are), /usr and /usr/lib to /usr/lib/modules.
"""
import os
import stat

from nodeprep.host.files import raw_of, reason, text_of
from nodeprep.host.following import LINKS
from nodeprep.record import NamedTuple
from nodeprep.typed import List, Tuple

Place = Tuple[str, int, int]         # a folder: its path on this machine without links, device and inode


class Pathway(NamedTuple):
    """Where a path leads."""

    steps: Tuple[Tuple[Place, str], ...]     # each folder on the way, and the name in it that is the next step
    end: Tuple[Place, ...]                   # the folder that it leads to; () when there is none
    trouble: str                             # why it could not be followed to its end: 'permission denied'


def pathway(root: str, path: str) -> Pathway:
    """Follows an absolute path, with every link as if `root` were `/`. A folder that is not there is no trouble."""
    top = b'' if root == '/' else raw_of(root)
    todo, way, links = _parts(raw_of(path)), [], 0        # type: List[bytes], List[bytes], int
    steps: List[Tuple[Place, str]] = []
    try:
        here = _place(top or b'/')
        while todo:
            name = todo.pop()
            if name == b'..':
                way = way[:-1]
                here = _place(b'/'.join([top] + way) or b'/')
                continue
            steps.append((here, text_of(name)))
            below = b'/'.join([top] + way + [name])
            found = os.lstat(below)
            if stat.S_ISLNK(found.st_mode):
                links += 1
                if links > LINKS:
                    return Pathway(tuple(steps), (), 'a circle of links')
                target = os.readlink(below)
                way = [] if target.startswith(b'/') else way
                here = _place(b'/'.join([top] + way) or b'/')
                todo.extend(_parts(target))
            elif stat.S_ISDIR(found.st_mode):
                way.append(name)
                here = text_of(below), found.st_dev, found.st_ino
            else:
                return Pathway(tuple(steps), (), '')      # what stands there may yet be replaced by a folder
    except (FileNotFoundError, NotADirectoryError):
        return Pathway(tuple(steps), (), '')
    except OSError as error:
        return Pathway(tuple(steps), (), reason(error))
    return Pathway(tuple(steps), (here,), '')


def _place(below: bytes) -> Place:
    found = os.lstat(below)
    return text_of(below), found.st_dev, found.st_ino


def _parts(path: bytes) -> List[bytes]:
    """The parts of a path that lead somewhere, last first."""
    return [part for part in path.split(b'/') if part not in (b'', b'.')][::-1]
