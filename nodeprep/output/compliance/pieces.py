"""What the page of a compliance report is put together from: tables, cells, charts. All text is escaped here."""
from html import escape

from nodeprep.language import N_, Language
from nodeprep.output.compliance import chart, figures, vocabulary, words
from nodeprep.output.words import shown
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Sequence

LONGEST = 300             # letters of a text of a node; the JSON has it whole
WORD = 24                 # and of a word that stays whole
CSV_TOO = N_('in the CSV and the JSON')
JSON_ONLY = N_('in the JSON')
SHORT = 8                 # rows of a table that stays on one sheet of paper
NARROW = 400              # units of the chart for narrow screens


class Section(NamedTuple):
    """A part of the page: an id to point at, its heading, how many there are in all, and its HTML."""

    id: str
    head: str
    many: int
    html: List[str]


def text(value: Any) -> str:
    """A text of the tree as HTML, cut when it is very long; a word that no column has room for may be broken."""
    said = shown(value)
    html = escape(said if len(said) <= LONGEST else said[:LONGEST - 1] + '\u2026')
    return f'<span class="long">{html}</span>' if max(map(len, said.split()), default=0) > WORD else html


def name(value: Any) -> str:
    """The name of a node or a requirement, in one line where it is short enough."""
    html = text(value)
    return f'<span class="name">{html}</span>' if 0 < len(value) <= WORD else html


def code(value: Any) -> str:
    """A text as it was read; nothing of nothing."""
    return f'<code>{text(value)}</code>' if value != '' else ''


def word(state: str, _: Language) -> str:
    """A state as a word in its colour."""
    return f'<span class="{escape(state)} name">{text(vocabulary.named(state, _))}</span>'


def when(stamp: Any, _: Language, day: bool = False) -> str:
    """A time of the tree, to the minute or the day; 'never' of None."""
    if not stamp:
        return _('never')
    return f'<time datetime="{escape(stamp)}">{stamp[:10] if day else figures.minute(stamp)}</time>'


_NOTHING, _NOUGHT = ('0 %', '0'), ' class="num nought"'
_APART = '<span class="soft apart">'         # a cell that is no figure of its column


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table of cells that are HTML already. The first of a row is its heading; a head that begins with # is numeric.

    Every cell names its column, for a narrow screen, on which rows stand as blocks.
    """
    kinds = [' class="num"' if head.startswith('#') else '' for head in heads]
    names = [escape(head.lstrip('#')) for head in heads]
    kind = 'scroll short' if len(rows) <= SHORT else 'scroll'
    yield (f'<div class="{kind}"><table><caption>{escape(caption)}</caption>'
           '<thead><tr>'
           + ''.join(f'<th scope="col"{kind}>{name}</th>' for kind, name in zip(kinds, names))
           + '</tr></thead><tbody>')
    for first, *others in rows:
        yield (f'<tr><th scope="row">{first}</th>' + ''.join(
            f'<td{_NOUGHT if kind and cell in _NOTHING else kind}{_of(cell, name)}>{cell}</td>'
            for cell, kind, name in zip(others, kinds[1:], names[1:])) + '</tr>')
    yield '</tbody></table></div>'


def _of(cell: str, name: str) -> str:
    return '' if cell.startswith(_APART) else f' data-of="{name}"'


def more(count: int, where: str, _: Language) -> Iterator[str]:
    """Says that a list was cut, when it was."""
    if count > 0:
        said = _.many('and {count} more ({where})', 'and {count} more ({where})', count, where=_(where))
        yield f'<p class="more">{said}</p>'


def meter(seconds: Dict[str, float]) -> str:
    """A bar of one line: met, drifted, could not be told, silent. The numbers stand beside it."""
    whole, at, parts = words.seconds(seconds), 0.0, []
    for kind in vocabulary.COUNTED:
        size = 100 * seconds.get(kind, 0.0) / whole if whole else 0.0
        if size:
            seen = max(size, 1.0)                     # what is there is seen
            parts.append(f'<rect class="{kind}" x="{min(at, 100 - seen):.2f}" width="{seen:.2f}" height="10"/>')
        at += size
    return ('<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
            f'{"".join(parts)}</svg>')


def bar(part: int, whole: int) -> str:
    """A bar of how many of all."""
    return ('<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect class="met" width="{100 * part / whole:.2f}" height="10"/></svg>')


def shares(seconds: Dict[str, float], _: Language) -> List[str]:
    """Cells of what was met, drifted, could not be told and silent, and apart from these what was waived. Where nothing
    of it counts, the first says what it is instead.
    """
    whole, waived = words.seconds(seconds), seconds.get('waived', 0.0)
    if not whole:
        return [f'{_APART}{text(words.apart(seconds, _))}</span>', *('' for _other in SHARES[1:])]
    return [f'{meter(seconds)} <span>{figures.share(seconds.get("met", 0.0), whole, _)}</span>'] + [
        figures.share(seconds.get(kind, 0.0), whole, _) for kind in vocabulary.COUNTED[1:]] + [
        figures.share(waived, whole + waived, _)]


SHARES = (N_('#Met'), N_('#Drifted'), N_('#Could not tell'), N_('#Silent'), N_('#Waived, apart'))


def days(lines: Sequence[Any], begin: float, count: int, _: Language) -> Iterator[str]:
    """The bars of time by day with a legend: an SVG for wide pages, and one for narrow ones."""
    yield '<figure>'
    drawn = chart.draw(lines, begin, count, _=_)
    yield from _svg(drawn, 'chart', _('Time by day, {count} bars; the table By day has the numbers', count=count))
    yield from _svg(chart.draw(lines, begin, count, NARROW, 3, _), 'chart narrow', _('The same for a narrow screen'))
    yield '<figcaption>' + ''.join(
        f'<span><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="{kind}" width="12" height="12"/>'
        f'</svg> {escape(_(vocabulary.NAMES[kind]))}</span>' for kind in vocabulary.COUNTED)
    if drawn.floor:
        yield f'<span>{_("The bars begin at {floor} %.", floor=drawn.floor)}</span>'
    yield '</figcaption></figure>'


def _svg(drawn: chart.Chart, kind: str, title: str) -> Iterator[str]:
    yield (f'<svg class="{kind}" viewBox="0 0 {drawn.width} {drawn.height}" role="img" aria-label="{escape(title)}">')
    for y, said in drawn.lines:
        yield (f'<line x1="{drawn.left}" x2="{drawn.width - chart.RIGHT}" y1="{y}" y2="{y}"/>'
               f'<text x="{drawn.left - 8}" y="{y + 4}" text-anchor="end">{said}</text>')
    for bar in drawn.bars:
        yield f'<g><title>{escape(bar.said)}</title>' + ''.join(
            f'<rect class="{part}" x="{bar.x}" y="{y}" width="{bar.width}" height="{height}"/>'
            for part, y, height in bar.parts) + '</g>'
    for x, said in drawn.days:
        yield f'<text x="{x}" y="{drawn.height - 6}" text-anchor="middle">{said}</text>'
    yield '</svg>'
