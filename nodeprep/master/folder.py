"""The data folder of a master, and whose it is: a command that root types must leave nothing that the master cannot
write.
"""
import importlib
import os
import stat

from nodeprep.config import ConfigError

USER = 'nodeprep-master'
DATABASE = 'fleet.db'


# What is loaded before, since that user may not be able to read where this Python is (below root's home, say).
_LOADED = (
    'zlib', 'json', 'sqlite3', 'tarfile', 'difflib', 'unicodedata', 'nodeprep.catalogue', 'nodeprep.master.beats',
    'nodeprep.master.care', 'nodeprep.master.decisions', 'nodeprep.master.ingest', 'nodeprep.master.membership',
    'nodeprep.master.shapes', 'nodeprep.master.store.sqlite', 'nodeprep.output.listing', 'nodeprep.output.masterpage',
    'nodeprep.output.plans', 'nodeprep.output.yaml_')


def become_owner(path: str) -> None:
    """As root, becomes the user whose folder it is (for one that is not there yet: USER, if there is one). ConfigError.

    For good: a command needs root for nothing else.
    """
    if os.geteuid() != 0:
        return
    import pwd
    try:
        found = os.lstat(path)
        user, group = found.st_uid, found.st_gid
    except FileNotFoundError:
        try:
            entry = pwd.getpwnam(USER)
        except KeyError:
            return
        user, group = entry.pw_uid, entry.pw_gid
        _make(path)
        os.chown(path, user, group)
    except OSError as error:
        raise ConfigError(f'{path}: {error.strerror}') from None
    if user:
        for name in _LOADED:
            importlib.import_module(name)
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)


def of_another(path: str) -> bool:
    """Whether become_owner() would make another user of this one."""
    try:
        return os.geteuid() == 0 and os.lstat(path).st_uid != 0
    except OSError:
        return False


def ready(path: str, make: bool) -> None:
    """Makes sure that the folder is there, ours, and nobody else's. ConfigError, also when it is not there and `make`
    is not said.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        if not make:
            raise ConfigError(f'{path} is not there: this host has no master; `nodeprep master serve` begins one, '
                              f'--data names another folder') from None
        _make(path)
        return
    except OSError as error:
        raise ConfigError(f'{path}: {error.strerror}') from None
    if not stat.S_ISDIR(found.st_mode):
        raise ConfigError(f'{path}: is not a folder')
    if found.st_uid != os.geteuid():
        raise ConfigError(f'{path}: belongs to another user (uid {found.st_uid}); call this as that one, or as root')
    if found.st_mode & 0o077:
        raise ConfigError(f'{path}: others may enter it; chmod 0700 it')


def whole(path: str, database: str) -> None:
    """ConfigError when the database of a URL has gone from a folder that a master has used: it must not begin with an
    empty one, to which none of its nodes is known.
    """
    file = f'{os.path.abspath(path)}/{DATABASE}'
    if database == f'sqlite://{file}' and os.path.exists(f'{path}/ca.crt') and not os.path.exists(file):
        raise ConfigError(f'{file} is not there, but what belongs to it is ({path}/ca.crt): put it back, or bring back '
                          'a backup; to begin without any node, make an empty file of that name')


def url(path: str, configured: str) -> str:
    """The database that the settings name, else the SQLite file in the folder."""
    return configured or f'sqlite://{os.path.abspath(path)}/{DATABASE}'


def _make(path: str) -> None:
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o755, exist_ok=True)
        os.mkdir(path, 0o700)
        os.chmod(path, 0o700)
    except OSError as error:
        raise ConfigError(f'{path}: {error.strerror}; --data names another folder') from None
