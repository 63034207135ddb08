"""Asks the ASGI application directly, without a socket, as a server would."""
import asyncio
import json

from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple


class Answer(NamedTuple):
    """What the application sent. Header names in lower case; several Set-Cookie are in `all`."""

    status: int
    headers: Dict[str, str]
    body: bytes
    all: List[Tuple[str, str]]

    @property
    def text(self):
        return self.body.decode('utf-8')

    @property
    def tree(self) -> Any:
        return json.loads(self.text)


class Asking:
    """One who asks: with a secret, or as a browser with the cookies that it was given."""

    def __init__(self, app, secret='', client='192.0.2.7', cookies=None):
        self.app, self.secret, self.client = app, secret, client
        self.cookies = dict(cookies or {})

    def get(self, path, **headers):
        return self.ask('GET', path, headers=headers)

    def post(self, path, tree=None, **headers):
        body = b'' if tree is None else json.dumps(tree).encode()
        return self.ask('POST', path, body, dict({'content-type': 'application/json'}, **headers))

    def submit(self, path, fields, **headers):
        """POST of a form, as a browser does it from the same site. `fields`: pairs or a dict."""
        from urllib.parse import urlencode
        whole = {'content-type': 'application/x-www-form-urlencoded', 'origin': 'https://master'}
        return self.ask('POST', path, urlencode(fields, doseq=True).encode(), dict(whole, **headers))

    def ask(self, method, path, body=b'', headers=(), parts=None, raw=None):
        """One request. Names of headers may have _ for -. `parts`: the body in pieces; `raw`: headers as they are."""
        whole = {'host': 'master'}
        whole.update((name.replace('_', '-').lower(), value) for name, value in dict(headers).items())
        if self.secret:
            whole.setdefault('authorization', f'Bearer {self.secret}')
        if self.cookies:
            whole.setdefault('cookie', '; '.join(f'{name}={value}' for name, value in self.cookies.items()))
        if body and 'content-length' not in whole:
            whole['content-length'] = str(len(body))
        listed = [(name.encode('latin-1'), value.encode('latin-1')) for name, value in whole.items()]
        target, _, query = path.partition('?')
        scope = {'type': 'http', 'asgi': {'version': '3.0'}, 'http_version': '1.1', 'method': method, 'scheme': 'https',
                 'path': target, 'raw_path': target.encode('latin-1'), 'query_string': query.encode('latin-1'),
                 'headers': listed + list(raw or ()), 'client': (self.client, 40000), 'server': ('192.0.2.1', 9443)}
        answer = run(self._asked(scope, list(parts if parts is not None else [body])))
        for name, value in answer.all:
            if name == 'set-cookie':
                key, _, rest = value.partition('=')
                self.cookies[key] = rest.partition(';')[0]
                if not self.cookies[key]:
                    del self.cookies[key]
        return answer

    async def _asked(self, scope, parts):
        sent = []

        async def receive():
            if not parts:
                return {'type': 'http.disconnect'}
            return {'type': 'http.request', 'body': parts.pop(0), 'more_body': bool(parts)}

        async def send(message):
            sent.append(message)
        await self.app(scope, receive, send)
        start, body = sent
        listed = [(name.decode(), value.decode('latin-1')) for name, value in start['headers']]
        return Answer(start['status'], dict(listed), body['body'], listed)


def run(coroutine):
    """What a coroutine gives, on a loop of its own."""
    loop = asyncio.new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(coroutine)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
