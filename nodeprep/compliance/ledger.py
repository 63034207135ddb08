"""Adds up the time of nodes, one after the other: by class, day, requirement, label and system.

A fleet is mostly the same: what counted as one thing on all of the span is counted by the number of nodes that are so,
and only what turned is looked at piece by piece.
"""
from nodeprep.compliance.cuts import Cut, Seconds, Tally, of, rounded
from nodeprep.compliance.days import Days
from nodeprep.compliance.ended import Ended
from nodeprep.compliance.life import Life, Still, drifts
from nodeprep.compliance.weigh import HERE, SILENT, Segment, Weights, add, classed
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.typed import Any, Dict, Sequence, Tuple

GONE, QUARANTINED, NEW = 'gone', 'quarantined', 'new'
Tree = Dict[str, Any]


class Sum:
    """Seconds by class of some nodes, and how many these are."""

    __slots__ = ('nodes', 'seconds', 'drifts', 'failing')

    def __init__(self) -> None:
        self.nodes, self.drifts, self.failing = 0, 0, 0
        self.seconds: Seconds = {}


class Ledger:
    """All that a report counts. Times are seconds since 1970; `before` is where the span begins that the overall share
    is held against, and it ends where the other one begins.
    """

    def __init__(self, since: float, until: float, before: float) -> None:
        self.since, self.until, self.before = since, until, before
        self.overall, self.earlier, self.counted = Sum(), Sum(), 0
        self.standings: Dict[str, int] = dict.fromkeys((MET, DRIFTED, UNKNOWN, SILENT, QUARANTINED, NEW), 0)
        self.days: Dict[int, Seconds] = {}
        self.ended = Ended(since, until)
        self.requirements: Dict[str, Sum] = {}
        self.groups: Dict[Tuple[str, str], Sum] = {}
        self.systems: Dict[Tuple[str, str, str], Sum] = {}
        self._cuts: Dict[Tuple[Any, ...], Cut] = {}
        self._alike: Dict[Still, Tally] = {}
        self._days = Days()

    def add(self, node: Tree, here: Sequence[Segment], life: Life, word: str) -> bool:
        """Counts a node, whose tree gets "counts_from" (a time), "share" and all that a node of the report has beside
        what it is. `here` is its presence() from `before` to `until`; `word` is HERE, SILENT, QUARANTINED or GONE: what
        it is at the end. Returns whether the report is to have it: not when it is gone and has no time.
        """
        cut = self._cut(here, life)
        there = cut.there
        if word == GONE and not there and not cut.heard_before + cut.silent_before:
            return False
        standing = word or life.standing()
        seconds, rows = self._count(life, cut, word in (HERE, SILENT), node)
        shown = rounded(seconds)
        node.update(counts_from=cut.parts[0][0] if there else None, share=Weights(shown).rounded, seconds=shown,
                    standing=standing, drifts=sum(row['drifts'] for row in rows.values()),
                    here={'heard': round(cut.heard, 3), 'silent': round(cut.silent, 3)}, requirements=rows)
        if there:
            self.counted += 1
            self._group(node, seconds)
        if word != GONE:
            self.standings[standing] += 1
        add(self.overall.seconds, seconds)
        return there or word != GONE

    def close(self) -> None:
        """Counts what was put off until all nodes were there."""
        for still, tally in self._alike.items():
            for name, outcome in still.by:
                one = self.requirements.setdefault(name, Sum())
                add(one.seconds, of(outcome, tally.heard, tally.silent))
                one.nodes += tally.nodes
                one.failing += tally.members if outcome in (DRIFTED, UNKNOWN) else 0
            for outcome, number in still.counts.items():
                add(self.earlier.seconds, of(outcome, tally.heard_before * number, tally.silent_before * number))
        self.days = self._days.total(self.since, self.until)

    def _cut(self, here: Sequence[Segment], life: Life) -> Cut:
        told = life.told
        if told > self.before:             # a member that has said nothing yet
            here = [(max(begin, told), end, how) for begin, end, how in here if end > told]
        key = tuple(here)
        found = self._cuts.get(key)
        if found is None:
            found = self._cuts[key] = Cut(key, self.since)
        return found

    def _count(self, life: Life, cut: Cut, member: bool, node: Tree) -> Tuple[Seconds, Dict[str, Tree]]:
        """Seconds by class of all its requirements, and the rows of those that were not whole."""
        still = life.still
        seconds = self._still(still, cut, member)
        there = cut.there
        rows = {name: cut.row(outcome) for name, outcome in still.others} if there else {}
        whole = {MET: still.met, NOT_APPLICABLE: still.not_applicable} if there else {MET: [], NOT_APPLICABLE: []}
        for name, parts in life.stretches.items():
            own, number = self._pieces(cut, parts), drifts(parts, self.since) if member or there else 0
            if not own and not number:
                continue
            add(seconds, own)
            if number or DRIFTED in own:
                self.ended.add(node['name'], name, parts)
            self._requirement(name, own, number, member and parts[-1][2] in (DRIFTED, UNKNOWN))
            state = NOT_APPLICABLE if NOT_APPLICABLE in own else MET
            if not number and _same(own, of(state, cut.heard, cut.silent)):
                whole[state] = sorted([*whole[state], name])
            else:
                shown = rounded(own)
                rows[name] = {'share': Weights(shown).rounded, 'seconds': shown, 'drifts': number}
        node['whole'] = whole
        return seconds, dict(sorted(rows.items()))

    def _still(self, still: Still, cut: Cut, member: bool) -> Seconds:
        """Of the requirements that never turned; by day they are counted here, the rest when all nodes are there."""
        tally = self._alike.get(still)
        if tally is None:
            tally = self._alike[still] = Tally()
        tally.add(cut, member)
        for begin, end, how in cut.parts:
            for outcome, number in ((SILENT, still.with_silence),) if how == SILENT else still.counts.items():
                self._days.add(begin, end, outcome, number)
        seconds = {outcome: number * cut.heard for outcome, number in still.counts.items()}
        if still.with_silence:
            seconds[SILENT] = still.with_silence * cut.silent
        return seconds

    def _pieces(self, cut: Cut, parts: Sequence[Segment]) -> Seconds:
        own: Seconds = {}
        for begin, end, kind in classed(cut.segments, parts):
            if begin < self.since:
                add(self.earlier.seconds, {kind: min(end, self.since) - begin})
                begin = self.since
            if end > begin:
                own[kind] = own.get(kind, 0.0) + (end - begin)
                self._days.add(begin, end, kind)
        return own

    def _requirement(self, name: str, seconds: Seconds, number: int, failing: bool) -> None:
        one = self.requirements.get(name)
        if one is None:
            one = self.requirements[name] = Sum()
        add(one.seconds, seconds)
        one.nodes, one.drifts, one.failing = one.nodes + 1, one.drifts + number, one.failing + failing

    def _group(self, node: Tree, seconds: Seconds) -> None:
        os = node['os']
        into = [self.systems.setdefault((os['id'], os['version'], os['name']), Sum())]
        into += [self.groups.setdefault(label, Sum()) for label in node['labels'].items()]
        for one in into:
            one.nodes += 1
            add(one.seconds, seconds)


def _same(one: Seconds, other: Seconds) -> bool:
    return set(one) <= set(other) and all(abs(one.get(name, 0.0) - length) < 0.0005 for name, length in other.items())
