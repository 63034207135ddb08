"""Where the journal is kept, whom it must belong to, and how much of the past stays."""
import os
import re
import stat

from nodeprep.host.files import raw_of, reason, text_of
from nodeprep.host.folders import made
from nodeprep.host.following import followed
from nodeprep.model import CannotChange
from nodeprep.typed import Any, List, Tuple

HOME = '/var/lib/nodeprep'
FOLDER = HOME + '/journal'
MOST_BYTES, MOST_FILES = 32 * 2**20, 500


def place(host: Any) -> bytes:
    """The folder on the machine that acts: below the host's root, whatever links an image has."""
    below = b'' if host.root == '/' else raw_of(host.root)
    return below + followed(below, raw_of(FOLDER))


def prepared(host: Any) -> bytes:
    """The folder, made when it was not there: root's alone. CannotChange when that cannot be."""
    folder = place(host)
    try:
        made(folder.rpartition(b'/')[0], 0o700)
        made(folder, 0o700)
        _sync(folder.rpartition(b'/')[0])
    except OSError as error:
        raise CannotChange(f'{FOLDER}: {reason(error)}; without a journal nothing is changed') from None
    trust(folder)
    return folder


def trust(folder: bytes) -> None:
    """CannotChange unless the folder is ours alone: undo does as root what is written in it."""
    for one in (folder.rpartition(b'/')[0], folder):
        found = os.lstat(one)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise CannotChange(f'{text_of(one)} could be written by others than user {os.geteuid()}: what it says is '
                               'not trusted. Look at who changed it, then chown and chmod 0700 it')


def transactions(host: Any) -> List[str]:
    """The ids of the transactions, the oldest first. CannotChange when they may not be read."""
    folder = place(host)
    try:
        names = [text_of(name) for name in os.listdir(folder)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CannotChange(f'{FOLDER}: {reason(error)}; run it as root') from None
    trust(folder)
    return sorted((name[:-6] for name in names if re.match(r'[0-9]{6,12}\.jsonl\Z', name)), key=int)


def next_id(host: Any) -> str:
    """The id of a new transaction: one more than the last, since a clock may go backwards. The lock must be held."""
    return f'{int((transactions(host) or ["0"])[-1]) + 1:06d}'


def known_id(name: str) -> str:
    """An id as a person may write it, in full.

    >>> known_id('7'), known_id('000007'), known_id('last')
    ('000007', '000007', 'last')
    """
    return f'{int(name):06d}' if re.match(r'[0-9]{1,12}\Z', name) else name


def path_of(host: Any, transaction: str) -> bytes:
    """The file of a transaction."""
    return place(host) + b'/' + raw_of(transaction) + b'.jsonl'


def sync(host: Any) -> None:
    """Makes the names in the folder last."""
    _sync(place(host))


def _sync(folder: bytes) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sizes(host: Any) -> List[Tuple[str, int]]:
    """(id, bytes) of each transaction, the oldest first."""
    return [(one, os.lstat(path_of(host, one)).st_size) for one in transactions(host)]


def excess(kept: List[Tuple[str, int]], most_bytes: int, most_files: int) -> List[str]:
    """The ids that are more than is kept, the oldest first. Never the last, whatever its size: that was just done.

    >>> excess([('a', 5), ('b', 5), ('c', 5)], 10, 9), excess([('a', 5), ('b', 5)], 99, 1), excess([('a', 5)], 4, 9)
    (['a'], ['a'], [])
    """
    total, over = sum(size for _, size in kept), []
    for position, (one, size) in enumerate(kept[:-1]):
        if total <= most_bytes and len(kept) - position <= most_files:
            break
        over.append(one)
        total -= size
    return over
