"""Brings the spool to the master, beside the loop: a master that stalls must not keep the agent from looking.

The loop puts reports into the spool itself, so that they are on disk before anything else happens; this thread only
takes them from there. Without a master there is no thread, and the spool keeps what it can.
"""
import functools

from nodeprep.agent import log
from nodeprep.agent.cluster import Cluster
from nodeprep.agent.contact import Contact
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple

# Reports of one request: as JSON, as a tree and packed they are in memory some six times.
_COUNT, _BYTES = 50, 64 * 1024
_IDLE = 3600.0
_FAULT = 60.0             # seconds after which it is tried again when nodeprep itself was wrong
_LEAST = 0.1              # seconds that the thread sleeps at least when it has nothing to say


class Voice:
    """One spool, and the client that empties it (None: there is no master). `monotonic` and `time` are clocks."""

    def __init__(self, spool: Any, client: Any, url: str, heartbeat: float, monotonic: Callable[[], float],
                 time: Callable[[], float], problem: str = '', lock: Any = None, node: str = '') -> None:
        """`heartbeat`: seconds from one to the next. `problem`: why there is no client although there is a `url`.
        With a `lock`, which guards the spool, begin() starts a thread; without one somebody calls step(). `node`: how
        this host is called at the master.
        """
        self._spool, self._client, self._every = spool, client, heartbeat
        self._monotonic, self._lock = monotonic, lock
        self._contact = Contact(url, problem, time, node)
        self._cluster = Cluster(self._contact)
        self._beat_at = float('-inf')
        self._about: Dict[str, Any] = {}
        self._reports_at = float('-inf')         # a master that is too old for them is asked again then
        self.approvals: Optional[Tuple[Dict[str, Any], ...]] = None      # None: the master was not asked yet
        self._thread: Any = None
        self._wake: Any = None
        self._ended = False
        self._last: Any = None

    def begin(self, ring: Callable[[], None]) -> None:
        """From now on what is told is sent. `ring` is called when there is news for the loop."""
        self._contact.ring = ring
        if self._client is None or self._lock is None:
            return
        import threading
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._speak, name='voice', daemon=True)
        self._thread.start()

    def tell(self, report: Dict[str, Any]) -> None:
        """Puts a report on its way; it is on the disk when this returns, or facts() says why not."""
        told = self._guarded(lambda: self._spool.append(report))
        if self._last is not None:
            self._last.keep(told)
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

    def keeps(self, last: Any) -> None:
        """With a Last the newest report stays there when it is delivered."""
        self._last = last

    def follow(self, roster: Any) -> None:
        """With a Roster the members of the cluster are asked for as well, after the first heartbeat."""
        self._cluster.follow(roster)

    def of_cluster(self, cluster: Optional[str]) -> None:
        """From now on the members of this cluster are wanted; None: of none."""
        if self._cluster.of(cluster) and self._wake is not None:
            self._wake.set()

    def listed(self) -> str:
        """What became of the list of members since this was last asked: cluster.NEW, cluster.SAME or ''."""
        return self._cluster.listed()

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
        elif self._about and not self._cluster.wait():
            self._cluster.ask(self._client, self._every)
        else:
            return max(_LEAST, min(self._beat_at - self._monotonic(), self._cluster.wait(), held or _IDLE)) \
                if self._about else _LEAST
        return float(self._client.wait())

    def news(self) -> bool:
        """Whether there is something new for the loop since it was last asked."""
        return self._contact.news()

    def heard(self) -> List[Tuple[str, int]]:
        """What is to be told of the master, as (message, priority); each once."""
        return self._contact.heard()

    def facts(self) -> Dict[str, Any]:
        """How spool and master stand, as the status has it."""
        spool = self._guarded(self._spool.facts)
        return {
            'spool': {'waiting': spool.count, 'bytes': spool.bytes, 'first': spool.first, 'last': spool.last,
                      'sequence': spool.sequence, 'dropped': spool.dropped, 'refused': spool.refused,
                      'trouble': spool.trouble},
            'master': self._contact.facts(), 'members': self._cluster.facts()}

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
                self._contact.fault(error)
                pause = _FAULT
            if pause > 0:
                self._wake.wait(pause)
                self._wake.clear()

    def _guarded(self, work: Callable[[], Any]) -> Any:
        if self._lock is None:
            return work()
        with self._lock:
            return work()

    def _send(self, batch: List[Dict[str, Any]]) -> None:
        sent = self._client.send(batch)
        for one in sent.refused:
            self._guarded(functools.partial(self._spool.refuse, one.report, one.why))
            self._contact.say(one.why, log.ERROR)
        if sent.delivered_up_to:
            self._guarded(lambda: self._spool.delivered(sent.delivered_up_to))
        if sent.later or sent.delivered_up_to:
            self._reports_at = self._monotonic() + sent.later
            self._contact.hold(sent.problem if sent.later else '')
        self._contact.outcome('' if sent.later else sent.problem)

    def _beat(self) -> None:
        spool = self._guarded(self._spool.facts)
        answer = self._client.beat(dict(
            self._about, sequence=spool.sequence, head=spool.head,
            spool={'waiting': spool.count, 'bytes': spool.bytes, 'dropped': spool.dropped, 'refused': spool.refused,
                   'trouble': spool.trouble}))
        self._contact.outcome(answer.problem)
        if answer.problem:
            return
        self._beat_at = self._monotonic() + self._every
        self._guarded(lambda: self._spool.learn(answer.sequence))
        if answer.approvals != self.approvals:
            self.approvals = answer.approvals
            self._contact.tell_loop()
        self._contact.set_apart(answer.quarantine)
