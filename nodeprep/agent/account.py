"""The compliance report of this host, from its own chronicle and journal: the tree that a master makes of a fleet."""
import os
import uuid

from nodeprep import __version__, epoch
from nodeprep.agent.remembered import QUIET, Remembered
from nodeprep.compliance import document, fixes
from nodeprep.compliance.document import stamp
from nodeprep.compliance.ledger import Ledger
from nodeprep.compliance.life import Life, Still
from nodeprep.compliance.weigh import ABSENT, ADVISED, EVER, SILENT, Segment, presence
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE
from nodeprep.typed import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

DAY = 86400.0
FAILING = ('drifted', 'unknown', 'waived')
_GAP = 'gap'
Tree = Dict[str, Any]


def report(known: Remembered, since: float, until: float, now: float, runs: bool, titles: Mapping[str, str],
           past: Iterable[Any] = ()) -> Optional[Tree]:
    """The report of a span in whole seconds since 1970, without its seal; None when nothing is known of the span.

    `runs`: whether the agent that was there last runs. `titles` by requirement; `past` is the journal
    (journal.reading.Past).
    """
    if known.first is None:
        return None
    since, until = float(int(since)), float(int(until))
    ledger = Ledger(since, until, since - (until - since))
    here = spans(known, ledger.before, until, now, runs)
    life = Life(Still(), {name: (None, turns) for name, turns in known.turns.items()}, until)
    word = here[-1][2] if here else ABSENT
    if word == ABSENT:
        return None
    silent = here[-1][0] if word == SILENT else None
    if silent is not None and silent <= ledger.before:
        silent = max(at for at, what in known.events + [(known.last, SILENT)] if what == SILENT and at <= silent)
    name = known.node['name']
    node = dict({one: known.node[one] for one in ('name', 'role', 'os', 'labels')}, silent=silent, sequence=0, head='',
                gaps=0)
    gaps = list(_gaps(known, name, since, until))
    node['gaps'] = len(gaps)
    if not ledger.add(node, here, life, word):
        return None
    ledger.close()
    ends = dict(_ends(known, until))
    head = {'id': str(uuid.uuid4()), 'made': stamp(now), 'scope': document.HOST, 'asked': {},
            'by': {'version': __version__, 'host': os.uname().nodename, 'key': None}}
    lists = {
        'open': _open(known, ends, name, until), 'advised': _advised(known, ends, name, until),
        'reboot': _reboot(ends, name), 'fights': None, 'clones': [],
        'silent': [{'node': name, 'since': stamp(silent)}] if silent is not None else [],
        'waivers': _waivers(known, ends, name, since, until),
        'changes': _changes(past, name, since, until), 'gaps': gaps, 'evidence': None}
    about = {one: (titles.get(one, one), value[4]) for one, value in ends.items()}
    return document.build(ledger, [node], about, head, lists)


def spans(known: Remembered, before: float, until: float, now: float, runs: bool) -> List[Segment]:
    """When the agent was there, from `before` to `until`. After its last line it is for as long as it runs, within
    what lies between two lines.
    """
    events = list(known.events)
    if not known.ended and not (runs and now - known.last <= QUIET):
        events.append((known.last, SILENT))
    return [(max(begin, before), end, how) for begin, end, how in presence(events, EVER, until) if end > before]


def _ends(known: Remembered, until: float) -> Iterator[Tuple[str, List[Any]]]:
    """What each requirement was at the end, of those that still are."""
    for name, told in sorted(known.told.items()):
        turned = [what for at, what in known.turns[name] if at < until]
        values = [value for at, value in told if at < until]
        if values and turned[-1]:
            yield name, values[-1]


def _open(known: Remembered, ends: Mapping[str, List[Any]], node: str, until: float) -> List[Tree]:
    return [dict(one, severity=ends[one['requirement']][4], waived_until=_waived(ends[one['requirement']]))
            for one in _lasting(known, ends, node, until, FAILING)]


def _advised(known: Remembered, ends: Mapping[str, List[Any]], node: str, until: float) -> List[Tree]:
    return _lasting(known, ends, node, until, (ADVISED,))


def _waived(value: List[Any]) -> Any:
    return value[5][0] if value[0] == 'waived' and value[5] else None


def _lasting(known: Remembered, ends: Mapping[str, List[Any]], node: str, until: float,
             outcomes: Iterable[str]) -> List[Tree]:
    """What counts as one of these at the end, and since when it is not met; the longest first."""
    found = []
    for name, value in ends.items():
        if value[0] not in outcomes:
            continue
        since = None
        for at, one in reversed([one for one in known.told[name] if one[0] < until]):
            if one[1] != value[1]:
                break
            since = at
        found.append((since, dict(node=node, requirement=name, since=stamp(since), state=value[1], **_seen(value))))
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1]['requirement']))]


def _reboot(ends: Mapping[str, List[Any]], node: str) -> List[Tree]:
    return [dict(node=node, requirement=name, **_seen(value)) for name, value in ends.items()
            if value[0] in FAILING[:2] and value[3] == DRIFTED and value[2] in (MET, NOT_APPLICABLE)]


def _seen(value: List[Any]) -> Tree:
    return dict(zip(('found', 'wanted', 'source'), value[6] or ('', '', '')))


def _waivers(known: Remembered, ends: Mapping[str, List[Any]], node: str, since: float, until: float) -> List[Tree]:
    """Those of the host's own configuration that covered something in the span."""
    held: Dict[Tuple[str, ...], bool] = {}
    for name, told in known.told.items():
        after = [at for at, _ in told[1:]] + [until]
        for (begin, value), end in zip(told, after):
            if value[0] == 'waived' and value[5] and begin < until and end > since:
                last, owner, reason = value[5]
                held[name, last, owner, reason] = ends.get(name, value)[5] == value[5] and end >= until
    return [dict(kind='config', scope=node, requirement=name, reason=reason, owner=owner, until=last, by='',
                 created=None, ended=None, ended_by='', nodes=int(covers))
            for (name, last, owner, reason), covers in sorted(held.items(), key=lambda one: (one[0][1], one[0][0]))]


def _changes(past: Iterable[Any], node: str, since: float, until: float) -> List[Tree]:
    """What was fixed on this host and taken back, with who allowed it; the newest first."""
    found: List[Tuple[float, Tree]] = []
    for one in past:
        begun, undone = float(epoch.of(one.begun)), _time(one.undone)
        for name in dict.fromkeys(step.part for step in one.steps):
            became, why = one.results.get(name, (one.end or 'cut short', ''))
            found += fixes.changes(fixes.Fix(
                node, name, begun, one.id, became, why, one.by.get('who', ''),
                fixes.ALLOWED.get(one.by.get('how', ''), ''), undone, one.undone_by.get('who', '')), since, until)
    return [change for _, change in sorted(found, key=lambda pair: -pair[0])]


def _time(text: str) -> Optional[float]:
    try:
        return float(epoch.of(text))
    except ValueError:
        return None


def _gaps(known: Remembered, node: str, since: float, until: float) -> Iterator[Tree]:
    said = [(at, 'lines of the history are damaged; what they said counts as silent') for at in known.damaged]
    if known.cut and known.first is not None:
        said.append((known.first, 'the history before this is not kept any more'))
    for at, text in sorted(said):
        if since <= at < until:
            yield {'node': node, 'first': 0, 'last': 0, 'state': _GAP, 'said': text, 'at': stamp(at)}
