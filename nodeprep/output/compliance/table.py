"""A compliance report for a terminal: the figure first, then what is worst of each kind."""
from nodeprep.language import Language
from nodeprep.output import Options
from nodeprep.output.columns import wrapped
from nodeprep.output.compliance import figures, holes, vocabulary, words
from nodeprep.output.listing import fitting, listed
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, Iterator, List

Tree = Dict[str, Any]
FEW = 8                   # of each list, unless --verbose
_CUT = 60                 # letters of what a node says


def render(tree: Tree, options: Options) -> str:
    """The text, `options.width` columns wide."""
    _ = options.language
    lines = _text(_('{title}, {period}', title=words.title(tree, _), period=words.period(tree, _)), options)
    if tree['asked']:
        lines += _text(_('Only of: {what}.', what=words.asked(tree)), options)
    color = '1;31' if tree['overall']['nodes']['drifted'] else '1;32'
    lines += ['', *_text(_('{headline}; {trend}.', headline=words.headline(tree, _), trend=words.trend(tree, _)),
                         options, color)]
    lines += _text(words.counted(tree, _), options)
    if options.quiet:
        return '\n'.join(lines) + '\n'
    none = []
    for head, heads, names, rows in _lists(tree, _):
        if not rows:
            if head != _('Fights') or tree['fights'] is not None:      # of what nobody knows nothing is said
                none.append(head.lower())
            continue
        shown_rows = fitting(heads, rows if options.verbose else rows[:FEW], options.width, names)
        lines += ['', head + _(': ').rstrip(), *listed(heads, shown_rows, options.width).rstrip('\n').split('\n')]
        if len(rows) > len(shown_rows):
            left = len(rows) - len(shown_rows)
            lines.append(_.many('and {count} more', 'and {count} more', left))
    if none:
        lines += ['', *_text(_('None: {what}.', what=_(', ').join(none)), options)]
    return '\n'.join(lines) + '\n'


def _lists(tree: Tree, _: Language) -> Iterator[Any]:
    """(heading, heads of the columns, how many of these have names, rows), in the order in which they are read."""
    until = tree['until']
    shares = (_('MET'), _('DRIFTED'), _('UNTOLD'), _('SILENT'), _('WAIVED'))
    yield _('Worst requirements'), (_('REQUIREMENT'), *shares, _('NOT MET AT THE END')), 0, [
        [one['requirement'], *_shares(one, _),
         words.apart(one['seconds'], _) if not words.seconds(one['seconds']) else
         _('{part} of {whole}', part=one['failing'], whole=one['nodes']) if words.decides(one) else '']
        for one in tree['requirements']]
    yield _('Worst nodes'), (_('NODE'), *shares, _('AT THE END')), 1, [
        [_cut(one['name'], 30), *_shares(one, _), vocabulary.named(one['standing'], _)] for one in tree['nodes']]
    yield _('Longest open drift'), (_('NODE'), _('REQUIREMENT'), _('FOR'), _('FOUND')), 1, [
        [_cut(one['node'], 30), one['requirement'], figures.length(one['since'], until, _), _found(one, _)]
        for one in words.failing(tree)]
    yield _('Drift that ended'), (_('NODE'), _('REQUIREMENT'), _('SINCE'), _('FOR'), _('THEN')), 1, [
        [_cut(one['node'], 30), one['requirement'], *words.lasted(one, _)] for one in tree.get('ended', ())]
    yield _('What will break at the next reboot'), (_('NODE'), _('REQUIREMENT'), _('FOUND')), 1, [
        [_cut(one['node'], 30), one['requirement'], _cut(one['found'])] for one in tree['reboot']]
    yield _('Fights'), (_('NODE'), _('REQUIREMENT'), _('WHAT ITS AGENT SAYS')), 1, [
        [_cut(one['node'], 30), one['requirement'], _cut(one['said'], 200)] for one in tree['fights'] or ()]
    yield _('Clones'), (_('NODE'), _('IS THE SAME AS'), _('BY'), _('DECISION')), 2, [
        [_cut(one['later'], 30), _cut(one['first'], 30), vocabulary.identity(one['kind'], _),
         vocabulary.decision(one, _)]
        for one in tree['clones']]
    yield _('Silent nodes'), (_('NODE'), _('FOR')), 1, [
        [_cut(one['node']), figures.length(one['since'], until, _)] for one in tree['silent']]
    yield _('Waivers'), (_('REQUIREMENT'), _('OF'), _('UNTIL'), _('WHO ANSWERS, AND WHY')), 2, [
        [one['requirement'], _cut(one['scope'], 30) or _('all nodes'), one['until'],
         f'{_cut(one["owner"])}: {_cut(one["reason"])}']
        for one in tree['waivers'] if not one['ended'] and one['until'] >= until[:10]]
    yield _('Changes and decisions'), (_('WHEN'), _('WHAT'), _('WHO, OF WHAT, AND HOW')), 0, [
        [figures.minute(one['at']), _cut(vocabulary.deed(one['what'], _), 20), _change(one, _)]
        for one in tree['changes']]
    yield _('Advised and not met'), (_('NODE'), _('REQUIREMENT'), _('FOR'), _('FOUND')), 1, [
        [_cut(one['node'], 30), one['requirement'], figures.length(one['since'], until, _),
         _cut(one['found']) or _('not kept any more')] for one in tree.get('advised', ())]
    yield _('Gaps in the record'), (_('NODE'), _('WHAT IS KNOWN')), 1, [
        [_cut(one['node'], 30), _cut(holes.noted(one['said'], _))] for one in tree['gaps']]


def _shares(one: Tree, _: Language) -> List[str]:
    times = one['seconds']
    whole, waived = words.seconds(times), times.get('waived', 0.0)
    if not whole:
        return ['-'] * (len(vocabulary.COUNTED) + 1)
    return [figures.share(times.get(kind, 0.0), whole, _) for kind in vocabulary.COUNTED] + [
        figures.share(waived, whole + waived, _)]


def _found(one: Tree, _: Language) -> str:
    told = _('could not tell: ') if one['state'] == 'unknown' else ''
    return told + (_cut(one['found']) or _('not kept any more'))


def _change(one: Tree, _: Language) -> str:
    """Who it was by, of which node and requirement, and what more there is to say."""
    about = ' '.join(part for part in (_cut(one['node']), one['requirement']) if part)
    said = _('; ').join(part for part in (about, _cut(vocabulary.detail(one, _), 110)) if part)
    return _(': ').join(part for part in (_cut(_who(one)), said) if part)


def _who(change: Tree) -> str:
    """Who allowed it; of a line of a configuration, where there is little room, without the folders."""
    who: str = change['who']
    return who.rpartition('/')[2] if who.startswith('/') else who


def _cut(value: str, most: int = _CUT) -> str:
    said = shown(value)
    return said if len(said) <= most else said[:most - 3] + '...'


def _text(said: str, options: Options, color: str = '') -> List[str]:
    return [f'\x1b[{color}m{line}\x1b[0m' if color and options.color else line for line in wrapped(said, options.width)]
