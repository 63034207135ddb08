"""Answers, with the headers that each of them must have."""
from nodeprep.master.http.problem import TYPE, Problem
from nodeprep.master.jsontext import compact
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Tuple

HTML = 'text/html; charset=utf-8'
# Nothing is stored on the way, guessed at, framed or told to other sites (`no-referrer` would make browsers send
# `Origin: null` with our own forms). Sources: RFC 9111 5.2, Fetch 3.6 (nosniff),
# Referrer Policy, Content Security Policy 3.
ALWAYS = (('Cache-Control', 'no-store'), ('X-Content-Type-Options', 'nosniff'), ('Referrer-Policy', 'same-origin'))
POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
          "frame-ancestors 'none'; base-uri 'none'; connect-src 'self'")


class Response(NamedTuple):
    """An answer. `headers` win over those that each answer has."""

    status: int
    body: bytes = b''
    kind: str = ''                       # media type; '' for no body
    headers: Tuple[Tuple[str, str], ...] = ()

    def whole(self) -> Tuple[Tuple[str, str], ...]:
        """All headers but those of the connection."""
        own = {name.lower() for name, _ in self.headers}
        found = [('Content-Length', str(len(self.body)))] if self.status not in (204, 304) else []
        found += [('Content-Type', self.kind)] if self.kind else []
        found += [one for one in ALWAYS if one[0].lower() not in own]
        if self.kind.startswith(('text/html', 'image/svg')) and 'content-security-policy' not in own:
            found.append(('Content-Security-Policy', POLICY))
        return tuple(found) + self.headers


def json_(tree: Any, status: int = 200, headers: Tuple[Tuple[str, str], ...] = ()) -> Response:
    """A tree as JSON, in ASCII: what it holds came from hosts."""
    return Response(status, compact(tree).encode('ascii'), 'application/json', headers)


def html(text: str, status: int = 200, headers: Tuple[Tuple[str, str], ...] = ()) -> Response:
    """A page."""
    return Response(status, text.encode('utf-8', 'backslashreplace'), HTML, headers)


def text(said: str, status: int = 200, kind: str = 'text/plain; charset=utf-8') -> Response:
    """A text."""
    return Response(status, said.encode('utf-8', 'backslashreplace'), kind)


def see(path: str, headers: Tuple[Tuple[str, str], ...] = ()) -> Response:
    """303: what follows a form. `path` is one of ours and begins with one slash."""
    if not path.startswith('/') or path.startswith('//') or not all(' ' < letter <= '~' for letter in path):
        raise ValueError('not a path of this master')
    return Response(303, headers=(('Location', path),) + headers)


def problem(found: Problem) -> Response:
    """A problem as JSON."""
    return Response(found.status, compact(found.tree()).encode('ascii'), TYPE, tuple(found.headers))
