"""What is around every page: who reads it, where one can go, and what waits there."""
from nodeprep import __version__
from nodeprep.master.http.gate import may
from nodeprep.master.http.request import ADMIN, APPROVER, Person, Request
from nodeprep.master.store import drift, proposals, shelves
from nodeprep.master.web.statics import VERSION
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple

LIVE = 10                 # seconds after which a script asks for the page again


class Said(NamedTuple):
    """A sentence on top of a page: what came of a form. `kind` is good or bad."""

    kind: str
    text: str


class Frame(NamedTuple):
    """What base.html needs. `links` are (path, name, how many wait there); `live` in seconds, 0 for a still page."""

    person: Optional[Person]
    here: str
    links: List[Tuple[str, str, int]]
    csrf: str
    now: float
    version: str
    release: str
    live: int
    said: Optional[Said]
    approver: bool
    admin: bool


async def around(request: Request, master: Any, here: str, query: Callable[[Any], Any], live: bool = True,
                 said: Optional[Said] = None) -> Tuple[Frame, Any]:
    """(the frame, what the page's own query gives), in one reading of the store."""
    waits, found = await master.read(lambda cursor: (_waits(cursor), query(cursor)))
    return of(request, master.clock(), here, waits, live, said), found


def of(request: Request, now: float, here: str, waits: Dict[str, int], live: bool = False,
       said: Optional[Said] = None) -> Frame:
    """The frame for who asks; for nobody it leads nowhere."""
    person = request.who if isinstance(request.who, Person) else None
    links = [('/', 'Fleet', 0), ('/drift', 'Drift', waits.get('drift', 0)),
             ('/approvals', 'Approvals', waits.get('approvals', 0)), ('/waivers', 'Waivers', 0),
             ('/clones', 'Clones', waits.get('clones', 0)), ('/compliance', 'Compliance', 0)]
    admin = person is not None and may(person, ADMIN)
    return Frame(person, here, links + ([('/audit', 'Audit', 0)] if admin else []), request.csrf, now, VERSION,
                 __version__, LIVE if live else 0, said, person is not None and may(person, APPROVER), admin)


def _waits(cursor: Any) -> Dict[str, int]:
    return {'drift': drift.drifted(cursor), 'approvals': proposals.waiting(cursor),
            'clones': shelves.clones_waiting(cursor)}
