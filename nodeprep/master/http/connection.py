"""One connection of a client, over HTTP/1.1 (RFC 9112), with the parser of Node.js.

Requests that come in a row are answered in a row; none is begun while the client reads no answers. What a connection
may cost is in patience.py.
"""
import asyncio

import httptools

from nodeprep.master.http.crowd import Crowd
from nodeprep.master.http.framing import Framing, Malformed
from nodeprep.master.http.incoming import Headers, Incoming
from nodeprep.master.http.outgoing import REFUSED, written
from nodeprep.master.http.patience import Patience, lost
from nodeprep.master.http.response import Response
from nodeprep.typed import Any, List


class Connection(asyncio.Protocol):
    """`app.answered(scope, receive)` gives the Response to each request."""

    def __init__(self, app: Any, crowd: Crowd, loop: Any) -> None:
        self.crowd, self.loop, self._app = crowd, loop, app
        self.transport: Any = None
        self.patience = Patience(self)
        self._parser: Any = httptools.HttpRequestParser(self)
        self._framing = Framing()
        self.client = ''
        self._target = b''
        self._headers: Headers = []
        self._coming: Any = None                       # the request whose body comes
        self._waiting: List[Incoming] = []             # those that are not begun
        self._now: Any = None                          # the one that is answered
        self._task: Any = None
        self._deaf = self._leaving = self._held = self._full = False

    def connection_made(self, transport: Any) -> None:
        """asyncio: TLS is up."""
        self.transport = transport
        peer = transport.get_extra_info('peername')
        self.client = peer[0] if isinstance(peer, tuple) else ''
        self.patience.for_a_head()
        self.crowd.come(self)

    def connection_lost(self, exc: Any) -> None:
        """asyncio: it ended."""
        self.crowd.go(self)
        self._deaf, self._waiting = True, []
        if self._coming is not None:
            self._coming.lose()
        self.transport.abort()             # there is nothing to end any more, which asyncio wants to be told
        # Nothing of it may wait for the garbage collector, which seldom looks: it holds much memory of TLS.
        self._parser = None
        self.patience.end()

    def data_received(self, data: bytes) -> None:
        """asyncio: some bytes came."""
        if self._deaf:
            self.patience.beside(len(data))
            return
        fresh = self._now is None and not self._waiting and not self._full and self._framing.fresh
        if fresh and self._app.quick.take(data, self):
            return
        self.patience.before()
        try:
            for part in self._framing.parts(data):
                self._parser.feed_data(part)
        except httptools.HttpParserUpgrade:
            self._deaf = True              # no other protocol is spoken here, and what follows is of one
        except (httptools.HttpParserError, Malformed):
            self._broken()
        self.patience.after(len(data), self._coming is not None, self._now is None and not self._waiting)
        if self._now is not None and self._now.answered and (self._now.complete or self._deaf):
            self._finish()
        if fresh and len(self._waiting) == 1 and self._waiting[0].complete and self._framing.fresh:
            self._app.quick.learn(data, self._waiting[0])
        self._begin()

    def begun(self) -> Incoming:
        """A request that was not parsed (quick.py), and to which give() is to follow."""
        self.patience.with_a_head()
        self.crowd.work(self)
        self._now = Incoming(self, 'POST', b'', '1.1', [], True)
        self._now.complete = True
        return self._now

    def give(self, request: Incoming, answer: Response) -> None:
        """Answers it."""
        try:
            if not self.transport.is_closing() and not lost(self.transport):
                self._answer(request, answer)
        except Exception as error:         # noqa: BLE001  # for the log; others are answered in the same turn
            self.drop()
            self.loop.call_exception_handler({'message': 'a request could not be answered', 'exception': error})

    def pause_writing(self) -> None:
        """asyncio: the client does not read what it asked for."""
        self._full = True
        self.patience.for_reading()

    def resume_writing(self) -> None:
        """asyncio: it goes on reading."""
        self._full = False
        self.patience.read()
        self._begin()

    def hold(self) -> None:
        """Nothing more is read for now."""
        if not self._held and not self._leaving and not lost(self.transport):
            self._held = True
            self.transport.pause_reading()

    def listen(self) -> None:
        """More is read."""
        if self._held:
            self._held = False
            if not lost(self.transport):
                self.transport.resume_reading()

    def leave(self) -> None:
        """Ends the connection when all is sent. What the client still sends is read: else it would not see the answer
        (RFC 9112 9.6).
        """
        if not self._leaving:
            self.listen()
            self._leaving = self._deaf = True
            if not self.transport.is_closing():    # as when the client said goodbye: to close twice undoes it (3.11)
                self.transport.close()
            self.patience.for_goodbye()

    def drop(self) -> None:
        """Ends the connection without a word."""
        self.transport.abort()

    def on_message_begin(self) -> None:
        """httptools: a request begins."""
        self._target, self._headers = b'', []

    def on_url(self, url: bytes) -> None:
        """httptools: a part of the target, as the segments of TCP cut it."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: a header, or after a body in chunks a trailer, which nobody asked for."""
        if self._coming is None:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """httptools: a head is complete."""
        parser = self._parser
        version = parser.get_http_version()
        self._framing.begin(self._headers, version == '1.0')
        self._coming = Incoming(self, parser.get_method().decode('ascii'), self._target, version, self._headers,
                                bool(parser.should_keep_alive()))
        self._waiting.append(self._coming)
        self.patience.with_a_head()
        self.crowd.work(self)

    def on_body(self, body: bytes) -> None:
        """httptools: a part of a body."""
        self.patience.beside(-len(body))
        self._coming.feed(body)

    def on_message_complete(self) -> None:
        """httptools: a request is whole."""
        self.patience.moved = True
        self._framing.end()
        self._coming.finish()
        self._coming = None

    def _broken(self) -> None:
        """What comes is no HTTP: nothing more is read, and what is in hand is answered."""
        self._deaf = True
        if self._coming is not None:
            self._coming.lose()
        elif self._now is None and not self._waiting:
            self.transport.write(REFUSED)
            self.leave()

    def _begin(self) -> None:
        """Begins with the next request, if it is its turn."""
        if self._now is None and self._waiting and not self._full and not self._leaving:
            self._now = self._waiting.pop(0)
            self._task = self.loop.create_task(self._serve(self._now))       # the loop itself does not hold it
        if self._waiting:
            self.hold()

    async def _serve(self, request: Incoming) -> None:
        try:
            answer = await self._app.answered(request.scope(self.client), request.receive)
            if not self.transport.is_closing() and not lost(self.transport):
                self._answer(request, answer)
        except Exception:                  # raised again, for the log; who asked must not wait for ever
            self.drop()
            raise

    def _answer(self, request: Incoming, answer: Response) -> None:
        last = not request.keep or self.crowd.ending or self._deaf and not self._waiting \
            or any(name == 'Connection' for name, _ in answer.headers)
        self.transport.write(written(answer, request.method == 'HEAD', last, request.version == '1.0'))
        request.answered, request.keep, request.parts = True, not last, []
        if request.complete or self._deaf:
            self._finish()
        else:
            self.listen()
            self.patience.for_a_rest(last)

    def _finish(self) -> None:
        """The request is answered, and whole."""
        request, self._now = self._now, None
        if not request.keep or self._deaf and not self._waiting:
            self.leave()
        elif self._waiting:
            self._begin()
            if not self._waiting:
                self.listen()
        else:
            self.listen()
            self.crowd.rest(self)
            self.patience.for_another(self.crowd.patience)
