"""Signing in and out with a browser: a user token is exchanged for a cookie, which is a secret of its own.

The cookie is HttpOnly, Secure, SameSite=Strict and of this very host (`__Host-`); what it holds is kept in the store as
a hash, ends after twelve hours, with the user, and when somebody signs out.
"""
from urllib.parse import quote

from nodeprep.master import secret
from nodeprep.master.http import response
from nodeprep.master.http.gate import COOKIE
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import sessions
from nodeprep.typed import Any, Tuple

LASTS = 12 * 3600.0


async def sign_in(request: Request, master: Any) -> Response:
    """POST /sign-in with `token` and, at will, `next`: sets the cookie and leads there.

    A wrong token leads back to the form, which is told so by `wrong`. Problem 400, 429."""
    form = request.form()
    token = form.get('token', [''])[-1].strip()
    back = way(form.get('next', ['/'])[-1])
    try:
        person = await master.known.signing_in(token, request.client)
    except Problem as found:
        if found.status != 401:
            raise
        return response.see('/sign-in?wrong=1&next=' + quote(back, safe=''))
    made, now = secret.made(secret.SESSION), master.clock()
    await master.write(lambda cursor: sessions.begin(cursor, secret.hashed(made), person.name, now, now + LASTS))
    return response.see(back, (cookie(made, LASTS),))


async def sign_out(request: Request, master: Any) -> Response:
    """POST /sign-out: ends the session."""
    if request.session:
        digest = secret.hashed(request.session)
        await master.write(lambda cursor: sessions.end(cursor, digest))
    return response.see('/sign-in', (cookie('', 0),))


def cookie(value: str, lasts: float) -> Tuple[str, str]:
    """The Set-Cookie header; `lasts` seconds, 0 takes the cookie away."""
    return 'Set-Cookie', f'{COOKIE}={value}; Path=/; Max-Age={lasts:.0f}; HttpOnly; Secure; SameSite=Strict'


def way(path: str) -> str:
    """Where to go after signing in: a path of ours, else the front page.

    >>> way('/nodes/a?x=1'), way('//evil.example'), way('https://evil.example'), way('/\\\\evil.example')
    ('/nodes/a?x=1', '/', '/', '/')
    """
    good = path.startswith('/') and not path.startswith('//') and '\\' not in path \
        and all(' ' < letter <= '~' for letter in path) and len(path) < 2000
    return path if good else '/'
