"""Tells others what happens: through the outbox, so that nothing is lost that the store knows, and each thing once."""
import functools
import json

from nodeprep.master import alerts
from nodeprep.master.posting import Posted, post
from nodeprep.master.store import outbox
from nodeprep.master.store.cursor import Cursor
from nodeprep.master.store.deliveries import CHANNELS
from nodeprep.master.store.news import Event, Reader
from nodeprep.typed import Any, Callable, Dict, List, Set, Tuple

AT_ONCE = 100             # events of one message
REFRESH = 300.0           # seconds after which alerts that last are told again
AGAIN = 30.0              # the same when that was not taken
_SENDS = 20               # messages to one receiver in one step
_LAST = ("SELECT n.name, s.requirement, s.since, s.outcome, s.severity, s.title, s.says FROM state s "
         "JOIN node n ON n.id = s.node WHERE s.outcome IN ('drifted', 'unknown') AND n.status = 'member' "
         'ORDER BY s.node, s.requirement')
_SILENT = "SELECT name, silent_since FROM node WHERE silent_since IS NOT NULL AND status IN ('member', 'quarantined')"


class Webhooks:
    """All receivers. `hooks` are settingvalues.Webhook; `send` posts one message; `clock` gives seconds since 1970."""

    def __init__(self, store: Any, hooks: Tuple[Any, ...], clock: Callable[[], float],
                 send: Callable[..., Posted] = post) -> None:
        self._store, self._hooks, self._clock, self._send = store, hooks, clock, send
        self._readers = {hook.name: Reader(f'webhook {hook.name}') for hook in hooks}
        self._refresh_at: Dict[str, float] = {}
        self._failed: Set[str] = set()            # who took something amiss, and has not taken all that waited since
        self.dropped: Dict[str, int] = {}         # messages that went unsent since the start, since too many waited
        self.problems: Dict[str, str] = {}        # why the last message to a receiver was not taken; '' it was

    def step(self) -> None:
        """Collects what is new and sends what is due: in a thread of its own, every few seconds. StoreTrouble."""
        if not self._hooks:
            return
        self._store.do(self._collect)
        for hook in self._hooks:
            self._deliver(hook)
            if hook.kind == 'alertmanager':
                self._refresh(hook)

    def _collect(self, cursor: Cursor) -> None:
        now = self._clock()
        outbox.tidy(cursor, [*self._readers, *CHANNELS])
        for hook in self._hooks:
            events = [one for one in self._readers[hook.name].read(cursor, now) if _matters(one)]
            bodies = [self._body(hook, events[at:at + AT_ONCE], now) for at in range(0, len(events), AT_ONCE)]
            payloads = [json.dumps(body) for body in bodies if body]
            if payloads:
                self.dropped[hook.name] = self.dropped.get(hook.name, 0) + outbox.add(cursor, hook.name, payloads, now)

    def _body(self, hook: Any, events: List[Event], now: float) -> Any:
        return alerts.alerts(events, now) if hook.kind == 'alertmanager' else alerts.generic(events)

    def _deliver(self, hook: Any) -> None:
        """Sends in order; after one that is not taken the others wait, since they would fare no better."""
        now = self._clock()
        messages = self._store.do(lambda cursor: outbox.take(cursor, hook.name, now, _SENDS))
        done: List[int] = []
        for message in messages:
            posted = self._post(hook, message.payload, f'{hook.name}-{message.id}')
            self.problems[hook.name] = posted.problem
            if posted.problem:
                self._failed.add(hook.name)
                self._store.do(functools.partial(self._stop, one=message, why=posted.problem, messages=messages,
                                                 done=done))
                return
            done.append(message.id)
        if done:
            self._store.do(lambda cursor: outbox.sent(cursor, done))
            if len(messages) < _SENDS and hook.name in self._failed:
                # It may have begun anew, or taken what was long over for what is so now.
                self._failed.discard(hook.name)
                self._refresh_at.pop(hook.name, None)

    def _stop(self, cursor: Cursor, one: outbox.Message, why: str, messages: List[outbox.Message],
              done: List[int]) -> None:
        outbox.sent(cursor, done)
        outbox.failed(cursor, one, why, self._clock())
        rest = [other.id for other in messages if other.id not in done and other.id != one.id]
        outbox.put_back(cursor, rest, self._clock() + 10.0)

    def _post(self, hook: Any, payload: str, delivery: str) -> Posted:
        url = hook.url
        if hook.kind == 'alertmanager' and not url.endswith('/api/v2/alerts'):
            url = url.rstrip('/') + '/api/v2/alerts'
        return self._send(url, payload.encode('ascii'), hook.secret, delivery, self._clock())

    def _refresh(self, hook: Any) -> None:
        """Tells all alerts that last."""
        now = self._clock()
        if now < self._refresh_at.get(hook.name, 0.0):
            return
        self._refresh_at[hook.name] = now + AGAIN
        lasting = self._store.read(lambda cursor: _lasting(cursor, now))
        for at in range(0, len(lasting), AT_ONCE):
            posted = self._post(hook, json.dumps(lasting[at:at + AT_ONCE]), f'{hook.name}-refresh')
            self.problems[hook.name] = posted.problem
            if posted.problem:
                return
        self._refresh_at[hook.name] = now + REFRESH


def _lasting(cursor: Cursor, now: float) -> List[Dict[str, Any]]:
    failing = [alerts.failing(Event('transition', name, 0, since, requirement, '', outcome, severity, title, says),
                              outcome, now)
               for name, requirement, since, outcome, severity, title, says in cursor.all(_LAST)]
    return failing + [alerts.silent(name, since, now) for name, since in cursor.all(_SILENT)]


def _matters(one: Event) -> bool:
    """A requirement that is told for the first time and well is no news."""
    return one.what != 'transition' or one.before != one.outcome and (
        bool(one.before) or one.outcome not in ('met', 'not-applicable'))
