"""What a report tells of fixes, as rows: bounded, and with times within what the master knows."""
from nodeprep import epoch
from nodeprep.master.prepared import Report
from nodeprep.master.store.fixes import Told
from nodeprep.text import clean
from nodeprep.typed import Iterator, Optional

MOST = 100                # of one report
_LONGEST = 300            # letters of a text


def rows(node: int, report: Report, at: float, received: float) -> Iterator[Told]:
    """Of a report that was taken at `at`, as the master has it. A clock that was set shifts what it dates as much as
    the report; nothing was before 1970, and nothing is after the report came.
    """
    shift = at - report.taken
    for one in report.tree['fixes'][:MOST]:
        by, said = one['by'], one['begun']
        begun = _within(said, shift, received)
        undone = _within(one['undone'], shift, received) if one['undone'] else None
        texts = (_text(one['transaction']), _text(one['requirement']), said, _text(one['result']), _text(one['why']),
                 _text(by['how']), _text(by['who']), _text(by.get('approval', '')), _text(one['undone_by']))
        yield Told(node, *texts[:3], received if begun is None else begun, received, *texts[3:8],
                   received if undone is None and one['undone'] else undone, texts[8])


def _within(text: str, shift: float, received: float) -> Optional[float]:
    """A time of a node; None of a text that is none: it happened, nobody knows when."""
    try:
        return max(0.0, min(epoch.of(text) + shift, received))
    except ValueError:
        return None


def _text(value: str) -> str:
    return str(clean(value[:_LONGEST]))
