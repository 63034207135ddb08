"""What every form of a compliance report says in the same words: shares, trends, times and what was asked for."""
from nodeprep import epoch
from nodeprep.language import ENGLISH_TEXTS, N_, Language
from nodeprep.output.words import shown, span
from nodeprep.typed import Any, Dict, List, Optional

Tree = Dict[str, Any]
DAY = 86400.0
# What a share is a share of, in the order in which a chart stacks it; met first.
COUNTED = ('met', 'drifted', 'unknown', 'silent')
APART = ('waived', 'advised', 'ignored', 'not-applicable')
NAMES = {'met': N_('met'), 'drifted': N_('drifted'), 'unknown': N_('could not tell'), 'silent': N_('silent'),
         'waived': N_('waived'), 'not-applicable': N_('does not apply'), 'advised': N_('advised, not met'),
         'ignored': N_('ignored'), 'quarantined': N_('quarantined'),
         'gone': N_('gone'), 'new': N_('no report yet')}
# By what machines are told apart, and what is decided when two share it: the store's words.
IDENTITIES = {'hostname': N_('host name'), 'mac': N_('MAC address'), 'product_uuid': 'product_uuid',
              'machine_id': 'machine-id', 'address': N_('address')}
DECISIONS = {'keep-both': N_('two machines'), 'forget-first': N_('the first one forgotten'),
             'forget-later': N_('the later one forgotten')}
# What the audit log of a master says was done, and the names of its details. What is not here is shown as it is.
DEEDS = {'token created': N_('token created'), 'token deleted': N_('token deleted'), 'node joined': N_('node joined'),
         'node left': N_('node left'), 'node forgotten': N_('node forgotten'), 'user created': N_('user created'),
         'user deleted': N_('user deleted'), 'plan approved': N_('plan approved'), 'plan denied': N_('plan denied'),
         'plan lapsed': N_('plan lapsed'), 'waiver added': N_('waiver added'), 'waiver ended': N_('waiver ended'),
         'waivers go on': N_('waivers go on'), 'clone keep-both': N_('clone keep-both'),
         'clone forget-first': N_('clone forget-first'), 'clone forget-later': N_('clone forget-later')}
# What was done on nodes.
MADE = {'plan carried out': N_('plan carried out'), 'fix': N_('fix'), 'undo': N_('undo')}
# How a fix was allowed, as compliance/fixes.py has it.
ALLOWED = (N_('mode: fix, by the configuration of the node'), N_('approved'), N_('by hand at the host'),
           N_('approved, as the node says; this master gave it no such approval'))
DETAILS = {'expires': N_('expires'), 'uses': N_('uses'), 'kind': N_('kind'), 'value': N_('value'), 'role': N_('role'),
           'approval': N_('approval'), 'digest': N_('digest'), 'until': N_('until'), 'reason': N_('reason'),
           'owner': N_('owner'), 'waivers': N_('waivers')}


def percent(part: Optional[float], _: Language = ENGLISH_TEXTS) -> str:
    """A share of 0 to 1 in per cent: never rounded up to 100 or down to 0, and finer near 100, where fleets live.

    >>> percent(1.0), percent(0.99987), percent(0.9999999), percent(0.0), percent(1e-9), percent(None), percent(1 / 3)
    ('100 %', '99.99 %', '99.99 %', '0 %', '0.1 %', 'none', '33.3 %')
    """
    if part is None:
        return _('none')
    if part in (0, 1):
        return f'{100 * part:.0f} %'
    found = 100 * part
    return f'{min(99.99, found):.2f} %' if found >= 99.9 else f'{max(0.1, min(99.9, found)):.1f} %'


def share(part: float, whole: float, _: Language = ENGLISH_TEXTS) -> str:
    """The same of two lengths of time; 'none' of no time at all.

    >>> share(1, 3), share(0, 0)
    ('33.3 %', 'none')
    """
    return percent(part / whole if whole else None, _)


def points(trend: float, _: Language = ENGLISH_TEXTS) -> str:
    """A difference of two shares, in points of per cent, with its sign.

    >>> points(0.0042), points(-0.123), points(0.00004), points(0.0)
    ('+0.4 points', '-12.3 points', '+0.01 points', 'no change')
    """
    found = abs(100 * trend)
    if not found:
        return _('no change')
    said = f'{max(0.01, found):.2f}' if found < 0.1 else f'{found:.1f}'
    return _('{number} points', number=('-' if trend < 0 else '+') + said)


def number(value: int) -> str:
    """A whole number with its thousands apart.

    >>> number(10000)
    '10,000'
    """
    return f'{value:,}'


def minute(stamp: Optional[str], _: Language = ENGLISH_TEXTS) -> str:
    """A time of the tree (RFC 3339, UTC) for people, to the minute; 'never' of None.

    >>> minute('2026-11-22T21:58:08Z')
    '2026-11-22 21:58'
    """
    return f'{stamp[:10]} {stamp[11:16]}' if stamp else _('never')


def length(begin: str, end: str, _: Language = ENGLISH_TEXTS) -> str:
    """How long it is from one time of the tree to another.

    >>> length('2026-11-01T00:00:00Z', '2026-11-03T02:00:00Z')
    '2 d 2 h'
    """
    return span(epoch.of(end) - epoch.of(begin), _)


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


def named(state: str, _: Language = ENGLISH_TEXTS) -> str:
    """A class of time or a standing in words."""
    return _(NAMES[state]) if state in NAMES else state


def identity(kind: str, _: Language = ENGLISH_TEXTS) -> str:
    """What two nodes share that makes one machine.

    >>> identity('mac')
    'MAC address'
    """
    return _(IDENTITIES[kind]) if kind in IDENTITIES else kind


def decision(clone: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """What was decided of two nodes that say that they are one machine."""
    said: str = clone['decision'] or N_('nobody has decided')
    return _(DECISIONS.get(said, said))


def deed(what: str, _: Language = ENGLISH_TEXTS) -> str:
    """What was done, in words."""
    said = DEEDS.get(what) or MADE.get(what)
    return _(said) if said else what


def detail(change: Tree, _: Language = ENGLISH_TEXTS) -> str:
    """What more there is to say of a change: how it was allowed, and what became of it."""
    allowed = change.get('allowed', '')            # not there in a report of an older version
    return _('; ').join(part for part in (_(allowed) if allowed in ALLOWED else allowed, change['detail']) if part)


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
