"""Who may ask what. Nothing of a request but its head has been read when this decides."""
from nodeprep.language import N_
from nodeprep.master import secret
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import ROLES, NodeId, Person, Request
from nodeprep.master.http.routes import ANYBODY, NODE, Route
from nodeprep.master.known import CHALLENGE
from nodeprep.typed import Any

COOKIE = '__Host-nodeprep'               # browsers take this name over TLS from this very host alone (RFC 6265bis)
SAFE = ('GET', 'HEAD')


async def admit(request: Request, route: Route, known: Any) -> None:
    """Finds out who asks and fills it in. Problem 400, 401, 403, 429.

    A cookie counts for pages and for what only reads: a form of another site could send it along.
    """
    if route.page and request.method not in SAFE:
        same_site(request)
    if 'authorization' in request.headers:
        if route.who == ANYBODY:
            return
        request.who = await known.bearer(bearer(request.headers['authorization']), request.client)
    elif request.cookie(COOKIE) and (route.page or request.method in SAFE):
        found = await known.session(request.cookie(COOKIE), request.client)
        if found is not None:
            request.who, request.session = found.person, found.secret
            request.csrf = secret.derived(found.secret, 'csrf')
    if route.who != ANYBODY:
        _judge(request.who, route.who)


def same_site(request: Request) -> None:
    """Problem 403 when a browser says that a form came from another site. Sources: RFC 6454 7, Fetch Metadata."""
    origin, site = request.headers.get('origin'), request.headers.get('sec-fetch-site')
    if origin is not None and origin != 'https://' + request.headers.get('host', '') \
            or site is not None and site not in ('same-origin', 'none'):
        raise Problem(403, N_('This form came from another site.'))


def check_form(request: Request) -> None:
    """Problem 403 unless the form of a session brought what only its own pages have."""
    if request.session:
        sent = request.form().get('csrf', [])
        if len(sent) != 1 or not secret.same(sent[0], request.csrf):
            raise Problem(403, N_('This form is of an older session, or was not made here; load the page again.'))


def _judge(who: Any, wanted: str) -> None:
    if who is None:
        raise Problem(401, N_('This needs a secret: Authorization: Bearer ...'), CHALLENGE)
    if isinstance(who, NodeId):
        if wanted != NODE:
            raise Problem(403, N_('This is for people, not for nodes.'))
    elif wanted == NODE:
        raise Problem(403, N_('This is for nodes, not for people.'))
    elif not may(who, wanted):
        raise Problem(403, N_('This needs the role {wanted}; {name} has the role {role}.'),
                      about={'wanted': wanted, 'name': who.name, 'role': who.role})


def may(person: Person, role: str) -> bool:
    """Whether somebody has a role or one above it.

    >>> may(Person('a', 'admin'), 'viewer'), may(Person('a', 'viewer'), 'approver'), may(Person('a', '?'), 'viewer')
    (True, False, False)
    """
    return person.role in ROLES[ROLES.index(role):]


def bearer(value: str) -> str:
    """The secret of an Authorization header. Problem 401 for one of another kind."""
    scheme, _, text = value.partition(' ')
    if scheme.lower() != 'bearer' or not text.strip():
        raise Problem(401, N_('The Authorization header is not "Bearer ...".'), CHALLENGE)
    return text.strip()
