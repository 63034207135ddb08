"""The style sheet, the script and the picture: read once, and named by what they hold, so that browsers keep them."""
import hashlib
import os

from nodeprep.language import N_
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.output.compliance.palette import sheet
from nodeprep.typed import Any, Dict

KINDS = {'.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml'}
_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'static')


def _read() -> Dict[str, bytes]:
    found = {}
    for name in sorted(os.listdir(_FOLDER)):
        with open(os.path.join(_FOLDER, name), 'rb') as file:
            found[name] = file.read()
    # The time of reports has the colours here that it has there.
    found['page.css'] += sheet('.time ').encode('ascii') + b'\n'
    return found


FILES = _read()
VERSION = hashlib.sha256(b''.join(FILES.values())).hexdigest()[:12]
_KEPT = (('Cache-Control', 'public, max-age=31536000, immutable'),)


async def static(request: Request, _master: Any) -> Response:
    """GET /static/{name}. Problem 404."""
    name = request.params['name']
    if name not in FILES:
        raise Problem(404, N_('There is nothing at this address.'))
    # Kept for ever only under the name of this version: an old page may ask a new master.
    kept = _KEPT if request.raw_query == VERSION else ()
    return Response(200, FILES[name], KINDS[os.path.splitext(name)[1]], kept)
