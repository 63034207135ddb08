"""One request, as handlers see it: its body is whole and bounded, and who asks is known."""
from urllib.parse import parse_qsl

from nodeprep.language import ENGLISH, N_
from nodeprep.master.http.problem import Problem
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Union

VIEWER, APPROVER, ADMIN = 'viewer', 'approver', 'admin'
ROLES = (VIEWER, APPROVER, ADMIN)       # each may what those before it may
FIELDS = 20000                          # of a form


class Person(NamedTuple):
    """Somebody with a user token."""

    name: str
    role: str


class NodeId(NamedTuple):
    """A node with its credential."""

    id: int
    name: str


class Request:
    """A request. `who` is None where anybody may ask; `csrf` is what a form of this session must bring along."""

    def __init__(self, method: str, path: str, headers: Dict[str, str], query: str = '', client: str = '') -> None:
        """`path` as it was sent, percent-encoded; header names in lower case; `client` is an address."""
        self.method, self.path, self.headers, self.client = method, path, headers, client
        self.raw_query = query
        self.params: Dict[str, str] = {}
        self.body = b''
        self.who: Union[Person, NodeId, None] = None
        self.csrf = ''
        self.session = ''               # the secret of the session, when a cookie has brought it
        self.language = ENGLISH         # tag of the one in which a page answers
        self._queries: Any = None

    @property
    def queries(self) -> Dict[str, List[str]]:
        """All values of each name of the query. Problem 400 when it is not UTF-8."""
        if self._queries is None:
            self._queries = _pairs(self.raw_query)
        found: Dict[str, List[str]] = self._queries
        return found

    @property
    def query(self) -> Dict[str, str]:
        """The last value of each name of the query."""
        return {name: values[-1] for name, values in self.queries.items()}

    @property
    def person(self) -> Person:
        """Who asks, on a route that is for people."""
        if not isinstance(self.who, Person):
            raise Problem(403, N_('This is for people, not for nodes.'))
        return self.who

    @property
    def node(self) -> NodeId:
        """Which node asks, on a route that is for nodes."""
        if not isinstance(self.who, NodeId):
            raise Problem(403, N_('This is for nodes, not for people.'))
        return self.who

    def json(self) -> Any:
        """The tree of the body. Problem 400 or 415 for what is none."""
        from nodeprep.master.http import bodies
        # A body that is called nothing is JSON to a program; a page of another site could send one with our cookie.
        if self.content_type != 'application/json' and (
                self.content_type or not self.body or 'cookie' in self.headers):
            raise Problem(415, N_('The body must be JSON: Content-Type: application/json.'))
        return bodies.tree(self.body)

    def json_object(self) -> Dict[str, Any]:
        """The same, which must be an object."""
        found = self.json()
        if not isinstance(found, dict):
            raise Problem(400, N_('The body must be a JSON object.'))
        return found

    def form(self) -> Dict[str, List[str]]:
        """All values of each field of a form. Problem 400 or 415 for what is none."""
        if self.content_type != 'application/x-www-form-urlencoded':
            raise Problem(415, N_('The body must be a form.'))
        try:
            return _pairs(self.body.decode('ascii'))
        except UnicodeDecodeError:
            raise Problem(400, N_('The form is not percent-encoded.')) from None

    @property
    def content_type(self) -> str:
        """The media type of the body, without parameters; '' when there is none."""
        return self.headers.get('content-type', '').partition(';')[0].strip().lower()

    def cookie(self, name: str) -> str:
        """The value of a cookie; '' when there is none, or more than one of that name."""
        found = [value for key, _, value in (part.strip().partition('=') for part in
                                             self.headers.get('cookie', '').split(';')) if key == name]
        return found[0] if len(found) == 1 else ''


def _pairs(text: str) -> Dict[str, List[str]]:
    if text.count('&') > FIELDS:
        raise Problem(400, f'More than {FIELDS} fields.')
    found: Dict[str, List[str]] = {}
    try:
        for name, value in parse_qsl(text, keep_blank_values=True, encoding='utf-8', errors='strict'):
            if '\0' in name or '\0' in value:
                raise Problem(400, N_('There is a NUL character in it.'))
            found.setdefault(name, []).append(value)
    except UnicodeError:
        raise Problem(400, N_('It is not UTF-8.')) from None
    return found
