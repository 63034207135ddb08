"""A compliance report for a terminal: the figure first, then what is worst of each kind."""
from nodeprep.output import Options
from nodeprep.output.columns import wrapped
from nodeprep.output.compliance import words
from nodeprep.output.listing import listed
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, Iterator, List

Tree = Dict[str, Any]
FEW = 8                   # of each list, unless --verbose
_CUT = 60                 # letters of what a node says


def render(tree: Tree, options: Options) -> str:
    """The text, `options.width` columns wide."""
    lines = _text(f'{words.title(tree)}, {words.period(tree)}', options)
    if tree['asked']:
        lines += _text(f'Only of: {words.asked(tree)}', options)
    color = '1;31' if tree['overall']['nodes']['drifted'] else '1;32'
    lines += ['', *_text(f'{words.headline(tree)}; {words.trend(tree)}.', options, color)]
    told = words.standing(tree)
    lines += _text(f'{words.number(tree["overall"]["nodes"]["counted"])} nodes count. At the end: '
                   f'{", ".join(told) if told else "none"}.', options)
    if options.quiet:
        return '\n'.join(lines) + '\n'
    none = []
    for head, heads, rows in _lists(tree):
        if not rows:
            if head != 'Fights' or tree['fights'] is not None:      # of what nobody knows nothing is said
                none.append(head.lower())
            continue
        shown_rows = rows if options.verbose else rows[:FEW]
        lines += ['', head + ':', *listed(heads, shown_rows, options.width).rstrip('\n').split('\n')]
        if len(rows) > len(shown_rows):
            lines.append(f'and {words.number(len(rows) - len(shown_rows))} more')
    if none:
        lines += ['', *_text('None: ' + ', '.join(none) + '.', options)]
    return '\n'.join(lines) + '\n'


def _lists(tree: Tree) -> Iterator[Any]:
    """(heading, heads of the columns, rows), in the order in which they are read."""
    until = tree['until']
    yield 'Worst requirements', ('REQUIREMENT', 'MET', 'DRIFTED', 'UNTOLD', 'SILENT', 'WAIVED', 'NOT MET AT THE END'), [
        [one['requirement'], *_shares(one), f'{one["failing"]} of {one["nodes"]}'] for one in tree['requirements']]
    yield 'Worst nodes', ('NODE', 'MET', 'DRIFTED', 'UNTOLD', 'SILENT', 'WAIVED', 'AT THE END'), [
        [_cut(one['name'], 30), *_shares(one), words.NAMES.get(one['standing'], one['standing'])]
        for one in tree['nodes']]
    yield 'Longest open drift', ('NODE', 'REQUIREMENT', 'FOR', 'FOUND'), [
        [_cut(one['node'], 30), one['requirement'], words.length(one['since'], until), _found(one)]
        for one in tree['open']]
    yield 'What will break at the next reboot', ('NODE', 'REQUIREMENT', 'FOUND'), [
        [_cut(one['node'], 30), one['requirement'], _cut(one['found'])] for one in tree['reboot']]
    yield 'Fights', ('NODE', 'REQUIREMENT', 'WHAT ITS AGENT SAYS'), [
        [_cut(one['node'], 30), one['requirement'], _cut(one['said'], 200)] for one in tree['fights'] or ()]
    yield 'Clones', ('NODE', 'IS THE SAME AS', 'BY', 'DECISION'), [
        [_cut(one['later'], 30), _cut(one['first'], 30), one['kind'], one['decision'] or 'nobody has decided']
        for one in tree['clones']]
    yield 'Silent nodes', ('NODE', 'FOR'), [
        [_cut(one['node']), words.length(one['since'], until)] for one in tree['silent']]
    yield 'Waivers', ('REQUIREMENT', 'OF', 'UNTIL', 'WHO ANSWERS, AND WHY'), [
        [one['requirement'], _cut(one['scope'], 30) or 'all nodes', one['until'],
         f'{_cut(one["owner"])}: {_cut(one["reason"])}']
        for one in tree['waivers'] if not one['ended'] and one['until'] >= until[:10]]
    yield 'Changes and decisions', ('WHEN', 'WHO', 'WHAT', 'NODE', 'DETAIL'), [
        [words.minute(one['at']), _cut(one['who'], 20), _cut(one['what'], 20), _cut(one['node'], 30),
         _cut(one['requirement'] + ' ' + one['detail'])] for one in tree['changes']]
    yield 'Gaps in the record', ('NODE', 'WHAT IS KNOWN'), [
        [_cut(one['node'], 30), _cut(one['said'])] for one in tree['gaps']]


def _shares(one: Tree) -> List[str]:
    times = one['seconds']
    whole, waived = words.seconds(times), times.get('waived', 0.0)
    return [words.share(times.get(kind, 0.0), whole) for kind in words.COUNTED] + [words.share(waived, whole + waived)]


def _found(one: Tree) -> str:
    return ('waived, ' if one['waived_until'] else '') + ('could not tell: ' if one['state'] == 'unknown' else '') \
        + (_cut(one['found']) or 'not kept any more')


def _cut(value: str, most: int = _CUT) -> str:
    said = shown(value)
    return said if len(said) <= most else said[:most - 3] + '...'


def _text(said: str, options: Options, color: str = '') -> List[str]:
    return [f'\x1b[{color}m{line}\x1b[0m' if color and options.color else line for line in wrapped(said, options.width)]
