"""A whole master on a real store, asked without a socket."""
import concurrent.futures
import contextlib

from nodeprep.master import secret
from nodeprep.master.api.routes import routes
from nodeprep.master.context import Master
from nodeprep.master.http.app import App
from nodeprep.master.http.routes import Table
from nodeprep.master.keys import Keys
from nodeprep.master.settings import Settings
from nodeprep.master.store import known, people, tokens
from tests.master.asking import Asking
from tests.master.small import Clock

KEYS = Keys('server.pem', 'server.pem', '-----BEGIN CERTIFICATE-----\nx', 'sha256:' + 'ab' * 32, 2e9, ('master',))


class Whole:
    """The master and those who ask it."""

    def __init__(self, store, settings=None, now=1800000000.0):
        self.store, self.clock, self.monotonic, self.lines = store, Clock(now), Clock(1000.0), []
        self.pool, self.pages = (concurrent.futures.ThreadPoolExecutor(2) for _ in range(2))
        self.context = Master(settings or Settings(), store, KEYS, self.clock, self.monotonic, self.pool, known,
                              self.lines.append, pages=self.pages)
        self.routes = routes()
        self.app = App(self.context, Table(self.routes))
        self.request = 0

    def person(self, name='root', role='admin', expires=None):
        """Somebody with a user token."""
        token = secret.made(secret.PERSON)
        self.store.do(lambda cursor: people.create(cursor, people.Person(
            name, secret.hashed(token), role, self.clock.now, expires, 'test')))
        return Asking(self.app, token)

    def token(self, lasts=3600.0, uses=None):
        """A join token."""
        made = secret.join_token()
        self.store.do(lambda cursor: tokens.create(cursor, tokens.Token(
            secret.token_name(made), secret.hashed(made), self.clock.now, self.clock.now + lasts, uses, '', 'test')))
        return made

    def wants(self, token, name, **more):
        """The body of a request to join."""
        self.request += 1
        number = self.request
        return dict({'token': token, 'name': name, 'request': f'{number:08x}-0000-4000-8000-000000000000',
                     'machine_id': f'{number + 0x10000:032x}',
                     'product_uuid': f'{number + 0x10000:08x}-0000-4000-8000-000000000001',
                     'macs': [f'52:54:00:99:00:{number:02x}'], 'version': '1.0.0'}, **more)

    def join(self, name, **more):
        """A node, as it asks from now on."""
        answer = Asking(self.app).post('/v1/join', self.wants(self.token(), name, **more))
        assert answer.status == 201, answer.text
        return Asking(self.app, answer.tree['credential'])


@contextlib.contextmanager
def whole(store, **more):
    """The master of a store."""
    made = Whole(store, **more)
    try:
        yield made
    finally:
        made.pool.shutdown()
        made.pages.shutdown()
