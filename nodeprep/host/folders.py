"""The folder of a file, opened so that what is done in it happens there and nowhere else.

A path that was looked at and is then used again may lead elsewhere by then, and the paths of an image's journal were
written by whoever made the image: a link in them would lead onto the machine that looks. Source: openat(2).
"""
import contextlib
import os
import stat

from nodeprep.host.files import raw_of, text_of
from nodeprep.model import CannotChange
from nodeprep.typed import Iterator, Tuple

# What an image has of these belongs to the machine that mounted them there, as for a chroot.
_OF_THE_MACHINE = ('/proc/', '/sys/', '/dev/', '/run/')
_STEP = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LAST = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC       # for fsync(2), which refuses O_PATH


def made(folder: bytes, mode: int) -> None:
    """Makes a folder with this mode, whatever the umask is; what lacks above it is made as it usually is.

    Not by makedirs: under a umask of 077 a new /var/lib would be root's alone, and no other program could start.
    """
    if os.path.isdir(folder):
        return
    above = os.path.dirname(folder)
    lacking = []
    while not os.path.isdir(above):
        lacking.append(above)
        above = os.path.dirname(above)
    for one, bits in [(one, 0o755) for one in reversed(lacking)] + [(folder, mode)]:
        with contextlib.suppress(FileExistsError):
            os.mkdir(one, bits)
            os.chmod(one, bits)


@contextlib.contextmanager
def holding(root: str, live: bool, real: str) -> Iterator[Tuple[int, bytes]]:
    """(handle of the folder, name in it) of a path below a root whose links were followed before.

    CannotChange when a folder of it is a link by now, or belongs to no image. OSError as open(2) has it.
    """
    if not live and real.startswith(_OF_THE_MACHINE):
        raise CannotChange(f'{real} is no part of an image')
    *folders, name = raw_of(real).strip(b'/').split(b'/')
    if not name or any(part in (b'', b'.', b'..') for part in folders + [name]):
        raise CannotChange(f'{real} is not the path of a file')
    handle = os.open(raw_of(root), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for number, part in enumerate(folders, 1):
            handle = _next(handle, part, _LAST if number == len(folders) else _STEP, folders[:number])
        yield handle, name
    finally:
        os.close(handle)


def _next(above: int, part: bytes, how: int, sofar: list) -> int:
    try:
        handle = os.open(part, how, dir_fd=above)
    except NotADirectoryError:
        link = stat.S_ISLNK(os.stat(part, dir_fd=above, follow_symlinks=False).st_mode)
        shown = '/' + text_of(b'/'.join(sofar))
        raise CannotChange(f'{shown} is {"a link" if link else "no folder"}, which it was not before; what lies below '
                           'it is not touched') from None
    os.close(above)
    return handle
