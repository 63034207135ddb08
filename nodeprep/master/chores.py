"""What a master does beside answering: everything here may run in any number of masters at once, or be left out for a
while, and nothing but time is lost. Each is called in a thread, with the Master.
"""
from nodeprep.master import membership
from nodeprep.master.delivery import queue
from nodeprep.master.store import approvals, covering, known, presence, retention, sessions
from nodeprep.master.store.slices import gently
from nodeprep.master.webhooks import Webhooks
from nodeprep.typed import Any, Dict, Optional

_AT_ONCE, _AGAIN = 1.0, 0.5               # seconds that a job works on much, and until it goes on


def lapse(master: Any) -> None:
    """Approvals and waivers whose time is over."""
    now = master.clock()
    gently(iter(lambda: master.store.do(lambda cursor: approvals.lapse(cursor, now)) < approvals.SLICE, True))
    gently(covering.settle(master.store, now))


def tidy(master: Any) -> None:
    """Sessions that are over, and quarantines that nothing holds."""
    now = master.clock()
    master.store.do(lambda cursor: sessions.tidy(cursor, now))
    for name in master.store.do(lambda cursor: membership.let_out(cursor, now)):
        master.log(f'{name}: nothing is to be decided about it, so it is in quarantine no more')


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
        if gently(sweep, _AT_ONCE):
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
        gently(iter(lambda: len(master.store.do(lambda cursor: presence.sweep(cursor, now, after, since)))
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
