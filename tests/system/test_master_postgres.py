"""All that the master does with its store, on a real PostgreSQL: the tests of tests/master once more, file by file."""
import glob
import os
import subprocess
import sys

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# These are about SQLite itself, or make a store of their own.
OWN = {'test_store.py', 'test_migrations.py', 'test_ingest_laws.py', 'test_checkpoints.py'}


def files():
    """Those that ask for a store."""
    for path in sorted(glob.glob(os.path.join(TOP, 'tests', 'master', '**', 'test_*.py'), recursive=True)):
        with open(path, encoding='utf-8') as file:
            if os.path.basename(path) not in OWN and '(store' in file.read():
                yield os.path.relpath(path, TOP)


@pytest.mark.parametrize('path', list(files()))
def test_it_is_the_same_on_postgresql(postgres, path):
    done = subprocess.run([sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', path], cwd=TOP, timeout=2400,
                          env=dict(os.environ, PYTHONPATH=TOP, NODEPREP_TEST_POSTGRES=postgres.folder),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode(errors='replace')[-3000:]
    assert b' passed' in done.stdout
