"""One node as its master knows it, for people. A script takes -o json."""
from nodeprep import epoch
from nodeprep.output import Options
from nodeprep.output.columns import wrapped
from nodeprep.output.compliance.vocabulary import identity
from nodeprep.output.plans import Page
from nodeprep.output.words import alike, failing, shown, span, statement
from nodeprep.typed import Any, Dict, List

Tree = Dict[str, Any]
_FINE = ('met', 'not-applicable', 'ignored')
_COLORS = {'drifted': '1;31', 'unknown': '1;33', 'advised': '33', 'waived': '36'}
_ORDER = ('drifted', 'unknown', 'advised', 'waived', 'ignored', 'not-applicable', 'met')


def page(tree: Tree, waiting: List[Tree], now: float, verbose: bool, options: Options) -> str:
    """The text: who it is, what is not met, and the plans that wait for an answer. `now` in seconds since 1970;
    `options.said` is what a command about the same master needs besides.
    """
    lines = _head(tree, now, options)
    rows = sorted((one for one in tree['requirements'] if verbose or one['outcome'] not in _FINE),
                  key=lambda one: (_ORDER.index(one['outcome']), one['requirement']))
    for one in rows:
        lines += ['', *_requirement(one, now, options)]
    if not rows and tree['requirements']:
        lines += ['', 'All is met that is required.']
    for one in waiting:
        lines += ['', *_text(f'A plan waits for an answer, since {one["proposed"]}:', options, '')]
        lines += Page(options).part(one['plan']).rstrip('\n').split('\n')
        lines += ['', f'  nodeprep master approve {shown(one["node"])} {one["requirement"]}{shown(options.said)}']
    return '\n'.join(lines) + '\n'


def _head(tree: Tree, now: float, options: Options) -> List[str]:
    lines = _text(f'{shown(tree["name"])}: {tree["standing"]}', options, _COLORS.get(tree['standing'], ''))
    system = ', '.join(shown(part) for part in (tree['os'].strip(), tree['kernel'], tree['arch']) if part)
    labels = ', '.join(f'{shown(name)}={shown(value)}' for name, value in sorted(tree['labels'].items()))
    heard = f'heard {span(now - epoch.of(tree["heard"]))} ago' if tree['heard'] else 'never heard'
    profile = tree['profile'] and f'profile {shown(tree["profile"])}'
    facts = [system, ', '.join(part for part in (tree['role'], profile) if part), labels and f'labels {labels}',
             f'{heard}; its newest report, number {tree["sequence"]}, was taken {tree["taken"]}' if tree['taken']
             else f'{heard}; it has not reported yet']
    facts += [_clone(one, tree['name']) for one in tree['clones']]
    if tree['silent_since']:
        facts.append(f'silent since {tree["silent_since"]}: what is told below is of the past')
    if tree['skew_ms'] is not None and abs(tree['skew_ms']) > 500:
        facts.append(f'its clock is off by {tree["skew_ms"] / 1000:.1f} s')
    if tree['config_problem']:
        facts.append(f'its configuration is wrong: {shown(tree["config_problem"])}')
    if tree['spool_trouble']:
        facts.append(f'its spool: {shown(tree["spool_trouble"])}')
    lines += [line for fact in facts if fact for line in _text(fact, options, '')]
    if any(one['first'] != tree['name'] for one in tree['clones']):
        lines += ['What there is to decide:', f'  nodeprep master clones{shown(options.said)}']
    return lines


def _clone(one: Tree, name: str) -> str:
    """Who else says that it is this machine; which of the two is in quarantine."""
    what = f'the same {identity(one["kind"])} {shown(one["value"])}'
    same = f'has {what}' if one['still'] else f'had {what} (not any more)'
    if one['first'] == name:
        return f'{shown(one["later"])} came later and {same}: that one is in quarantine'
    return (f'{shown(one["first"])} was here first and {same}: what this one reports changes nothing until somebody '
            'decides')


def _requirement(one: Tree, now: float, options: Options) -> List[str]:
    lines = _text(f'{one["requirement"]}: {one["outcome"]} for {span(now - epoch.of(one["since"]))}; now {one["now"]}, '
                  f'at boot {one["boot"]}', options, _COLORS.get(one['outcome'], ''))
    for group in alike(failing(one)):
        lines += ['  ' + line for line in wrapped(f'{group[0]["when"]}: {statement(group)}', options.width - 2)]
        if group[0]['hint']:
            lines += ['    ' + line for line in wrapped('hint: ' + shown(group[0]['hint']), options.width - 4)]
    return lines


def _text(text: str, options: Options, color: str) -> List[str]:
    return [f'\x1b[{color}m{line}\x1b[0m' if color and options.color else line
            for line in wrapped(text, options.width)]
