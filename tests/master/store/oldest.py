"""A database as a version of the tables had it, kept as SQL: python -m tests.master.store.oldest writes it anew.

Until a version is released its tables may change, and the file with them; from then on neither is touched.
"""
import os
import sqlite3
import tempfile

from nodeprep.master.store import open_store, schema
from tests.master.fleet import fill

FOLDER = os.path.dirname(os.path.abspath(__file__))


def path(version):
    """Of the file of a version."""
    return os.path.join(FOLDER, f'version{version}.sql')


def text(version):
    """What the file says."""
    with open(path(version), encoding='ascii') as file:
        return file.read()


def restore(version, target):
    """Makes the database of a version anew."""
    database = sqlite3.connect(target)
    database.executescript(text(version))
    database.close()


def write():
    """Writes the file of this version: a small fleet with some history."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f'sqlite://{folder}/fleet.db')
        fill(store, 3, days=3, drifts=4)
        store.close()
        database = sqlite3.connect(f'{folder}/fleet.db')
        with open(path(schema.VERSION), 'w', encoding='ascii') as file:
            file.writelines(f'{line}\n' for line in database.iterdump())
        database.close()


if __name__ == '__main__':
    write()
