"""The eyes of the agent: it sleeps in poll(2) until something that a requirement watches has changed.

What is watched comes from the requirements; this knows none of them by name. An event is no more than a reason to look
sooner: what is told here may be late or doubled, and a round looks at what is. What has no event the timer sees.
"""
import functools
import math
import select
import time

from nodeprep.agent.folders import Folders
from nodeprep.agent.happened import Burst, Happened
from nodeprep.agent.pace import Pace
from nodeprep.host.clockset import ClockSet
from nodeprep.host.files import reason
from nodeprep.host.polled import Polled
from nodeprep.model import Folder, Pollable, Watch
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterable, List, Optional

QUIET = 0.03              # seconds without a further event after which a burst is over
LONGEST = 0.15            # seconds after its first event when it is told in any case
CLOCK = 'clock set'
OVERFLOW = 'inotify lost events; anything may have changed'
_DAY = 86400 * 1000       # milliseconds: poll(2) takes 24 days at most


class Woken(NamedTuple):
    """Why wait() came back."""

    watch: Optional[Watch]     # None: the clock, a descriptor of the loop, or anything at all
    what: str                  # for people: '/etc/fstab renamed over', '/proc/swaps', 'clock set'; 'fd' for `also`
    at: float                  # monotonic, of its first event
    fd: int = -1               # which of `also`


class Watcher:
    """Watches what the requirements of a host name. `missing`: what cannot be watched and why; the timer sees it.

    `also`: further descriptors that end the sleep when they are readable. Whoever put them there reads them.
    """

    def __init__(self, host: Any, watches: Iterable[Watch], now: Callable[[], float] = time.monotonic) -> None:
        self.also: List[int] = []
        self._now, self._pace = now, Pace(now)
        self._pending: Dict[Any, _Pending] = {}              # by what is watched, or by the text of what is not
        wanted = list(dict.fromkeys(watches))
        self._folders = Folders(host.root, [one for one in wanted if isinstance(one, Folder)])
        self._open: Dict[Any, Any] = {}                      # what is watched -> what has its fileno()
        self._makers: Dict[Any, Callable[[], Any]] = {
            one: functools.partial(Polled, host.root, one.path) for one in wanted if isinstance(one, Pollable)}
        self._makers[CLOCK] = ClockSet
        self._failed: Dict[Any, str] = {}
        self._open_all()

    @property
    def missing(self) -> List[str]:
        """What is not watched now, and why: '/etc/docker: permission denied'."""
        failed = dict(self._folders.missing)
        failed.update(self._failed)
        return sorted(f'{getattr(watch, "path", watch)}: {why}' for watch, why in failed.items())

    def wait(self, seconds: float) -> List[Woken]:
        """Sleeps until something changed and the burst of its events is over; [] when the seconds are."""
        end = self._now() + seconds
        while True:
            first = min([end] + [one.due(self._pace) for one in self._pending.values()])
            told = self._sleep(first - self._now())
            now = self._now()
            told += self._ripe(now, early=bool(told) or end <= now)
            if told or end <= now:
                return told

    def rescan(self) -> None:
        """To be called after each round: what came, went or was replaced without an event, and what was missing."""
        for folder in self._folders.settle():
            self._note(folder, Happened(folder, '', 0))
        for came in self._open_all():
            self._note(came, told_of(came))

    def close(self) -> None:
        """Gives back every descriptor."""
        self._folders.close()
        for opened in self._open.values():
            opened.close()
        self._open = {}

    def _open_all(self) -> List[Any]:
        """Opens what is not open; what now is."""
        came = []
        for watch in [watch for watch in self._makers if watch not in self._open]:
            try:
                self._open[watch] = self._makers[watch]()
            except OSError as error:
                self._failed[watch] = reason(error)
            else:
                self._failed.pop(watch, None)
                came.append(watch)
        return came

    def _sleep(self, seconds: float) -> List[Woken]:
        """One poll(2): notes what happened, and gives what ends the wait at once."""
        poller, owners = select.poll(), {}         # type: select.poll, Dict[int, Any]
        for fd in self.also:
            poller.register(fd, select.POLLIN)
        for watch, opened in self._open.items():
            poller.register(opened, select.POLLIN if watch == CLOCK else select.POLLPRI)
            owners[opened.fileno()] = watch
        if self._folders.fileno() >= 0:
            poller.register(self._folders, select.POLLIN)
        told = []
        for fd, flags in poller.poll(min(math.ceil(max(seconds, 0) * 1000), _DAY)):
            if fd in self.also:
                if flags & select.POLLNVAL:
                    raise ValueError(f'descriptor {fd} of the loop is closed')
                told.append(Woken(None, 'fd', self._now(), fd))
            elif fd not in owners:
                self._see_folders()
            elif owners[fd] != CLOCK or self._open[CLOCK].was_set():
                self._note(owners[fd], told_of(owners[fd]))
        return told

    def _see_folders(self) -> None:
        events, overflow = self._folders.happened()
        for event in events:
            self._note(event.folder, event)
        if overflow:
            self._note(OVERFLOW, OVERFLOW)

    def _note(self, watch: Any, what: Any) -> None:
        if watch not in self._pending:
            self._pending[watch] = _Pending(watch, self._now())
        self._pending[watch].add(what, self._now())

    def _ripe(self, now: float, early: bool) -> List[Woken]:
        """What is to be told now; `early`: also of bursts that are not over."""
        told = []
        for watch, one in list(self._pending.items()):
            if (self._pace.due(watch) if early else one.due(self._pace)) <= now:
                del self._pending[watch]
                if one.text():                     # else files came and went, and all is as it was
                    self._pace.woke(watch)
                    told.append(Woken(None if isinstance(watch, str) else watch, one.text(), one.first))
        return told


class _Pending:
    """What happened to one thing that is watched, until it is told."""

    def __init__(self, watch: Any, now: float) -> None:
        self.first = self._last = now
        self._watch, self._burst, self._text = watch, Burst(), ''

    def add(self, what: Any, now: float) -> None:
        self._last = now
        if isinstance(what, Happened):
            self._burst.add(what)
        else:
            self._text = what

    def due(self, pace: Pace) -> float:
        """When it is to be told: when it is quiet, or has lasted, and its turn has come."""
        return max(pace.due(self._watch), min(self._last + QUIET, self.first + LONGEST))

    def text(self) -> str:
        return self._text or self._burst.text()


def told_of(watch: Any) -> str:
    """What is said of a change that has no name of its own."""
    return CLOCK if watch == CLOCK else str(watch.path)
