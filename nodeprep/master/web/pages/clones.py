"""/clones: nodes that say they are the same machine; a person decides what becomes of the later one. And those that
other nodes of their cluster are not told of, since what they say of themselves is in doubt.
"""
from nodeprep.language import N_
from nodeprep.master import membership
from nodeprep.master.http import response
from nodeprep.master.http.gate import may
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import ADMIN, Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import clones, shelves
from nodeprep.master.web import forms, frame, render, said
from nodeprep.typed import Any

_DONE = {clones.KEEP_BOTH: 'released', clones.FORGET_FIRST: 'forgotten', clones.FORGET_LATER: 'forgotten'}


async def show(request: Request, master: Any) -> Response:
    """GET /clones."""
    def look(cursor: Any) -> Any:
        return shelves.clones(cursor), shelves.clones(cursor, open_=False, most=30), shelves.pairs_alike(cursor)
    around, (waiting, decided, pairs) = await frame.around(request, master, '/clones', look, said=said.of(request))
    return await render.answer(master, 'clones.html', frame=around, open=waiting, decided=decided, pairs=pairs,
                               left_out=await master.clusters.left_out())


async def decide(request: Request, master: Any) -> Response:
    """POST /clones: `do` is one of clones.DECISIONS, `id` the clone. To forget a node is for administrators. Problem
    400, 403.
    """
    form = request.form()
    what, number = forms.text(form, 'do'), forms.number(form, 'id')
    if what not in _DONE:
        raise Problem(400, N_('The form is not one of this page.'))
    if what != clones.KEEP_BOTH and not may(request.person, ADMIN):
        raise Problem(403, N_('To forget a node needs the role admin.'))
    person, now = request.person, master.clock()

    def work(cursor: Any) -> str:
        try:
            membership.decide(cursor, number, what, person.name, now)
        except ValueError:               # somebody was quicker
            return 'none'
        one = clones.find(cursor, number)
        others = clones.holding(cursor, one['later']) if one and what == clones.KEEP_BOTH else 0
        return f'{said.HELD}{one["kind"]}&n={others}' if one and others else _DONE[what]
    return response.see('/clones?done=' + await master.write(work))
