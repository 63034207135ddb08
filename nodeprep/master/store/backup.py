"""A copy of a SQLite database while a master writes to it: one state of it, in one file that needs no log beside it.

By SQL alone, since neither VACUUM INTO (SQLite 3.27) nor the backup of Python's driver (3.7) is everywhere. Reading
holds nobody up in a database of this mode.
"""
import contextlib
import os
import sqlite3

from nodeprep.master.store.sqlite import guard
from nodeprep.master.store.trouble import StoreGone
from nodeprep.typed import Any, Dict


def write(path: str, target: str) -> Dict[str, int]:
    """Copies the database `path` to the new file `target` (0600); returns the rows of each table. StoreTrouble.

    The file is there whole, on the disk, or not at all; one that is there already is not touched.
    """
    temporary = f'{target}.new'
    with guard(target):
        if os.path.lexists(target):
            raise StoreGone(f'{target} is there already: a backup does not write over anything')
        if not os.path.exists(path):
            raise StoreGone(f'{path}: there is no such database')
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)                     # of one that was killed
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        try:
            counts = _copy(path, temporary)
            _lasting(temporary, os.O_RDONLY)
            os.link(temporary, target)               # unlike a rename it fails when somebody was quicker
            _lasting(os.path.dirname(os.path.abspath(target)), os.O_RDONLY | os.O_DIRECTORY)
        finally:
            os.unlink(temporary)
    return counts


def _copy(path: str, target: str) -> Dict[str, int]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as raw:
        raw.execute('ATTACH DATABASE ? AS copy', (target,))
        raw.execute('PRAGMA copy.journal_mode=OFF')
        raw.execute('PRAGMA copy.synchronous=OFF')   # it is brought to the disk at the end, all at once
        raw.execute('BEGIN')
        made = raw.execute("SELECT type, name, sql FROM main.sqlite_master WHERE sql IS NOT NULL "
                           "AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY type = 'table' DESC, rowid").fetchall()
        counts = {}
        for kind, name, sql in made:
            words = 'CREATE TABLE ' if kind == 'table' else 'CREATE INDEX '
            if not sql.startswith(words):
                raise StoreGone(f'{path}: {name} is a {kind} that is none of ours')
            raw.execute(words + 'copy.' + sql[len(words):])
            if kind == 'table':
                counts[name] = _rows(raw, name)
        raw.execute('COMMIT')
        raw.execute('DETACH DATABASE copy')
    return counts


def _rows(raw: Any, table: str) -> int:
    return int(raw.execute(f'INSERT INTO copy.{table} SELECT * FROM main.{table}').rowcount)


def _lasting(path: str, flags: int) -> None:
    handle = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
