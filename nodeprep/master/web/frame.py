"""What is around every page: who reads it, where one can go, and what waits there."""
from nodeprep import __version__
from nodeprep.language import N_, Language, speaking
from nodeprep.master.http.gate import may
from nodeprep.master.http.request import ADMIN, APPROVER, Person, Request
from nodeprep.master.store import drift, proposals, settled, shelves, unsettled
from nodeprep.master.web.statics import VERSION
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Dict, List, Optional, Tuple

LIVE = 10                 # seconds after which a script asks for the page again
_LINKS = (('/', N_('Fleet'), ''), ('/drift', N_('Drift'), 'drift'), ('/approvals', N_('Approvals'), 'approvals'),
          ('/fixes', N_('Fixes'), ''), ('/waivers', N_('Waivers'), ''), ('/clones', N_('Clones'), 'clones'),
          ('/compliance', N_('Compliance'), ''))
_ADMINS = (('/audit', N_('Audit'), ''),)


class Said(NamedTuple):
    """A sentence on top of a page: what came of a form. `kind` is good or bad."""

    kind: str
    text: str


class Frame(NamedTuple):
    """What base.html needs. `links` are (path, name, how many wait there); `live` in seconds, 0 for a still page.

    The whole page is in `language`.
    """

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
    language: Language
    settling: bool            # a waiver was given or ended, and does not count everywhere yet

    @property
    def lang(self) -> str:
        """The language as HTML names it (BCP 47)."""
        return self.language.tag.replace('_', '-')


async def around(request: Request, master: Any, here: str, query: Callable[[Any], Any], live: bool = True,
                 said: Optional[Said] = None, whole: bool = False) -> Tuple[Frame, Any]:
    """(the frame, what the page's own query gives), in one reading of the store; `whole`: when every waiver counts
    everywhere.
    """
    def look(cursor: Any) -> Any:
        return _waits(cursor), query(cursor)
    waits, found = await (master.at_leisure(settled.read, master.store, master.clock(), look) if whole else
                          master.read(look))
    return of(request, master.clock(), here, waits, live, said), found


def of(request: Request, now: float, here: str, waits: Dict[str, int], live: bool = False,
       said: Optional[Said] = None) -> Frame:
    """The frame for who asks; for nobody it leads nowhere."""
    person, _ = request.who if isinstance(request.who, Person) else None, language(request)
    admin = person is not None and may(person, ADMIN)
    links = [(path, _(name), waits.get(waiting, 0)) for path, name, waiting in _LINKS + (_ADMINS if admin else ())]
    return Frame(person, here, links, request.csrf, now, VERSION, __version__, LIVE if live else 0, said,
                 person is not None and may(person, APPROVER), admin, _, bool(waits.get('settling')))


def language(request: Request) -> Language:
    """The texts of the page that was asked for, in its language."""
    return speaking(request.language, 'page')


def _waits(cursor: Any) -> Dict[str, int]:
    return {'drift': drift.drifted(cursor), 'approvals': proposals.waiting(cursor),
            'clones': shelves.clones_waiting(cursor), 'settling': int(unsettled.there(cursor))}
