"""/metrics: the fleet as gauges, in OpenMetrics 1.0."""
from nodeprep import __version__, catalogue
from nodeprep.master.http import response
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.http.routes import VIEWER, Route
from nodeprep.master.store import asked, deliveries, grid, outbox, proposals, shelves
from nodeprep.output.openmetrics import family
from nodeprep.typed import Any, List

KIND = 'application/openmetrics-text; version=1.0.0; charset=utf-8'


async def metrics(request: Request, master: Any) -> Response:
    """The gauges as they are now."""
    standings, columns, totals, plans, clones, messages, notes = await master.read(lambda cursor: (
        grid.standings(cursor), grid.columns(cursor, catalogue.ids()), grid.totals(cursor), proposals.waiting(cursor),
        shelves.clones_waiting(cursor), outbox.waiting(cursor), deliveries.notes(cursor)))
    lines: List[str] = []
    family(lines, 'nodeprep_master_info', 'The version of the master; always 1.', [({'version': __version__}, 1)])
    family(lines, 'nodeprep_nodes', 'How many nodes stand how.',
           [({'standing': name}, standings.get(name, 0)) for name in asked.STANDINGS])
    family(lines, 'nodeprep_requirement_nodes', 'How many nodes that speak do not meet a requirement.',
           [({'requirement': name, 'outcome': outcome}, count) for name in columns.names
            for outcome, count in sorted(totals.get(name, {}).items())])
    family(lines, 'nodeprep_requirements_left_out', 'How many requirements, unknown here, are not among these.',
           [({}, columns.alone + columns.many)])
    family(lines, 'nodeprep_approvals_waiting', 'How many plans wait for an answer.', [({}, plans)])
    family(lines, 'nodeprep_clones_waiting', 'About how many clones nobody has decided.', [({}, clones)])
    for at, name, about in ((0, 'waiting', 'wait to be sent'), (1, 'given_up', 'were not taken within a day')):
        family(lines, f'nodeprep_webhook_messages_{name}', f'How many messages to a receiver {about}.',
               [({'webhook': hook.name}, messages.get(hook.name, (0, 0))[at]) for hook in master.settings.webhooks])
        family(lines, f'nodeprep_report_messages_{name}', f'How many compliance reports that are sent {about}.',
               [({'to': one}, messages.get(f'report {one}', (0, 0))[at]) for one in ('mail', 'webhook')])
    family(lines, 'nodeprep_report_written_timestamp_seconds', 'When a compliance report was last written by itself.',
           [({}, notes[deliveries.WRITTEN]['at'])] if deliveries.WRITTEN in notes else [], 'seconds')
    family(lines, 'nodeprep_master_taken', 'What this master took since it was started.',
           [({'what': name}, count) for name, count in sorted(master.counts.items())])
    family(lines, 'nodeprep_master_writes_waiting', 'How many pieces of work wait to be written.',
           [({}, master.waiting())])
    family(lines, 'nodeprep_master_certificate_ends_timestamp_seconds', 'When the certificate ends.',
           [({}, master.keys.ends)], 'seconds')
    return response.text('\n'.join(lines) + '\n# EOF\n', kind=KIND)


ROUTES = (Route('GET', '/metrics', metrics, VIEWER, 'The fleet as gauges', kind='application/openmetrics-text',
                answer={'type': 'string'}),)
