"""Who shows a secret: a node with its credential, a person with a user token or the session of a browser.

A node that was found is remembered, since each of ten thousand asks every minute; what is remembered is forgotten at
once when a credential changed anywhere (see `settle`). Whoever has proved to be somebody is not held up by those who
try wrong secrets from the same address, such as behind one NAT.
"""
import collections

from nodeprep.language import N_
from nodeprep.master import secret
from nodeprep.master.http.problem import Problem, try_again
from nodeprep.master.http.request import NodeId, Person
from nodeprep.master.tries import Tries
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Optional, Union

MOST = 50000              # nodes that are remembered
CHALLENGE = (('WWW-Authenticate', 'Bearer realm="nodeprep"'),)


class Session(NamedTuple):
    """Somebody who signed in with a browser; `secret` is what the cookie held."""

    person: Person
    secret: str


class Known:
    """Looks secrets up. `read` and `write` are those of Master; `queries` has node, used, person and session, each of
    (cursor, hash, now).
    """

    def __init__(self, read: Callable[..., Any], write: Callable[..., Any], queries: Any, tries: Tries,
                 clock: Callable[[], float]) -> None:
        self._read, self._write, self._queries, self._tries, self._clock = read, write, queries, tries, clock
        self._nodes: Any = collections.OrderedDict()         # hash -> (NodeId, expires)
        self._proven: Any = collections.OrderedDict()        # hashes of secrets that were right before
        self._version: Any = None
        self._turn = 0
        self._empty = True               # nothing was looked up since all was forgotten

    async def bearer(self, text: str, address: str) -> Union[Person, NodeId]:
        """Who shows this secret in an Authorization header. Problem 401, 429."""
        if secret.is_one(secret.NODE, text):
            return await self._node(secret.hashed(text), address)
        if secret.is_one(secret.PERSON, text):
            found = await self._person(secret.hashed(text), self._queries.person, address)
            if found is not None:
                return found
        else:
            self._may_try(address)
        raise self._wrong(address)

    def remembered(self, text: str) -> Optional[NodeId]:
        """The node that shows this secret, if it is remembered."""
        return self._at_hand(secret.hashed(text), self._clock())

    async def signing_in(self, text: str, address: str) -> Person:
        """The person whose user token this is. Problem 401, 429."""
        found = await self.bearer(text, address) if secret.is_one(secret.PERSON, text) else None
        if not isinstance(found, Person):
            self._may_try(address)
            raise self._wrong(address)
        return found

    async def session(self, text: str, address: str) -> Optional[Session]:
        """The session of a cookie; None when it is over. Problem 429."""
        if not secret.is_one(secret.SESSION, text):
            return None
        found = await self._person(secret.hashed(text), self._queries.session, address)
        if found is None:
            self._tries.failed(address)
            return None
        return Session(found, text)

    def settle(self, version: Any) -> None:
        """Tells which version of all credentials there is now: with a new one nothing is remembered."""
        if version != self._version:
            self._version = version
            self.forget()

    def forget(self) -> None:
        """Nothing is remembered: a credential changed here."""
        self._turn += 1
        self._nodes.clear()
        self._empty = True

    def _at_hand(self, digest: str, now: float) -> Optional[NodeId]:
        held = self._nodes.get(digest)
        return held[0] if held is not None and self._queries.lasts(held[1], now) else None

    async def _node(self, digest: str, address: str) -> NodeId:
        now = self._clock()
        found = self._at_hand(digest, now)
        if found is not None:
            return found
        if digest not in self._proven:
            self._may_try(address)
        if self._empty:
            self._empty = False
            await self._all()
            return await self._node(digest, address)
        turn = self._turn
        row = await self._read(lambda cursor: self._queries.node(cursor, digest, now))
        if row is None:
            self._proven.pop(digest, None)
            raise self._wrong(address)
        self._prove(digest)
        number, name, expires, older = row
        if older:
            await self._write(lambda cursor: self._queries.used(cursor, digest, now))
            self.forget()
            turn = self._turn
        if turn == self._turn:           # else a credential changed while this one was looked up
            self._nodes[digest] = NodeId(number, name), expires
            if len(self._nodes) > MOST:
                self._nodes.popitem(last=False)
        return NodeId(number, name)

    async def _all(self) -> None:
        """Looks all nodes up at once: after a start, or a change, thousands would ask one by one."""
        turn = self._turn
        rows = await self._read(lambda cursor: self._queries.nodes(cursor, MOST))
        if turn == self._turn:
            for digest, number, name, expires in rows:
                self._nodes[digest] = NodeId(number, name), expires
                self._prove(digest)

    async def _person(self, digest: str, query: Callable[..., Any], address: str) -> Optional[Person]:
        if digest not in self._proven:
            self._may_try(address)
        row = await self._read(lambda cursor: query(cursor, digest, self._clock()))
        if row is None:
            self._proven.pop(digest, None)
            return None
        self._prove(digest)
        return Person(*row)

    def _prove(self, digest: str) -> None:
        self._proven[digest] = True
        if len(self._proven) > MOST:
            self._proven.popitem(last=False)

    def _may_try(self, address: str) -> None:
        wait = self._tries.wait(address)
        if wait:
            raise try_again(429, wait, N_('Too many wrong secrets came from this address.'))

    def _wrong(self, address: str) -> Problem:
        self._tries.failed(address)
        return Problem(401, 'The secret is not known, or no longer.', CHALLENGE)
