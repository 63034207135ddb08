"""The eyes of the agent: it sleeps in poll(2) until something that a requirement watches has changed.

What is watched comes from the requirements; this knows none of them by name. An event is no more than a reason to look
sooner: what is told here may be late or doubled, and a round looks at what is. What has no event the timer sees.
"""
import functools
import math
import select
import time

from nodeprep.agent.folders import Folders
from nodeprep.agent.happened import Happened
from nodeprep.agent.pending import Pending
from nodeprep.agent.units import Units
from nodeprep.host import bus
from nodeprep.host.clockset import ClockSet
from nodeprep.host.files import reason
from nodeprep.host.polled import Polled
from nodeprep.model import Folder, Pollable, Unit, Watch
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

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
        self._now, self._pending = now, Pending(now)         # by what is watched, or by the text of what is not
        wanted = list(dict.fromkeys(watches))
        self._folders = Folders(host.root, [one for one in wanted if isinstance(one, Folder)])
        self._units = Units([one.name for one in wanted if isinstance(one, Unit)],
                            lambda: bus.Bus(bus.connected(host.root)), now)
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
        said = sorted(f'{getattr(watch, "path", watch)}: {why}' for watch, why in failed.items())
        return said + ([f'units: {self._units.missing}'] if self._units.missing else [])

    def wait(self, seconds: float) -> List[Woken]:
        """Sleeps until something changed and the burst of its events is over; [] when the seconds are."""
        end = self._now() + seconds
        while True:
            woken = self._sleep(self._pending.due(end) - self._now())
            over = self._now() >= end
            woken += [Woken(None if isinstance(told.key, str) else told.key, told.what, told.at)
                      for told in self._pending.ripe(early=bool(woken) or over)]
            if woken or over:
                return woken

    def rescan(self) -> None:
        """To be called after each round: what came, went or was replaced without an event, and what was missing."""
        for folder in self._folders.settle():
            self._pending.note(folder, Happened(folder, '', 0))
        for came in self._open_all():
            self._see(came)
        self._units.retry()

    def close(self) -> None:
        """Gives back every descriptor."""
        self._folders.close()
        self._units.close()
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

    def _sources(self) -> Iterator[Tuple[int, int, Callable[[], None]]]:
        """Each descriptor that is open, what to poll it for, and what notes what happened."""
        for watch, opened in self._open.items():
            if watch == CLOCK:
                yield opened.fileno(), select.POLLIN, self._see_clock
            else:
                yield opened.fileno(), select.POLLPRI, functools.partial(self._see, watch)
        for some, see in ((self._folders, self._see_folders), (self._units, self._see_units)):
            if some.fileno() >= 0:
                yield some.fileno(), select.POLLIN, see

    def _sleep(self, seconds: float) -> List[Woken]:
        """One poll(2): notes what happened, and gives what ends the wait at once."""
        poller, sees = select.poll(), {}         # type: select.poll, Dict[int, Callable[[], None]]
        for fd in self.also:
            poller.register(fd, select.POLLIN)
        for fd, flags, see in self._sources():
            poller.register(fd, flags)
            sees[fd] = see
        woken = []
        for fd, flags in poller.poll(min(math.ceil(max(seconds, 0) * 1000), _DAY)):
            if fd in sees:
                sees[fd]()
            elif flags & select.POLLNVAL:
                raise ValueError(f'descriptor {fd} of the loop is closed')
            else:
                woken.append(Woken(None, 'fd', self._now(), fd))
        return woken

    def _see(self, watch: Any) -> None:
        self._pending.note(watch, CLOCK if watch == CLOCK else watch.path)

    def _see_clock(self) -> None:
        if self._open[CLOCK].was_set():
            self._see(CLOCK)

    def _see_folders(self) -> None:
        events, overflow = self._folders.happened()
        for event in events:
            self._pending.note(event.folder, event)
        if overflow:
            self._pending.note(OVERFLOW, OVERFLOW)

    def _see_units(self) -> None:
        for name, what in self._units.read():
            self._pending.note(Unit(name) if name else what, what)
