"""What the agent writes down of a round: the report that is told, the status that is shown, and the metrics."""
import json

from nodeprep import round
from nodeprep.agent import status
from nodeprep.agent.looking import Seen
from nodeprep.output import words
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Optional, Sequence

_TRANSITIONS = 20         # that the status shows
_TELLING = 10.0           # seconds for a report in a process of its own; it takes some milliseconds


class Written(NamedTuple):
    """What is kept of the last round, so that what changes beside it can be written anew."""

    tree: Dict[str, Any]
    interval: float
    textfile: str
    config: str
    missing: List[str]
    at: float
    took: float


class Desk:
    """The papers of one agent. `line` is its state in a sentence."""

    def __init__(self, folder: str, states: Any, voice: Any, mending: Any, time: Callable[[], float],
                 monotonic: Callable[[], float], boot_id: str, apart: Any = None, chronicle: Any = None,
                 options: str = '') -> None:
        """`apart` is host.apart.Apart: what finds the differences of files is loaded elsewhere then. `chronicle` is a
        chronicle.Chronicle; without one no history is kept. `options`: those of this agent, for a command line.
        """
        self._folder, self._states, self._voice, self._mending = folder, states, voice, mending
        self._time, self._monotonic, self._boot_id = time, monotonic, boot_id
        self._started, self._apart, self._chronicle = time(), apart, chronicle
        self._options = options
        self._last: Optional[Written] = None
        self.line = 'looks for the first time'
        self.troubles: List[str] = []          # of status and metrics: what could not be written

    def report(self, seen: Seen, policy: Any, config: str, proposals: Any, why: str,
               made: Sequence[Dict[str, Any]] = ()) -> Dict[str, Any]:
        """The report of a round as the master gets it: with why it is sent, the fights, the fixes that were `made`, and
        where the agent would mend something, what it would do and the digest that an approval must name.
        """
        tree = self._told(seen, policy)
        tree['why'] = why
        tree['config'] = {'problem': config}
        tree['fights'] = [one.tree() for one in proposals.fights]
        tree['fixes'] = list(made)
        proposed = proposals.trees()
        for finding in tree['findings']:
            if finding['requirement'] in proposed:
                finding['proposal'] = proposed[finding['requirement']]
        return tree

    def _told(self, seen: Seen, policy: Any) -> Dict[str, Any]:
        def tell() -> Dict[str, Any]:
            return round.tell(seen.host, policy, seen.looked, seen.took)
        if self._apart is None:
            return tell()
        try:
            raw: bytes = self._apart(lambda: json.dumps(tell()).encode('ascii'), _TELLING).result(wait=True)
        except OSError:                  # no process is to be had
            raw = b''
        tree: Dict[str, Any] = json.loads(raw.decode('ascii')) if raw else tell()
        return tree

    def put(self, seen: Seen, policy: Any, config: str, anew: bool, missing: List[str]) -> None:
        """Writes status and metrics after a round; `anew`: more may have changed than the time of it."""
        tree = self._last.tree if self._last and not anew else round.tell(seen.host, policy, seen.looked, seen.took,
                                                                           diffs=False)
        self._last = Written(tree, float(policy.get('interval', 60.0)), str(policy.get('textfile', '')), config,
                             missing, self._time(), seen.took)
        self.line = words.verdict(tree)
        if self._chronicle and anew:
            self._chronicle.see(tree, {one['requirement']: words.outcome(one) for one in tree['findings']},
                                self._time(), self._monotonic())
        self.refresh()

    def present(self) -> None:
        """The agent is there: its history says so now and then, also while nothing happens."""
        if self._chronicle:
            self._chronicle.mark(self._time(), self._monotonic())

    def refresh(self) -> None:
        """Writes them again: the voice or the hand has news."""
        last = self._last
        if last is None:
            return
        hand = self._mending.facts()
        self._voice.about({'boot_id': self._boot_id, 'taken': last.tree['taken'], 'verdict': last.tree['verdict'],
                           'fights': hand['fights']})
        voice = self._voice.facts()
        spool = voice['spool']['trouble']
        troubles = [text for text in (self._states.trouble, spool and f'the spool of reports: {spool}',
                                      hand['trouble'], self._chronicle and self._chronicle.trouble) if text]
        if last.textfile:
            self._metrics(last, voice, hand, troubles)
        tree = {
            'started': self._started, 'written': self._time(), 'stopped': None, 'options': self._options,
            'node': last.tree['node']['name'], 'role': last.tree['node']['role'],
            'profile': last.tree['agent']['profile'], 'interval': last.interval,
            'verdict': last.tree['verdict'], 'summary': last.tree['summary'], 'sentence': self.line,
            'round': {'at': last.at, 'took_ms': round_ms(last.took)},
            'requirements': [self._requirement(one) for one in last.tree['findings']],
            'transitions': [_transition(one) for one in self._states.transitions[-_TRANSITIONS:]],
            'spool': voice['spool'], 'master': voice['master'],
            'members': voice['members'], 'hand': hand, 'config': {'problem': last.config},
            'unwatched': last.missing, 'troubles': troubles}
        failed = status.write(self._folder, tree, self._boot_id, self._monotonic(), last.interval)
        self.troubles = troubles + [f'the status cannot be written: {failed}'] if failed else troubles

    def stopped(self) -> None:
        """The last status says that nobody writes another, and the history that nobody is there."""
        if self._chronicle:
            self._chronicle.end(self._time())
        from nodeprep.agent import keep
        from nodeprep.model import CannotChange
        try:
            tree = status.read(self._folder)
            if tree is not None:
                keep.write(f'{self._folder}/{status.NAME}', json.dumps(dict(tree, stopped=self._time())), 0o644,
                           lasting=False)
        except CannotChange as error:
            self.troubles.append(str(error))

    def _metrics(self, last: Written, voice: Any, hand: Any, troubles: List[str]) -> None:
        since = {name: one.since for name, one in self._states.states.items()}
        from nodeprep.agent import textfile
        wrong = textfile.write(last.textfile, last.tree, since, {
            'spooled': voice['spool']['waiting'], 'reached': voice['master']['reached'] or 0,
            'fights': len(hand['fights']), 'fixing': bool(hand['fixing']), 'config': not last.config})
        if wrong:
            troubles.append(wrong)

    def _requirement(self, finding: Dict[str, Any]) -> Dict[str, Any]:
        known = self._states.states.get(finding['requirement'])
        kept = {name: finding[name] for name in ('requirement', 'title', 'state', 'now', 'boot', 'severity', 'mode',
                                                 'waiver')}
        failing = words.alike(words.failing(finding))
        return dict(kept, outcome=words.outcome(finding), since=known.since if known else None,
                    says=[words.statement(group) for group in failing])


def round_ms(seconds: float) -> float:
    """Milliseconds with one digit."""
    return float(f'{seconds * 1000:.1f}')


def _transition(one: Any) -> Dict[str, Any]:
    return {'requirement': one.requirement, 'was': one.was.state if one.was else None, 'state': one.now_is.state,
            'now': one.now_is.now, 'boot': one.now_is.boot, 'at': one.now_is.since,
            'lasted': one.now_is.since - one.was.since if one.was else None}
