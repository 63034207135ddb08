"""What one connection may cost: how long it may take for what, and how many bytes it may send that are no body.

A head must be complete within ten seconds and 64 KiB, so that a client that drips, or says nothing at all, holds
nothing for long; one that does not read its answers is let go.
"""
from nodeprep.typed import Any, Callable

HEAD = 64 * 2**10         # bytes from the begin of a request to the end of its headers
AROUND = 8 * HEAD         # bytes of a body that are none of it: lengths of chunks, and trailers, which nobody reads
PATIENCE = 10.0           # seconds for a head to come
UNREAD = 30.0             # seconds for the client to read some of what waits for it
LINGER = 5.0              # seconds for the client to close after the last answer
BRIEF = 0.5               # seconds for one to close that has read its answers, and asked for nothing since
_NEVER = float('inf')


class Patience:
    """That with a Connection. Its crowd calls look() now and then, which costs less than a timer for each request."""

    def __init__(self, connection: Any) -> None:
        self._connection: Any = connection
        self._deadline, self._then = _NEVER, connection.drop       # type: float, Callable[[], None]
        self._unread = _NEVER                                      # when it last read less than all
        self._unsent = self._head = self._around = 0
        self.moved = False                                         # whether a head or a body ended in what came

    def look(self, now: float) -> None:
        """Ends what takes too long; `now` is the time of the loop."""
        if now >= self._unread + UNREAD:
            waits = self._waits()
            if waits >= self._unsent:
                self._connection.drop()
            self._unsent, self._unread = waits, now
        elif now >= self._deadline:
            self._then()

    def before(self) -> None:
        """Some bytes came, and are parsed now."""
        self.moved = False

    def after(self, length: int, body: bool, idle: bool) -> None:
        """They are parsed. `body`: one is coming; `idle`: there is no request."""
        if body:
            self.beside(length)
        elif not self.moved:
            if idle and not self._head:
                self.for_a_head()
            self._head += length
            if self._head > HEAD:
                self._connection.drop()

    def beside(self, length: int) -> None:
        """So many bytes are nothing that anybody asked for."""
        self._around += length
        if self._around > AROUND:
            self._connection.drop()

    def for_a_head(self) -> None:
        """A head should come."""
        self._wait(PATIENCE, self._connection.drop)

    def with_a_head(self) -> None:
        """It has come."""
        self._head = self._around = 0
        self.moved, self._deadline = True, _NEVER

    def for_a_rest(self, last: bool) -> None:
        """The rest of a body should come that is answered already; sooner when that was the last answer."""
        self._wait(LINGER if last else PATIENCE, self._connection.leave)

    def for_another(self, seconds: float) -> None:
        """Another request may come."""
        self._head = 0
        self._wait(seconds, self._idle)

    def for_reading(self) -> None:
        """The client should read what waits for it."""
        if self._unread == _NEVER:
            self._unsent, self._unread = self._waits() + 1, self._connection.loop.time()

    def read(self) -> None:
        """It has read nearly all."""
        self._unread = _NEVER

    def for_goodbye(self) -> None:
        """The client should close; not for ever, but longer when it reads what was sent before."""
        self._unread, self._unsent = _NEVER, self._waits()
        self._wait(LINGER, self._lingered)

    def end(self) -> None:
        """The connection has ended."""
        self._connection, self._deadline, self._then, self._unread = None, _NEVER, _nothing, _NEVER

    def _idle(self) -> None:
        """No other request came. Most clients see that only when they ask again, and hold their end until then."""
        read = not self._waits()
        self._connection.leave()
        if read:
            self._wait(BRIEF, self._lingered)

    def _lingered(self) -> None:
        if self._waits() < self._unsent:
            self.for_goodbye()
        else:
            self._connection.drop()

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._deadline, self._then = self._connection.loop.time() + seconds, then

    def _waits(self) -> int:
        """Bytes that wait for the client: those of TLS, and those below it, which asyncio tells nobody of."""
        transport = self._connection.transport
        if lost(transport):
            return 0
        below = getattr(getattr(transport, '_ssl_protocol', None), '_transport', None)
        return sum(one.get_write_buffer_size() for one in (transport, below) if one is not None)


def lost(transport: Any) -> bool:
    """Whether there is no socket below TLS any more: connection_lost() comes a turn of the loop later, and until then
    asyncio answers what it is asked with AttributeError.
    """
    return hasattr(transport, '_ssl_protocol') and getattr(transport._ssl_protocol, '_transport', None) is None  # noqa: SLF001


def _nothing() -> None:
    """What is due when nothing is."""
