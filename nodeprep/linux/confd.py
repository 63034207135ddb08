"""The *.conf files of a `.d` family (sysctl.d, modules-load.d, modprobe.d) as the next boot will find them.

Sources: conf_files_list_strv() and files_add() of src/basic/conf-files.c in the systemd sources of EL7 (219), EL8
(239), EL9 (252) and EL10 (257); CONF_PATHS of src/basic/def.h. libkmod has the same folders: conf_files_list() of
libkmod/libkmod-config.c.
"""
import stat

from nodeprep.model import CannotTell
from nodeprep.typed import Any, List


def folders(host: Any, kind: str) -> List[str]:
    """Where the files of a family lie, highest priority first.

    /run stands second in the sources, but it is empty when the machine starts. /lib counts only where it is a folder
    of its own; on every EL and on a merged Debian it is a link to usr/lib.
    """
    found = [f'/etc/{kind}', f'/usr/local/lib/{kind}', f'/usr/lib/{kind}']
    return found if host.link('/lib') is not None else found + [f'/lib/{kind}']


def files(host: Any, kind: str, folders_hide: bool = True) -> List[str]:
    """The paths in the order in which they are read: by name, in byte order, across all folders.

    A name in a folder of higher priority hides the same name below it, whatever it is there: an empty file and a link
    that leads to /dev/null or nowhere too. `folders_hide`: so does a folder with such a name; EL7 (219) passes over it.
    """
    chosen = {}
    for folder in folders(host, kind):
        for name in host.names(folder):
            if not name.endswith('.conf') or name.startswith('.') or name in chosen:
                continue
            path = f'{folder}/{name}'
            if not folders_hide and host.link(path) is None and host.is_folder(path):
                continue
            chosen[name] = path
    return [chosen[name] for name in sorted(chosen, key=lambda name: name.encode('utf-8', 'surrogateescape'))]


def text(host: Any, path: str) -> str:
    """What one of these files says; '' for a mask: a link to /dev/null or to nowhere, or a folder.

    CannotTell for what may not be read, and for a FIFO, over which the boot itself would hang.
    """
    try:
        found: str = host.read(path, missing='')
    except CannotTell:
        status = host.status(path)
        if status is not None and (stat.S_ISCHR(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            return ''
        raise
    return found
