"""Whether a socket unit is active: systemd listens on its path for as long as it is, and the kernel lists who listens.

Sources: systemd.socket(5) ListenStream=; unix_seq_show() of net/unix/af_unix.c: Flags has __SO_ACCEPTCON, 1 << 16.
"""
from nodeprep.linux import unitsyntax
from nodeprep.linux.unitfiles import REGULAR, tree
from nodeprep.model import CannotTell
from nodeprep.typed import Any, List

UNIX = '/proc/net/unix'
_LISTENS = 1 << 16


def listening(host: Any, name: str) -> bool:
    """Whether somebody listens on all the paths of a socket unit. CannotTell for one that is absent or has others."""
    paths = _paths(host, name)
    if not paths:
        raise CannotTell(f'{name}: only services, and sockets with a path, show without asking systemd', name)
    listed = bound(host.read(UNIX))
    return all(path in listed for path in paths)


def bound(text: str) -> List[str]:
    r"""The paths on which somebody listens.

    >>> bound('Num RefCount Protocol Flags Type St Inode Path\n0: 2 0 00010000 0001 01 9 /run/a b\n'
    ...       '0: 3 0 00000000 0001 03 8 /run/c\n0: 2 0 00010000 0001 01 7\n')
    ['/run/a b']
    """
    found = []
    for line in text.splitlines()[1:]:
        words = line.split(None, 7)
        if len(words) == 8 and int(words[3], 16) & _LISTENS:
            found.append(_plain(words[7]))
    return found


def _paths(host: Any, name: str) -> List[str]:
    files = tree(host)
    unit = files.find(name)
    if unit.kind != REGULAR:
        return []
    found: List[str] = []
    for path in [unit.path] + files.drop_ins([f'{unit.name}.d']):
        for section, key, value, _ in unitsyntax.settings(host.read(path, missing=''), path):
            if section == 'Socket' and key.startswith('Listen'):
                found = found + [_plain(value)] if value else []
    return found if all(path.startswith('/') and '%' not in path for path in found) else []


def _plain(path: str) -> str:
    # systemd takes /var/run for /run since 238; %t is /run for the system's own manager.
    path = '/run' + path[2:] if path.startswith('%t/') else path
    return path[4:] if path.startswith('/var/run/') else path
