"""The compliance report of a fleet, from the store: which nodes met what for how long, and what there is to know of it.

All of it is as it was at the end of the span, as far as it is known then.
"""
import os
import uuid

from nodeprep import __version__
from nodeprep.compliance import document, seal
from nodeprep.compliance.ledger import GONE, QUARANTINED, Ledger
from nodeprep.compliance.weigh import ABSENT, EVER, HERE, SILENT, Segment, Turn, presence
from nodeprep.master import proving
from nodeprep.master.store import pasts, proof
from nodeprep.master.store.asked import EVERYTHING, Asked, fits
from nodeprep.output import Options
from nodeprep.output.compliance import renderer
from nodeprep.typed import Any, Callable, Dict, Iterator, Optional, Sequence, Set, Tuple

FAILING = ('drifted', 'unknown', 'waived', 'advised')
Tree = Dict[str, Any]
_Presence = Tuple[Tuple[Segment, ...], str, float]


def report(cursor: Any, since: float, until: float, now: float, about: Asked = EVERYTHING,
           evidence: bool = False) -> Tree:
    """The report of a span of time in whole seconds since 1970, without its seal. `until` is not after `now`.
    `evidence`: with the findings of what is not met.
    """
    since, until = float(int(since)), float(int(until))
    fleet = Fleet(cursor, Ledger(since, until, since - (until - since)), about)
    fleet.count()
    head = {'id': str(uuid.uuid4()), 'made': document.stamp(now), 'scope': document.FLEET,
            'by': {'version': __version__, 'host': os.uname().nodename, 'key': None},
            'asked': {name: value for name, value in zip(about._fields, about) if value}}
    lists = proving.lists(cursor, fleet, now, evidence)
    about_ = proof.titles(cursor, fleet.stills.outcomes, fleet.kept)
    return document.build(fleet.ledger, list(fleet.kept.values()), about_, head, lists)


def written(tree: Tree, form: str, options: Options, signer: Optional[Callable[[], seal.Signer]] = None) -> str:
    """The report in one of its forms, sealed; without a `signer` it has a digest and no signature."""
    return renderer(form)(seal.sealed(tree, signer() if signer else None), options)


def day(at: float) -> str:
    """The day of a time, UTC, as names of files have it."""
    return str(document.stamp(at))[:10]


class Fleet:
    """The nodes that a report is about. `kept` are their trees by id; `failing` is what was not met at the end by
    members, and `turned` is that of it which is otherwise since.
    """

    def __init__(self, cursor: Any, ledger: Ledger, about: Asked) -> None:
        self.ledger, self.about = ledger, about
        self.nodes = pasts.nodes(cursor, ledger.until)
        self._here = dict(_presences(cursor, ledger.before, ledger.until))
        self.stills = pasts.Stills(cursor)
        self._cursor = cursor
        self.kept: Dict[int, Tree] = {}
        self.failing: Dict[Tuple[int, str], str] = {}
        self.turned: Set[Tuple[int, str]] = set()

    def count(self) -> None:
        """Goes through all nodes."""
        done = set()
        for node, turns in pasts.turns(self._cursor, self.ledger.before):
            done.add(node)
            self._add(node, turns)
        for node in self.nodes:
            if node not in done:
                self._add(node, {})
        self.ledger.close()

    def names(self) -> Dict[int, str]:
        """Of the nodes that are asked for, by id; also of those that have no time in the span when all are."""
        return {node: tree['name'] for node, tree in (self.kept if self.about.anything else self.nodes).items()}

    def _add(self, node: int, turns: pasts.Turns) -> None:
        tree, ledger = self.nodes.get(node), self.ledger
        if tree is None:
            return
        here, word, since = self._here.get(node, ((), GONE, EVER))
        life = self.stills.life(node, turns, ledger.until)
        tree.update(silent=since if word == SILENT else None, gaps=0)
        if self.about.anything and not fits(self.about, tree, word or life.standing(), life.ends):
            return
        if not ledger.add(tree, here, life, word):
            return
        self.kept[node] = tree
        if word not in (HERE, SILENT):
            return
        self.failing.update(((node, name), outcome) for name, outcome in life.still.others if outcome in FAILING)
        for name, parts in life.stretches.items():
            if parts[-1][2] in FAILING:
                self.failing[node, name] = parts[-1][2]
                if max(at for at, _ in turns[name][1]) >= ledger.until:
                    self.turned.add((node, name))


def _presences(cursor: Any, before: float, until: float) -> Iterator[Tuple[int, _Presence]]:
    """By node: its presence() between two times, what it is at the end (HERE, SILENT, QUARANTINED or GONE), and since
    when. Most are there all the time, and share one of it.
    """
    alike: Dict[_Presence, _Presence] = {}
    for node, events in pasts.events(cursor):
        here = presence(events, EVER, until)
        word = _word(here, events, until)
        found = (tuple((max(begin, before), end, how) for begin, end, how in here if end > before), word,
                 here[-1][0] if word == SILENT else EVER)
        yield node, alike.setdefault(found, found)


def _word(here: Sequence[Segment], events: Sequence[Turn], until: float) -> str:
    """What a node is at the end: HERE, SILENT, QUARANTINED or GONE."""
    if here[-1][2] != ABSENT:
        return here[-1][2]
    last, latest = '', EVER
    for at, what in events:
        latest = max(latest, at)
        if latest >= until:
            break
        last = what if what not in (SILENT, 'heard') else last
    return QUARANTINED if last == 'quarantined' else GONE
