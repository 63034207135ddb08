"""/sign-in, and the page of a problem. What signs in and out is session.py."""
from nodeprep.language import N_
from nodeprep.master.http import response
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.web import frame, render
from nodeprep.master.web.session import way
from nodeprep.typed import Any


async def show(request: Request, master: Any) -> Response:
    """GET /sign-in; `next` is where to go then."""
    around = frame.of(request, master.clock(), '/sign-in', {})
    return response.html(render.page('sign_in.html', frame=around, next=way(request.query.get('next', '/')),
                                     wrong=request.query.get('wrong') == '1'))


def problem(found: Problem, request: Request, now: float) -> Response:
    """The page of a problem."""
    around, _ = frame.of(request, now, '', {}), frame.language(request)
    title = _(_TITLES.get(found.status, found.title))
    made = response.html(render.page('problem.html', frame=around, title=title, detail=found.told(_)), found.status)
    return made._replace(headers=tuple(found.headers))


# The names of the statuses that a browser may meet (RFC 9110 15).
_TITLES = {400: N_('Bad Request'), 403: N_('Forbidden'), 404: N_('Not Found'), 405: N_('Method Not Allowed'),
           413: N_('The form is too large'), 415: N_('Unsupported Media Type'), 429: N_('Too Many Requests'),
           500: N_('Internal Server Error'), 503: N_('Service Unavailable')}
