"""One page that needs nothing else: no script, no picture, no other file. For a screen of any width, and for paper.

What a reader looks for comes first; a list that would be long is cut, and says so. A Content-Security-Policy forbids
all that the page does not have, should a text of a node ever get past the escaping.
"""
from nodeprep.language import Language
from nodeprep.output import Options
from nodeprep.output.compliance import events, figures, times, words
from nodeprep.output.compliance.palette import PATTERNS
from nodeprep.output.compliance.pieces import Section, code, text
from nodeprep.output.compliance.style import STYLE
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, Iterator, List

Tree = Dict[str, Any]
# In the order in which they are read.
PARTS = (times.requirements, times.nodes, events.open_, events.ended, events.reboot, events.fights, events.clones,
         events.silent, events.waivers, events.changes, events.advised, times.groups, times.systems, times.days,
         events.gaps, events.evidence)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(tree: Tree, options: Options) -> str:
    """The page."""
    _ = options.language
    sections = [part(tree, _) for part in PARTS]
    title = text(words.title(tree, _))
    lines = ['<!DOCTYPE html>', f'<html lang="{_.tag.replace("_", "-")}">', '<head>', '<meta charset="utf-8">',
             f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
             '<meta name="viewport" content="width=device-width, initial-scale=1">',
             f'<title>{title}{_(": ")}{text(words.headline(tree, _))}</title>', f'<style>{STYLE}</style>', '</head>',
             '<body>', PATTERNS, '<main>', f'<h1>{title}</h1>', f'<p class="soft">{text(words.period(tree, _))}</p>',
             *_first(tree, _), *_index(tree, sections, _), *times.chart(tree, _)]
    for one in sections:
        if one.many:
            lines += [f'<h2 id="{one.id}">{one.head}</h2>', *one.html]
    return '\n'.join(lines + [*_about(tree, _), '</main>', '</body>', '</html>']) + '\n'


def _first(tree: Tree, _: Language) -> Iterator[str]:
    """The one figure, its trend, and how many nodes stand how."""
    found = tree['overall']['share']
    trend = text(words.trend(tree, _))
    yield '<div class="first">'
    yield f'<div class="big">{figures.percent(found) if found is not None else _("Nothing")}</div>'
    yield '<div class="trend">'
    yield '<p>' + (_('of the time was as wanted; {trend}.', trend=trend) if found is not None else
                   _('in this time counts; {trend}.', trend=trend) if words.known(tree) else
                   _('is on record of this time; {trend}.', trend=trend)) + '</p>'
    yield f'<p>{text(words.counted(tree, _))}</p>'
    yield '</div></div>'
    if tree['asked']:
        yield f'<p>{_("Only of: {what}.", what=text(words.asked(tree)))}</p>'


def _index(tree: Tree, sections: List[Section], _: Language) -> Iterator[str]:
    """What is there and how much, and what is not."""
    yield f'<nav aria-label="{_("What is in this report")}"><ul>'
    for one in sections:
        if one.many:
            yield f'<li><a href="#{one.id}">{one.head}</a> {figures.number(one.many)}</li>'
    yield '</ul>'
    none = [one.head.lower() for one in sections if not one.many and one.id != 'evidence'
            and not (one.id == 'fights' and tree['fights'] is None)]
    if none:
        yield f'<p class="soft small">{_("None: {what}.", what=_(", ").join(none))}</p>'
    if tree['fights'] is None and tree['scope'] != 'host':         # of one host alone nobody ever knew
        unknown = _('Who fought over what at the end of this time is not known any more.')
        yield f'<p class="soft small">{unknown}</p>'
    yield '</nav>'


def _about(tree: Tree, _: Language) -> Iterator[str]:
    """How it was counted, who made it, and how that is proved."""
    by = tree['by']
    yield f'<h2 id="about">{_("How this was made")}</h2>'
    host = tree['scope'] == 'host'
    counted = _('Each second of each requirement belongs to one class. A share is the time that was met, of the time '
                'that was met, drifted, could not be told, or silent. Silent time counts, and never as met; waived '
                'time is apart; what is only advised, ignored or does not apply does not count. The host counts from '
                'when its agent began to write its history; while none ran it is silent.') if host else \
        _('Each second of each requirement of each node belongs to one class. A share is the time that was met, '
          'of the time that was met, drifted, could not be told, or silent. Silent time counts, and never as '
          'met; waived time is apart; what is only advised, ignored or does not apply does not count. A node '
          'counts from when it joined, and not while it is in quarantine, or gone.')
    made = _('Made {when} UTC by nodeprep {version} on {host}; report {id}.', when=figures.minute(tree['made']),
             version=text(by['version']), host=text(by['host']), id=code(tree['id']))
    digest = code(shown(tree['digest']))
    sealed = _('Digest of the JSON of this report: {digest}, signed under the CA {key}.', digest=digest,
               key=code(by['key'])) if tree['signature'] else \
        _('Digest of the JSON of this report: {digest}.', digest=digest)
    proof = _('The host made it of its own history, and nobody else vouches for it: it has no signature, and whoever '
              'is root there can write what he likes. A report of its master (<code>nodeprep master report</code>) '
              'is signed.') if host else \
        _('This page can be changed by whoever holds it; of the JSON <code>nodeprep report verify FILE</code> says '
          'whether it is whole, and what is proved of who made it.')
    yield f'<p>{counted}</p>\n<p>{made}</p>\n<p>{sealed} {proof}</p>'
