"""/waivers: who answers for what is not met, and until when."""
from nodeprep.language import N_, Language
from nodeprep.master.http import response
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import grid, nodes, settled, shelves, waivers
from nodeprep.master.store.asked import Asked
from nodeprep.master.web import forms, frame, query, render, said, words
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, Optional, Tuple

_FIELDS = ('scope_kind', 'scope', 'requirement', 'reason', 'owner', 'until')
SOON = 7 * 86400.0


async def show(request: Request, master: Any) -> Response:
    """GET /waivers; `scope` and `requirement` of the query fill in the form."""
    asked = request.query
    await master.read(lambda cursor: _sure(cursor, asked))
    form = dict.fromkeys(_FIELDS, '')
    form.update((name, asked[name][:forms.LONGEST]) for name in ('scope', 'requirement') if name in asked)
    form['scope_kind'] = 'node'
    return await _page(request, master, form, {})


def _sure(cursor: Any, asked: Dict[str, str]) -> None:
    """Problem 400, 404 for what would stand in the form and name nothing."""
    query.sure(cursor, Asked(requirement=asked.get('requirement', '')))
    scope = asked.get('scope', '')
    there = nodes.find(cursor, scope)
    if scope and '=' not in scope and (there is None or there[1] == nodes.FORGOTTEN):
        raise Problem(404, N_('There is no node {name}.'), about={'name': shown(scope[:forms.LONGEST])})


async def _page(request: Request, master: Any, form: Dict[str, str], wrong: Dict[str, str]) -> Response:
    now = master.clock()
    today = words.day(now)

    def look(cursor: Any) -> Any:
        return shelves.active_waivers(cursor, today), shelves.past_waivers(cursor, today), grid.requirements(cursor)
    around, (active, past, requirements) = await frame.around(
        request, master, '/waivers', look, live=not wrong, said=None if wrong else said.of(request))
    return await render.answer(
        master, 'waivers.html', frame=around, active=active, past=past, requirements=requirements, form=form,
        wrong=wrong, soon=words.day(now + SOON), status=422 if wrong else 200)


async def decide(request: Request, master: Any) -> Response:
    """POST /waivers: `do` is waive (with the fields of the form) or end (with `id`). Problem 400, 403."""
    form = request.form()
    what, person, now = forms.text(form, 'do'), request.person, master.clock()
    if what == 'end':
        number = forms.number(form, 'id')
        ended, still = await master.write(lambda cursor: (
            waivers.end(cursor, number, person.name, now), waivers.beside(cursor, number, now)))
        await master.apart(settled.finish, master.store, now)
        return response.see('/waivers?done=' + ('none' if not ended else 'still-waived' if still else 'unwaived'))
    if what != 'waive':
        raise Problem(400, N_('The form is not one of this page.'))
    given = {name: forms.text(form, name) for name in _FIELDS}
    if given['scope_kind'] == 'all':
        given['scope'] = ''

    def add(cursor: Any) -> Tuple[Dict[str, str], bool]:
        wrong = _wrong(cursor, given, now, frame.language(request))
        if wrong:
            return wrong, False
        number = waivers.add(cursor, given['scope_kind'], given['scope'], given['requirement'], given['reason'],
                             given['owner'], given['until'], person.name, now)
        return {}, bool(waivers.beside(cursor, number, now))
    wrong, twice = await master.write(add)
    if wrong:
        return await _page(request, master, given, wrong)
    await master.apart(settled.finish, master.store, now)
    return response.see('/waivers?done=' + ('waived-twice' if twice else 'waived'))


def _wrong(cursor: Any, given: Dict[str, str], now: float, _: Language) -> Dict[str, str]:
    """What is wrong with a waiver, by field."""
    found: Dict[str, Optional[str]] = {
        'scope': _wrong_scope(cursor, given['scope_kind'], given['scope'], _),
        'requirement': None if given['requirement'] in grid.requirements(cursor) else _('choose a requirement'),
        'reason': None if given['reason'] else _('say why'),
        'owner': None if given['owner'] else _('say who answers for it'),
        'until': _wrong_day(given['until'], now, _)}
    return {name: said for name, said in found.items() if said}


def _wrong_scope(cursor: Any, kind: str, scope: str, _: Language) -> Optional[str]:
    if kind == 'node':
        there = nodes.find(cursor, scope)
        return None if there and there[1] != nodes.FORGOTTEN else _('there is no node of this name')
    if kind == 'label':
        name, equal, value = scope.partition('=')
        return None if name and equal and value else _('a label is written name=value')
    return None if kind == 'all' else _('choose what it is for')


def _wrong_day(day: str, now: float, _: Language) -> Optional[str]:
    from nodeprep import epoch
    try:
        epoch.of(day + ' 00:00:00Z')
    except ValueError:
        return _('a day is written YYYY-MM-DD')
    return _('the day is over') if day < words.day(now) else None
