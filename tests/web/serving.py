"""A master on a real socket with real TLS, in a thread, over a fleet of every kind."""
import asyncio
import threading
import time

from nodeprep.master import keys, server
from nodeprep.master.store import open_store
from tests.master.web.browsing import Site, fleet


class Serving:
    """`base` is its address, `site` what it serves; its clock stands still until a test moves it."""

    def __init__(self, folder):
        self.store = open_store(f'sqlite://{folder}/fleet.db')
        self.site = Site(self.store)
        self.site.fleet = fleet(self.store)
        for role in ('viewer', 'approver', 'admin'):
            self.site.person(role, role)
        self._up, self._loop = threading.Event(), asyncio.new_event_loop()
        tls = keys.context(keys.kept(str(folder), ['127.0.0.1'], time.time()))
        self._server = server.Server(self.site.app, ('127.0.0.1', 0), tls, self.site.lines.append, self._ready)
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        assert self._up.wait(20), self.site.lines
        return self

    def __exit__(self, *what):
        self._server.should_exit = True
        self._thread.join(30)
        self.store.close()
        assert not self._thread.is_alive(), 'the server does not end'

    def _ready(self, addresses):
        self.base = f'https://127.0.0.1:{addresses[0][1]}'
        self._up.set()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve())
        self._loop.close()
