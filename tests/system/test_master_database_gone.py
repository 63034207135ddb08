"""A database that is taken away from a real master: nobody makes another in its place, and nothing in it is lost."""
import os
import time

import pytest

from nodeprep.master.store import doctor, open_store
from tests.system.masterprocess import MasterProcess
from tests.system.test_master_scribe import Quick
from tests.waiting import until

READING = (['nodes'], ['drift'], ['doctor'], ['waivers'], ['clones'], ['token', 'list'], ['user', 'list'], ['report'])


@pytest.fixture
def master(tmp_path):
    with MasterProcess(tmp_path) as made:
        made.admin = made.person()
        yield made


def test_a_database_that_was_moved_is_whole_when_it_comes_back(master):
    file, away = f'{master.data}/fleet.db', f'{master.data}/away.db'
    node = Quick(master, 1)
    node.start()
    until(lambda: len(node.told) >= 200)
    os.rename(file, away)
    for words in [*READING, ['token', 'create'], ['user', 'create', 'ann', '--role', 'viewer']] * 2:
        code, out, err = master.run(*words)
        assert (code, out) == (2, '') and 'put it back' in err, (words, code, out, err)
    time.sleep(1.5)                 # the master took what it was told to the disk, and says 503 to the rest
    assert not os.path.exists(file)
    assert master.stop() == 0
    node.join(60)
    assert not node.is_alive()
    assert not os.path.exists(file), 'what the log beside it holds belongs to the one that was moved'
    code, _, err = master.run('serve')
    assert code == 2 and f'{file} is not there, but what belongs to it is' in err
    assert master.run('doctor')[0] == 2 and not os.path.exists(file)
    os.rename(away, file)
    store = open_store(f'sqlite://{file}', make=False)
    try:
        kept = set(store.read(lambda cursor: cursor.all('SELECT sequence, digest FROM report')))
        assert kept >= set(node.told) and len(node.told) >= 200
        assert [one for one in store.read(lambda cursor: list(doctor.look(cursor))) if one.wrong] == []
    finally:
        store.close()
    master.start()
    assert 'node1' in master.told('nodes')
