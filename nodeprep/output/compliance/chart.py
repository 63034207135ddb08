"""Bars of time as the numbers of an SVG: one a day, from what was met up to what was silent."""
import time

from nodeprep.language import ENGLISH_TEXTS, Language
from nodeprep.output.compliance.figures import DAY, share
from nodeprep.output.compliance.vocabulary import COUNTED, NAMES
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Iterable, List, Tuple

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 240, 52, 16, 16, 28
_FLOORS = {95: 1, 90: 2, 80: 5, 70: 10, 50: 10, 0: 20}       # per cent at which bars may begin -> between two lines


class Bar(NamedTuple):
    """One day. `parts` are (class, y, height)."""

    x: float
    width: float
    said: str
    parts: List[Tuple[str, float, float]]


class Chart(NamedTuple):
    """Lines are (y, text), days (x, text); `floor` is the per cent at which the bars begin."""

    width: int
    height: int
    left: int
    floor: int
    lines: List[Tuple[float, str]]
    days: List[Tuple[float, str]]
    bars: List[Bar]


def draw(lines: Iterable[Any], begin: float, days: int, width: int = WIDTH, named: int = 6,
         _: Language = ENGLISH_TEXTS) -> Chart:
    """A chart of `days` days from `begin`; of each line the name is a day. A day without a line stays empty.

    `width` in units of the SVG; about `named` of the days have their name below.
    """
    known = {line.name: line for line in lines}
    least = min((100 * line.seconds.get('met', 0.0) / line.counted for line in known.values()), default=0.0)
    floor = next(one for one in _FLOORS if one <= max(0.0, least - 1) or not one)
    room, step = HEIGHT - TOP - BOTTOM, (width - LEFT - RIGHT) / days
    bars, labels = [], []
    for number in range(days):
        name = time.strftime('%Y-%m-%d', time.gmtime(begin + number * DAY))
        x = LEFT + number * step
        if (days - 1 - number) % max(1, days // named) == 0:
            labels.append((round(x + step / 2, 1), name[5:]))
        if name in known:
            bars.append(Bar(round(x + step * 0.1, 1), round(step * 0.8, 1), _said(known[name], _),
                            _stacked(known[name], floor, room)))
    marks = range(floor, 101, _FLOORS[floor])
    return Chart(width, HEIGHT, LEFT, floor, [(round(TOP + room * (100 - mark) / (100 - floor), 1), f'{mark} %')
                                              for mark in marks], labels, bars)


def _stacked(line: Any, floor: int, room: float) -> List[Tuple[str, float, float]]:
    """What stands on what, cut off below the floor."""
    found, at = [], 0.0
    for kind in COUNTED:
        part = 100 * line.seconds.get(kind, 0.0) / line.counted
        low, high = max(at, floor), max(at + part, floor)
        at += part
        if high > low:
            found.append((kind, round(TOP + room * (100 - high) / (100 - floor), 2),
                          round(room * (high - low) / (100 - floor), 2)))
    return found


def _said(line: Any, _: Language) -> str:
    return line.name + _(': ') + _(', ').join(
        f'{_(NAMES[kind])} {share(line.seconds.get(kind, 0.0), line.counted, _)}' for kind in COUNTED)
