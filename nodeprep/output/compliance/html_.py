"""One page that needs nothing else: no script, no picture, no other file. For a screen of any width, and for paper.

What a reader looks for comes first; a list that would be long is cut, and says so. A Content-Security-Policy forbids
all that the page does not have, should a text of a node ever get past the escaping.
"""
from nodeprep.output import Options
from nodeprep.output.compliance import events, times, words
from nodeprep.output.compliance.pieces import Section, code, text
from nodeprep.output.compliance.style import PATTERNS, STYLE
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, Iterator, List

Tree = Dict[str, Any]
# In the order in which they are read.
PARTS = (times.requirements, times.nodes, events.open_, events.reboot, events.fights, events.clones, events.silent,
         events.waivers, events.changes, times.groups, times.systems, times.days, events.gaps, events.evidence)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(tree: Tree, options: Options) -> str:
    """The page."""
    sections = [part(tree) for part in PARTS]
    title = text(words.title(tree))
    lines = ['<!DOCTYPE html>', '<html lang="en">', '<head>', '<meta charset="utf-8">',
             f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
             '<meta name="viewport" content="width=device-width, initial-scale=1">',
             f'<title>{title}: {text(words.headline(tree))}</title>', f'<style>{STYLE}</style>', '</head>', '<body>',
             PATTERNS, '<main>', f'<h1>{title}</h1>', f'<p class="soft">{text(words.period(tree))}</p>',
             *_first(tree), *_index(tree, sections), *times.chart(tree)]
    for one in sections:
        if one.many:
            lines += [f'<h2 id="{one.id}">{one.head}</h2>', *one.html]
    return '\n'.join(lines + [*_about(tree), '</main>', '</body>', '</html>']) + '\n'


def _first(tree: Tree) -> Iterator[str]:
    """The one figure, its trend, and how many nodes stand how."""
    found = tree['overall']['share']
    yield '<div class="first">'
    yield f'<div class="big">{words.percent(found) if found is not None else "No time"}</div>'
    yield '<div class="trend">'
    yield (f'<p>{"of the time was as wanted" if found is not None else "is on record"}; {text(words.trend(tree))}.</p>')
    told = words.standing(tree)
    counted = words.number(tree['overall']['nodes']['counted'])
    yield f'<p>{counted} nodes count. At the end: {text(", ".join(told)) if told else "none"}.</p>'
    yield '</div></div>'
    if tree['asked']:
        yield f'<p>Only of: {text(words.asked(tree))}.</p>'


def _index(tree: Tree, sections: List[Section]) -> Iterator[str]:
    """What is there and how much, and what is not."""
    yield '<nav aria-label="What is in this report"><ul>'
    for one in sections:
        if one.many:
            yield f'<li><a href="#{one.id}">{one.head}</a> {words.number(one.many)}</li>'
    yield '</ul>'
    none = [one.head.lower() for one in sections if not one.many and one.id != 'evidence'
            and not (one.id == 'fights' and tree['fights'] is None)]
    if none:
        yield f'<p class="soft small">None: {", ".join(none)}.</p>'
    if tree['fights'] is None:
        yield '<p class="soft small">Who fought over what at the end of this time is not known any more.</p>'
    yield '</nav>'


def _about(tree: Tree) -> Iterator[str]:
    """How it was counted, who made it, and how that is proved."""
    by = tree['by']
    yield '<h2 id="about">How this was made</h2>'
    yield ('<p>Each second of each requirement of each node belongs to one class. A share is the time that was met, of '
           'the time that was met, drifted, could not be told, or silent. Silent time counts, and never as met; '
           'waived time is apart; what is only advised, ignored or does not apply does not count. A node counts from '
           'when it joined, and not while it is in quarantine, or gone.</p>')
    yield (f'<p>Made {words.minute(tree["made"])} UTC by nodeprep {text(by["version"])} on {text(by["host"])}; '
           f'report {code(tree["id"])}.</p>')
    digest = shown(tree['digest'])
    yield f'<p>Digest of the JSON of this report: {code(digest)}'
    if tree['signature']:
        yield f', signed under the CA {code(by["key"])}'
    yield ('. This page can be changed by whoever holds it; of the JSON <code>nodeprep report verify FILE</code> says '
           'whether it is whole, and what is proved of who made it.</p>')
