"""What agents say: reports, kept once each, and heartbeats, answered with what a person allowed."""
from functools import partial

from nodeprep import __version__
from nodeprep.chain import counts
from nodeprep.master import letters, verbatim
from nodeprep.master.api.answers import each, named
from nodeprep.master.api.join import QUARANTINE
from nodeprep.master.http import response
from nodeprep.master.http.bodies import INFLATED, REPORTS
from nodeprep.master.http.problem import Problem, try_again
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import NODE, Route, Work
from nodeprep.master.prepared import MOST_NUMBER
from nodeprep.master.store import Beat, Taken
from nodeprep.report import FORMAT
from nodeprep.typed import Any, Dict, List, Tuple

MOST = 1000               # reports of one request
TOGETHER = 128 * 2**10    # bytes of several reports: they are written in one go, for which others wait
LONG = 64 * 2**10         # bytes: what is longer is read in a thread, so that others are served meanwhile
UPGRADE = 300.0           # seconds after which a node asks again whether the master was upgraded
_SEQUENCE = {'type': 'integer', 'description': 'The highest number of a report of this node that is on disk.'}


async def reports(request: Request, master: Any) -> Response:
    """Takes one report or a batch: all of it or nothing, or what comes before a report of a format of the future."""
    received = master.clock()
    long = len(request.body) > LONG
    trees, written, newer = _spent(request, master, await master.apart(_read, request) if long else _read(request))
    load = await master.apart(master.prepared, request.node.id, trees, received, written) if long else \
        master.prepared(request.node.id, trees, received, written)
    return _kept(master, trees[-1] if newer else None, await master.reports(load))


def reports_at_once(request: Request, master: Any) -> Work:
    """The same for a short body."""
    received = master.clock()
    trees, written, newer = _spent(request, master, _read(request))
    return Work(letters.REPORTS, master.prepared(request.node.id, trees, received, written),
                partial(_kept, master, trees[-1] if newer else None))


def _spent(request: Request, master: Any, read: Tuple[List[Any], Any]) -> Tuple[List[Any], Any, int]:
    """What is to be taken of what was read, and the format of what comes after that and is newer; 0: there is none."""
    trees, written = read
    if written is not None:
        return trees, written, 0
    master.budgets.spend(request.node.id, len(trees) - 1, 0)
    trees, newer = _known(trees)
    if newer:
        _tell(master, request.node.name, newer)
    if not trees:
        raise try_again(503, UPGRADE, f'This master, nodeprep {__version__}, knows reports up to format {FORMAT}, and '
                        f'this one is of format {newer}: upgrade the master. The node is to keep it until then.',
                        format=newer, known=FORMAT)
    return trees, written, newer


def _kept(master: Any, last: Any, taken: Taken) -> Response:
    """The answer. `last`: the report before one that is newer, which must not count as kept, whatever number was
    reached before; else None.
    """
    if taken.refused:
        master.count('refused')
        raise Problem(422, taken.refused, sequence=taken.sequence)
    master.count('reports', taken.new)
    sequence = taken.sequence if last is None else last['sequence']
    return response.json_({'sequence': sequence, 'new': taken.new}, 201 if taken.new else 200)


async def heartbeats(request: Request, master: Any) -> Response:
    """Takes a heartbeat, and tells the time by which a node measures its own clock."""
    received = master.clock()
    return _heard(master, received, await master.beat(request.node.id, _beat(request), received))


def heartbeats_at_once(request: Request, master: Any) -> Work:
    """The same for a short body."""
    received = master.clock()
    return Work(letters.BEATS, letters.letter((request.node.id, _beat(request), received)),
                partial(_heard, master, received))


def _beat(request: Request) -> Dict[str, Any]:
    return dict(request.json_object(), client=request.client)


def _heard(master: Any, received: float, beat: Beat) -> Response:
    master.count('heartbeats')
    answer = {'received': received, 'answered': master.clock(), 'approvals': list(beat.approvals),
              'sequence': beat.sequence}
    if beat.quarantine:
        answer['quarantine'] = beat.quarantine
    return response.json_(answer)


def _read(request: Request) -> Tuple[List[Any], Any]:
    """The reports of a request, as trees; or the one that is written just as an agent does."""
    written = verbatim.read(request.body) if request.content_type == 'application/json' else None
    if written is not None:
        return [], written
    tree = request.json()
    if not isinstance(tree, (dict, list)):
        raise Problem(400, 'The body must be a JSON object, or a list of reports.')
    found = tree if isinstance(tree, list) else tree.get('reports') if 'reports' in tree else [tree]
    if not isinstance(found, list) or not 0 < len(found) <= MOST:
        raise Problem(422, f'reports: is not a list of 1 to {MOST} reports.')
    if len(found) > 1 and len(request.body) > TOGETHER:
        raise Problem(413, f'Several reports are at most {TOGETHER} bytes together; send fewer of them at once.')
    return found, None


def _known(trees: List[Any]) -> Tuple[List[Any], int]:
    """The reports before the first whose format this master does not know yet, and that format; 0: it knows all. They
    are judged by nothing else: a later format may have another chain. What has no format is no report, see prepared.py.
    """
    for at, tree in enumerate(trees):
        said: Any = tree.get('format') if isinstance(tree, dict) else None
        if counts(said) and said > FORMAT:
            return trees[:at], min(said, MOST_NUMBER)
    return trees, 0


def _tell(master: Any, name: str, newer: int) -> None:
    """Counts it, and tells the log once."""
    if not master.counts.get('newer'):
        master.log(f'{name} sends reports of format {newer}, and this nodeprep knows format {FORMAT}: they are kept by '
                   f'the nodes until it is upgraded')
    master.count('newer')


ROUTES = (
    Route('POST', '/v1/reports', reports, NODE, 'Takes reports, in order', most=REPORTS, inflated=INFLATED,
          at_once=reports_at_once,
          body={'oneOf': [{'type': 'object', 'required': ['reports'], 'properties': {
              'reports': {'type': 'array', 'minItems': 1, 'maxItems': MOST,
                          'items': {'$ref': '#/components/schemas/Report'}}}},
              {'$ref': '#/components/schemas/Report'},
              {'type': 'array', 'minItems': 1, 'maxItems': MOST, 'items': {'$ref': '#/components/schemas/Report'}}]},
          answer={'type': 'object', 'required': ['sequence', 'new'], 'properties': {
              'sequence': _SEQUENCE, 'new': {'type': 'integer', 'description': 'Those that were not seen before.'}}},
          success=201, answers={200: 'All of them were seen before.', 413: 'Several are too long together.',
                                422: 'A report will never be taken, and why.',
                                503: 'It will be taken later; with `format` and `known`: by a later master.'}),
    Route('POST', '/v1/heartbeats', heartbeats, NODE, 'Takes a heartbeat', at_once=heartbeats_at_once,
          body={'type': 'object'},
          answer={'type': 'object', 'required': ['received', 'answered', 'approvals', 'sequence'], 'properties': {
              'received': {'type': 'number'}, 'answered': {'type': 'number'}, 'sequence': _SEQUENCE,
              'approvals': each(named('Allowed')), 'quarantine': QUARANTINE}}),
)
