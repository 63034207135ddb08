"""Whether this master lives, and whether it can do its work."""
from nodeprep.master.http import response
from nodeprep.master.http.problem import try_again
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import ANYBODY, Route
from nodeprep.master.store.trouble import StoreTrouble
from nodeprep.typed import Any

_FINE = {'type': 'object', 'required': ['status'], 'properties': {'status': {'type': 'string'}}}


async def healthz(request: Request, master: Any) -> Response:
    """The process answers."""
    return response.json_({'status': 'ok'})


async def readyz(request: Request, master: Any) -> Response:
    """The store takes a write and answers a query, which is what a load balancer wants to know."""
    try:
        await master.write(lambda cursor: None)
        await master.look_up(lambda cursor: cursor.one('SELECT 1'))
    except StoreTrouble as error:
        raise try_again(503, error.retry_after, 'The store does not answer.') from None
    return response.json_({'status': 'ok'})


ROUTES = (
    Route('GET', '/healthz', healthz, ANYBODY, 'The process lives', answer=_FINE),
    Route('GET', '/readyz', readyz, ANYBODY, 'The store can be read and written', answer=_FINE,
          answers={503: 'It cannot.'}),
)
