"""Adds up the time of nodes, one after the other: by class, day, requirement, label and system.

A fleet is mostly the same: what counted as one thing on all of the span is counted by the number of nodes that are so,
and only what turned is looked at piece by piece.
"""
from nodeprep.compliance.life import Life, Still, drifts
from nodeprep.compliance.weigh import ABSENT, HERE, SILENT, WITH_SILENCE, Segment, Weights, add, classed
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.typed import Any, Dict, List, Sequence, Tuple

DAY = 86400.0
GONE, QUARANTINED, NEW = 'gone', 'quarantined', 'new'
Tree = Dict[str, Any]
Seconds = Dict[str, float]


class Sum:
    """Seconds by class of some nodes, and how many these are."""

    __slots__ = ('nodes', 'seconds', 'drifts', 'failing')

    def __init__(self) -> None:
        self.nodes, self.drifts, self.failing = 0, 0, 0
        self.seconds: Seconds = {}


class _Cut:
    """The time of a node within the span: segments that are not absent, the seconds heard and silent, those of the span
    before, and rows that were made of it.
    """

    __slots__ = ('segments', 'parts', 'heard', 'silent', 'heard_before', 'silent_before', 'rows')

    def __init__(self, segments: Sequence[Segment], since: float) -> None:
        self.segments = [one for one in segments if one[2] != ABSENT]
        self.parts = [(max(begin, since), end, how) for begin, end, how in self.segments if end > since]
        before = [(begin, min(end, since), how) for begin, end, how in self.segments if begin < since]
        self.heard, self.silent = _lengths(self.parts)
        self.heard_before, self.silent_before = _lengths(before)
        self.rows: Dict[str, Tree] = {}


class _Days:
    """Seconds by day and class. What goes on for long costs no more than what is short: where it begins and ends is
    noted, and the rest is added up at the end.
    """

    def __init__(self) -> None:
        self._rates: Dict[str, Dict[int, float]] = {}          # by class: how much more there is from a day on
        self._parts: Dict[str, Dict[int, float]] = {}          # ... and in the day before, in which that began

    def add(self, begin: float, end: float, kind: str, number: int = 1) -> None:
        """So many are of a class between two times."""
        rates, parts = self._rates.setdefault(kind, {}), self._parts.setdefault(kind, {})
        for at, more in ((begin, number), (end, -number)):
            day = int(at // DAY)
            rates[day + 1] = rates.get(day + 1, 0.0) + more
            parts[day] = parts.get(day, 0.0) + more * ((day + 1) * DAY - at)

    def total(self, since: float, until: float) -> Dict[int, Seconds]:
        """By the number of the day, for days of a span that have any."""
        found: Dict[int, Seconds] = {}
        for kind, rates in self._rates.items():
            rate = 0.0
            for day in range(int(since // DAY), int((until - 1e-6) // DAY) + 1):
                rate += rates.get(day, 0.0)
                length = rate * DAY + self._parts[kind].get(day, 0.0)
                if length > 0.0005:
                    found.setdefault(day, {})[kind] = length
        return found


class _Tally:
    """Of the nodes with the same Still: how many have time, and are members at the end; their seconds."""

    __slots__ = ('nodes', 'members', 'heard', 'silent', 'heard_before', 'silent_before')

    def __init__(self) -> None:
        self.nodes, self.members = 0, 0
        self.heard, self.silent, self.heard_before, self.silent_before = 0.0, 0.0, 0.0, 0.0

    def add(self, cut: _Cut, member: bool) -> None:
        """Another one."""
        self.nodes += cut.heard + cut.silent > 0
        self.members += member
        self.heard, self.silent = self.heard + cut.heard, self.silent + cut.silent
        self.heard_before += cut.heard_before
        self.silent_before += cut.silent_before


class Ledger:
    """All that a report counts. Times are seconds since 1970; `before` is where the span begins that the overall share
    is held against, and it ends where the other one begins.
    """

    def __init__(self, since: float, until: float, before: float) -> None:
        self.since, self.until, self.before = since, until, before
        self.overall, self.earlier, self.counted = Sum(), Sum(), 0
        self.standings: Dict[str, int] = dict.fromkeys((MET, DRIFTED, UNKNOWN, SILENT, QUARANTINED, NEW), 0)
        self.days: Dict[int, Seconds] = {}
        self.requirements: Dict[str, Sum] = {}
        self.groups: Dict[Tuple[str, str], Sum] = {}
        self.systems: Dict[Tuple[str, str, str], Sum] = {}
        self._cuts: Dict[Tuple[Any, ...], _Cut] = {}
        self._alike: Dict[Still, _Tally] = {}
        self._days = _Days()

    def add(self, node: Tree, here: Sequence[Segment], life: Life, word: str) -> bool:
        """Counts a node, whose tree gets "counts_from" (a time), "share" and all that a node of the report has beside
        what it is. `here` is its presence() from `before` to `until`; `word` is HERE, SILENT, QUARANTINED or GONE: what
        it is at the end. Returns whether the report is to have it: not when it is gone and has no time.
        """
        cut = self._cut(here, life)
        there = cut.heard + cut.silent > 0
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
                add(one.seconds, _of(outcome, tally.heard, tally.silent))
                one.nodes += tally.nodes
                one.failing += tally.members if outcome in (DRIFTED, UNKNOWN) else 0
            for outcome, number in still.counts.items():
                add(self.earlier.seconds, _of(outcome, tally.heard_before * number, tally.silent_before * number))
        self.days = self._days.total(self.since, self.until)

    def _cut(self, here: Sequence[Segment], life: Life) -> _Cut:
        told = life.told
        if told > self.before:             # a member that has said nothing yet
            here = [(max(begin, told), end, how) for begin, end, how in here if end > told]
        key = tuple(here)
        found = self._cuts.get(key)
        if found is None:
            found = self._cuts[key] = _Cut(key, self.since)
        return found

    def _count(self, life: Life, cut: _Cut, member: bool, node: Tree) -> Tuple[Seconds, Dict[str, Tree]]:
        """Seconds by class of all its requirements, and the rows of those that were not whole."""
        still = life.still
        seconds = self._still(still, cut, member)
        there = cut.heard + cut.silent > 0
        rows = {name: _row(outcome, cut) for name, outcome in still.others} if there else {}
        whole = {MET: still.met, NOT_APPLICABLE: still.not_applicable} if there else {MET: [], NOT_APPLICABLE: []}
        for name, parts in life.stretches.items():
            own, number = self._pieces(cut, parts), drifts(parts, self.since) if member or there else 0
            if not own and not number:
                continue
            add(seconds, own)
            self._requirement(name, own, number, member and parts[-1][2] in (DRIFTED, UNKNOWN))
            state = NOT_APPLICABLE if NOT_APPLICABLE in own else MET
            if not number and _same(own, _of(state, cut.heard, cut.silent)):
                whole[state] = sorted([*whole[state], name])
            else:
                shown = rounded(own)
                rows[name] = {'share': Weights(shown).rounded, 'seconds': shown, 'drifts': number}
        node['whole'] = whole
        return seconds, dict(sorted(rows.items()))

    def _still(self, still: Still, cut: _Cut, member: bool) -> Seconds:
        """Of the requirements that never turned; by day they are counted here, the rest when all nodes are there."""
        tally = self._alike.get(still)
        if tally is None:
            tally = self._alike[still] = _Tally()
        tally.add(cut, member)
        for begin, end, how in cut.parts:
            for outcome, number in ((SILENT, still.with_silence),) if how == SILENT else still.counts.items():
                self._days.add(begin, end, outcome, number)
        seconds = {outcome: number * cut.heard for outcome, number in still.counts.items()}
        if still.with_silence:
            seconds[SILENT] = still.with_silence * cut.silent
        return seconds

    def _pieces(self, cut: _Cut, parts: Sequence[Segment]) -> Seconds:
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


def rounded(seconds: Seconds) -> Seconds:
    """Milliseconds, by class in order; a class without time is left out."""
    return {name: round(length, 3) for name, length in sorted(seconds.items()) if round(length, 3) > 0}


def _lengths(parts: Sequence[Segment]) -> Tuple[float, float]:
    heard: List[float] = [end - begin for begin, end, how in parts if how == HERE]
    silent = [end - begin for begin, end, how in parts if how == SILENT]
    return sum(heard), sum(silent)


def _of(state: str, heard: float, silent: float) -> Seconds:
    """Of a requirement that was nothing else."""
    return {state: heard, SILENT: silent} if state in WITH_SILENCE else {state: heard}


def _row(state: str, cut: _Cut) -> Tree:
    found = cut.rows.get(state)
    if found is None:
        shown = rounded(_of(state, cut.heard, cut.silent))
        found = cut.rows[state] = {'share': Weights(shown).rounded, 'seconds': shown, 'drifts': 0}
    return found


def _same(one: Seconds, other: Seconds) -> bool:
    return set(one) <= set(other) and all(abs(one.get(name, 0.0) - length) < 0.0005 for name, length in other.items())
