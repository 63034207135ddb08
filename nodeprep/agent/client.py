"""What is said to the master, and what its answers mean: delivered, another time, or never.

POST /v1/reports {"reports": [...]}: 200 or 201 with a JSON object is an acknowledgement; "sequence" in it, when it is
there, is the highest number that the master has on disk. POST /v1/heartbeats: see Answer. A master may see a report
twice (an answer can be lost) and tells them by their id and sequence.
"""
import re
import time

from nodeprep import __version__
from nodeprep.agent import credential, retryafter, skew
from nodeprep.agent.backoff import MOST_ASKED, Backoff
from nodeprep.agent.credential import Credential
from nodeprep.host.https import Https, address
from nodeprep.host.network import Reply
from nodeprep.model import CannotTell
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple

ABOUT_THE_REPORT = (400, 409, 413, 415, 422)      # another time would not go better
LATER = 60.0                                      # seconds at least until a master that is too old is asked again
REFUSALS = 3                                      # tries, a backoff apart, after which one report is given up
COMPRESSED_FROM = 1024                            # bytes of a body
_TAG = re.compile(r'"[!#-~]{1,100}"')             # a strong entity tag (RFC 9110 8.8.3), in ASCII and not long


class Refused(NamedTuple):
    """A report that the master will not have, and its reason."""

    report: Dict[str, Any]
    why: str


class Sent(NamedTuple):
    """Everything up to this number (0: nothing) is done: the master has it or will never have it. Why not more.

    `later`: the rest is of a format that the master does not know yet. Seconds until it may be asked again; whatever
    else it is told meanwhile it takes.
    """

    delivered_up_to: int
    problem: str = ''
    refused: Tuple[Refused, ...] = ()
    later: float = 0.0


class Answer(NamedTuple):
    """To a heartbeat. `problem` says why there is none; the times are the master's, in seconds since 1970."""

    problem: str = ''
    received: float = 0.0
    answered: float = 0.0
    approvals: Tuple[Dict[str, Any], ...] = ()
    sequence: int = 0                             # the highest number the master has of this node


class Members(NamedTuple):
    """To the question for the members of the cluster. `same`: they are those of the tag that was shown; `tag` and
    `tree` are of others, which nobody has looked at yet. `soon`: there is a `problem` that will pass by itself.
    """

    problem: str = ''
    same: bool = False
    tag: str = ''
    tree: Any = None
    soon: bool = False


class Client:
    """Speaks for one node. After a failure wait() seconds must go by; whatever is asked before that is not sent."""

    def __init__(self, held: Credential, proxy: str = '', now: Callable[[], float] = time.time,
                 monotonic: Callable[[], float] = time.monotonic, backoff: Optional[Backoff] = None,
                 connection: Any = None) -> None:
        """`proxy`: '' or http://HOST:PORT; see proxy.chosen."""
        self._secret, self.node = held.secret, held.node
        self._https = connection or Https(address(held.url), held.ca, proxy)
        self._now, self._monotonic, self._backoff = now, monotonic, backoff or Backoff()
        self._not_before, self._problem = 0.0, ''
        self._later = 0.0
        self._refusals = (0, 0)                   # the report that was refused last, and how often
        self.skew: Optional[skew.Skew] = None     # by the newest heartbeat that told it

    def wait(self) -> float:
        """Seconds until the next try may be made; 0: now."""
        return max(0.0, self._not_before - self._monotonic())

    @property
    def problem(self) -> str:
        """Why the newest try failed; '' when it did not."""
        return self._problem

    def send(self, reports: List[Dict[str, Any]]) -> Sent:
        """Reports in order. Some may have been delivered when there is a problem with the next."""
        if self.wait():
            return Sent(0, self._problem)
        self._problem = ''
        refused: List[Refused] = []
        self._later = 0.0
        done = self._deliver(reports, refused)
        return Sent(done, self._problem, tuple(refused), self._later)

    def beat(self, heartbeat: Dict[str, Any]) -> Answer:
        """A heartbeat, to which "node", "sent", "skew" and the "address" of this end are added."""
        if self.wait():
            return Answer(self._problem)
        self._problem = ''
        sent, begun = self._now(), self._monotonic()
        whole = dict(heartbeat, node=self.node, sent=sent, skew=self.skew.tree() if self.skew else None,
                     address=self._https.here)
        reply = self._post('/v1/heartbeats', whole)
        arrived, lasted = self._now(), self._monotonic() - begun
        tree = _object(reply) if reply and reply.status in (200, 201) else None
        if tree is None:
            return Answer(self._failed(reply))
        self._succeeded()
        self.skew = skew.measured(sent, tree.get('received'), tree.get('answered'), arrived, lasted) or self.skew
        approvals = tree.get('approvals')
        return Answer('', _number(tree.get('received')), _number(tree.get('answered')),
                      tuple(one for one in approvals if isinstance(one, dict)) if isinstance(approvals, list) else (),
                      int(_number(tree.get('sequence'))))

    def members(self, tag: str) -> Members:
        """The members of this node's cluster; `tag`: of those that are known, '' for none."""
        if self.wait():
            return Members(self._problem, soon=True)
        reply = self._ask('GET', '/v1/cluster', {'If-None-Match': tag} if tag else {})
        if reply is None or reply.status in (401, 429) or reply.status >= 500:
            return Members(self._failed(reply), soon=True)
        if reply.status == 304 and tag:
            return Members(same=True, tag=tag)
        tree, named = _object(reply), reply.headers.get('etag', '')
        if reply.status != 200 or tree is None or not _TAG.fullmatch(named):
            return Members(f'the master answers {_why(reply)}', soon=reply.status == 409)
        return Members(tag=named, tree=tree)

    def another(self) -> str:
        """A new secret for this node, which is not used yet; '' when the master gives none now."""
        if self.wait():
            return ''
        reply = self._post('/v1/credential', {})
        tree = _object(reply) if reply and reply.status == 201 else None
        secret = tree.get('credential') if tree else None
        return secret if isinstance(secret, str) and credential.is_secret(secret) else ''

    def use(self, secret: str) -> None:
        """From now on this is the secret."""
        self._secret = secret

    def close(self) -> None:
        """Lets the connection go."""
        self._https.close()

    def _deliver(self, reports: List[Dict[str, Any]], refused: List[Refused]) -> int:
        """The number up to which all is done; the rest is told by self._problem."""
        if not reports:
            return 0
        reply = self._post('/v1/reports', {'reports': reports})
        tree = _object(reply) if reply and reply.status in (200, 201) else None
        if tree is not None:
            return self._taken(reports, tree)
        if reply and reply.status == 503 and _newer(reply):
            self._succeeded()                     # the master is well, and old
            asked = retryafter.seconds(reply.headers.get('retry-after', ''), self._now())
            self._problem, self._later = f'the master answers {_why(reply)}', min(max(asked, LATER), MOST_ASKED)
            return 0
        if reply is None or reply.status not in ABOUT_THE_REPORT or _object(reply) is None:
            self._failed(reply)
            return 0
        if len(reports) > 1:                      # one of them is not liked, or all are too long together
            half = len(reports) // 2
            done = self._deliver(reports[:half], refused)
            if self._problem or refused or done < reports[half - 1]['sequence']:
                return done                       # after one that is refused the next must say so: see Spool.refuse
            return self._deliver(reports[half:], refused) or done
        return self._unwanted(reports[0], reply, refused)

    def _taken(self, reports: List[Dict[str, Any]], tree: Dict[str, Any]) -> int:
        newest: int = reports[-1]['sequence']
        highest = tree.get('sequence')
        if not isinstance(highest, int) or isinstance(highest, bool) or highest >= newest:
            self._succeeded()
            return newest
        self._failed(None, f'the master has kept the reports up to {highest} alone')
        return max((one['sequence'] for one in reports if one['sequence'] <= highest), default=0)

    def _unwanted(self, report: Dict[str, Any], reply: Reply, refused: List[Refused]) -> int:
        number: int = report['sequence']
        why = f'the master refuses report {number}: {_why(reply)}'
        self._refusals = (number, self._refusals[1] + 1 if self._refusals[0] == number else 1)
        if self._refusals[1] < REFUSALS:          # it may be the master, half upgraded, that is wrong
            self._failed(reply, why)
            return 0
        refused.append(Refused(report, why))
        self._succeeded()
        return number

    def _post(self, path: str, tree: Dict[str, Any]) -> Optional[Reply]:
        """The answer; None when there is none, and then self._problem says why."""
        import json
        body = json.dumps(tree, separators=(',', ':'), allow_nan=False).encode('ascii')
        headers = {'Content-Type': 'application/json'}
        if len(body) > COMPRESSED_FROM:
            import zlib
            packer = zlib.compressobj(6, zlib.DEFLATED, 31)       # 31: as gzip writes it
            body = packer.compress(body) + packer.flush()
            headers['Content-Encoding'] = 'gzip'
        return self._ask('POST', path, headers, body)

    def _ask(self, method: str, path: str, more: Dict[str, str], body: bytes = b'') -> Optional[Reply]:
        headers = {'Authorization': f'Bearer {self._secret}', 'Accept': 'application/json',
                   'User-Agent': f'nodeprep/{__version__}'}
        headers.update(more)
        try:
            reply: Reply = self._https.ask(method, path, headers, body)
            return reply
        except CannotTell as error:
            self._problem = str(error)
            return None

    def _succeeded(self) -> None:
        self._backoff.succeeded()
        self._not_before, self._problem = 0.0, ''

    def _failed(self, reply: Optional[Reply], why: str = '') -> str:
        asked = retryafter.seconds(reply.headers.get('retry-after', ''), self._now()) if reply else 0.0
        self._problem = why or (f'the master answers {_why(reply)}' if reply else self._problem)
        self._not_before = self._monotonic() + self._backoff.failed(asked)
        return self._problem


def _object(reply: Reply) -> Optional[Dict[str, Any]]:
    """The JSON object of an answer; None when it has none: then somebody else answers, or it is broken."""
    import json
    try:
        tree = json.loads(reply.body.decode('utf-8'))
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) else None


def _newer(reply: Reply) -> bool:
    """Whether the master says that it is too old for a report: `format` is that of the report, `known` its own."""
    tree = _object(reply) or {}
    return all(isinstance(tree.get(name), int) for name in ('format', 'known'))


def _why(reply: Reply) -> str:
    """The status and, of a problem report (RFC 9457), its detail or title: one line, not long."""
    tree = _object(reply) or {}
    said = tree.get('detail') or tree.get('title')
    said = ''.join(letter if letter.isprintable() else ' ' for letter in said[:300]) if isinstance(said, str) else ''
    hint = {401: 'this node must join again', 403: 'this node must join again', 404: 'is it the address of a master?',
            200: 'with something that is not JSON', 201: 'with something that is not JSON'}.get(reply.status, '')
    if 300 <= reply.status < 400:
        hint = 'a redirect, which is not followed'
    return ': '.join([str(reply.status)] + [part for part in (said, hint) if part])


def _number(value: Any) -> float:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 2**53 else 0.0
