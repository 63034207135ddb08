"""/compliance: how much of the time the fleet was as wanted, day by day and by requirement."""
from nodeprep.master.http.request import Request
from nodeprep.master.http.response import Response
from nodeprep.master.store import grid, share
from nodeprep.master.web import frame, query, render, words
from nodeprep.output.compliance import chart
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict

DAYS = ('7', '30', '90')


class Line(NamedTuple):
    """A day or a requirement: seconds by outcome, and how many of them count."""

    name: str
    seconds: Dict[str, float]
    counted: float


async def show(request: Request, master: Any) -> Response:
    """GET /compliance."""
    about = query.asked(request)
    days = int(query.chosen(request, 'days', DAYS, '30'))
    now = master.clock()
    begin = (now // share.DAY - days + 1) * share.DAY

    def look(cursor: Any) -> Any:
        return share.seconds(cursor, begin, now, about), grid.choices(cursor)
    around, (times, choices) = await frame.around(request, master, '/compliance', look, live=False)
    by_day = [_line(words.day(day * share.DAY), times, 0, day) for day in sorted({key[0] for key in times})]
    by_day = [one for one in by_day if one.counted]
    by_requirement = [_line(name, times, 1, name) for name in sorted({key[1] for key in times})]
    by_requirement = sorted((one for one in by_requirement if one.counted),
                            key=lambda one: (one.seconds.get('met', 0) / one.counted, one.name))
    return await render.answer(
        master, 'compliance.html', frame=around, about=about, days=days, begin=begin, choices=choices, by_day=by_day,
        by_requirement=by_requirement, met=sum(one.seconds.get('met', 0) for one in by_day),
        counted=sum(one.counted for one in by_day), chart=chart.draw(by_day, begin, days, _=around.language))


def _line(name: str, times: share.Times, part: int, key: Any) -> Line:
    seconds: Dict[str, float] = {}
    for one, value in times.items():
        if one[part] == key:
            seconds[one[2]] = seconds.get(one[2], 0.0) + value
    return Line(name, seconds, sum(seconds.get(outcome, 0.0) for outcome in share.COUNTED))
