"""What the address of a page asks for, and the addresses of what is beside it."""
import functools
from urllib.parse import urlencode

from nodeprep.language import N_
from nodeprep.master import misspelt
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store.asked import Asked
from nodeprep.output.words import shown
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, Sequence

_NAMES = {'q': 'search', 'label': 'label', 'role': 'role', 'os': 'os', 'standing': 'standing',
          'requirement': 'requirement', 'outcome': 'outcome'}
NODES = tuple(_NAMES)      # by what nodes are narrowed
DONE = ('done', 'n')       # what came of a form, see said.py
_LONGEST = 300            # letters of a value
_ECHOED = 60              # of what is not understood


class Address:
    """A page with its query. Empty values are left out."""

    def __init__(self, path: str, values: Dict[str, str]) -> None:
        self.path, self.values = path, {name: value for name, value in values.items() if value}

    def with_(self, **changed: Any) -> str:
        """The same with some values changed, and back on the first page unless that is what changed."""
        values = dict(self.values)
        values.pop('page', None)
        values.update((name, '' if value is None else str(value)) for name, value in changed.items())
        query = urlencode(sorted((name, value) for name, value in values.items() if value))
        return self.path + ('?' + query if query else '')


class Paging(NamedTuple):
    """Where one is among the pages of a list."""

    address: Address
    page: int
    pages: int
    total: int

    def to(self, page: int) -> str:
        """The address of another page."""
        return self.address.with_(page=page if page > 1 else None)


def knowing(show: Callable[..., Any], *names: str) -> Callable[..., Any]:
    """A page that knows these names in its address. Another one is Problem 400, as in the interface: a filter that is
    misspelt must not show everything.
    """
    @functools.wraps(show)
    async def known(request: Request, master: Any) -> Response:
        wrong = sorted(set(request.query) - set(names))
        if wrong:
            mine = ', '.join(sorted(set(names) - set(DONE))) or '-'
            raise Problem(400, N_('This page does not know {name}, which its address asks for. It knows: {names}.'),
                          about={'name': shown(wrong[0][:_ECHOED]), 'names': mine})
        answer: Response = await show(request, master)
        return answer
    return known


def address(request: Request, names: Sequence[str] = ()) -> Address:
    """The page that was asked for, with those values of its query that it knows."""
    known = tuple(_NAMES) + tuple(names)
    return Address(request.path, {name: value[:_LONGEST] for name, value in request.query.items() if name in known})


def asked(request: Request) -> Asked:
    """Which nodes are asked for."""
    query = request.query
    return Asked(**{field: query.get(name, '').strip()[:_LONGEST] for name, field in _NAMES.items()})


def paging(where: Address, request: Request, total: int, per: int) -> Paging:
    """Which page is asked for, of a list that is `total` long; one beyond the end is the last. Problem
    400 for what is no number from 1 on.
    """
    said = request.query.get('page') or '1'
    if not said.isdecimal() or len(said) > 6 or not int(said):
        raise odd('page', said)
    page = int(said)
    pages = max(1, -(-total // per))
    return Paging(where, max(1, min(page, pages)), pages, total)


def odd(name: str, value: str) -> Problem:
    """What is said of a value that means nothing here."""
    return Problem(400, N_('{name}: this page does not understand {value}.'), about={
        'name': name, 'value': shown(value[:_ECHOED])})


def sure(cursor: Any, about: Asked) -> None:
    """Problem 400 for a value that names nothing, with those that are known."""
    wrong = misspelt.first(cursor, about)
    if wrong:
        raise _unknown(wrong.field, wrong.value, wrong.known)


def _unknown(name: str, value: str, known: Sequence[str]) -> Problem:
    return Problem(400, N_('{name}: this page does not know {value}. It knows: {names}.'), about={
        'name': name, 'value': shown(value[:_ECHOED]), 'names': ', '.join(known)})


def chosen(request: Request, name: str, choices: Sequence[str], otherwise: str) -> str:
    """One of some values. Problem 400 for another one."""
    said: str = request.query.get(name, '')
    if said and said not in choices:
        raise _unknown(name, said, choices)
    return said or otherwise
