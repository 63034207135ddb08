"""/sign-in, and the page of a problem. What signs in and out is session.py."""
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
    around = frame.of(request, now, '', {})
    made = response.html(render.page('problem.html', frame=around, problem=found), found.status)
    return made._replace(headers=tuple(found.headers))
