"""What is asked of the master beside reports, and what its answers mean: a heartbeat, the members, a new secret.

POST /v1/heartbeats: see Answer. GET /v1/cluster: see Members. What becomes of reports is told in reporting.py.
"""
import re
import time

from nodeprep.agent import credential, replies, skew
from nodeprep.agent.backoff import Backoff
from nodeprep.agent.credential import Credential
from nodeprep.agent.reporting import Reporting, Sent
from nodeprep.agent.transport import Transport
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple

_TAG = re.compile(r'"[!#-~]{1,100}"')     # a strong entity tag (RFC 9110 8.8.3), in ASCII and not long


class Answer(NamedTuple):
    """To a heartbeat. `problem` says why there is none; the times are the master's, in seconds since 1970."""

    problem: str = ''
    received: float = 0.0
    answered: float = 0.0
    approvals: Tuple[Dict[str, Any], ...] = ()
    sequence: int = 0                             # the highest number the master has of this node
    quarantine: Optional[Dict[str, Any]] = None   # see replies.quarantine


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
                 connection: Any = None, apart: str = '') -> None:
        """`proxy`: '' or http://HOST:PORT; see proxy.chosen. `apart`: see replies.why."""
        self.node, self._now, self._monotonic = held.node, now, monotonic
        self._transport = Transport(held, proxy, now, monotonic, backoff, connection, apart)
        self._reporting = Reporting(self._transport)
        self.skew: Optional[skew.Skew] = None     # by the newest heartbeat that told it

    def wait(self) -> float:
        """Seconds until the next try may be made; 0: now."""
        return self._transport.wait()

    @property
    def problem(self) -> str:
        """Why the newest try failed; '' when it did not."""
        return self._transport.problem

    def send(self, reports: List[Dict[str, Any]]) -> Sent:
        """Reports in order. Some may have been delivered when there is a problem with the next."""
        return self._reporting.send(reports)

    def beat(self, heartbeat: Dict[str, Any]) -> Answer:
        """A heartbeat, to which "node", "sent", "skew" and the "address" of this end are added."""
        if self.wait():
            return Answer(self._transport.problem)
        self._transport.problem = ''
        sent, begun = self._now(), self._monotonic()
        whole = dict(heartbeat, node=self.node, sent=sent, skew=self.skew.tree() if self.skew else None,
                     address=self._transport.here)
        reply = self._transport.post('/v1/heartbeats', whole)
        arrived, lasted = self._now(), self._monotonic() - begun
        tree = replies.object_of(reply) if reply and reply.status in (200, 201) else None
        if tree is None:
            return Answer(self._transport.failed(reply))
        self._transport.succeeded()
        self.skew = skew.measured(sent, tree.get('received'), tree.get('answered'), arrived, lasted) or self.skew
        approvals = tree.get('approvals')
        return Answer('', replies.number(tree.get('received')), replies.number(tree.get('answered')),
                      tuple(one for one in approvals if isinstance(one, dict)) if isinstance(approvals, list) else (),
                      int(replies.number(tree.get('sequence'))), replies.quarantine(tree.get('quarantine')))

    def members(self, tag: str) -> Members:
        """The members of this node's cluster; `tag`: of those that are known, '' for none."""
        if self.wait():
            return Members(self._transport.problem, soon=True)
        reply = self._transport.ask('GET', '/v1/cluster', {'If-None-Match': tag} if tag else {})
        if reply is None or reply.status in (401, 429) or reply.status >= 500:
            return Members(self._transport.failed(reply), soon=True)
        if reply.status == 304 and tag:
            return Members(same=True, tag=tag)
        tree, named = replies.object_of(reply), reply.headers.get('etag', '')
        if reply.status != 200 or tree is None or not _TAG.fullmatch(named):
            return Members(self._transport.answered(reply), soon=reply.status == 409)
        return Members(tag=named, tree=tree)

    def another(self) -> str:
        """A new secret for this node, which is not used yet; '' when the master gives none now."""
        if self.wait():
            return ''
        reply = self._transport.post('/v1/credential', {})
        tree = replies.object_of(reply) if reply and reply.status == 201 else None
        secret = tree.get('credential') if tree else None
        return secret if isinstance(secret, str) and credential.is_secret(secret) else ''

    def use(self, secret: str) -> None:
        """From now on this is the secret."""
        self._transport.use(secret)

    def close(self) -> None:
        """Lets the connection go."""
        self._transport.close()
