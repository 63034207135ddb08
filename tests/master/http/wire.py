"""Connections of a master without a socket, and a process that writes which answers when a test lets it."""
import asyncio
import re

from nodeprep.master import letters, secret
from nodeprep.master.budget import Budgets
from nodeprep.master.context import Master
from nodeprep.master.http.app import App
from nodeprep.master.http.connection import Connection
from nodeprep.master.http.crowd import Crowd
from nodeprep.master.http.routes import Table
from nodeprep.master.settings import Settings
from nodeprep.master.store import bulk, joining, known
from nodeprep.master.store.transactions import Outcome
from tests.master.small import Clock, Here

_DATE = re.compile(rb'\r\nDate: [^\r]*')


class Transport:
    """As asyncio's: what was `written`, and whether it is `closing` or `lost`."""

    def __init__(self, loop):
        self.loop, self.protocol, self.written = loop, None, b''
        self.closing = self.lost = self.held = False
        self.unsent, self.coming = 0, []

    def feed(self, data):
        """Bytes come from the client: when nobody wants them they wait."""
        self.coming.append(data)
        self.deliver()

    def deliver(self):
        while self.coming and not self.held and not self.lost:
            self.protocol.data_received(self.coming.pop(0))

    def write(self, data):
        if not self.lost:
            self.written += data

    def get_extra_info(self, name):
        return ('192.0.2.7', 40000) if name == 'peername' else None

    def get_write_buffer_size(self):
        return self.unsent

    def is_closing(self):
        return self.closing

    def pause_reading(self):
        self.held = True

    def resume_reading(self):
        self.held = False
        self.loop.call_soon(self.deliver)

    def close(self):
        """The client is told; TLS goes on reading until it has closed too."""
        self.closing = True

    def abort(self):
        self.closing = True
        if not self.lost:
            self.lost = True
            self.loop.call_soon(self.protocol.connection_lost, None)


class Scribe:
    """The process that writes: what it was `told`, and what it is to do with it when answer() lets it. `refuses`: what
    put() raises.
    """

    def __init__(self, store, log):
        self.told, self.held, self.refuses, self._store, self._log = [], [], None, store, log

    def put(self, what, load, future=None):
        if self.refuses is not None:
            raise self.refuses
        future = asyncio.get_event_loop().create_future() if future is None else future
        plain, = letters.Reader().read(load)
        self.told.append((what, plain))
        self.held.append((what, plain, future))
        return future

    def waiting(self):
        return len(self.held)

    def answer(self, error=None):
        """Does all that waits, or fails with an error; what came of it goes the way of letters."""
        held, self.held = self.held, []
        for what, plain, future in held:
            outcome = Outcome(0, None, error) if error is not None else self._done(what, plain)
            result, failed = letters.outcome_of(what, letters.Reader().read(letters.letter(
                letters.of_outcome(outcome, self._log)))[0])
            if not future.done():
                if failed is None:
                    future.set_result(result)
                else:
                    future.set_exception(failed)

    def _done(self, what, plain):
        load = letters.load_of(plain) if what == letters.REPORTS else plain
        try:
            found, = self._store.do(lambda cursor: bulk()[what](cursor, [load]))
        except Exception as error:         # noqa: BLE001  # as Transactions has it
            return Outcome(0, None, error)
        return Outcome(0, None, found) if isinstance(found, Exception) else Outcome(0, found, None)


class Wires:
    """A master and the connections to it. `memory`: whether it knows heads that came before; one without reads each."""

    def __init__(self, store, routes, memory=True, scribe=None):
        self.store, self.clock, self.monotonic, self.lines, self.faults = store, Clock(), Clock(1000.0), [], []
        self.loop = asyncio.new_event_loop()
        self.loop.time = self.monotonic
        self.loop.set_exception_handler(lambda loop, context: self.faults.append(context))
        self.scribe = scribe or Scribe(store, self.lines.append)
        self.context = Master(Settings(), store, None, self.clock, self.monotonic, Here(), known, self.lines.append,
                              self.scribe)
        self.context.budgets = Budgets(self.monotonic, self._slept)
        self.ended = []
        end = self.context.budgets.end
        self.context.budgets.end = lambda node, door: (self.ended.append(door), end(node, door))
        self.app, self.crowd, self.quick, self.learned = App(self.context, Table(routes)), Crowd(1000), 0, 0
        self.memory, self._take, self._learn = memory, self.app.quick.take, self.app.quick.learn
        self.app.quick.take, self.app.quick.learn = self.take, self.learn

    def __enter__(self):
        asyncio.set_event_loop(self.loop)
        return self

    def __exit__(self, *what):
        for one in asyncio.all_tasks(self.loop) if hasattr(asyncio, 'all_tasks') else asyncio.Task.all_tasks(self.loop):
            one.cancel()
        self.turn()
        asyncio.set_event_loop(None)
        self.loop.close()

    async def _slept(self, seconds):
        self.monotonic.now += seconds
        await asyncio.sleep(0)

    def take(self, data, connection):
        """Counts those that went the quick way."""
        found = self.memory and self._take(data, connection)
        self.quick += found
        return found

    def learn(self, data, incoming):
        self.learned += 1
        self._learn(data, incoming)

    def turn(self):
        """Lets the loop do what is due."""
        async def turns():
            for _ in range(40):
                await asyncio.sleep(0)
        self.loop.run_until_complete(turns())

    def node(self, name, number=1, token=''):
        """A member; returns its secret."""
        token = token or secret.made(secret.NODE)
        self.store.do(lambda cursor: joining.join(cursor, joining.Joining(
            name, f'{number:08x}-0000-4000-8000-000000000000', secret.hashed(token), f'{number:032x}',
            f'{number:08x}-0000-4000-8000-000000000001'), self.clock.now))
        return token

    def line(self):
        """A client that has connected."""
        return Line(self)


class Line:
    """One client."""

    def __init__(self, wires):
        self.wires, self.transport = wires, Transport(wires.loop)
        self.connection = self.transport.protocol = Connection(wires.app, wires.crowd, wires.loop)
        self.connection.connection_made(self.transport)

    def send(self, *segments):
        """Each segment comes by itself, and the loop turns between them."""
        for one in segments:
            self.transport.feed(one)
            self.wires.turn()

    def got(self):
        """What was answered since the last time, without the date."""
        found, self.transport.written = self.transport.written, b''
        return _DATE.sub(b'', found)

    def ask(self, *segments):
        """What is answered to some segments, once all is written."""
        self.send(*segments)
        self.wires.scribe.answer()
        self.wires.turn()
        return self.got()


def status(answer):
    """The statuses of some answers, in order."""
    return [int(one) for one in re.findall(rb'HTTP/1\.1 ([0-9]{3}) ', answer)]


def post(token, body=b'{}', path='/v1/heartbeats', method='POST', version='1.1', length=None, **headers):
    """The bytes of a request as agents write it; names of headers may have _ for -, None leaves one out."""
    given = {'Host': 'master:9443', 'User-Agent': 'nodeprep/1.0', 'Content-Type': 'application/json',
             'Authorization': f'Bearer {token}', 'Accept': 'application/json',
             'Content-Length': str(len(body) if length is None else length)}
    given.update((name.replace('_', '-'), value) for name, value in headers.items())
    lines = [f'{method} {path} HTTP/{version}'] + [
        f'{name}: {value}' for name, value in given.items() if value is not None]
    return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1') + body
