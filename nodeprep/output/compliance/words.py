"""What every form of a compliance report says in the same words: its headline, its trend, and of what it is."""
from nodeprep.language import ENGLISH_TEXTS, Language
from nodeprep.output.compliance.figures import length, minute, number, percent, points
from nodeprep.output.compliance.vocabulary import APART, COUNTED, NAMES, named
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, List

Tree = Dict[str, Any]


def lasted(one: Tree, _: Language = ENGLISH_TEXTS) -> List[str]:
    """Of drift that ended since when it was, how long, and what it counted as then.

    >>> lasted({'since': '2026-11-01T00:00:00Z', 'until': '2026-11-03T02:00:00Z', 'then': 'met'})
    ['2026-11-01 00:00', '2 d 2 h', 'met']
    """
    then = named(one['then'], _) if one['then'] else _('told no more')
    if one['since'] is None:
        return [_('earlier'), _('until {when}', when=minute(one['until'])), then]
    return [minute(one['since']), length(one['since'], one['until'], _), then]


def title(tree: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """Of whom the report is."""
    if tree['scope'] == 'host':
        return _('Compliance of {name}', name=shown(tree['nodes'][0]['name'] if tree['nodes'] else tree['by']['host']))
    return _('Compliance of the fleet')


def period(tree: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """Which time it is about."""
    return _('{since} to {until} UTC ({length})', since=minute(tree['since']), until=minute(tree['until']),
             length=length(tree['since'], tree['until'], _))


def headline(tree: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """What it says, in a sentence without a full stop."""
    found = tree['overall']['share']
    if found is not None:
        return _('{share} of the time was as wanted', share=percent(found))
    return _('Nothing in this time counts') if known(tree) else _('Nothing is on record of this time')


def known(tree: Tree) -> bool:
    """Whether there is any time that was told, also such that does not count."""
    return any(tree['overall']['seconds'].values())


def trend(tree: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """That beside the period before, as a sentence without a full stop."""
    before, change = tree['overall']['before'], tree['overall']['trend']
    if before is None or before['share'] is None:
        return _('nothing is on record of the period before')
    share = percent(before['share'])
    if change is None:
        return _('{share} in the period before', share=share)
    span_before = length(before['since'], before['until'], _)
    said = _('no change against {share} in the {span} before', share=share, span=span_before) if change == 0 else \
        _('{points}, against {share} in the {span} before', points=points(change, _), share=share, span=span_before)
    if 2 * seconds(before.get('seconds', tree['overall']['seconds'])) < seconds(tree['overall']['seconds']):
        # Most nodes joined since: the two are hardly of the same.
        said = _('{said}, of which less than half as much is on record', said=said)
    return said


def standing(tree: Tree, _: Language = ENGLISH_TEXTS) -> List[str]:
    """How many nodes stood how at the end: '9,650 met', '120 drifted' ..., those that there are."""
    nodes = tree['overall']['nodes']
    return [_('{count} {state}', count=number(nodes[name]), state=_(NAMES[name])) for name in (
        'drifted', 'unknown', 'silent', 'quarantined', 'met') if nodes.get(name)]


def counted(tree: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """The same as a sentence, with how many there are; and since when there is a record, where that is not all of the
    time that was asked for: a share of ten minutes is not one of 30 days.
    """
    if not tree['overall']['nodes']['counted'] and not standing(tree, _):
        return _('No node counts.')
    said = _.many('{count} node counts. At the end: {standing}.', '{count} nodes count. At the end: {standing}.',
                  tree['overall']['nodes']['counted'], standing=_(', ').join(standing(tree, _)) or _('none'))
    begins = record(tree, _)
    return _('{first} {second}', first=said, second=begins) if begins else said


def record(tree: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """Since when there is a record, as a sentence; '' when that is all of the time that was asked for."""
    first = min((one['counts_from'] for one in tree['nodes'] if one['counts_from']), default='')
    return '' if first <= tree['since'] else _('The record begins on {when} UTC.', when=minute(first))


def asked(tree: Tree) -> str:
    """Which nodes were asked for; '' when all."""
    return ', '.join(f'{shown(name)} {shown(value)}' for name, value in sorted(tree['asked'].items())
                     if value not in ('', None, False, [], {}))


def labels(node: Tree) -> str:
    """The labels of a node: 'rack=a1, site=north'."""
    return ', '.join(f'{shown(name)}={shown(value)}' for name, value in sorted(node['labels'].items()))


def failing(tree: Tree) -> List[Tree]:
    """What was not met at the end and no waiver covers, the longest first: what is waived is told with the waivers."""
    return [one for one in tree['open'] if not one['waived_until']]


def decides(requirement: Tree) -> bool:
    """Whether it is counted at how many nodes it was not met at the end: not of one that is only advised."""
    return requirement['severity'] != 'advised' or requirement['failing'] > 0


def apart(times: Dict[str, float], _: Language = ENGLISH_TEXTS) -> str:
    """What there is to say where no second counts, and so there are no shares.

    >>> apart({'not-applicable': 60.0}), apart({'advised': 9.0, 'waived': 1.0}), apart({})
    ('does not apply', 'waived; advised, not met', 'no time that counts')
    """
    return _('; ').join(_(NAMES[name]) for name in APART if times.get(name)) or _('no time that counts')


def seconds(times: Dict[str, float]) -> float:
    """The seconds that count: a share is a share of them."""
    return sum(times.get(name, 0.0) for name in COUNTED)
