"""The loop of the agent: looks, compares with what it said last, tells what is new, lets the hand mend, and sleeps.

Level-triggered: an event only ends the sleep early, and what is told is always what was found, never what an event
said. So an event that is lost costs time (until the next full look), never the truth.
"""
from nodeprep.agent import log
from nodeprep.agent.again import Again
from nodeprep.agent.cluster import NEW
from nodeprep.agent.news import News
from nodeprep.agent.outline import day
from nodeprep.agent.saying import Saying
from nodeprep.agent.timer import Timer
from nodeprep.config import ConfigError
from nodeprep.model import Unit
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, FrozenSet, List, Optional

_FIXING_TICK = 1.0        # while a fix goes on, its end is looked for so often
_JUST = 30.0              # seconds within which a unit that started may be who takes something back
_LONGEST = 300.0          # seconds; nothing needs it, and a sleep that nobody ends ends itself


class Parts(NamedTuple):
    """What the loop is put together from; a test puts in what it likes."""

    load: Callable[[], Any]        # the policy as it is on the disk now; ConfigError
    looking: Any
    watcher: Callable[[Any], Any]  # from watches
    states: Any
    voice: Any
    mending: Any
    desk: Any                      # status and metrics
    systemd: Any
    log: Any
    bell: Any
    time: Callable[[], float]
    monotonic: Callable[[], float]
    random: Callable[[], float]
    supply: Callable[[Any], Any] = lambda policy: policy       # the same with what the master supplies now
    tidy: Callable[[], None] = lambda: None      # gives back what a full look needed and nobody uses now


class Agent:
    """One agent. `run` returns when a signal ended it."""

    def __init__(self, parts: Parts, policy: Any, config_problem: str = '') -> None:
        """`policy` is what it begins with; `config_problem` is why that is not what is on the disk."""
        self._parts, self._policy = parts, policy
        self._config = config_problem
        self._timer = Timer(float(policy.get('interval', 60.0)), parts.random)
        self._pending: FrozenSet[Any] = frozenset()
        self._started = '', float('-inf')   # the unit that started last, and when
        self._again = Again()
        self._more = False                   # whether those that were sent out are back
        self._watcher: Any = None
        self._saying = Saying(parts.log)
        self._news = News(parts.states, parts.voice, parts.desk, parts.mending)
        self.stopped = False

    def run(self) -> None:
        """Until it is told to end."""
        self.begin()
        try:
            while not self.stopped:
                self.turn()
        finally:
            self.end()

    def begin(self) -> None:
        """Opens the eyes and looks at everything once; then it is up."""
        parts = self._parts
        # The eyes are open before the first look, so that nothing can change between the two unseen.
        self._watcher = parts.watcher(parts.looking.watches())
        parts.log.tell('start', f'the agent begins; it looks every {self._timer.interval:g} s and at each change')
        if self._config:
            self._tell_config()
        parts.voice.begin(parts.bell.ring)
        self._round(None)
        parts.systemd.ready(parts.desk.line)

    def turn(self) -> None:
        """Sleeps until something is to be done, and does it."""
        parts = self._parts
        self._watcher.also = [parts.bell.fd] + parts.looking.fds()
        woken = self._watcher.wait(self._patience())
        parts.systemd.alive()
        self._obey(parts.bell.silence())
        if self.stopped:
            return
        self._take(woken)
        fixed = parts.mending.ended()
        if fixed:
            parts.looking.resend(fixed)
        if fixed or parts.mending.due():
            self._timer.hurry(parts.monotonic())
        heard, now = parts.voice.news(), parts.monotonic()
        self._pending |= self._again.due(now)
        if heard:
            self._hear()                         # before a round, which may do what an approval allows
        if now >= self._timer.at:
            self._round(None)
        elif self._pending or self._more:
            self._round(self._pending)
        elif heard:
            parts.mending.act(self._policy)
            parts.desk.refresh()
            parts.systemd.status(parts.desk.line)
        parts.desk.present()

    def end(self) -> None:
        """Says that it ends, and lets go of everything."""
        parts = self._parts
        parts.systemd.stopping()
        parts.looking.close()
        parts.voice.end()
        parts.states.save()
        parts.desk.stopped()
        parts.log.tell('stop', 'the agent ends')
        if self._watcher is not None:
            self._watcher.close()

    def _patience(self) -> float:
        parts, now = self._parts, self._parts.monotonic()
        waits = [_LONGEST, self._timer.at - now, self._again.at - now]
        if parts.systemd.watchdog:
            waits.append(parts.systemd.watchdog / 3)
        if parts.mending.fixing:
            waits.append(_FIXING_TICK)
        if parts.mending.window is not None:
            waits.append(parts.mending.window - parts.time())
        return float(max(0.0, min(waits)))

    def _take(self, woken: List[Any]) -> None:
        for one in woken:
            if one.what == 'fd':
                self._more = self._more or one.fd != self._parts.bell.fd
            elif one.watch is None:              # the clock was set, or more happened than could be told apart
                self._timer.hurry(self._parts.monotonic())
            else:
                self._pending |= {one.watch}
                if isinstance(one.watch, Unit) and one.what.endswith(' active'):
                    self._started = one.watch.name, one.at
                    self._again.started(one.watch, one.at)

    def _obey(self, signals: List[str]) -> None:
        if 'SIGTERM' in signals or 'SIGINT' in signals:
            self.stopped = True
        elif 'SIGHUP' in signals:
            self._reload()

    def _reload(self) -> None:
        parts = self._parts
        parts.systemd.reloading()
        before = self._config
        try:
            self._policy, self._config = parts.load(), ''
            parts.looking.forget()
            self._timer = Timer(float(self._policy.get('interval', 60.0)), parts.random)
            parts.voice.every(float(self._policy.get('master.heartbeat', 60.0)))
            parts.voice.of_cluster(self._policy.cluster)
            parts.log.tell('config', 'the configuration was read again and is in force')
        except ConfigError as error:
            self._config = str(error)
        if self._config and self._config != before:
            self._tell_config()
        self._round(None)
        parts.systemd.ready(parts.desk.line)

    def _tell_config(self) -> None:
        self._parts.log.tell('config', f'the configuration is wrong and not in force: {self._config}', log.ERROR)

    def _round(self, watches: Optional[FrozenSet[Any]]) -> None:
        """One look, and all that follows from it. The order matters: what is done about it is done after it is told,
        and that it was told is noted after it is on the disk.
        """
        parts = self._parts
        self._pending, self._more = frozenset(), False
        seen = parts.looking.look(self._policy, watches)
        now, at = parts.monotonic(), parts.time()
        if watches is None:
            self._timer.looked(now)
        happened = parts.states.see(seen.states, at)
        proposals = parts.mending.consider(seen, self._policy, self._just_started(now))
        new = self._news.tell(seen, self._policy, self._config, proposals, at)
        self._saying.of(happened, seen.looked.judged, day(at))
        parts.states.save()
        parts.mending.act(self._policy)
        parts.desk.put(seen, self._policy, self._config, watches is None or new, self._missing())
        self._saying.troubles(parts.desk.troubles)
        parts.systemd.status(parts.desk.line)
        self._watcher.rescan()
        seen.host.forget()
        if watches is None:
            parts.tidy()

    def _hear(self) -> None:
        parts = self._parts
        for message, priority in parts.voice.heard():
            parts.log.tell('master', message, priority)
        if parts.voice.approvals is not None:
            parts.mending.approved(parts.voice.approvals)
        listed = parts.voice.listed()
        if listed:
            self._policy = parts.supply(self._policy)
        if listed == NEW:
            parts.looking.resend()
            self._timer.hurry(parts.monotonic())

    def _just_started(self, now: float) -> str:
        unit, at = self._started
        return unit if now - at < _JUST else ''

    def _missing(self) -> List[str]:
        return list(self._watcher.missing)
