"""When a master does what it does beside answering, and that it goes on whatever goes wrong; chores.py has what."""
import asyncio
import random

from nodeprep.config import ConfigError
from nodeprep.master import chores, keys
from nodeprep.master.secret import redacted
from nodeprep.master.store import schema
from nodeprep.master.store.trouble import Newer, StoreTrouble
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, List, Optional, Sequence

HOUR = 3600.0


class Job(NamedTuple):
    """`work` is called in a thread with the Master, about each `every` seconds; sooner when it returns in how many it
    wants to go on.
    """

    name: str
    every: float
    work: Callable[[Any], Optional[float]]


def every() -> List[Job]:
    """The jobs of one master."""
    return [Job('silence', 5.0, chores.Silence()), Job('webhooks', 2.0, chores.Telling()),
            Job('reports', 10.0, chores.Delivering()), Job('retention', HOUR, chores.Retaining()),
            Job('credentials', 1.0, chores.credentials), Job('lapse', 30.0, chores.lapse),
            Job('tidy', HOUR, chores.tidy)]


def renewal(tls: Any, load: Callable[[Any], keys.Keys], loop: Any) -> Job:
    """The certificate: made anew when it nears its end, read anew when somebody replaced it. `load(master)` gives the
    keys as they are now. They are put in place by the loop that serves: no handshake begins between the two halves.
    """
    told = ['']

    async def use(found: keys.Keys) -> None:
        keys.load(tls, found)

    def work(master: Any) -> None:
        found = load(master)
        if found != master.keys:
            asyncio.run_coroutine_threadsafe(use(found), loop).result(30)
            master.keys = found
            master.log('the certificate is a new one')
        said = keys.said(found.ends, master.clock())
        if said and said != told[0]:
            master.log(said)
        told[0] = said
    return Job('certificate', HOUR, work)


def outdated(end: Callable[[str], None], loop: Any) -> Job:
    """Ends a master whose database is of a newer version now, since another master brought it up: what this one writes
    is not what the tables hold any more. `end` is called by the loop, with why. What is none of ours just now, as while
    a backup is brought back, or is damaged, ends nobody.
    """
    def work(master: Any) -> None:
        try:
            master.store.read(schema.version)
        except Newer as error:
            loop.call_soon_threadsafe(end, str(error))
    return Job('version', 10.0, work)


class Running:
    """Jobs that go on until they are stopped."""

    def __init__(self, master: Any, jobs: Sequence[Job]) -> None:
        self._master, self._jobs = master, jobs
        self._tasks: List[Any] = []
        self._failed: Any = {}

    def start(self) -> None:
        """Begins them, on the loop that runs."""
        loop = asyncio.get_event_loop()
        self._tasks = [loop.create_task(self._go_on(job)) for job in self._jobs]

    async def stop(self) -> None:
        """Ends them; one that works is waited for by its thread alone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def once(self, job: Job) -> Optional[float]:
        """Does one now; returns in how many seconds it wants to go on. What goes wrong is told once, and when it is
        over.
        """
        try:
            again: Optional[float] = await self._master.apart(job.work, self._master)
        except (StoreTrouble, ConfigError, OSError) as error:
            self._say(job, str(error))
        except asyncio.CancelledError:  # an Exception before Python 3.8
            raise
        except Exception as error:      # noqa: BLE001  # one job must not end the others, nor itself
            self._say(job, f'a fault in nodeprep ({type(error).__name__}: {error}); please report it')
        else:
            if self._failed.pop(job.name, ''):
                self._master.log(f'{job.name}: goes on')
            return again
        return None

    def _say(self, job: Job, said: str) -> None:
        if self._failed.get(job.name) != said:
            self._failed[job.name] = said
            self._master.log(redacted(f'{job.name}: {said}'))

    async def _go_on(self, job: Job) -> None:
        while True:
            again = await self.once(job)
            every = job.every * random.uniform(0.9, 1.1)      # noqa: S311  # masters shall not march in step
            await asyncio.sleep(every if again is None else again)
