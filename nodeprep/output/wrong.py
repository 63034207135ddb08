"""What the table says of what is not as it should be: what was found, what would end it, and what to type next.

Loaded by the table when there is such a thing: a host as it should be does not pay for it.
"""
from nodeprep.language import N_, Language
from nodeprep.model import DRIFTED, UNKNOWN
from nodeprep.output.columns import columns
from nodeprep.output.table import Page
from nodeprep.output.words import (
    ADVISED,
    RISKS,
    alike,
    change,
    command,
    failing,
    half,
    outcome,
    shown,
    statement_and_source,
    untold,
)
from nodeprep.typed import Any, Dict, List, Tuple

_SHORT = 4                # changes of a plan, and what is wrong with a requirement, that are told unless --verbose
_HALVES = {'now': N_('now'), 'boot': N_('after a reboot')}
_KINDS = (('now+boot', N_('now and after a reboot')), ('now', N_('now')), ('boot', N_('after a reboot')),
          (UNKNOWN, N_('could not be told')), (ADVISED, N_('only advised')))


def observations(page: Page, finding: Dict[str, Any], mark: bool) -> None:
    """What fails of a finding, alike ones together, with its remedy; `mark`: what is only advised is told as that."""
    groups = sorted(alike(failing(finding)), key=lambda group: (
        group[0]['when'] != 'now', group[0]['advised'], group[0]['met'] is None))
    told = groups if page.failed == 1 else groups[:_SHORT]
    if page.brief:
        told = [next(group for group in groups if group[0]['when'] == when)
                for when in ('now', 'boot') if any(group[0]['when'] == when for group in groups)]
    for at, group in enumerate(told):
        page.text(_told(page, *statement_and_source(group, mark, page.language)), ' ' * 8,
                  page.begun(group[0]))
        if at + 1 == len(told) or _remedy(group) != _remedy(told[at + 1]):
            _plan(page, *_remedy(group))         # told once below all that it would end
    left = sum(map(len, groups)) - sum(map(len, told))
    if left:
        _ = page.language
        page.text(_.many('and {count} more: {command}', 'and {count} more: {command}', left,
                         command=f'{page.called()} {shown(finding["requirement"])}'), ' ' * 8, ' ' * 8)


def _told(page: Page, text: str, source: str) -> str:
    """A statement with its source. In brief, a source that would take a line waits: `nodeprep check ID` has it."""
    room = page.options.width - 8
    whole = f'{text} [{source if len(source) <= room - 2 else source[:room - 5] + "..."}]' if source else text
    return text if page.brief and columns(whole) > room else whole


def _remedy(group: List[Dict[str, Any]]) -> Tuple[List[Dict[str, Any]], List[str]]:
    changes: List[Dict[str, Any]] = []
    for seen in group:
        changes.extend(one for one in seen['fix'] if one not in changes)
    return changes, list(dict.fromkeys(seen['hint'] for seen in group if seen['hint']))


def _plan(page: Page, changes: List[Dict[str, Any]], hints: List[str]) -> None:
    _ = page.language
    if changes:
        risks = [one['risk'] for one in changes if one.get('risk', 'harmless') != 'harmless']
        left = len(changes) - _SHORT
        more = _.many('; and {count} more', '; and {count} more', left) if left > 0 else ''
        named = _(', ').join(_(RISKS[risk]) for risk in dict.fromkeys(risks))
        first = _('fix ({risks}): ', risks=named) if risks else _('fix: ')
        page.text(_('; ').join(change(one, _) for one in changes[:_SHORT]) + more, ' ' * 13, ' ' * 8 + first)
    for hint in hints[:_SHORT]:
        page.text(shown(hint), ' ' * 14, ' ' * 8 + _('hint: '))


def whole_plan(page: Page, seen: Dict[str, Any]) -> None:
    """Every change that would end an observation, with its undo and its diff, and the hint."""
    indent, _ = ' ' * 17, page.language
    for one in seen['fix']:
        back = [_('undo: {command}', command=command(one['undo']))] if one.get('undo') else []
        about = [_(RISKS[one['risk']])] + back if 'run' in one else []
        page.text(change(one, _) + (_(' ({what})', what=_('; ').join(about)) if about else ''), indent + '     ',
                  indent + _('fix: '))
        # A diff is not wrapped: what is copied from it must be what it says.
        page.lines.extend(f'{indent}     {shown(line)}' for line in one.get('diff', '').split('\n') if line)
    if seen['hint']:
        page.text(shown(seen['hint']), indent + '      ', indent + _('hint: '))


def end(page: Page, failed: List[Dict[str, Any]], worst: Dict[str, Any]) -> None:
    """What stands below the verdict: which of them failed, where they are many, and the next commands."""
    _, options = page.language, page.options
    if len(failed) > 2:
        page.text(_which(failed, _), '  ', '  ')
    steps = [f'{shown(options.program)} explain {shown(worst["requirement"])}']
    if not page.verbose:
        steps.append(f'{page.called()}{shown(options.ids)} --verbose')
    # Not with --ignore, which a fix does not take.
    if ' --ignore ' not in options.said and any(seen['fix'] for one in failed for seen in one['observations']):
        steps.append(f'{shown(options.program + " fix --dry-run" + options.said + options.ids)}')
    first = '  ' + _('Next: ')
    for number, step in enumerate(steps):
        page.text(step, ' ' * (columns(first) + 2), ' ' * columns(first) if number else first)


def _which(failed: List[Dict[str, Any]], _: Language) -> str:
    """The ids by how they fail, for one who sees just the end of a long output."""
    kinds: Dict[str, List[str]] = {}
    for finding in failed:
        drifted = [when for when in ('now', 'boot') if half(finding, when) == DRIFTED]
        kind = outcome(finding) if outcome(finding) in (UNKNOWN, ADVISED) else '+'.join(drifted) or 'now+boot'
        name = shown(finding['requirement'])
        kinds.setdefault(kind, []).append(name)
        if kind != UNKNOWN and untold([finding]):          # the verdict counts it with both
            when = 'now' if half(finding, 'now') == UNKNOWN else 'boot'
            kinds.setdefault(UNKNOWN, []).append(name + _(' ({what})', what=_(_HALVES[when])))
    return _('; ').join(_(said) + _(': ') + ', '.join(kinds[kind]) for kind, said in _KINDS if kind in kinds)
