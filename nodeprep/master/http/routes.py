"""The table of routes: what is asked for, who may, and what OpenAPI says of it."""
from urllib.parse import unquote_to_bytes

from nodeprep.language import N_
from nodeprep.master.http.bodies import SMALL
from nodeprep.master.http.problem import Problem, of_method
from nodeprep.master.http.request import ADMIN, APPROVER, VIEWER
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Iterable, List, Optional, Tuple

ANYBODY, NODE = 'anybody', 'node'        # the others are the roles of people: VIEWER, APPROVER, ADMIN


__all__ = ['ADMIN', 'ANYBODY', 'APPROVER', 'NODE', 'VIEWER', 'Query', 'Route', 'Table', 'Work']


class Query(NamedTuple):
    """What a name in the query means, and the JSON Schema of its value."""

    about: str
    schema: Dict[str, Any] = {'type': 'string'}


class Work(NamedTuple):
    """What a request asks the process that writes (scribe.py): `what` names it, `letter` holds it, and `answer` makes
    the Response of what became of it.
    """

    what: str
    letter: bytes
    answer: Callable[[Any], Any]


class Route(NamedTuple):
    """One method of one address. In a pattern `{name}` is one segment of the path, decoded.

    `page`: for a browser: it may sign in by cookie, and its problems are pages.
    `body` and `answer` are JSON Schemas; `query` is what may stand in the query, by name.
    """

    method: str
    pattern: str
    handler: Callable[..., Any]          # async (request, master) -> Response
    who: str
    summary: str = ''
    page: bool = False
    most: int = SMALL                    # bytes of a body as it comes
    inflated: int = SMALL                # and unpacked
    query: Dict[str, Query] = {}
    body: Any = None
    answer: Any = None
    success: int = 200
    answers: Dict[int, str] = {}         # further statuses that this route gives, and when
    kind: str = 'application/json'       # of the answer
    also: Tuple[str, ...] = ()           # other kinds that it may be of, as texts
    at_once: Optional[Callable[..., Work]] = None      # (request, master): the handler for short bodies, see quick.py


class Table:
    """All routes. ValueError when two are for the same."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = list(routes)
        self._fixed: Dict[str, Dict[str, Route]] = {}
        self._patterns: Dict[int, List[Tuple[List[str], Dict[str, Route]]]] = {}
        for route in self.routes:
            methods = self._methods(route.pattern)
            if route.method in methods:
                raise ValueError(f'two routes for {route.method} {route.pattern}')
            methods[route.method] = route

    def find(self, method: str, path: str) -> Tuple[Route, Dict[str, str]]:
        """The route, and what its `{name}`s are. Problem 400, 404, 405. HEAD is GET without a body."""
        found = self._fixed.get(path)
        if found is not None:
            return _chosen(found, method), {}
        parts = path.split('/')
        for pattern, methods in self._patterns.get(len(parts), ()):
            if all(one == part or one[:1] == '{' and part for one, part in zip(pattern, parts)):
                return _chosen(methods, method), {one[1:-1]: _decoded(part) for one, part in zip(pattern, parts)
                                                  if one[:1] == '{'}
        raise Problem(404, N_('There is nothing at this address.'))

    def _methods(self, pattern: str) -> Dict[str, Route]:
        if '{' not in pattern:
            return self._fixed.setdefault(pattern, {})
        parts = pattern.split('/')
        alike = self._patterns.setdefault(len(parts), [])
        for known, methods in alike:
            if known == parts:
                return methods
        alike.append((parts, {}))
        return alike[-1][1]


def _chosen(methods: Dict[str, Route], method: str) -> Route:
    found = methods.get('GET' if method == 'HEAD' else method)
    if found is None:
        raise of_method(sorted(methods) + (['HEAD'] if 'GET' in methods else []))
    return found


def _decoded(segment: str) -> str:
    try:
        found = unquote_to_bytes(segment).decode('utf-8')
    except UnicodeDecodeError:
        raise Problem(400, N_('The address is not UTF-8.')) from None
    if '\0' in found:
        raise Problem(400, N_('There is a NUL character in the address.'))
    return found
