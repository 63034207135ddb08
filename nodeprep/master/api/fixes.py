"""What was fixed on nodes, as they tell it: when, who allowed it, and what came of it."""
from nodeprep.compliance.fixes import APPROVAL, PERSON, POLICY
from nodeprep.master import shapes
from nodeprep.master.api import reading
from nodeprep.master.api.answers import COUNTS, NUMBER, each, having, named
from nodeprep.master.http import response
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import VIEWER, Query, Route
from nodeprep.master.store import mended
from nodeprep.typed import Any

_DAYS = 30 * 86400.0      # seconds: as the page
_WAYS = (POLICY, APPROVAL, PERSON)
_NODES = dict({name: reading.NODES[name] for name in ('search', 'label', 'role')},
              requirement=Query('For one requirement.'), node=Query('On one node, by its whole name.'))
_WHICH = {'kind': reading.choosing('All, those that were not done, or those that were taken back.', *mended.KINDS),
          'how': Query('How it was allowed: by mode fix, by an approval, or by hand at the host.',
                       {'type': 'string', 'enum': list(_WAYS)}),
          'since': Query('A time, a day, or 30d (default) for so long ago.')}
_ANSWER = having(fixes=each(named('Fix')), counts=COUNTS, page=NUMBER, per=NUMBER)


async def tried(request: Request, master: Any) -> Response:
    """A page of the fixes, the newest first."""
    reading.only(request, _NODES, reading.PAGES, _WHICH)
    now, (page, per) = master.clock(), reading.paging(request)
    kind = reading.choice(request, 'kind', mended.KINDS, mended.ALL)
    how = reading.choice(request, 'how', ('', *_WAYS), '')
    wanted = mended.Wanted(reading.when(request, 'since', now, now - _DAYS), request.query.get('node', ''), how,
                           reading.asked(request))
    _, counts, rows = await master.read(lambda cursor: (
        reading.sure(cursor, wanted.about._replace(requirement='')),
        mended.counts(cursor, wanted), mended.page(cursor, wanted, kind, page, per)))
    return response.json_({'fixes': [shapes.fix(one) for one in rows], 'counts': counts, 'page': page, 'per': per})


ROUTES = (Route('GET', '/v1/fixes', tried, VIEWER, 'What was fixed on nodes', answer=_ANSWER,
                query=dict(_NODES, **reading.PAGES, **_WHICH)),)
