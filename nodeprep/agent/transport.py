"""How a node's requests reach its master: with its secret, as JSON, packed, and after a failure not too soon again."""
import time

from nodeprep import __version__
from nodeprep.agent import replies, retryafter
from nodeprep.agent.backoff import Backoff
from nodeprep.agent.credential import Credential
from nodeprep.host.https import Https, address
from nodeprep.host.network import Reply
from nodeprep.model import CannotTell
from nodeprep.typed import Any, Callable, Dict, Optional

COMPRESSED_FROM = 1024                            # bytes of a body


class Transport:
    """One connection. Who uses it judges each reply: succeeded(), or failed(), after which wait() seconds must go by.

    `problem` says why the newest try failed, '' when it did not.
    """

    def __init__(self, held: Credential, proxy: str = '', now: Callable[[], float] = time.time,
                 monotonic: Callable[[], float] = time.monotonic, backoff: Optional[Backoff] = None,
                 connection: Any = None, apart: str = '') -> None:
        """`proxy`: '' or http://HOST:PORT; see proxy.chosen. `apart`: see replies.why."""
        self._secret = held.secret
        self._https = connection or Https(address(held.url), held.ca, proxy)
        self._now, self._monotonic, self._backoff = now, monotonic, backoff or Backoff()
        self._not_before, self._apart = 0.0, apart
        self.problem = ''

    @property
    def here(self) -> str:
        """The address of this end; '' before the first connection."""
        here: str = self._https.here
        return here

    def wait(self) -> float:
        """Seconds until the next try may be made; 0: now."""
        return max(0.0, self._not_before - self._monotonic())

    def post(self, path: str, tree: Dict[str, Any]) -> Optional[Reply]:
        """The answer; None when there is none, and then `problem` says why."""
        import json
        body = json.dumps(tree, separators=(',', ':'), allow_nan=False).encode('ascii')
        headers = {'Content-Type': 'application/json'}
        if len(body) > COMPRESSED_FROM:
            import zlib
            packer = zlib.compressobj(6, zlib.DEFLATED, 31)       # 31: as gzip writes it
            body = packer.compress(body) + packer.flush()
            headers['Content-Encoding'] = 'gzip'
        return self.ask('POST', path, headers, body)

    def ask(self, method: str, path: str, more: Dict[str, str], body: bytes = b'') -> Optional[Reply]:
        """As post, of a request with these headers beside those of each."""
        headers = {'Authorization': f'Bearer {self._secret}', 'Accept': 'application/json',
                   'User-Agent': f'nodeprep/{__version__}'}
        headers.update(more)
        try:
            reply: Reply = self._https.ask(method, path, headers, body)
            return reply
        except CannotTell as error:
            self.problem = f'the master does not answer: {error}'
            return None

    def succeeded(self) -> None:
        """The answer was one of a master that is well: nothing has to be waited for."""
        self._backoff.succeeded()
        self._not_before, self.problem = 0.0, ''

    def failed(self, reply: Optional[Reply], why: str = '') -> str:
        """This reply, or that there was none, is a failure; returns what is said of it, which is `why` when given."""
        asked = self.asked(reply) if reply else 0.0
        self.problem = why or (self.answered(reply) if reply else self.problem)
        self._not_before = self._monotonic() + self._backoff.failed(asked)
        return self.problem

    def answered(self, reply: Reply) -> str:
        """What a reply is that is not as it should be, and what to do."""
        return f'the master answers {replies.why(reply, self._apart)}'

    def asked(self, reply: Reply) -> float:
        """For how many seconds the master asked to be left alone; 0.0: it did not."""
        return retryafter.seconds(reply.headers.get('retry-after', ''), self._now())

    def use(self, secret: str) -> None:
        """From now on this is the secret."""
        self._secret = secret

    def close(self) -> None:
        """Lets the connection go."""
        self._https.close()
