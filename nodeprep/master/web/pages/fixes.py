"""/fixes: what was changed on nodes to mend them, the newest first: when, who allowed it, and what came of it."""
from nodeprep.compliance.fixes import APPROVAL, PERSON, POLICY
from nodeprep.language import N_
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import grid, mended
from nodeprep.master.web import frame, query, render
from nodeprep.typed import Any

PER = 100
TABS = ((mended.ALL, N_('All')), (mended.FAILED, N_('Not done')), (mended.UNDONE, N_('Taken back')))
WAYS = ((POLICY, N_('by mode fix')), (APPROVAL, N_('by an approval')), (PERSON, N_('by hand')))
DAYS = (('7', N_('7 days')), ('30', N_('30 days')), ('90', N_('90 days')), ('all', N_('as long as it is kept')))
_OWN = ('show', 'days', 'how', 'node', 'page')
NAMES = ('q', 'label', 'role', 'requirement', *_OWN)          # that its address knows
_DAY = 86400.0


async def show(request: Request, master: Any) -> Response:
    """GET /fixes; `node` is the whole name of one, `q` what names have in them."""
    about = query.asked(request)
    kind = query.chosen(request, 'show', mended.KINDS, mended.ALL)
    days = query.chosen(request, 'days', [name for name, _ in DAYS], '30')
    how = query.chosen(request, 'how', [name for name, _ in WAYS], '')
    where = query.address(request, _OWN)
    since = 0.0 if days == 'all' else master.clock() - int(days) * _DAY
    wanted = mended.Wanted(since, where.values.get('node', ''), how, about)

    def look(cursor: Any) -> Any:
        query.sure(cursor, about._replace(requirement=''))
        counts = mended.counts(cursor, wanted)
        paging = query.paging(where, request, counts[kind], PER)
        return counts, paging, mended.page(cursor, wanted, kind, paging.page, PER), grid.requirements(cursor), \
            grid.choices(cursor)
    around, (counts, paging, rows, requirements, choices) = await frame.around(request, master, '/fixes', look)
    _ = around.language
    return await render.answer(
        master, 'fixes.html', frame=around, kind=kind, days=days, how=how, wanted=wanted, about=about, where=where,
        counts=counts, paging=paging, rows=rows, requirements=requirements, choices=choices,
        tabs=[(name, _(said)) for name, said in TABS], ways=[(name, _(said)) for name, said in WAYS],
        spans=[(name, _(said)) for name, said in DAYS])
