"""What every handler may use: the settings, the store, the keys, the clock, and who is known."""
import asyncio

from nodeprep.master import ingest, letters
from nodeprep.master.budget import Budgets
from nodeprep.master.clusters import Clusters
from nodeprep.master.http.problem import try_again
from nodeprep.master.known import Known
from nodeprep.master.store.writer import Outcome, settle
from nodeprep.master.tries import Tries
from nodeprep.typed import Any, Callable, Dict, List

HEAVY = 2                 # requests with a large body that are worked on at once
WAITING = 100             # pages and other questions of people that are worked on, or wait for it; more are refused


class Master:
    """One master process. Its store is asked in threads, so that the loop goes on: what people ask, which may take
    long, in those of `pages`, and what nodes wait for in those of `pool`.
    """

    def __init__(self, settings: Any, store: Any, keys: Any, clock: Callable[[], float],
                 monotonic: Callable[[], float], pool: Any, queries: Any, log: Callable[[str], None],
                 scribe: Any = None, pages: Any = None, signer: Any = None) -> None:
        """`clock` gives seconds since 1970, `queries` is store.known, `log` takes a line without secrets. `scribe`
        (scribe.py) writes what agents say; without one the store's own thread does; without `pages` all is done
        in `pool`. `signer` gives the seal.Signer of compliance reports; without one they are not signed.
        """
        self.settings, self.store, self.keys, self.clock, self.log = settings, store, keys, clock, log
        self.monotonic, self._pool, self.scribe = monotonic, pool, scribe
        self._pages, self._asked, self.signer = pages or pool, 0, signer
        self.tries, self.budgets = Tries(monotonic), Budgets(monotonic)
        self.known = Known(self.look_up, self.write, queries, self.tries, clock)
        self.clusters = Clusters(self.look_up, monotonic)
        self.counts: Dict[str, int] = {}       # of what happened since the start, for /metrics
        self._heavy: Any = None
        store.writer.deliver = deliver

    @property
    def heavy(self) -> Any:
        """A semaphore for what fills the memory: for as long as it does."""
        if self._heavy is None:
            self._heavy = asyncio.Semaphore(HEAVY)
        return self._heavy

    async def read(self, query: Callable[[Any], Any]) -> Any:
        """What a query of people gives, on a cursor that only reads; it may take long. StoreTrouble, Problem 503."""
        return await self.at_leisure(self.store.read, query)

    async def look_up(self, query: Callable[[Any], Any]) -> Any:
        """What a query gives that nodes wait for, and that takes no time. StoreTrouble."""
        return await self.apart(self.store.read, query)

    async def at_leisure(self, work: Callable[..., Any], *args: Any) -> Any:
        """What some work for people gives that may take long. Problem 503 when too much of it waits."""
        if self._asked >= WAITING:
            raise try_again(503, 5.0, 'More pages are asked for at once than there is time for.')
        self._asked += 1
        try:
            return await asyncio.get_event_loop().run_in_executor(self._pages, work, *args)
        finally:
            self._asked -= 1

    async def write(self, work: Callable[[Any], Any]) -> Any:
        """What work on a cursor that writes gives, once it is on the disk: all of it, or nothing. StoreTrouble."""
        return await self.store.submit(work, asyncio.get_event_loop().create_future())

    def prepared(self, node: int, reports: Any, received: float, written: Any = None) -> Any:
        """What `reports` takes, from the trees that JSON gave, or from the one report that was `written` as agents do:
        some 50 microseconds for each KiB, or a fifth of that, in any thread.
        """
        load = ingest.prepare(node, reports, received) if written is None else \
            ingest.Load(node, received, (written,), '')
        return letters.letter(letters.of_load(load)) if self.scribe else load

    async def reports(self, load: Any) -> Any:
        """store.Taken of some reports. StoreTrouble, NotMember."""
        if self.scribe:
            return await self.scribe.put(letters.REPORTS, load)
        return await self.store.take(load, asyncio.get_event_loop().create_future())

    async def beat(self, node: int, tree: Dict[str, Any], received: float) -> Any:
        """store.Beat of a heartbeat. StoreTrouble, NotMember."""
        if self.scribe:
            return await self.scribe.put(letters.BEATS, letters.letter((node, tree, received)))
        return await self.store.beat(node, tree, received, asyncio.get_event_loop().create_future())

    def waiting(self) -> int:
        """How many pieces of work wait to be written."""
        return int(self.store.writer.waiting()) + (self.scribe.waiting() if self.scribe else 0)

    async def apart(self, work: Callable[..., Any], *args: Any) -> Any:
        """What some work gives that takes long, done in a thread."""
        return await asyncio.get_event_loop().run_in_executor(self._pool, work, *args)

    def count(self, what: str, number: int = 1) -> None:
        """Counts something that happened."""
        self.counts[what] = self.counts.get(what, 0) + number


def deliver(outcomes: List[Outcome]) -> None:
    """Tells the futures of loops and of threads how it went, from the thread that writes: each loop is woken once."""
    loops: Dict[Any, List[Outcome]] = {}
    threads = []
    for outcome in outcomes:
        if isinstance(outcome.future, asyncio.Future):
            loops.setdefault(_loop_of(outcome.future), []).append(outcome)
        else:
            threads.append(outcome)
    settle(threads)
    for loop, some in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle_here, some)


def _settle_here(outcomes: List[Outcome]) -> None:
    for future, result, error in outcomes:
        if future.done():                      # who asked has gone
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)


def _loop_of(future: Any) -> Any:
    return future.get_loop() if hasattr(future, 'get_loop') else future._loop       # since Python 3.7
