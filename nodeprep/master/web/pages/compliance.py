"""/compliance: how much of the time the fleet was as wanted, by day and by requirement, as the report has it."""
from markupsafe import Markup

from nodeprep.compliance.weigh import COUNTED
from nodeprep.language import Language
from nodeprep.master import compliance
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import deliveries, grid, outbox
from nodeprep.master.web import frame, query, render
from nodeprep.output.compliance import chart, words
from nodeprep.output.compliance.palette import PATTERNS
from nodeprep.output.compliance.pieces import NARROW
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Tuple

DAYS = ('7', '30', '90')
_DAY = 86400.0
DOWNLOADS = (('html', 'HTML'), ('csv', 'CSV'), ('json', 'JSON'), ('junit', 'JUnit'))


class Line(NamedTuple):
    """A day or a requirement: seconds by outcome, and how many of them count."""

    name: str
    seconds: Dict[str, float]
    counted: float


async def show(request: Request, master: Any) -> Response:
    """GET /compliance."""
    about = query.asked(request)
    days = int(query.chosen(request, 'days', DAYS, '30'))
    now = float(int(master.clock()))
    begin = (now // _DAY - days + 1) * _DAY

    def look(cursor: Any) -> Any:
        query.sure(cursor, about._replace(requirement=''))
        return (compliance.report(cursor, begin, max(now, begin + 1.0), now, about), grid.choices(cursor),
                deliveries.notes(cursor), outbox.waiting(cursor))
    around, (tree, choices, notes, waiting) = await frame.around(request, master, '/compliance', look, live=False,
                                                                   whole=True)
    by_day = [one for one in (_line(day['day'], day['seconds']) for day in tree['days']) if one.counted]
    by_requirement = [one for one in (_line(row['requirement'], row['seconds']) for row in tree['requirements'])
                      if one.counted]
    file = query.Address('/v1/compliance', dict(tree['asked'], since=tree['since'], until=tree['until']))
    return await render.answer(
        master, 'compliance.html', frame=around, about=about, days=days, begin=begin, choices=choices, by_day=by_day,
        by_requirement=by_requirement, met=tree['overall']['seconds'].get('met', 0.0),
        counted=_line('', tree['overall']['seconds']).counted,
        charts=[('chart', chart.draw(by_day, begin, days, _=around.language)),
                ('chart narrow', chart.draw(by_day, begin, days, NARROW, 3, around.language))],
        patterns=Markup(PATTERNS),       # noqa: S704  # a constant
        overall=tree['overall'], record=words.record(tree, around.language),
        left_out=_left_out(tree, around.language),
        written=notes.get(deliveries.WRITTEN), sent=_sent(notes, waiting),
        downloads=[(name, file.with_(format=form)) for form, name in DOWNLOADS])


def _left_out(tree: Dict[str, Any], _: Language) -> str:
    """The requirements of which nothing counts, each with what it is instead."""
    return _(', ').join(row['requirement'] + _(' ({what})', what=words.apart(row['seconds'], _))
                        for row in tree['requirements'] if not words.seconds(row['seconds']))


def _sent(notes: Dict[str, Any], waiting: Dict[str, Any]) -> List[Tuple[bool, Dict[str, Any], int]]:
    """What became of the last report to each who is sent them: whether by e-mail, the note of it, and how many wait."""
    return [(how == deliveries.MAIL, notes[how], waiting.get(how, (0, 0))[0]) for how in deliveries.CHANNELS
            if how in notes]


def _line(name: str, seconds: Dict[str, float]) -> Line:
    return Line(name, seconds, sum(seconds.get(outcome, 0.0) for outcome in COUNTED))
