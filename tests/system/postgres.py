"""A PostgreSQL server of its own: in a folder below /tmp, on a socket in it, not as root, gone at the end."""
import contextlib
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import urllib.parse

import pytest

from tests.tiers import need

_SETTINGS = {'listen_addresses': "''", 'fsync': 'off', 'full_page_writes': 'off', 'max_connections': '60',
             'shared_buffers': '32MB', 'log_min_messages': 'warning'}


def program(name):
    """The path of one of PostgreSQL's programs, which Debian keeps off the PATH."""
    found = shutil.which(name) or next(iter(sorted(glob.glob(f'/usr/lib/postgresql/*/bin/{name}'), reverse=True)), '')
    if not found:
        need('program', name)
    return found


class Server:
    """Runs until stop(). `durable`: it writes to the disk as a real one does; the others are for speed of the tests."""

    def __init__(self, durable=False):
        if os.geteuid() == 0:
            try:
                self._user = pwd.getpwnam('postgres')
            except KeyError:
                need('program', 'postgres (its user)')
        else:
            self._user = pwd.getpwuid(os.geteuid())
        self.folder = tempfile.mkdtemp(prefix='pg-', dir='/tmp')
        os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._data = os.path.join(self.folder, 'data')
        self._ask([program('initdb'), '-D', self._data, '-A', 'trust', '-E', 'UTF8', '--locale=C', '-U', 'nodeprep',
                   '--no-sync'])
        settings = dict(_SETTINGS, unix_socket_directories=f"'{self.folder}'")
        if durable:
            settings.update(fsync='on', full_page_writes='on')
        with open(os.path.join(self._data, 'postgresql.conf'), 'a') as file:
            file.write(''.join(f'{name} = {value}\n' for name, value in settings.items()))
        self._number = 0
        self.start()

    def start(self):
        """Starts it and waits until it answers."""
        self._ask([program('pg_ctl'), '-D', self._data, '-w', '-t', '60', '-l', os.path.join(self.folder, 'log'),
                   'start'])

    def stop(self, mode='fast'):
        """Stops it; `immediate` as a crash would."""
        self._ask([program('pg_ctl'), '-D', self._data, '-w', '-t', '60', '-m', mode, 'stop'])

    def database(self):
        """The URL of a new, empty database."""
        self._number += 1
        name = f'test{self._number}'
        self._ask([program('psql'), '-h', self.folder, '-U', 'nodeprep', '-q', '-c', f'CREATE DATABASE {name}',
                   'postgres'])
        return f'postgresql://nodeprep@/{name}?host={urllib.parse.quote(self.folder, safe="")}'

    def end(self):
        """Stops it and removes all of it."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop('immediate')
        shutil.rmtree(self.folder)

    def _ask(self, argv):
        def other_user():
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(self._user.pw_gid)
                os.setuid(self._user.pw_uid)
        # To a file: the server keeps what pg_ctl writes to open.
        with open(os.path.join(self.folder, 'said'), 'w+b') as said:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, preexec_fn=other_user,
                                  cwd=self.folder, timeout=120)
            if done.returncode:
                said.seek(0)
                raise subprocess.CalledProcessError(done.returncode, argv, said.read())


@pytest.fixture(scope='session')
def postgres():
    """One server for all tests that ask for it."""
    server = Server()
    yield server
    server.end()
