"""Somebody who watches the page of a master, and what the master knows in the end."""
import http.client
import threading
import time

from nodeprep.master import secret
from nodeprep.master.store import open_store, people

_EVERY = 2.0              # seconds from one page to the next
_PAGES = ('/', '/drift', '/?standing=drifted', '/approvals')


class Watcher:
    """Loads pages as a viewer while the block lasts; `waits` are seconds of each."""

    def __init__(self, master, data):
        self._master, self.waits, self._over = master, [], threading.Event()
        self._token = secret.made(secret.PERSON)
        store = open_store(f'sqlite://{data}/fleet.db')
        try:
            watcher = people.Person('watcher', secret.hashed(self._token), 'viewer', time.time(), None, 'benchmark')
            store.do(lambda cursor: people.create(cursor, watcher))
        finally:
            store.close()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        """Begins."""
        self._thread.start()
        return self

    def __exit__(self, *error):
        """Ends."""
        self._over.set()
        self._thread.join()

    def _watch(self):
        number = 0
        while not self._over.wait(_EVERY):
            connection = http.client.HTTPSConnection(*self._master.address, context=self._master.context, timeout=30)
            begun = time.perf_counter()
            connection.request('GET', _PAGES[number % len(_PAGES)], headers={'Authorization': 'Bearer ' + self._token})
            answer = connection.getresponse()
            body = answer.read()
            self.waits.append(time.perf_counter() - begun)
            connection.close()
            if answer.status != 200 or b'</html>' not in body:
                raise RuntimeError(f'{_PAGES[number % len(_PAGES)]}: {answer.status} {body[:300]!r}')
            number += 1


def lost(data, told):
    """What the master lacks of what agents told (Agent.told), or has otherwise, a line each."""
    store = open_store(f'sqlite://{data}/fleet.db')
    try:
        heads = {name: (sequence, head) for name, sequence, head in store.read(
            lambda cursor: cursor.all('SELECT name, sequence, head FROM node', ()))}
        kept = dict(store.read(lambda cursor: cursor.all(
            'SELECT node.name, COUNT(DISTINCT report.sequence) FROM report JOIN node ON node.id = report.node '
            'GROUP BY node.name', ())))
        states = dict(store.read(lambda cursor: cursor.all(
            "SELECT node.name, state.state FROM state JOIN node ON node.id = state.node "
            "WHERE state.requirement = 'swap'", ())))
    finally:
        store.close()
    found = []
    for one in told:
        name = one['name']
        if one['made'] and (heads.get(name) != (one['sequence'], one['head']) or kept.get(name) != one['made']):
            found.append(f'{name}: the master has {kept.get(name)} up to {heads.get(name)}, it told {one["made"]}')
        elif one['made'] and states[name] != one['swap']:
            found.append(f'{name}: the master takes swap for {states[name]}')
    return found
