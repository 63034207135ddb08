"""The ASGI application: finds the route, lets in who may, reads the body, calls the handler, answers."""
import asyncio
import re
import traceback
from urllib.parse import quote

from nodeprep.language import N_
from nodeprep.language.accepting import accepted
from nodeprep.master.http import bodies, gate, response
from nodeprep.master.http.problem import Problem, try_again
from nodeprep.master.http.quick import Quick
from nodeprep.master.http.request import NodeId, Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import Route, Table
from nodeprep.master.known import CHALLENGE
from nodeprep.master.secret import redacted
from nodeprep.master.store.nodes import NotMember
from nodeprep.master.store.trouble import StoreTrouble
from nodeprep.typed import Any, Callable, Dict, Optional, Tuple

EVERY = 10.0              # seconds between two lines of the log about the store
ONCE = ('authorization', 'host', 'content-length', 'content-type', 'content-encoding', 'transfer-encoding', 'origin')
# RFC 9110 7.2 and 4.2.2: the host of an https URI is not empty. RFC 3986 3.2.2.
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]{2,}\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::\d*)?", re.ASCII)
NAMES = 200               # of headers that are remembered
_NAMES: Dict[bytes, str] = {}


class App:
    """The application of one master. `show` makes a page of a problem, for people with a browser."""

    def __init__(self, master: Any, table: Table,
                 show: Optional[Callable[[Problem, Request], Response]] = None) -> None:
        self._master, self._table, self._show = master, table, show
        self._told = float('-inf')
        self.quick = Quick(self, master)

    async def __call__(self, scope: Dict[str, Any], receive: Any, send: Any) -> None:
        """One request of ASGI 2.0 or later."""
        if scope['type'] != 'http':
            raise ValueError(f'{scope["type"]} is not spoken here')
        answer = await self.answered(scope, receive)
        headers = [(name.lower().encode('ascii'), value.encode('latin-1')) for name, value in answer.whole()]
        await send({'type': 'http.response.start', 'status': answer.status, 'headers': headers})
        await send({'type': 'http.response.body', 'body': b'' if scope['method'] == 'HEAD' else answer.body})

    async def answered(self, scope: Dict[str, Any], receive: Any) -> Response:
        """The answer to a request, whatever happens. "nodeprep.body" of a scope is the body that is there already."""
        request, route = Request(scope['method'], '/', {}), None
        try:
            request = _request(scope)
            request.language = self._master.settings.language or accepted(request.headers.get('accept-language', ''))
            route, request.params = self._table.find(request.method, request.path)
            return await self._handled(route, request, receive, scope.get('nodeprep.body'))
        except asyncio.CancelledError:  # an Exception before Python 3.8
            raise
        except Exception as error:      # noqa: BLE001  # whatever it is, the others are served on
            return self.failed(error, route, request)

    def meant(self, scope: Dict[str, Any]) -> Tuple[Request, Route]:
        """A request without its body, and its route. Problem."""
        request = _request(scope)
        return request, self._table.find(request.method, request.path)[0]

    def failed(self, error: Exception, route: Optional[Route], request: Request) -> Response:
        """The answer to a request that ended with an error. What is a fault of ours, or of the store, is told."""
        if isinstance(error, Problem):
            return self._problem(error, route, request)
        if isinstance(error, NotMember):
            return self._problem(Problem(401, 'This node is a member no more.', CHALLENGE), route, request)
        if isinstance(error, StoreTrouble):
            self._trouble(str(error))
            later = try_again(503, error.retry_after, N_('The master cannot keep or find anything at the moment.'))
            return self._problem(later, route, request)
        self._master.log(f'a fault in nodeprep ({type(error).__name__}), at {request.method} '
                         f'{route.pattern if route else "?"}; please report it:\n{_where(error)}')
        return self._problem(Problem(500, N_('This is a fault in nodeprep; its log says more.')), route, request)

    async def _handled(self, route: Route, request: Request, receive: Any, ready: Optional[bytes]) -> Response:
        await gate.admit(request, route, self._master.known)
        if not isinstance(request.who, NodeId):
            return await self._worked(route, request, receive, ready)
        try:
            await self._master.budgets.begin(request.who.id, route.pattern)
        except Problem as found:
            found.headers += bodies.unread(request.headers)
            raise
        try:
            return await self._worked(route, request, receive, ready)
        finally:
            self._master.budgets.end(request.who.id, route.pattern)

    async def _worked(self, route: Route, request: Request, receive: Any, ready: Optional[bytes]) -> Response:
        if request.method in gate.SAFE:
            return await self._answer(route, request)
        if ready is None:
            packed = await bodies.whole(receive, request.headers.get('content-length', ''), route.most)
        elif len(ready) <= route.most:
            packed = ready
        else:
            raise bodies.too_long(route.most)
        coding = request.headers.get('content-encoding', '')
        if not bodies.heavy(packed, coding):
            request.body = bodies.inflated(packed, coding, route.inflated)
            return await self._answer(route, request)
        async with self._master.heavy:           # few of them are in memory at once
            request.body = await self._master.apart(bodies.inflated, packed, coding, route.inflated)
            return await self._answer(route, request)

    async def _answer(self, route: Route, request: Request) -> Response:
        if isinstance(request.who, NodeId):
            self._master.budgets.spend(request.who.id, 1, len(request.body))
        if route.page and request.method not in gate.SAFE:
            gate.check_form(request)
        answer: Response = await route.handler(request, self._master)
        return answer

    def _trouble(self, said: str) -> None:
        """Tells the log, where ten thousand nodes may ask for the same in vain, now and then."""
        now = self._master.monotonic()
        if now - self._told >= EVERY:
            self._told = now
            self._master.log(redacted(f'the store: {said}'))

    def _problem(self, found: Problem, route: Optional[Route], request: Request) -> Response:
        if route is None or not route.page:
            browser = route is None and 'text/html' in request.headers.get('accept', '')
            return self._show(found, request) if browser and self._show else response.problem(found)
        if found.status == 401:
            back = request.path + ('?' + request.raw_query if request.raw_query else '')
            return response.see('/sign-in?next=' + quote(back if request.method in gate.SAFE else '/', safe=''))
        return self._show(found, request) if self._show else response.problem(found)


def _request(scope: Dict[str, Any]) -> Request:
    if scope['http_version'] not in ('1.0', '1.1'):
        raise Problem(505, N_('HTTP/1.1 is spoken here.'), bodies.CLOSE)
    headers: Dict[str, str] = {}
    for raw_name, raw in scope['headers']:
        name, value = _NAMES.get(raw_name) or _named(raw_name), raw.decode('latin-1')
        if name in headers:
            if name in ONCE:
                raise Problem(400, f'The header {name} is there twice.', bodies.CLOSE)
            value = headers[name] + ('; ' if name == 'cookie' else ', ') + value
        headers[name] = value
    host = headers.get('host', 'old' if scope['http_version'] == '1.0' else '')
    if not _HOST.fullmatch(host):                   # RFC 9112 3.2
        raise Problem(400, N_('The header Host is not there, or names no host.'), bodies.CLOSE)
    raw_path = scope.get('raw_path') or quote(scope['path']).encode('ascii')
    client = scope.get('client')
    try:
        path = raw_path.partition(b'?')[0].decode('ascii')
        query = scope['query_string'].decode('ascii')
    except UnicodeDecodeError:
        raise Problem(400, N_('The address is not percent-encoded.')) from None
    return Request(scope['method'], path, headers, query, client[0] if client else '')


def _named(raw: bytes) -> str:
    """The name of a header in lower case. Problem 400."""
    name = raw.decode('latin-1').lower()
    if ' ' in name or '\t' in name:                 # older parsers let it through; RFC 9112 5.1 forbids it
        raise Problem(400, N_('A header has a blank in its name.'), bodies.CLOSE)
    if len(_NAMES) < NAMES:
        _NAMES[raw] = name
    return name


def _where(error: BaseException) -> str:
    """The places that an exception went through, and what it says: without the lines' own text, which may be long."""
    places = [f'  {frame.filename}:{frame.lineno} {frame.name}' for frame in traceback.extract_tb(error.__traceback__)]
    return redacted('\n'.join(places + [f'  {type(error).__name__}: {str(error)[:300]}']))
