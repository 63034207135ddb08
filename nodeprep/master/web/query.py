"""What the address of a page asks for, and the addresses of what is beside it."""
from urllib.parse import urlencode

from nodeprep.master.http.request import Request
from nodeprep.master.store.asked import Asked
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Sequence

_NAMES = {'q': 'search', 'label': 'label', 'role': 'role', 'os': 'os', 'standing': 'standing',
          'requirement': 'requirement', 'outcome': 'outcome'}
_LONGEST = 300            # letters of a value


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


def address(request: Request, names: Sequence[str] = ()) -> Address:
    """The page that was asked for, with those values of its query that it knows."""
    known = tuple(_NAMES) + tuple(names)
    return Address(request.path, {name: value[:_LONGEST] for name, value in request.query.items() if name in known})


def asked(request: Request) -> Asked:
    """Which nodes are asked for."""
    query = request.query
    return Asked(**{field: query.get(name, '').strip()[:_LONGEST] for name, field in _NAMES.items()})


def paging(where: Address, request: Request, total: int, per: int) -> Paging:
    """Which page is asked for, of a list that is `total` long; one beyond the end is the last."""
    said = request.query.get('page', '1')
    page = int(said) if said.isdecimal() and len(said) < 7 else 1
    pages = max(1, -(-total // per))
    return Paging(where, max(1, min(page, pages)), pages, total)


def chosen(request: Request, name: str, choices: Sequence[str], otherwise: str) -> str:
    """One of some values."""
    said: str = request.query.get(name, '')
    return said if said in choices else otherwise
