"""A request as it comes: its head is there, its body may be on its way."""
import re

import httptools

from nodeprep.master.http.bodies import REPORTS, SMALL
from nodeprep.typed import Any, Dict, List, Tuple

Headers = List[Tuple[bytes, bytes]]
_CONTINUE = b'HTTP/1.1 100 Continue\r\n\r\n'        # RFC 9110 15.2.1


class Incoming:
    """One request of a connection. `keep`: whether the client means to ask again."""

    __slots__ = ('_connection', 'answered', 'complete', 'headers', 'held', 'keep', 'lost', 'method', 'parts', 'target',
                 'version', 'waiter')

    def __init__(self, connection: Any, method: str, target: bytes, version: str, headers: Headers,
                 keep: bool) -> None:
        self._connection, self.method, self.target, self.version = connection, method, target, version
        self.headers, self.keep = headers, keep
        self.parts: List[bytes] = []
        self.held, self.complete, self.lost, self.answered = 0, False, False, False
        self.waiter: Any = None

    def scope(self, client: str) -> Dict[str, Any]:
        """The request as ASGI has it; with "nodeprep.body" when that came with the head."""
        path, query = _parted(self.target)
        host, headers = _host(self.target), self.headers
        if host:
            headers = [(name, host if name.lower() == b'host' else value) for name, value in headers]
        found: Dict[str, Any] = {
            'type': 'http', 'http_version': self.version, 'method': self.method, 'path': '', 'raw_path': path,
            'query_string': query, 'headers': headers, 'client': (client, 0)}
        if self.complete:
            found['nodeprep.body'] = b''.join(self.parts)
        return found

    def feed(self, part: bytes) -> None:
        """A part of the body has come. Nothing more is read when much of it waits for somebody.

        What comes after the answer is for nobody: it is read because many a client reads no answer before it has sent
        all, up to the longest body that there may be.
        """
        self.held += len(part)
        if self.answered:
            if self.held > REPORTS:
                self._connection.drop()
            return
        self.parts.append(part)
        if self.held > SMALL:
            self._connection.hold()
        self._wake()

    def finish(self) -> None:
        """All of the body has come."""
        self.complete = True
        self._wake()

    def lose(self) -> None:
        """The rest of the body will not come."""
        self.lost = True
        self._wake()

    async def receive(self) -> Dict[str, Any]:
        """ASGI: what came of the body since the last time; it is waited for."""
        if not (self.parts or self.complete or self.lost):
            if not self.held and any(name.lower() == b'expect' and value.lower() == b'100-continue'
                                     for name, value in self.headers):
                self._connection.transport.write(_CONTINUE)
            self._connection.listen()
            self.waiter = self._connection.loop.create_future()
            await self.waiter
        if self.lost:
            return {'type': 'http.disconnect'}
        body, self.parts, self.held = b''.join(self.parts), [], 1
        return {'type': 'http.request', 'body': body, 'more_body': not self.complete}

    def _wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)


def _parted(target: bytes) -> Tuple[bytes, bytes]:
    """Path and query of a target, also of one that names the host (RFC 9112 3.2.2)."""
    if target[:1] != b'/' and b'://' in target:
        try:
            url = httptools.parse_url(target)
        except httptools.HttpParserInvalidURLError:
            return target, b''
        return url.path or b'/', url.query or b''
    path, _, query = target.partition(b'?')
    return path, query


def _host(target: bytes) -> bytes:
    """What counts instead of the header Host when the target names it (RFC 9112 3.2.2); nothing when it does not.

    >>> _host(b'https://a:1/x?y'), _host(b'/x://y')
    (b'a:1', b'')
    """
    return re.split(b'[/?]', target.partition(b'://')[2])[0] if target[:1] != b'/' else b''
