"""What agents say all day, taken without a task: the head is one that came before (heads.py), who asks is remembered,
the body is short and there already, and nobody waits for anything but the process that writes.

This saves a third of what a heartbeat costs the process that serves. All else goes the ordinary way through app.py,
which means the same.
"""
from nodeprep.master.http import bodies
from nodeprep.master.http.heads import Heads
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.routes import NODE, Route
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict

_MOST = 16                 # headers: an agent sends eight, and a short line costs more memory than room in a head
_BEARER = len('Bearer ')
_UNUSUAL = ('transfer-encoding', 'expect', 'upgrade', 'connection')


class Meaning(NamedTuple):
    """What a head asks for. `coding`: how its body is packed."""

    route: Route
    work: Any                  # its at_once
    path: str
    headers: Dict[str, str]
    coding: str


class Quick:
    """The quick way of one http.app.App."""

    def __init__(self, app: Any, master: Any) -> None:
        self._app, self._master = app, master
        self._heads = Heads()

    def learn(self, data: bytes, incoming: Any) -> None:
        """`data` was found to be one whole request: its head is remembered when the next like it may go the quick way,
        and who asks is known, since others should hold no memory here.
        """
        try:
            request, route = self._app.meant(incoming.scope(''))
        except Problem:
            return
        coding = request.headers.get('content-encoding', '')
        if route.at_once is not None and route.who == NODE and incoming.version == '1.1' and incoming.keep \
                and not request.raw_query and not any(name in request.headers for name in _UNUSUAL) \
                and len(request.headers) <= _MOST \
                and self._master.known.remembered(request.headers.get('authorization', '')[_BEARER:]) is not None:
            headers = {name: value for name, value in request.headers.items()
                       if name not in ('authorization', 'content-length')}
            self._heads.remember(data, Meaning(route, route.at_once, request.path, headers, coding))

    def take(self, data: bytes, connection: Any) -> bool:
        """Whether `data`, with which a request begins, was all of it and is being answered."""
        found = self._heads.find(data)
        master = self._master
        if found is None or master.scribe is None:
            return False
        meaning: Meaning = found.meaning
        body = data[found.body:]
        if len(body) != found.length or bodies.heavy(body, meaning.coding):
            return False
        who = master.known.remembered(found.secret.decode('ascii'))
        if who is None or not master.budgets.at_once(who.id, meaning.route.pattern):
            return False
        request = Request('POST', meaning.path, meaning.headers, '', connection.client)
        request.who = who
        answer = _Answer(self._app, master.budgets, connection, meaning.route, request)
        try:
            request.body = bodies.inflated(body, meaning.coding, meaning.route.inflated)
            master.budgets.spend(who.id, 1, len(request.body))
            work = meaning.work(request, master)
            answer.made = work.answer
            master.scribe.put(work.what, work.letter, answer)
        except Exception as error:         # noqa: BLE001  # failed() knows all of them
            answer.set_exception(error)
        return True


class _Answer:
    """In the place of a future, which would be looked at a turn of the loop later."""

    __slots__ = ('_app', '_budgets', '_connection', '_incoming', '_request', '_route', 'made')

    def __init__(self, app: Any, budgets: Any, connection: Any, route: Route, request: Request) -> None:
        self._app, self._budgets, self._connection = app, budgets, connection
        self._route, self._request, self._incoming = route, request, connection.begun()
        self.made: Any = None

    def done(self) -> bool:
        """As a future has it: nobody takes one of these back."""
        return False

    def set_result(self, result: Any) -> None:
        """It is written."""
        try:
            answer = self.made(result)
        except Exception as error:         # noqa: BLE001  # failed() knows all of them
            self.set_exception(error)
        else:
            self._give(answer)

    def set_exception(self, error: Exception) -> None:
        """It is not."""
        self._give(self._app.failed(error, self._route, self._request))

    def _give(self, answer: Any) -> None:
        self._budgets.end(self._request.node.id, self._route.pattern)
        self._connection.give(self._incoming, answer)
