"""/approvals: the plans that wait for a person, each read once for all nodes that propose it."""
from nodeprep.language import N_
from nodeprep.master.http import response
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import deciding, grid, proposals, quarantine
from nodeprep.master.store.asked import Asked
from nodeprep.master.web import forms, frame, query, render, said
from nodeprep.typed import Any

PER = 10
FILTER = ('q', 'requirement', 'label')       # all that narrows what is shown, and so what *Approve all* is about


async def show(request: Request, master: Any) -> Response:
    """GET /approvals."""
    about = query.asked(request)
    where = query.address(request, ('page',))

    def look(cursor: Any) -> Any:
        query.sure(cursor, about)
        page = query.paging(where, request, PER * 10**6, PER).page
        total, plans = proposals.proposed(cursor, about, page, PER)
        return proposals.waiting(cursor), query.paging(where, request, total, PER), plans, \
            proposals.decided(cursor, 1, 20), grid.requirements(cursor), grid.choices(cursor), \
            quarantine.count(cursor, about)
    around, (waiting, paging, plans, decided, requirements, choices, apart) = await frame.around(
        request, master, '/approvals', look, said=said.of(request))
    return await render.answer(
        master, 'approvals.html', frame=around, waiting=waiting, apart=apart, about=about, paging=paging, plans=plans,
        decided=decided, requirements=requirements, choices=choices,
        filters=[(name, where.values[name]) for name in FILTER if name in where.values])


async def decide(request: Request, master: Any) -> Response:
    """POST /approvals: `do` (approve, deny; approve-all, deny-all), `digest` of the plan that was shown, `id` of each
    approval or, for all, the filter and when they were `seen`; `reason`; `back`: a node to go to. Problem 400, 403.
    """
    form = request.form()
    what, digest, reason = forms.text(form, 'do'), forms.text(form, 'digest'), forms.text(form, 'reason')
    answer, _, every = what.partition('-')
    if answer not in ('approve', 'deny') or every not in ('', 'all') or not digest:
        raise Problem(400, N_('The form is not one of this page.'))
    person, now, ticked = request.person, master.clock(), form.get('id', [])
    seen = forms.moment(form, 'seen')

    def work(cursor: Any) -> int:
        chosen = ticked
        if every:
            chosen = proposals.ids(cursor, Asked(search=forms.text(form, 'q'), label=forms.text(form, 'label'),
                                                 requirement=forms.text(form, 'requirement')), digest, seen)
        return deciding.decide(cursor, chosen, digest, answer == 'approve', person.name, now,
                               now + forms.valid(master), reason)
    count = await master.write(work) if ticked or every else 0
    word = ('denied' if answer == 'deny' else 'approved') if count else 'none' if ticked or every else 'nothing'
    back = forms.text(form, 'back')
    path = forms.node(back) if back else '/approvals'
    kept = {name: forms.text(form, name) for name in FILTER}
    return response.see(query.Address(path, {} if back else kept).with_(done=word, n=count if count else None))
