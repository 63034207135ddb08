"""Brings the spool to the master, beside the loop: a master that stalls must not keep the agent from looking.

The loop puts reports into the spool itself, so that they are on disk before anything else happens; this thread only
takes them from there. Without a master there is no thread, and the spool keeps what it can.
"""
import functools

from nodeprep.agent import log
from nodeprep.engine import raised_at
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple

# Reports of one request: as JSON, as a tree and packed they are in memory some six times.
_COUNT, _BYTES = 50, 64 * 1024
_IDLE = 3600.0
_FAULT = 60.0             # seconds after which it is tried again when nodeprep itself was wrong
SAME, NEW = 'same', 'new'         # the list of the cluster's members is still so, or another one counts now
_LEAST = 0.1              # seconds that the thread sleeps at least when it has nothing to say


class Voice:
    """One spool, and the client that empties it (None: there is no master). `monotonic` and `time` are clocks."""

    def __init__(self, spool: Any, client: Any, url: str, heartbeat: float, monotonic: Callable[[], float],
                 time: Callable[[], float], problem: str = '', lock: Any = None) -> None:
        """`heartbeat`: seconds from one to the next. `problem`: why there is no client although there is a `url`.
        With a `lock`, which guards the spool, begin() starts a thread; without one somebody calls step().
        """
        self._spool, self._client, self._url, self._every = spool, client, url, heartbeat
        self._monotonic, self._time, self._lock = monotonic, time, lock
        self._beat_at = float('-inf')
        self._about: Dict[str, Any] = {}
        self._reached, self._problem, self._since = 0.0, problem, time()
        self._held, self._reports_at = '', float('-inf')    # why reports wait although the master answers
        self._heard: List[Tuple[str, int]] = []
        self._news = False
        self._roster: Any = None
        self._listed, self._unlisted, self._in_vain = '', '', 0
        self.approvals: Optional[Tuple[Dict[str, Any], ...]] = None      # None: the master was not asked yet
        self._ring: Callable[[], None] = lambda: None
        self._thread: Any = None
        self._wake: Any = None
        self._ended = False

    def begin(self, ring: Callable[[], None]) -> None:
        """From now on what is told is sent. `ring` is called when there is news for the loop."""
        self._ring = ring
        if self._client is None or self._lock is None:
            return
        import threading
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._speak, name='voice', daemon=True)
        self._thread.start()

    def tell(self, report: Dict[str, Any]) -> None:
        """Puts a report on its way; it is on the disk when this returns, or facts() says why not."""
        self._guarded(lambda: self._spool.append(report))
        if self._wake is not None:
            self._wake.set()

    def about(self, facts: Dict[str, Any]) -> None:
        """What the next heartbeat says of this node, beside the spool."""
        self._about = facts

    def every(self, heartbeat: float) -> None:
        """From now on heartbeats are so many seconds apart; the next one goes out at once when that is another time."""
        if heartbeat != self._every:
            self._every, self._beat_at = heartbeat, float('-inf')
            if self._wake is not None:
                self._wake.set()

    def follow(self, roster: Any) -> None:
        """With a Roster the members of the cluster are asked for as well, after the first heartbeat."""
        self._roster = roster

    def of_cluster(self, cluster: Optional[str]) -> None:
        """From now on the members of this cluster are wanted; None: of none."""
        if self._roster is not None:
            self._roster.follow(cluster)
            if self._wake is not None:
                self._wake.set()

    def listed(self) -> str:
        """What became of the list of members since this was last asked: roster.NEW, roster.SAME or ''."""
        was, self._listed = self._listed, ''
        return was

    def step(self) -> float:
        """Sends what waits, or a heartbeat when it is time for one; returns the seconds until there is more to do."""
        if self._client is None:
            return _IDLE
        wait = float(self._client.wait())
        if wait:
            return wait
        held = max(0.0, self._reports_at - self._monotonic())
        batch = None if held else self._guarded(lambda: self._spool.oldest(_COUNT, _BYTES))
        if batch:
            self._send(batch)
        elif self._about and self._monotonic() >= self._beat_at:
            self._beat()
        elif self._about and self._roster is not None and not self._roster.wait():
            self._ask_members()
        else:
            return max(_LEAST, min(self._beat_at - self._monotonic(), self._members_in(), held or _IDLE)) \
                if self._about else _LEAST
        return float(self._client.wait())

    def news(self) -> bool:
        """Whether there is something new for the loop since it was last asked."""
        was, self._news = self._news, False
        return was

    def heard(self) -> List[Tuple[str, int]]:
        """What is to be told of the master, as (message, priority); each once."""
        heard, self._heard = self._heard, []
        return heard

    def facts(self) -> Dict[str, Any]:
        """How spool and master stand, as the status has it."""
        spool = self._guarded(self._spool.facts)
        return {
            'spool': {'waiting': spool.count, 'bytes': spool.bytes, 'first': spool.first, 'last': spool.last,
                      'sequence': spool.sequence, 'dropped': spool.dropped, 'refused': spool.refused,
                      'trouble': spool.trouble},
            'master': {'url': self._url, 'reached': self._reached or None,
                       'problem': self._problem, 'since': self._since, 'held': self._held},
            'members': self._roster.facts() if self._roster is not None else None}

    def end(self) -> None:
        """Lets the thread end; what it has not sent stays in the spool."""
        self._ended = True
        if self._thread is not None:
            self._wake.set()
            self._thread.join(2.0)          # a request that hangs ends with the process
        if self._client is not None:
            self._client.close()
        self._guarded(self._spool.close)

    def _speak(self) -> None:
        while not self._ended:
            try:
                pause = self.step()
            except Exception as error:      # noqa: BLE001  # a fault of nodeprep must not end all telling; it is told
                self._fault(error)
                pause = _FAULT
            if pause > 0:
                self._wake.wait(pause)
                self._wake.clear()

    def _fault(self, error: Exception) -> None:
        said = (f'nothing is told to the master: this is a fault in nodeprep ({type(error).__name__}: {error}, at '
                f'{raised_at(error)}); please report it')
        if said != self._problem:
            self._problem, self._since = said, self._time()
            self._say(said, log.ERROR)

    def _guarded(self, work: Callable[[], Any]) -> Any:
        if self._lock is None:
            return work()
        with self._lock:
            return work()

    def _send(self, batch: List[Dict[str, Any]]) -> None:
        sent = self._client.send(batch)
        for one in sent.refused:
            self._guarded(functools.partial(self._spool.refuse, one.report, one.why))
            self._say(one.why, log.ERROR)
        if sent.delivered_up_to:
            self._guarded(lambda: self._spool.delivered(sent.delivered_up_to))
        if sent.later or sent.delivered_up_to:
            self._hold(sent.problem if sent.later else '', sent.later)
        self._outcome('' if sent.later else sent.problem)

    def _hold(self, why: str, later: float) -> None:
        """The master is too old for the oldest report that waits; '': it is not. Heartbeats go on."""
        before, self._held, self._reports_at = self._held, why, self._monotonic() + later
        if why and not before:
            self._say(f'the master takes no reports, which are kept here: {why}', log.WARNING)
        elif before and not why:
            self._say('the master takes reports again', log.NOTICE)

    def _beat(self) -> None:
        spool = self._guarded(self._spool.facts)
        answer = self._client.beat(dict(
            self._about, sequence=spool.sequence, head=spool.head,
            spool={'waiting': spool.count, 'bytes': spool.bytes, 'dropped': spool.dropped, 'refused': spool.refused,
                   'trouble': spool.trouble}))
        self._outcome(answer.problem)
        if answer.problem:
            return
        self._beat_at = self._monotonic() + self._every
        self._guarded(lambda: self._spool.learn(answer.sequence))
        if answer.approvals != self.approvals:
            self.approvals = answer.approvals
            self._tell_loop()

    def _members_in(self) -> float:
        """Seconds until the members of the cluster are to be asked for."""
        return float(self._roster.wait()) if self._roster is not None else _IDLE

    def _ask_members(self) -> None:
        listed = self._roster.step(self._client, self._every)
        problem = self._roster.problem
        self._in_vain = self._in_vain + 1 if problem else 0
        # A master that is away is told of by the next heartbeat; one that answers those alone, here.
        if problem and problem != self._unlisted and (self._in_vain > 1 or not self._client.wait()):
            self._say(f'the list of the cluster: {problem}', log.WARNING)
            self._unlisted = problem
        elif not problem:
            self._unlisted = ''
        if listed:
            self._listed = listed if self._listed != NEW else NEW
            self._tell_loop()

    def _outcome(self, problem: str) -> None:
        before, self._problem = self._problem, problem
        if not problem:
            self._reached = self._time()
        if bool(problem) != bool(before):
            self._since = self._time()
            if problem:
                self._say(f'the master does not answer: {problem}', log.WARNING)
            else:
                self._say('the master answers again', log.NOTICE)

    def _say(self, message: str, priority: int) -> None:
        self._heard.append((message, priority))
        self._tell_loop()

    def _tell_loop(self) -> None:
        self._news = True
        self._ring()
