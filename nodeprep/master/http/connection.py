"""One connection of a client, with the bounds that uvicorn's own protocol does not have.

A head must be complete within ten seconds and 64 KiB, so that a client that drips, or says nothing at all, holds
nothing for long; when there are too many connections, the one that has been idle for the longest goes first.
"""
import collections
import inspect

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from nodeprep.typed import Any

HEAD = 64 * 2**10         # bytes from the begin of a request to the end of its headers
AROUND = 8 * HEAD         # bytes of a body that are none of it: lengths of chunks, and trailers, which nobody reads
PATIENCE = 10.0           # seconds for the same
UNREAD = 30.0             # seconds for the client to read some of what waits for it
LINGER = 5.0              # seconds for the client to close after the last answer
KEPT = 75                 # seconds that a connection is kept for another request: longer than most heartbeats
CROWDED = 2000            # connections; when there are more, they are kept for a short while only
SHORT = 5
_OLD = not hasattr(HttpToolsProtocol, 'on_message_begin')


class Crowd:
    """All connections of a server. `most` are held at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.idle: Any = collections.OrderedDict()     # those that wait for a request, oldest first
        self.count = self.refused = 0

    def come(self, connection: Any) -> None:
        """A connection was made."""
        self.count += 1
        self.rest(connection)
        if self.count > self.most:
            self.refused += 1
            self.idle.popitem(last=False)[0].drop()    # there is one: at least the one that has just come

    def rest(self, connection: Any) -> None:
        """A connection waits for a request."""
        self.idle[connection] = True

    def work(self, connection: Any) -> None:
        """A connection has one."""
        self.idle.pop(connection, None)

    def go(self, connection: Any) -> None:
        """A connection has ended."""
        self.count -= 1
        self.work(connection)


class Connection(HttpToolsProtocol):
    """See above. `crowd` is set on a subclass that serves one server."""

    crowd: Crowd

    def __init__(self, *args: Any, **named: Any) -> None:
        if 'app_state' in inspect.signature(HttpToolsProtocol.__init__).parameters:
            named.setdefault('app_state', {})          # since uvicorn 0.21
        super().__init__(*args, **named)
        self._timer: Any = None
        self._unread: Any = None
        self._head, self._target = 0, b''
        self._in_body, self._around = False, 0

    def connection_made(self, transport: Any) -> None:
        """asyncio: TLS is up."""
        super().connection_made(transport)
        self._wait()
        self.crowd.come(self)

    def connection_lost(self, exc: Any) -> None:
        """asyncio: it ended."""
        self._stop()
        self._read()
        self.crowd.go(self)
        super().connection_lost(exc)
        self.transport.abort()             # there is nothing to end any more, which asyncio wants to be told

    def data_received(self, data: bytes) -> None:
        """asyncio: some bytes came."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._in_body:
            self._around += len(data)
            if self._around > AROUND:
                self.drop()
        if self._between() and not self.transport.is_closing():
            self._head += len(data)
            if self._head > HEAD:
                self.drop()
            elif self._timer is None and self.timeout_keep_alive_task is None:
                self._wait()

    def on_message_begin(self) -> None:
        """httptools: a request begins."""
        self._target = b''
        if not _OLD:
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """httptools: a part of the target, as the segments of TCP cut it; uvicorn 0.16 takes each for the whole."""
        self._target += url
        super().on_url(self._target if _OLD else url)

    def on_headers_complete(self) -> None:
        """httptools: a head is complete."""
        self._stop()
        self._head = 0
        self._in_body, self._around = True, 0
        self.crowd.work(self)
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: a header, or after a body in chunks a trailer: uvicorn would keep those without end."""
        if not self._in_body:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """httptools: a part of a body."""
        self._around -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """httptools: a request is whole."""
        self._in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """uvicorn: an answer is sent."""
        self.timeout_keep_alive = SHORT if self.crowd.count > CROWDED else KEPT
        super().on_response_complete()
        if self.transport.is_closing():
            self._linger()
            self.flow.resume_reading()         # the client's goodbye comes after what else it has sent
        elif not self.pipeline:
            self.crowd.rest(self)

    def timeout_keep_alive_handler(self) -> None:
        """uvicorn: it was idle for long. One that does not even read its last answer is not waited for."""
        super().timeout_keep_alive_handler()
        self._linger()

    def pause_writing(self) -> None:
        """asyncio: the client does not read what it asked for."""
        super().pause_writing()
        if self._unread is None:
            self._still_read(self._waits() + 1)

    def resume_writing(self) -> None:
        """asyncio: it goes on reading."""
        super().resume_writing()
        self._read()

    def drop(self) -> None:
        """Ends the connection without a word."""
        self.transport.abort()

    def _between(self) -> bool:
        return self.cycle is None or bool(self.cycle.response_complete)

    def _linger(self) -> None:
        """The goodbye of TLS is waited for, but not for ever; longer when the client reads what was sent before it."""
        self._stop()
        self._timer = self.loop.call_later(LINGER, self._lingered, self._waits())

    def _lingered(self, before: int) -> None:
        if self._waits() < before:
            self._linger()
        else:
            self.drop()

    def _wait(self) -> None:
        self._timer = self.loop.call_later(PATIENCE, self.drop)

    def _still_read(self, before: int) -> None:
        """Looks now and then whether less waits for the client than before."""
        waits = self._waits()
        if waits >= before:
            self.drop()
        else:
            self._unread = self.loop.call_later(UNREAD, self._still_read, waits)

    def _waits(self) -> int:
        """Bytes that wait for the client: those of TLS, and those below it, which asyncio tells nobody of."""
        below = getattr(getattr(self.transport, '_ssl_protocol', None), '_transport', None)
        return sum(one.get_write_buffer_size() for one in (self.transport, below) if one is not None)

    def _read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
