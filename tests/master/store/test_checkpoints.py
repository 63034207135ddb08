"""The log of the database is taken into it beside the writer, and begins anew."""
import os
import threading
import time

from nodeprep.master.store import checkpoints, open_store


def write(store, count):
    for number in range(count):
        store.do(lambda cursor, number=number: cursor.run('INSERT INTO meta VALUES (?, ?)',
                                                          (f'{time.time()} {number}', 'x' * 20000)))


def test_the_log_does_not_grow_for_ever(url, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, 'EVERY', 0.05)
    store = open_store(url)
    sizes = []
    for _ in range(6):
        write(store, 20)
        time.sleep(0.06)
        write(store, 1)                  # by now one is due
        write(store, 1)                  # and by now it has begun, which it does when the answer is given
        until = time.time() + 20
        while any(thread.name == 'checkpoint' for thread in threading.enumerate()) and time.time() < until:
            time.sleep(0.002)
        write(store, 1)                  # which takes what came meanwhile
        sizes.append(os.path.getsize(f'{tmp_path}/fleet.db-wal'))
    written = 138 * 6 * 4096
    assert max(sizes) < written / 3, sizes
    store.close()
    assert not os.path.exists(f'{tmp_path}/fleet.db-wal')
    again = open_store(url)
    assert again.read(lambda cursor: cursor.one('SELECT COUNT(*) FROM meta')) == (139,)
    again.close()


def test_it_is_taken_in_another_thread_than_the_writers(url, monkeypatch):
    monkeypatch.setattr(checkpoints, 'EVERY', 0.0)
    seen = []
    take = checkpoints.Checkpoints._take
    monkeypatch.setattr(checkpoints.Checkpoints, '_take',
                        lambda self: (seen.append(threading.current_thread().name), take(self)))
    store = open_store(url)
    write(store, 8)
    store.close()
    assert set(seen) == {'checkpoint'}


def test_who_reads_an_old_state_is_not_disturbed(url, monkeypatch):
    monkeypatch.setattr(checkpoints, 'EVERY', 0.0)
    store = open_store(url)
    write(store, 5)

    def twice(cursor):
        before = cursor.one('SELECT COUNT(*) FROM meta')
        write(store, 10)
        return before == cursor.one('SELECT COUNT(*) FROM meta')
    assert store.read(twice)
    write(store, 5)
    assert store.read(lambda cursor: cursor.one('SELECT COUNT(*) FROM meta')) == (21,)
    store.close()
