"""One row for each observation, as CSV (RFC 4180), for a spreadsheet: each record is one line.

A cell that a spreadsheet would take for a formula gets an apostrophe before it, and so does one that begins with an
apostrophe: who reads the file takes one off, and has what was there. Where a spreadsheet's language parts cells at
semicolons (that of most of Europe does), what stands after one within a cell would be a cell of its own, and is treated
alike.
"""
import re

from nodeprep.output import Options
from nodeprep.output.words import change, observed, shown
from nodeprep.typed import Any, Dict, Iterator, List

FINDING = ('node', 'taken', 'requirement', 'title', 'severity', 'mode', 'state', 'now', 'boot', 'waiver_owner',
           'waiver_until', 'waiver_reason', 'note')
OBSERVATION = ('when', 'subject', 'found', 'wanted', 'met', 'source', 'advised', 'kubeadm', 'hint', 'fix')
# What begins a formula in one spreadsheet or another, in full width too; blanks before it do not help.
_SIGNS = "=+-@'\uff1d\uff0b\uff0d\uff20"
_FORMULA = tuple(_SIGNS)
_MADE = re.compile(rf';\'(?=[\s"]*[{re.escape(_SIGNS)}])')
_WITHIN = re.compile(rf';(?=[\s"]*[{re.escape(_SIGNS)}])')


def render(tree: Dict[str, Any], options: Options) -> str:
    """A heading and the rows. A finding without observations has one row with those columns empty."""
    import csv
    import io
    out = io.StringIO()
    writer = csv.writer(out, lineterminator='\r\n')
    writer.writerow(FINDING + OBSERVATION)
    for row in rows(tree):
        writer.writerow([inert(cell) for cell in row])
    return out.getvalue()


def rows(tree: Dict[str, Any]) -> Iterator[List[str]]:
    """The cells as they are meant, in the order of FINDING + OBSERVATION."""
    for finding in tree['findings']:
        waiver = finding['waiver'] or {}
        cells = [tree['node']['name'], tree['taken']] + [finding[name] for name in FINDING[2:9]]
        cells += [waiver.get(name, '') for name in ('owner', 'until', 'reason')] + [finding['note']]
        about = [shown(cell) for cell in cells]
        for seen in finding['observations']:
            yield about + [seen['when'], shown(seen['subject']), shown(seen['found']), shown(seen['wanted']),
                           {'met': 'true', 'drifted': 'false'}.get(observed(seen), 'unknown'), shown(seen['source']),
                           'true' if seen['advised'] else 'false', shown(seen['kubeadm']), shown(seen['hint']),
                           '; '.join(change(one) for one in seen['fix'])]
        if not finding['observations']:
            yield about + [''] * len(OBSERVATION)


def inert(cell: str) -> str:
    """A cell that no spreadsheet runs.

    >>> inert('=1+1'), inert('swap'), inert('off; =1+1')
    ("'=1+1", 'swap', "off;' =1+1")
    """
    safe = _WITHIN.sub(";'", cell) if ';' in cell else cell
    return "'" + safe if safe.lstrip().startswith(_FORMULA) else safe


def meant(cell: str) -> str:
    """What inert() was given.

    >>> meant("off;' =1+1"), meant("''quoted'")
    ('off; =1+1', "'quoted'")
    """
    return _MADE.sub(';', cell[1:] if cell.startswith("'") else cell)
