"""What every handler may use: the settings, the store, the keys, the clock, and who is known."""
import asyncio

from nodeprep.master.known import Known
from nodeprep.master.tries import Tries
from nodeprep.typed import Any, Callable


class Master:
    """One master process. Its store is asked in threads of `pool`, so that the loop goes on."""

    def __init__(self, settings: Any, store: Any, keys: Any, clock: Callable[[], float],
                 monotonic: Callable[[], float], pool: Any, queries: Any, log: Callable[[str], None]) -> None:
        """`clock` gives seconds since 1970, `queries` is store.known, `log` takes a line without secrets."""
        self.settings, self.store, self.keys, self.clock, self.log = settings, store, keys, clock, log
        self.monotonic, self._pool = monotonic, pool
        self.tries = Tries(monotonic)
        self.known = Known(self.read, queries, self.tries, clock)

    async def read(self, query: Callable[[Any], Any]) -> Any:
        """What a query on a cursor that only reads gives. StoreTrouble."""
        return await asyncio.get_event_loop().run_in_executor(self._pool, self.store.read, query)

    async def write(self, work: Callable[[Any], Any]) -> Any:
        """What work on a cursor that writes gives, once it is on the disk: all of it, or nothing. StoreTrouble."""
        return await asyncio.wrap_future(self.store.submit(work))
