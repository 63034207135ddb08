"""One page that needs nothing else: no script, no picture, no other file. Light or dark as the reader's system is.

A Content-Security-Policy in it forbids all that it does not have, should a text of a host ever get past the escaping.
"""
import re
from html import escape

from nodeprep.language import N_, Language
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.output import Options
from nodeprep.output.words import (
    ADVISED,
    IGNORED,
    RISKS,
    WAIVED,
    change,
    command,
    failing,
    half,
    observed,
    outcome,
    shown,
    verdict,
    waiver,
)
from nodeprep.typed import Any, Dict, Iterator, List

_WORDS = {MET: N_('met'), DRIFTED: N_('drifted'), UNKNOWN: N_('unknown'), NOT_APPLICABLE: N_('n/a'),
          ADVISED: N_('advised'), WAIVED: N_('waived'), IGNORED: N_('ignored')}
_WHEN = {'now': N_('now'), 'boot': N_('after a reboot')}
_FAILED = (DRIFTED, UNKNOWN, ADVISED)
_STYLE = '''
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--soft:#57606a;--line:#d0d7de;--shade:#f6f8fa;
--met:#1a7f37;--drifted:#b42318;--unknown:#8a5a00;--advised:#8a5a00;--waived:#0b6b83}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#0d1117;--soft:#9aa5b1;--line:#3a424c;--shade:#161b22;
--met:#4ac26b;--drifted:#ff8a80;--unknown:#e3b341;--advised:#e3b341;--waived:#56c7e0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1.05rem;margin:1.5rem 0 .25rem}
p{margin:.25rem 0}.soft{color:var(--soft)}
.verdict{border-left:.4rem solid;padding:.5rem .75rem;margin:1rem 0;background:var(--shade);font-weight:600}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem .35rem 0;border-bottom:1px solid var(--line)}
td.state{white-space:nowrap;width:7rem}th span{display:block;font-weight:400;color:var(--soft)}
.met{color:var(--met)}.drifted{color:var(--drifted)}.unknown{color:var(--unknown)}.advised{color:var(--advised)}
.waived{color:var(--waived)}.not-applicable,.ignored{color:var(--soft)}.state{font-weight:600}
ul{list-style:none;padding:0;margin:.5rem 0}
li{border-left:.2rem solid var(--line);padding:.1rem 0 .1rem .75rem;margin:.75rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 .75rem;margin:.25rem 0}dt{color:var(--soft)}dd{margin:0}
pre,code{font:.875rem/1.4 ui-monospace,monospace}
pre{background:var(--shade);padding:.5rem;margin:.25rem 0;overflow-x:auto;overflow-wrap:normal}
summary{cursor:pointer}
@media print{details>*{display:block}}
'''


def render(tree: Dict[str, Any], options: Options) -> str:
    """The page."""
    _, name = options.language, _text(tree['node']['name'])
    said = verdict(tree, _)
    short = _text(re.split('[:\uff1a]', said)[0].lower())
    lines = ['<!DOCTYPE html>', f'<html lang="{_.tag.replace("_", "-")}">', '<head>', '<meta charset="utf-8">',
             '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">',
             '<meta name="viewport" content="width=device-width, initial-scale=1">',
             f'<title>{name}{_(": ")}{short}</title>', f'<style>{_STYLE}</style>',
             '</head>', '<body>', '<main>', f'<h1>{name}</h1>', f'<p>{_about(tree, _)}</p>',
             f'<p class="soft">{_text(_taken(tree, _))}</p>',
             f'<p class="verdict {tree["verdict"]}">{_text(said)}{_(".")}</p>']
    for part in (_wrong, _overview, _evidence):
        lines.extend(part(tree['findings'], _))
    return '\n'.join(lines + ['</main>', '</body>', '</html>']) + '\n'


def _about(tree: Dict[str, Any], _: Language) -> str:
    node = tree['node']
    parts = [node['os']['name'], node['kernel'] and _('kernel {release}', release=node['kernel']), node['arch'],
             _('profile {name}', name=tree['agent']['profile']), node['role'],
             'Kubernetes ' + node['kubernetes'] if node.get('kubernetes') else '']
    return _(', ').join(_text(part) for part in parts if part)


def _taken(tree: Dict[str, Any], _: Language) -> str:
    return _('Taken {when} by nodeprep {version}, report {id}', when=tree['taken'], version=tree['agent']['version'],
             id=tree['id'])


def _overview(findings: List[Dict[str, Any]], _: Language) -> Iterator[str]:
    if not findings:
        return
    yield f'<h2>{_("All requirements")}</h2>\n<table>\n<thead>\n<tr><th scope="col">{_("Wanted")}</th>' \
          f'<th scope="col">{_("Now")}</th><th scope="col">{_("After a reboot")}</th></tr>\n</thead>\n<tbody>'
    for finding in findings:
        note = waiver(finding, _) if outcome(finding) == WAIVED else finding['note']
        yield (f'<tr><th scope="row">{_text(finding["requirement"])}<span>{_text(_.title(finding["title"]))}</span>'
               + (f'<span>{_text(note)}</span>' if note else '') + '</th>'
               + ''.join(f'<td class="state {half(finding, when)}">{_(_WORDS[half(finding, when)])}</td>'
                         for when in ('now', 'boot')) + '</tr>')
    yield '</tbody>\n</table>'


def _wrong(findings: List[Dict[str, Any]], _: Language) -> Iterator[str]:
    wrong = [finding for finding in findings if outcome(finding) in _FAILED]
    if wrong:
        yield f'<h2>{_("What is not met, and what would end it")}</h2>'
    for word in _FAILED:
        for finding in wrong:
            if outcome(finding) == word:
                name = _text(finding['requirement'])
                yield (f'<section>\n<h3>{name}{_(": ")}<span class="{word}">{_(_WORDS[word])}</span></h3>\n'
                       f'<p class="soft">{_("Wanted: {what}", what=_text(_.title(finding["title"])))}</p>')
                yield from observed_list(failing(finding), _)
                yield '</section>'


def _evidence(findings: List[Dict[str, Any]], _: Language) -> Iterator[str]:
    if findings:
        yield f'<h2>{_("Evidence")}</h2>'
    for finding in findings:
        if finding['observations']:
            word = outcome(finding)
            count = _.many('{count} observed', '{count} observed', len(finding['observations']))
            yield (f'<details>\n<summary>{_text(finding["requirement"])}{_(": ")}'
                   f'<span class="{word}">{_(_WORDS[word])}</span>{_(", ")}{count}</summary>')
            yield from observed_list(finding['observations'], _)
            yield '</details>'


def observed_list(observations: List[Dict[str, Any]], _: Language) -> Iterator[str]:
    """Observations as a list: what was found, what is wanted, where it was read, and what would end it."""
    yield '<ul>'
    for seen in observations:
        state = ADVISED if observed(seen) == DRIFTED and seen['advised'] else observed(seen)
        yield (f'<li><p><strong>{_text(seen["subject"])}</strong>{_(", ")}{_(_WHEN[seen["when"]])}{_(": ")}'
               f'<span class="state {state}">{_(_WORDS[state])}</span></p>\n<dl>')
        found = _('Could not tell') if seen['met'] is None else _('Found')
        for term, said in ((found, seen['found']), (_('Wanted'), _.title(seen['wanted'])),
                           (_('Source'), seen['source']), ('kubeadm', seen['kubeadm']), (_('Hint'), seen['hint'])):
            if said:
                yield f'<dt>{term}</dt><dd>{_text(said)}</dd>'
        yield '</dl>'
        for one in seen['fix']:
            yield from _change(one, _)
        yield '</li>'
    yield '</ul>'


def _change(one: Dict[str, Any], _: Language) -> Iterator[str]:
    back = [_('undo: {command}', command=command(one['undo']))] if one.get('undo') else []
    about = [_(RISKS[one['risk']])] + back if 'run' in one else []
    fix = f'<code>{_text(change(one, _))}</code>' + (_(' ({what})', what=_text(_('; ').join(about))) if about else '')
    yield f'<p>{_("Fix: {change}", change=fix)}</p>'
    if one.get('diff'):
        yield f'<pre>\n{_text(one["diff"], keep=chr(10))}</pre>'


def _text(text: str, keep: str = '') -> str:
    return escape(shown(text, keep))
