"""/: what is wrong with the fleet, and the grid of nodes by requirements."""
from nodeprep import catalogue
from nodeprep.language import ENGLISH_TEXTS, N_, Language
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import asked, grid, grouping, proposals
from nodeprep.master.web import frame, query, render, words
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

PER, PER_GROUPS = 50, 50
# (standing, the words after 'One node', 'n nodes' and among more of them)
_WRONG = ((asked.DRIFTED, N_('is not fit'), N_('are not fit'), N_('{count} not fit')),
          (asked.UNKNOWN, N_('cannot be told'), N_('cannot be told'), N_('{count} cannot be told')),
          (asked.SILENT, N_('is silent'), N_('are silent'), N_('{count} silent')),
          (asked.QUARANTINED, N_('is quarantined'), N_('are quarantined'), N_('{count} quarantined')))


class Fleet(NamedTuple):
    """What the page shows. `standings` are of all nodes, `shown` of those that are asked for; `by` is how it groups."""

    standings: Dict[str, int]
    shown: Dict[str, int]
    columns: grid.Columns
    totals: Dict[str, Dict[str, int]]
    rows: List[grid.Row]
    groups: List[grouping.Group]
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

    asked_for = request.query.get('group', '')
    if not asked_for.startswith('label:'):
        query.chosen(request, 'group', tuple(grouping.GROUPS), '')

    def look(cursor: Any) -> Fleet:
        query.sure(cursor, about)
        choices = grid.choices(cursor)
        labels = [f'label:{name}' for name in choices['label']]
        by = asked_for if asked_for in (*grouping.GROUPS, *labels) else ''     # a label may be gone
        groups = grouping.groups(cursor, about, by) if by else []
        shown = grouping.stood(groups) if by else grid.standings(cursor, about)
        everyone = grid.standings(cursor) if about.anything else shown
        paging = query.paging(where, request, len(groups) if by else sum(shown.values()), PER_GROUPS if by else PER)
        first, columns = (paging.page - 1) * PER_GROUPS, grid.columns(cursor, catalogue.ids())
        totals = grouping.summed(groups) if by else grid.totals(cursor, about)
        return Fleet(
            everyone, shown, columns, totals,
            [] if by else grid.rows(cursor, about, order, paging.page, PER), groups[first:first + PER_GROUPS],
            grid.worst(cursor, columns.names, known=None if about.anything else totals),
            proposals.waiting_for(cursor), choices, paging, by)
    around, fleet = await frame.around(request, master, '/', look)
    return await render.answer(
        master, 'fleet.html', frame=around, fleet=fleet, about=about, where=where, order=order, by=fleet.by,
        headline=headline(fleet, around.language), groups=_groups(fleet.choices, around.language),
        narrowed=_narrowing(fleet.by),
        standings=asked.STANDINGS, bar=_bar(fleet.standings), total=sum(fleet.standings.values()))


def headline(fleet: Fleet, _: Language = ENGLISH_TEXTS) -> str:
    """The state of the fleet in a sentence: what is wrong comes first."""
    total = sum(fleet.standings.values())
    if not total:
        return _('No node has joined yet')
    wrong = [(fleet.standings[name], is_, are, among) for name, is_, are, among in _WRONG if fleet.standings.get(name)]
    if not wrong:
        return _fit(total, total - fleet.standings.get(asked.NEW, 0), _)
    count, is_, are, among = wrong[0]
    if total == 1:
        return _('The one node {is_so}', is_so=_(is_))
    said = _('{count} of {total} nodes {are_so}', count=words.number(count), total=words.number(total),
             are_so=_(is_ if count == 1 else are))
    return _(', ').join([said] + [_(among, count=words.number(count)) for count, is_, are, among in wrong[1:]])


def _fit(total: int, fit: int, _: Language) -> str:
    if not fit:
        return _('No node has reported yet')
    if fit == 1:
        return _('The one node is fit') if total == 1 else _('The one node that has reported is fit')
    if fit < total:
        return _('All {count} nodes that have reported are fit', count=words.number(fit))
    return _('Both nodes are fit') if fit == 2 else _('All {count} nodes are fit', count=words.number(fit))


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


def _groups(choices: Dict[str, List[str]], _: Language) -> List[Tuple[str, str]]:
    """What the nodes can be grouped by: value and name."""
    return [('', _('no grouping')), ('role', _('role')), ('os', _('system')), ('standing', _('verdict')),
            ('kubernetes', 'Kubernetes'), ('agent', _('version of the agent'))] + \
        [(f'label:{name}', _('label {name}', name=name)) for name in choices['label']]


def _narrowing(by: str) -> str:
    """The value of the query that narrows to one group; '' when none does."""
    return 'label' if by.startswith('label:') else by if by in ('role', 'os', 'standing') else ''
