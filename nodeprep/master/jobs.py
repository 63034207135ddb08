"""What a master does beside answering: everything here may run in any number of masters at once, or be left out for a
while, and nothing but time is lost.
"""
import asyncio
import random
import time

from nodeprep.config import ConfigError
from nodeprep.master import keys
from nodeprep.master.delivery import queue
from nodeprep.master.secret import redacted
from nodeprep.master.store import approvals, covering, known, presence, retention, sessions
from nodeprep.master.store.trouble import StoreTrouble
from nodeprep.master.webhooks import Webhooks
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterator, List, Optional, Sequence

HOUR = 3600.0
_PAUSE = 0.02             # seconds at least between two transactions of a job
_AT_ONCE, _AGAIN = 1.0, 0.5               # seconds that a job works on much, and until it goes on


class Job(NamedTuple):
    """`work` is called in a thread with the Master, about each `every` seconds; sooner when it returns in how many it
    wants to go on.
    """

    name: str
    every: float
    work: Callable[[Any], Optional[float]]


def lapse(master: Any) -> None:
    """Approvals and waivers whose time is over."""
    now = master.clock()
    _gently(iter(lambda: master.store.do(lambda cursor: approvals.lapse(cursor, now)) < approvals.SLICE, True))
    _gently(covering.settle(master.store, now))


def _gently(steps: Iterator[Any], seconds: float = float('inf')) -> bool:
    """Goes through transactions with a pause after each, as long as that took, in which others come to write: SQLite
    lets nobody in by turns. Whether it came to the end within some seconds.
    """
    begun = before = time.monotonic()
    for _ in steps:
        now = time.monotonic()
        if now - begun > seconds:
            return False
        time.sleep(max(_PAUSE, now - before))
        before = time.monotonic()
    return True


def tidy(master: Any) -> None:
    """Sessions that are over."""
    now = master.clock()
    master.store.do(lambda cursor: sessions.tidy(cursor, now))


class Retaining:
    """What is older than the settings keep it, in slices, some each time: the master may have to end."""

    def __init__(self) -> None:
        self._sweep: Any = None

    def __call__(self, master: Any) -> Optional[float]:
        """Goes on."""
        now, kept, sweep = master.clock(), master.settings, self._sweep
        self._sweep = None                        # after a fault it begins anew
        if sweep is None:
            if not master.store.do(lambda cursor: retention.due(cursor, now)):
                master.log('retention: the clock is not where it was; nothing is removed until the next time, in an '
                           'hour')
                return None
            sweep = retention.sweep(master.store, now, kept.reports, kept.transitions, kept.audit)
        if _gently(sweep, _AT_ONCE):
            return None
        self._sweep = sweep
        return _AGAIN


class Silence:
    """Nodes that fall silent. What was not heard while the store took nothing says nothing about a node."""

    def __init__(self) -> None:
        self._listening: Any = None

    def __call__(self, master: Any) -> None:
        """Notes them."""
        now, after = master.clock(), master.settings.silent_after
        since = now if self._listening is None or self._listening > now else self._listening
        self._listening = None
        _gently(iter(lambda: len(master.store.do(lambda cursor: presence.sweep(cursor, now, after, since)))
                     < presence.SLICE, True))
        self._listening = since


class Telling:
    """Webhooks, those of the settings as they are now."""

    def __init__(self) -> None:
        self._hooks: Any = None
        self._telling: Any = None
        self._said: Dict[str, str] = {}           # what was logged last of each receiver

    def __call__(self, master: Any) -> None:
        """Sends what is due; a receiver that takes nothing, and when it does again, is logged once."""
        if master.settings.webhooks != self._hooks:
            self._hooks = master.settings.webhooks
            self._telling = Webhooks(master.store, self._hooks, master.clock)
        self._telling.step()
        for hook, problem in self._telling.problems.items():
            if problem != self._said.get(hook, ''):
                master.log(f'webhook {hook}: ' + (problem or 'it takes messages again'))
            self._said[hook] = problem


class Delivering:
    """Compliance reports to whom the settings name, as they are now."""

    def __init__(self) -> None:
        self._said: Dict[str, str] = {}           # what was logged last of each way

    def __call__(self, master: Any) -> None:
        """Sends what is due; that a report is not taken, and that one is again, is logged once."""
        sender = queue.Sender(master.store, master.settings.report, master.clock)
        sender.step()
        for channel, problem in sender.problems.items():
            if problem != self._said.get(channel, ''):
                master.log(queue.said(channel, problem))
            self._said[channel] = problem


def credentials(master: Any) -> None:
    """Forgets what is remembered of nodes when a credential was taken away by whomever."""
    master.known.settle(master.store.read(known.version))


def every() -> List[Job]:
    """The jobs of one master."""
    return [Job('silence', 5.0, Silence()), Job('webhooks', 2.0, Telling()), Job('reports', 10.0, Delivering()),
            Job('retention', HOUR, Retaining()), Job('credentials', 1.0, credentials), Job('lapse', 30.0, lapse),
            Job('tidy', HOUR, tidy)]


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
