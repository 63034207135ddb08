"""What agents say: reports, kept once each, and heartbeats, answered with what a person allowed."""
from nodeprep import __version__
from nodeprep.chain import counts
from nodeprep.master import verbatim
from nodeprep.master.api.join import QUARANTINE
from nodeprep.master.http import response
from nodeprep.master.http.bodies import INFLATED, REPORTS
from nodeprep.master.http.problem import Problem, try_again
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import NODE, Route
from nodeprep.master.known import CHALLENGE
from nodeprep.master.prepared import MOST_NUMBER
from nodeprep.master.store.nodes import NotMember
from nodeprep.report import FORMAT
from nodeprep.typed import Any, List, Tuple

MOST = 1000               # reports of one request
TOGETHER = 128 * 2**10    # bytes of several reports: they are written in one go, for which others wait
LONG = 64 * 2**10         # bytes: what is longer is read in a thread, so that others are served meanwhile
UPGRADE = 300.0           # seconds after which a node asks again whether the master was upgraded
_SEQUENCE = {'type': 'integer', 'description': 'The highest number of a report of this node that is on disk.'}


async def reports(request: Request, master: Any) -> Response:
    """Takes one report or a batch: all of it or nothing, or what comes before a report of a format of the future."""
    received = master.clock()
    node = request.node
    long = len(request.body) > LONG
    trees, written = await master.apart(_read, request) if long else _read(request)
    master.budgets.spend(node.id, len(trees) - 1, 0)
    trees, newer = _known(trees)
    if newer:
        _tell(master, node.name, newer)
    if not trees:
        raise try_again(503, UPGRADE, f'This master, nodeprep {__version__}, knows reports up to format {FORMAT}, and '
                        f'this one is of format {newer}: upgrade the master. The node is to keep it until then.',
                        format=newer, known=FORMAT)
    load = await master.apart(master.prepared, node.id, trees, received, written) if long else \
        master.prepared(node.id, trees, received, written)
    taken = await _taken(master.reports(load))
    if taken.refused:
        master.count('refused')
        raise Problem(422, taken.refused, sequence=taken.sequence)
    master.count('reports', taken.new)
    # Those that are newer must not count as kept, whatever number was reached before.
    sequence = trees[-1]['sequence'] if newer else taken.sequence
    return response.json_({'sequence': sequence, 'new': taken.new}, 201 if taken.new else 200)


async def heartbeats(request: Request, master: Any) -> Response:
    """Takes a heartbeat, and tells the time by which a node measures its own clock."""
    received = master.clock()
    tree = dict(request.json_object(), client=request.client)
    beat = await _taken(master.beat(request.node.id, tree, received))
    master.count('heartbeats')
    answer = {'received': received, 'answered': master.clock(), 'approvals': list(beat.approvals),
              'sequence': beat.sequence}
    if beat.quarantine:
        answer['quarantine'] = beat.quarantine
    return response.json_(answer)


async def _taken(waiting: Any) -> Any:
    try:
        return await waiting
    except NotMember:
        raise Problem(401, 'This node is a member no more.', CHALLENGE) from None


def _read(request: Request) -> Tuple[List[Any], Any]:
    """The reports of a request; the second is a Verbatim when its one report is one."""
    written = verbatim.read(request.body) if request.content_type == 'application/json' else None
    if written is not None:
        return [written.tree], written
    tree = request.json_object()
    found = tree.get('reports') if 'reports' in tree else [tree]
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
          body={'oneOf': [{'type': 'object', 'required': ['reports'], 'properties': {
              'reports': {'type': 'array', 'minItems': 1, 'maxItems': MOST,
                          'items': {'$ref': '#/components/schemas/Report'}}}},
              {'$ref': '#/components/schemas/Report'}]},
          answer={'type': 'object', 'required': ['sequence', 'new'], 'properties': {
              'sequence': _SEQUENCE, 'new': {'type': 'integer', 'description': 'Those that were not seen before.'}}},
          success=201, answers={200: 'All of them were seen before.', 413: 'Several are too long together.',
                                422: 'A report will never be taken, and why.',
                                503: 'It will be taken later; with `format` and `known`: by a later master.'}),
    Route('POST', '/v1/heartbeats', heartbeats, NODE, 'Takes a heartbeat', body={'type': 'object'},
          answer={'type': 'object', 'required': ['received', 'answered', 'approvals', 'sequence'], 'properties': {
              'received': {'type': 'number'}, 'answered': {'type': 'number'}, 'sequence': _SEQUENCE,
              'approvals': {'type': 'array', 'items': {'type': 'object'}}, 'quarantine': QUARANTINE}}),
)
