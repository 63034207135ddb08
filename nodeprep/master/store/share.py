"""How much of its time the fleet was as wanted: seconds by day, requirement and outcome, each second counted once.

The states of today are walked back through the transitions. N(t) of a state changes by one at each of them, so its
integral over a day follows from how many there were and the sum of their times: the database adds up, one row for each
day, requirement and pair of states comes out, whatever the fleet's size.

What a silent node was meanwhile nobody knows: its time is silent, also where a report told it later. An absent one has
no time. Both are few and are taken node by node. weigh.py says the same of one node, slowly: the tests hold this
against it.
"""
from nodeprep.compliance import weigh
from nodeprep.master.store import asked
from nodeprep.master.store.asked import EVERYTHING, Asked
from nodeprep.typed import Any, Dict, List, Tuple

DAY = 86400.0
COUNTED = weigh.COUNTED
Times = Dict[Tuple[int, str, str], float]                      # (day number, requirement, outcome) -> seconds


def seconds(cursor: Any, begin: float, end: float, about: Asked = EVERYTHING) -> Times:
    """Between two times (seconds since 1970), for the nodes that are asked for. Days are of UTC; `end` is not in the
    future. A time that is 0 is left out.
    """
    where, args = _nodes(about)
    times: Times = {}
    standing = {(requirement, outcome): int(count) for requirement, outcome, count in cursor.all(
        f'SELECT requirement, outcome, COUNT(*) FROM state WHERE {where} GROUP BY outcome, requirement', args)}
    first = int(begin // DAY)
    moves: Dict[int, List[Any]] = {}
    # PostgreSQL rounds where SQLite cuts off.
    whole = 'FLOOR((at - ?) / 86400)' if cursor.dialect.name == 'postgresql' else 'CAST((at - ?) / 86400 AS INTEGER)'
    # Those after the end are of one more day, which gets no time.
    for day, requirement, before, outcome, count, total in cursor.all(
            f'SELECT CASE WHEN at >= ? THEN ? ELSE {whole} END, requirement, before, outcome, '
            f'COUNT(*), SUM(at) FROM transition WHERE at >= ? AND {where} GROUP BY 1, 2, 3, 4',
            (end, _AFTER, first * DAY, begin) + args):
        moves.setdefault(_AFTER if day == _AFTER else int(day) + first, []).append(
            (requirement, before, outcome, count, total))
    _back(standing, moves.get(_AFTER, ()))
    for day in range(int((end - 1e-6) // DAY), first - 1, -1):
        left, right = max(begin, day * DAY), min(end, (day + 1) * DAY)
        for key, count in standing.items():
            _add(times, (day,) + key, count * (right - left))
        for requirement, before, outcome, count, total in moves.get(day, ()):
            # Before it was told the state did not hold: that time goes to what was before.
            early = total - count * left
            _add(times, (day, requirement, outcome), -early)
            if before is not None:
                _add(times, (day, requirement, before), early)
        _back(standing, moves.get(day, ()))
    for node, holes in _holes(cursor, begin, end, about).items():
        _cut(cursor, times, node, holes, begin, end)
    return {key: value for key, value in times.items() if value > 1e-3}


_AFTER = -1


def _back(standing: Dict[Tuple[str, str], int], moves: Any) -> None:
    for requirement, before, outcome, count, _total in moves:
        standing[requirement, outcome] = standing.get((requirement, outcome), 0) - count
        if before is not None:
            standing[requirement, before] = standing.get((requirement, before), 0) + count


def _add(times: Times, key: Tuple[int, str, str], value: float) -> None:
    times[key] = times.get(key, 0.0) + value


def _nodes(about: Asked) -> Tuple[str, Tuple[Any, ...]]:
    if not about.anything:
        return '1 = 1', ()
    sql, args = asked.condition(about)
    return f'node IN (SELECT n.id FROM node n WHERE {sql})', args


def _holes(cursor: Any, begin: float, end: float, about: Asked) -> Dict[int, List[weigh.Segment]]:
    """By node: the stretches in which it was silent or absent, so that its states say nothing."""
    where, args = _nodes(about)
    told: Dict[int, List[weigh.Turn]] = {}
    for node, at, what in cursor.all(
            f'SELECT node, at, what FROM presence WHERE at < ? AND {where} ORDER BY node, at, id', (end,) + args):
        told.setdefault(node, []).append((at, what))
    found = {node: [one for one in weigh.presence(events, begin, end) if one[2]] for node, events in told.items()}
    return {node: holes for node, holes in found.items() if holes}


def _cut(cursor: Any, times: Times, node: int, holes: List[weigh.Segment], begin: float, end: float) -> None:
    """Takes the time of the holes from what the states say, and gives it to silence."""
    lives = _lives(cursor, node, begin, end)
    for left, right, kind in holes:
        for requirement, outcome, since, until in lives:
            at, last = max(left, since), min(right, until)
            while at < last:
                day = int(at // DAY)
                stop = min(last, (day + 1) * DAY)
                _add(times, (day, requirement, outcome), at - stop)
                if kind == weigh.SILENT and outcome in COUNTED:
                    _add(times, (day, requirement, kind), stop - at)
                at = stop


def _lives(cursor: Any, node: int, begin: float, end: float) -> List[Tuple[str, str, float, float]]:
    """(requirement, outcome, from, to) of one node, back from its states of today."""
    now = {requirement: (outcome, end) for requirement, outcome in cursor.all(
        'SELECT requirement, outcome FROM state WHERE node = ?', (node,))}
    found = []
    for requirement, at, before, outcome in cursor.all(
            'SELECT requirement, at, before, outcome FROM transition WHERE node = ? AND at >= ? '
            'ORDER BY at DESC, id DESC',
            (node, begin)):
        until = now.pop(requirement, (outcome, end))[1]
        if at < until:
            found.append((requirement, outcome, at, until))
        if before is not None:
            now[requirement] = before, min(at, end)
    return found + [(requirement, outcome, begin, until) for requirement, (outcome, until) in now.items()]
