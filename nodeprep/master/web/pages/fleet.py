"""/: what is wrong with the fleet, and the grid of nodes by requirements."""
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import asked, grid, proposals
from nodeprep.master.web import frame, query, render, words
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

PER, PER_GROUPS = 50, 50
_WRONG = ((asked.DRIFTED, 'not fit'), (asked.UNKNOWN, 'cannot be told'), (asked.SILENT, 'silent'),
          (asked.QUARANTINED, 'quarantined'))


class Fleet(NamedTuple):
    """What the page shows. `standings` are of all nodes, `shown` of those that are asked for; `by` is how it groups."""

    standings: Dict[str, int]
    shown: Dict[str, int]
    requirements: List[str]
    totals: Dict[str, Dict[str, int]]
    rows: List[grid.Row]
    groups: List[grid.Group]
    worst: List[grid.Worst]
    waiting: Dict[str, int]
    choices: Dict[str, List[str]]
    paging: query.Paging
    by: str = ''


async def show(request: Request, master: Any) -> Response:
    """GET /."""
    about = query.asked(request)
    where = query.address(request, ('group', 'order', 'page'))
    order = query.chosen(request, 'order', tuple(grid.ORDERS), 'worst')

    def look(cursor: Any) -> Fleet:
        choices = grid.choices(cursor)
        labels = [f'label:{name}' for name in choices['label']]
        by = query.chosen(request, 'group', list(grid.GROUPS) + labels, '')
        everyone = grid.standings(cursor)
        shown = grid.standings(cursor, about) if about.anything else everyone
        groups = grid.groups(cursor, about, by) if by else []
        paging = query.paging(where, request, len(groups) if by else sum(shown.values()), PER_GROUPS if by else PER)
        first = (paging.page - 1) * PER_GROUPS
        return Fleet(
            everyone, shown, grid.requirements(cursor), grid.totals(cursor, about),
            [] if by else grid.rows(cursor, about, order, paging.page, PER), groups[first:first + PER_GROUPS],
            grid.worst(cursor), proposals.waiting_for(cursor), choices, paging, by)
    around, fleet = await frame.around(request, master, '/', look)
    return await render.answer(
        master, 'fleet.html', frame=around, fleet=fleet, about=about, where=where, order=order, by=fleet.by,
        headline=headline(fleet), groups=_groups(fleet.choices), narrowed=_narrowing(fleet.by),
        standings=asked.STANDINGS, bar=_bar(fleet.standings), total=sum(fleet.standings.values()))


def headline(fleet: Fleet) -> str:
    """The state of the fleet in a sentence: what is wrong comes first."""
    total = sum(fleet.standings.values())
    if not total:
        return 'No node has joined yet'
    said = [(fleet.standings[name], word) for name, word in _WRONG if fleet.standings.get(name)]
    if not said:
        return _fit(total, total - fleet.standings.get(asked.NEW, 0))
    if total == 1:
        return 'The one node ' + _verb(*said[0])
    return f'{words.number(said[0][0])} of {words.number(total)} nodes {_verb(*said[0])}' + ''.join(
        f', {words.number(count)} {word}' for count, word in said[1:])


def _verb(count: int, word: str) -> str:
    return word if word.startswith('cannot') else f'{"is" if count == 1 else "are"} {word}'


def _fit(total: int, fit: int) -> str:
    if not fit:
        return 'No node has reported yet'
    if fit == 1:
        return 'The one node is fit' if total == 1 else 'The one node that has reported is fit'
    if fit < total:
        return f'All {words.number(fit)} nodes that have reported are fit'
    return 'Both nodes are fit' if fit == 2 else f'All {words.number(fit)} nodes are fit'


def _bar(standings: Dict[str, int]) -> List[Tuple[str, float, float]]:
    """(standing, x, width) of each part of a bar that is 1000 wide; what is there is seen, however little it is."""
    parts = [(name, standings[name]) for name in asked.STANDINGS if standings.get(name)]
    total = sum(count for _, count in parts)
    widths = [max(6.0, 1000.0 * count / total) for _, count in parts]
    scale = 1000.0 / sum(widths) if widths else 1.0
    found, x = [], 0.0
    for (name, _), width in zip(parts, widths):
        found.append((name, round(x, 1), round(width * scale, 1)))
        x += width * scale
    return found


def _groups(choices: Dict[str, List[str]]) -> List[Tuple[str, str]]:
    """What the nodes can be grouped by: value and name."""
    return [('', 'no grouping'), ('role', 'role'), ('os', 'system'), ('standing', 'verdict'),
            ('kubernetes', 'Kubernetes'), ('agent', 'version of the agent')] + \
        [(f'label:{name}', f'label {name}') for name in choices['label']]


def _narrowing(by: str) -> str:
    """The value of the query that narrows to one group; '' when none does."""
    return 'label' if by.startswith('label:') else by if by in ('role', 'os', 'standing') else ''
