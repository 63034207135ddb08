"""Three masters on one PostgreSQL, one of them killed, the server crashed and restarted under load: what was
acknowledged is there, once.
"""
import contextlib
import threading
import time

import pytest

from nodeprep.master.store import StoreTrouble, open_store
from tests.master.fleet import Host
from tests.master.test_ingest import join
from tests.system.postgres import Server
from tests.system.test_master_killed import acknowledged, proved, running, said, wait_for


@pytest.fixture
def server():
    """One that brings to the disk what it says it does."""
    made = Server(durable=True)
    yield made
    made.end()


def test_three_masters_lose_nothing_when_one_is_killed_and_the_server_crashes(server, tmp_path):
    url = server.database()
    paths, logs = ([f'{tmp_path}/{word}{number}' for number in range(3)] for word in ('told', 'log'))
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(log, 'wb')) for log in logs]
        masters = [stack.enter_context(running(url, paths[number], first=number * 8 + 1, log=files[number]))
                   for number in range(3)]

        def everybody_goes_on():
            before = [len(acknowledged(path)) for path in paths]
            for number, process in enumerate(masters):
                wait_for(lambda number=number: len(acknowledged(paths[number])) > before[number] + 50, process)
        everybody_goes_on()
        masters[2].kill()
        masters[2].wait()
        masters[2] = stack.enter_context(running(url, paths[2], first=17, log=files[2]))
        everybody_goes_on()
        server.stop('immediate')
        for log, process in zip(logs, masters):
            wait_for(lambda log=log: 'StoreGone' in said(log), process)
        server.start()
        everybody_goes_on()
        server.stop('fast')
        server.start()
        everybody_goes_on()
    assert proved(url, acknowledged(*paths)) >= 600


def test_masters_that_write_of_the_same_nodes_take_turns(server):
    url = server.database()
    stores = [open_store(url) for _ in range(3)]
    hosts = [Host(number, requirements=('swap', 'disk')) for number in range(1, 21)]
    ids = join(stores[0], *hosts)
    told, futures = set(), []
    for turn in range(20):
        for node, host in zip(ids, hosts):
            host.set('swap', ('met', 'drifted')[turn % 2])
            tree = host.report()
            told.add((node, tree['sequence'], tree['chain']['digest']))
            # An agent whose answer was lost sends again, and is heard by another master.
            futures += [store.reports(node, [tree], time.time()) for store in stores[turn % 3:] + stores[:turn % 2]]
            futures += [store.beat(node, host.beat(), time.time()) for store in stores]
        for future in futures:
            future.result(60)
        futures = []
    for store in stores:
        store.close()
    assert proved(url, told) == 400


def test_a_server_that_was_started_anew_is_not_noticed_by_who_asked_nothing_meanwhile(server):
    store = open_store(server.database())
    readers = [threading.Thread(target=store.read, args=(lambda cursor: cursor.one('SELECT pg_sleep(0.3)'),))
               for _ in range(3)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    server.stop('fast')
    server.start()
    store.do(lambda cursor: cursor.run("INSERT INTO meta VALUES ('a', '1')"))
    assert store.read(lambda cursor: cursor.one("SELECT value FROM meta WHERE key = 'a'")) == ('1',)
    store.close()


def test_a_server_that_is_away_is_a_trouble_and_no_more(server):
    url = server.database()
    store = open_store(url)
    store.do(lambda cursor: cursor.run("INSERT INTO meta VALUES ('a', '1')"))
    assert store.read(lambda cursor: cursor.one("SELECT value FROM meta WHERE key = 'a'")) == ('1',)
    server.stop('fast')
    for ask in (lambda: store.do(lambda cursor: cursor.run("INSERT INTO meta VALUES ('b', '1')")),
                lambda: store.read(lambda cursor: cursor.one('SELECT 1')), lambda: open_store(url)):
        with pytest.raises(StoreTrouble, match='PostgreSQL: '):
            ask()
    server.start()
    store.do(lambda cursor: cursor.run("INSERT INTO meta VALUES ('c', '1')"))
    assert store.read(lambda cursor: cursor.all("SELECT key FROM meta WHERE key <> 'schema' ORDER BY key")) == [
        ('a',), ('c',)]
    store.close()
