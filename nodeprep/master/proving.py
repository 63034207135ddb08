"""What a compliance report lists beside the figures: what is open and since when, what breaks at the next boot, who is
silent, waivers, decisions, holes in the chains.
"""
from nodeprep import epoch
from nodeprep.compliance.document import stamp
from nodeprep.compliance.weigh import ADVISED, SILENT, WAIVED
from nodeprep.master.store import failings, kept, proof, waivers
from nodeprep.master.store.failings import Failing
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE
from nodeprep.typed import Any, Dict, Iterator, List, Mapping, Optional, Tuple

DAY = 86400.0
_RECENT = 600.0           # seconds for which what agents said of their fights holds
_CONFIG = 'config'
Tree = Dict[str, Any]


def lists(cursor: Any, fleet: Any, now: float, evidence: bool) -> Tree:
    """All of them, for compliance.Fleet after it was counted."""
    since, until, names = fleet.ledger.since, fleet.ledger.until, fleet.names()
    held = _Waivers(cursor, since, until, fleet.kept if fleet.about.anything else None)
    opened, advised, reboot = [], [], []
    findings: Dict[str, Dict[str, Tree]] = {}
    for one in _failing(cursor, fleet):
        node = fleet.kept[one.node]
        outcome = fleet.failing[one.node, one.requirement]
        waived = held.covers(one, node) if outcome == WAIVED else None
        seen = _seen(one, 'now')
        what = dict(node=node['name'], requirement=one.requirement, since=stamp(one.since), state=one.state, **seen)
        if outcome == ADVISED:
            advised.append((one.since, what))
        else:
            opened.append((one.since, dict(what, severity=one.severity, waived_until=waived)))
        if one.boot == DRIFTED and one.now in (MET, NOT_APPLICABLE) and outcome not in (WAIVED, ADVISED):
            reboot.append(dict(node=node['name'], requirement=one.requirement, **_seen(one, 'boot')))
        if evidence and one.finding is not None:
            findings.setdefault(node['name'], {})[one.requirement] = one.finding
    return {
        'open': _longest(opened), 'advised': _longest(advised),
        'reboot': sorted(reboot, key=lambda one: (one['node'], one['requirement'])),
        'fights': _fights(cursor, names) if now - until <= _RECENT else None,
        'clones': _clones(cursor, fleet, names, since, until),
        'silent': [{'node': node['name'], 'since': stamp(node['silent'])} for node in sorted(
            (one for one in fleet.kept.values() if one['standing'] == SILENT),
            key=lambda one: (one['silent'], one['name']))],
        'waivers': held.trees(),
        'changes': [dict(one._asdict(), at=stamp(one.at)) for one in proof.changes(cursor, since, until, names)
                    if not fleet.about.anything or one.node in set(names.values())],
        'gaps': _gaps(cursor, fleet, names, since, until),
        'evidence': findings if evidence else None}


def _longest(found: List[Tuple[float, Tree]]) -> List[Tree]:
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1]['node'], pair[1]['requirement']))]


def _failing(cursor: Any, fleet: Any) -> Iterator[Failing]:
    yield from failings.unchanged(cursor, fleet.failing.keys() - fleet.turned)
    yield from failings.changed(cursor, sorted(fleet.turned), fleet.ledger.until)


def _seen(one: Failing, when: str) -> Tree:
    """What is wrong of a finding for now or for the next boot: the first that fails, one that counts before others."""
    if one.damaged:
        return {'found': f'what was found cannot be read: {kept.LOST}', 'wanted': '', 'source': ''}
    found = [seen for seen in (one.finding or {}).get('observations', ()) if seen['met'] is not True]
    best = min(found, default=None, key=lambda seen: (seen['advised'], seen['when'] != when, seen['met'] is None))
    return {name: best[name] if best else '' for name in ('found', 'wanted', 'source')}


def _fights(cursor: Any, names: Dict[int, str]) -> List[Tree]:
    return [{'node': names[node], 'requirement': str(one.get('requirement', '')), 'said': str(one.get('why', ''))}
            for node, said in proof.fights(cursor) if node in names and isinstance(said, list)
            for one in said if isinstance(one, dict)]


def _clones(cursor: Any, fleet: Any, names: Dict[int, str], since: float, until: float) -> List[Tree]:
    return [{'kind': kind, 'value': value, 'first': fleet.nodes[first]['name'], 'later': fleet.nodes[later]['name'],
             'found': stamp(found), 'decision': decision if decided is not None and decided < until else ''}
            for kind, value, first, later, found, decided, decision in proof.clones(cursor, since, until)
            if first in names or later in names]


def _gaps(cursor: Any, fleet: Any, names: Dict[int, str], since: float, until: float) -> List[Tree]:
    found = []
    for node, first, last, state, said, at in proof.gaps(cursor, since, until):
        if node in names:
            found.append({'node': names[node], 'first': first, 'last': last, 'state': state, 'said': said,
                          'at': stamp(at)})
        if node in fleet.kept:
            fleet.kept[node]['gaps'] += 1
    return found


class _Waivers:
    """Those that held in a span: the master's, and those of the nodes' own configurations that cover something. Of
    some `nodes` (None: of all) those that are for one of them, as it is at the end, or for everybody.
    """

    def __init__(self, cursor: Any, since: float, until: float, nodes: Optional[Mapping[int, Tree]]) -> None:
        self._held = [one for one in waivers.all_of(cursor) if one['created'] < until and _end(one) > since
                      and (nodes is None or _concerns(one, nodes))]
        self._active = [one for one in self._held if _end(one) >= until]
        self._covered: Dict[int, int] = {}
        self._own: Dict[Tuple[str, ...], List[str]] = {}

    def covers(self, one: Failing, node: Tree) -> Any:
        """The last day of the waiver that covers a requirement of a node; None when it cannot be told any more."""
        if one.waiver is not None:
            key = one.requirement, one.waiver['reason'], one.waiver['owner'], one.waiver['until']
            self._own.setdefault(key, []).append(node['name'])
            return one.waiver['until']
        best = waivers.of(self._active, one.node, node['labels'], one.requirement)
        if best is None:
            return None
        self._covered[best['id']] = self._covered.get(best['id'], 0) + 1
        return best['until']

    def trees(self) -> List[Tree]:
        """As the report has them: those that nobody ended first, by the day on which they end."""
        found = [dict(kind=one['scope_kind'], scope=one['scope'], requirement=one['requirement'], reason=one['reason'],
                      owner=one['owner'], until=one['until'], by=one['by'], created=stamp(one['created']),
                      ended=stamp(one['ended']), ended_by=one['ended_by'], nodes=self._covered.get(one['id'], 0))
                 for one in self._held]
        found += [dict(kind=_CONFIG, scope=names[0] if len(names) == 1 else '', requirement=requirement, reason=reason,
                       owner=owner, until=until, by='', created=None, ended=None, ended_by='', nodes=len(names))
                  for (requirement, reason, owner, until), names in self._own.items()]
        return sorted(found, key=lambda one: (one['ended'] is not None, one['until'], one['requirement'], one['scope']))


def _concerns(waiver: Tree, nodes: Mapping[int, Tree]) -> bool:
    if waiver['scope_kind'] == waivers.NODE:
        return waiver['node'] in nodes
    name, _, value = waiver['scope'].partition('=')
    return waiver['scope_kind'] == waivers.ALL or any(one['labels'].get(name) == value for one in nodes.values())


def _end(waiver: Tree) -> float:
    """When a waiver ended, or ends."""
    day = epoch.of(waiver['until'] + 'T00:00:00Z') + DAY
    return min(day, waiver['ended']) if waiver['ended'] is not None else day
