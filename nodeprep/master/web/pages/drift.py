"""/drift: all that is not met, the longest first; what is waived and what silent nodes last told are apart."""
from nodeprep.language import N_
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import drift, grid, kept, quarantine
from nodeprep.master.web import frame, query, render
from nodeprep.typed import Any, List, Tuple

PER = 100
NAMES = ('q', 'label', 'role', 'os', 'requirement', 'show', 'order', 'page')       # that its address knows
TABS = (('drifted', N_('Drifted')), ('unknown', N_('Could not tell')), ('advised', N_('Advised')),
        ('waived', N_('Waived')), ('silent', N_('On silent nodes')))


async def show(request: Request, master: Any) -> Response:
    """GET /drift."""
    about = query.asked(request)
    kind = query.chosen(request, 'show', drift.KINDS, 'drifted')
    order = query.chosen(request, 'order', tuple(drift.ORDERS), 'longest')
    where = query.address(request, ('show', 'order', 'page'))

    def look(cursor: Any) -> Any:
        query.sure(cursor, about)
        who = about._replace(requirement='')
        nobody = who.anything and not grid.standings(cursor, who)
        counts = drift.counts(cursor, about)
        paging = query.paging(where, request, counts[kind], PER)
        return counts, paging, drift.rows(cursor, kind, about, order, paging.page, PER), grid.requirements(cursor), \
            grid.choices(cursor), quarantine.count(cursor, about), nobody
    around, (counts, paging, rows, requirements, choices, apart, nobody) = await frame.around(
        request, master, '/drift', look)
    _ = around.language
    return await render.answer(
        master, 'drift.html', frame=around, kind=kind, order=order, about=about, where=where, counts=counts,
        apart=apart, nobody=nobody, paging=paging, rows=[(row, kept.waiver(row.waiver)) for row in rows],
        requirements=requirements, choices=choices, tabs=[(name, _(said)) for name, said in TABS],
        longest=_longest(rows, order, paging))


def _longest(rows: List[drift.Row], order: str, paging: query.Paging) -> Tuple[drift.Row, ...]:
    return tuple(rows[:1]) if order == 'longest' and paging.page == 1 else ()
