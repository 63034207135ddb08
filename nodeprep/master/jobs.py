"""What a master does beside answering: everything here may run in any number of masters at once, or be left out for a
while, and nothing but time is lost.
"""
import asyncio
import random

from nodeprep.config import ConfigError
from nodeprep.master import keys
from nodeprep.master.secret import redacted
from nodeprep.master.store import approvals, covering, known, sessions
from nodeprep.master.store.trouble import StoreTrouble
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, List, Sequence

HOUR = 3600.0


class Job(NamedTuple):
    """`work` is called in a thread with the Master, about each `every` seconds."""

    name: str
    every: float
    work: Callable[[Any], None]


def lapse(master: Any) -> None:
    """Approvals and waivers whose time is over."""
    now = master.clock()
    master.store.do(lambda cursor: approvals.lapse(cursor, now))
    master.store.do(lambda cursor: covering.reapply(cursor, now))


def tidy(master: Any) -> None:
    """Sessions that are over."""
    now = master.clock()
    master.store.do(lambda cursor: sessions.tidy(cursor, now))


ALL = (Job('credentials', 1.0, lambda master: master.known.settle(master.store.read(known.version))),
       Job('lapse', 30.0, lapse), Job('tidy', HOUR, tidy))


def renewal(tls: Any, load: Callable[[Any], keys.Keys]) -> Job:
    """The certificate: made anew when it nears its end, read anew when somebody replaced it. `load(master)` gives the
    keys as they are now.
    """
    def work(master: Any) -> None:
        found = load(master)
        if found != master.keys:
            keys.load(tls, found)
            master.keys = found
            master.log('the certificate is a new one')
    return Job('certificate', HOUR, work)


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

    async def once(self, job: Job) -> None:
        """Does one now. What goes wrong is told once, and when it is over."""
        try:
            await self._master.apart(job.work, self._master)
        except (StoreTrouble, ConfigError, OSError) as error:
            self._say(job, str(error))
        except Exception as error:      # noqa: BLE001  # one job must not end the others, nor itself
            self._say(job, f'a fault in nodeprep ({type(error).__name__}: {error}); please report it')
        else:
            if self._failed.pop(job.name, ''):
                self._master.log(f'{job.name}: goes on')

    def _say(self, job: Job, said: str) -> None:
        if self._failed.get(job.name) != said:
            self._failed[job.name] = said
            self._master.log(redacted(f'{job.name}: {said}'))

    async def _go_on(self, job: Job) -> None:
        while True:
            await self.once(job)
            await asyncio.sleep(job.every * random.uniform(0.9, 1.1))     # noqa: S311  # masters shall not march in step
