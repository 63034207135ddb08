"""The compliance report of the fleet: how long which nodes met which requirement."""
from nodeprep.compliance import moments
from nodeprep.language import speaking
from nodeprep.master import compliance
from nodeprep.master.api import reading
from nodeprep.master.http.problem import Problem
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import VIEWER, Query, Route
from nodeprep.master.store import settled
from nodeprep.output import Options
from nodeprep.output.compliance import KINDS
from nodeprep.typed import Any

FORMATS = {'json': 'json', 'csv': 'csv', 'html': 'html', 'junit': 'xml'}        # and how names of their files end
_QUERY = {'since': Query('A time, a day, or 30d (default) for so long ago.'), 'until': Query('The same; default: now.'),
          'format': reading.choosing('How it is written; empty: as when it is not there.', *FORMATS, ''),
          'evidence': reading.choosing('With the findings of what is not met.', 'no', 'yes')}
# It brings its own style, and whatever is in it cannot act for whom it is shown to. Source: CSP level 3, sandbox.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; sandbox"


async def report(request: Request, master: Any) -> Response:
    """The report of a span of time, in one of its forms."""
    reading.only(request, reading.NODES, _QUERY)
    now, about = master.clock(), reading.asked(request)
    form = reading.choice(request, 'format', (*FORMATS, ''), 'json') or 'json'
    evidence = reading.choice(request, 'evidence', ('no', 'yes'), 'no') == 'yes'
    try:
        since, until = moments.span(request.query.get('since', ''), request.query.get('until', ''), now)
    except ValueError as error:
        raise Problem(400, str(error)) from None
    await master.read(lambda cursor: reading.sure(cursor, about._replace(requirement='')))
    options = Options(language=speaking(request.language, 'page'))

    def made() -> bytes:
        tree = settled.read(master.store, now, lambda cursor: compliance.report(
            cursor, since, until, now, about, evidence))
        return compliance.written(tree, form, options, master.signer).encode('utf-8', 'backslashreplace')
    name = f'compliance-{compliance.day(until)}.{FORMATS[form]}'
    kind = KINDS[form] if form == 'json' else f'{KINDS[form]}; charset=utf-8'
    return Response(200, await master.at_leisure(made), kind,
                    (('Content-Disposition', f'inline; filename="{name}"'), ('Content-Security-Policy', _POLICY)))


ROUTES = (Route('GET', '/v1/compliance', report, VIEWER, 'The compliance report', query=dict(reading.NODES, **_QUERY),
                answer={'$ref': '#/components/schemas/Compliance'}, also=('text/csv', 'text/html', 'application/xml')),)
