"""How much of its time the fleet was as wanted."""
import csv
import io

from nodeprep.master import shapes
from nodeprep.master.api import reading
from nodeprep.master.http import response
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import VIEWER, Query, Route
from nodeprep.master.store import share
from nodeprep.typed import Any, Dict

_DAY = 86400.0
LONGEST = 800 * _DAY
_QUERY = {'since': Query('A time, a day, or 30d (default) for so long ago.'), 'until': Query('The same; default: now.'),
          'format': reading.choosing('How it is written.', 'json', 'csv')}


async def compliance(request: Request, master: Any) -> Response:
    """Shares of time by day and by requirement."""
    reading.only(request, reading.NODES, _QUERY)
    now, about = master.clock(), reading.asked(request)
    begin, end = reading.when(request, 'since', now, now - 30 * _DAY), reading.when(request, 'until', now, now)
    form = reading.choice(request, 'format', ('json', 'csv'), 'json')
    end = min(end, now)
    if not 0 <= begin < end or end - begin > LONGEST:
        raise Problem(400, f'since: is not before until, or more than {LONGEST / _DAY:.0f} days before')
    tree = shapes.compliance(await master.read(lambda cursor: share.seconds(cursor, begin, end, about)), begin, end)
    return response.json_(tree) if form == 'json' else response.text(_csv(tree), kind='text/csv; charset=utf-8')


def _csv(tree: Dict[str, Any]) -> str:
    outcomes = sorted(tree['whole']['seconds'])
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(['day', 'requirement', 'share', *outcomes])
    for one in [*tree['days'], *tree['requirements'], tree['whole']]:
        writer.writerow([one.get('day', ''), one.get('requirement', ''), one['share'],
                         *(one['seconds'].get(name, 0.0) for name in outcomes)])
    return out.getvalue()


ROUTES = (Route('GET', '/v1/compliance', compliance, VIEWER, 'Shares of time', query=dict(reading.NODES, **_QUERY),
                answer={'type': 'object', 'required': ['since', 'until', 'whole', 'days', 'requirements']},
                also=('text/csv',)),)
