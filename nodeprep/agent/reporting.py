"""What the master's answer to reports means: delivered, another time, or never.

POST /v1/reports {"reports": [...]}: 200 or 201 with a JSON object is an acknowledgement; "sequence" in it, when it is
there, is the highest number that the master has on disk. A master may see a report twice (an answer can be lost) and
tells them by their id and sequence.
"""
from nodeprep.agent import replies
from nodeprep.agent.backoff import MOST_ASKED
from nodeprep.agent.transport import Transport
from nodeprep.host.network import Reply
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

ABOUT_THE_REPORT = (400, 409, 413, 415, 422)      # another time would not go better
LATER = 60.0                                      # seconds at least until a master that is too old is asked again
REFUSALS = 3                                      # tries, a backoff apart, after which one report is given up


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


class Reporting:
    """The reports of one node, in order."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._later = 0.0
        self._refusals = (0, 0)                   # the report that was refused last, and how often

    def send(self, reports: List[Dict[str, Any]]) -> Sent:
        """Reports in order. Some may have been delivered when there is a problem with the next."""
        if self._transport.wait():
            return Sent(0, self._transport.problem)
        self._transport.problem = ''
        refused: List[Refused] = []
        self._later = 0.0
        done = self._deliver(reports, refused)
        return Sent(done, self._transport.problem, tuple(refused), self._later)

    def _deliver(self, reports: List[Dict[str, Any]], refused: List[Refused]) -> int:
        """The number up to which all is done; the rest is told by self._transport.problem."""
        if not reports:
            return 0
        reply = self._transport.post('/v1/reports', {'reports': reports})
        tree = replies.object_of(reply) if reply and reply.status in (200, 201) else None
        if tree is not None:
            return self._taken(reports, tree)
        if reply and reply.status == 503 and replies.too_old(reply):
            self._transport.succeeded()           # the master is well, and old
            self._transport.problem = self._transport.answered(reply)
            self._later = min(max(self._transport.asked(reply), LATER), MOST_ASKED)
            return 0
        if reply is None or reply.status not in ABOUT_THE_REPORT or replies.object_of(reply) is None:
            self._transport.failed(reply)
            return 0
        if len(reports) > 1:                      # one of them is not liked, or all are too long together
            half = len(reports) // 2
            done = self._deliver(reports[:half], refused)
            if self._transport.problem or refused or done < reports[half - 1]['sequence']:
                return done                       # after one that is refused the next must say so: see Spool.refuse
            return self._deliver(reports[half:], refused) or done
        return self._unwanted(reports[0], reply, refused)

    def _taken(self, reports: List[Dict[str, Any]], tree: Dict[str, Any]) -> int:
        newest: int = reports[-1]['sequence']
        highest = tree.get('sequence')
        if not isinstance(highest, int) or isinstance(highest, bool) or highest >= newest:
            self._transport.succeeded()
            return newest
        self._transport.failed(None, f'the master has not kept all reports: those up to {highest} alone')
        return max((one['sequence'] for one in reports if one['sequence'] <= highest), default=0)

    def _unwanted(self, report: Dict[str, Any], reply: Reply, refused: List[Refused]) -> int:
        number: int = report['sequence']
        why = f'the master refuses report {number}: {replies.why(reply)}'
        self._refusals = (number, self._refusals[1] + 1 if self._refusals[0] == number else 1)
        if self._refusals[1] < REFUSALS:          # it may be the master, half upgraded, that is wrong
            self._transport.failed(reply, why)
            return 0
        refused.append(Refused(report, why))
        self._transport.succeeded()
        return number
