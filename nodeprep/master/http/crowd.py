"""All connections of a server: how many there may be, and who goes first when there are more."""
import collections

from nodeprep.typed import Any, Set

CROWDED = 100             # connections; when there are more, they are kept for a short while only
KEPT, SHORT = 75.0, 0.5   # seconds that one is kept for another request: longer than most heartbeats; and when crowded


class Crowd:
    """`most` are held at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.all: Set[Any] = set()
        self.idle: Any = collections.OrderedDict()     # those that wait for a request, oldest first
        self.refused = 0
        self.ending = False                            # whether the server ends: each goes when it has its answer

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.all)

    @property
    def patience(self) -> float:
        """Seconds that a connection is kept for another request."""
        return KEPT if len(self.all) <= CROWDED else SHORT

    def come(self, connection: Any) -> None:
        """A connection was made."""
        self.all.add(connection)
        self.rest(connection)
        if len(self.all) > self.most:
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
        self.all.discard(connection)
        self.work(connection)

    def look(self, now: float) -> None:
        """Lets go whose time is over; `now` is that of the loop."""
        for one in list(self.all):
            try:
                one.patience.look(now)
            except Exception as error:     # noqa: BLE001  # one that fails ends alone, not the server with all others
                one.drop()
                one.loop.call_exception_handler({'message': 'a connection could not be ended', 'exception': error})

    def end(self) -> None:
        """The server ends: who waits for nothing goes at once."""
        self.ending = True
        for one in list(self.idle):
            one.leave()
