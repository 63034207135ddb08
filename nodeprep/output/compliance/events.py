"""The parts of the page that list what is so, and what happened: each is cut where it would be long."""
from nodeprep.language import Language
from nodeprep.output.compliance import figures, holes, vocabulary, words
from nodeprep.output.compliance.pieces import CSV_TOO, JSON_ONLY, Section, code, more, name, table, text, when, word
from nodeprep.output.html_ import observed_list
from nodeprep.output.words import outcome
from nodeprep.typed import Any, Dict, Iterator, List, Sequence

MOST = 50                 # rows of a list
MOST_EVIDENCE = 600000    # letters of HTML


def open_(tree: Dict[str, Any], _: Language) -> Section:
    """What was not met at the end, the longest first; of what is waived the waivers tell."""
    found = words.failing(tree)
    rows = [[name(one['node']), name(one['requirement']),
             _('{span}, since {when}', span=figures.length(one['since'], tree['until'], _), when=when(one['since'], _)),
             word(one['state'], _), *_seen(one, _)] for one in found[:MOST]]
    return _section(_, 'open', _('Longest open drift'), len(found), rows, CSV_TOO,
                    _('Not met at the end, and not waived; the longest first'),
                    (_('Node'), _('Requirement'), _('For'), _('State'), _('Found'), _('Wanted'), _('Read in')))


def ended(tree: Dict[str, Any], _: Language) -> Section:
    """What drifted and does so no more."""
    found = tree.get('ended', ())                  # not there in a report of an older version
    rows = [[name(one['node']), name(one['requirement']), when(one['since'], _) if one['since'] else _('earlier'),
             text(words.lasted(one, _)[1]), word(one['then'], _) if one['then'] else _('told no more')]
            for one in found[:MOST]]
    return _section(_, 'ended', _('Drift that ended'), len(found) + tree.get('ended_left_out', 0), rows, JSON_ONLY,
                    _('What drifted and did so no more; the last to end first'),
                    (_('Node'), _('Requirement'), _('Since'), _('For'), _('Then')))


def advised(tree: Dict[str, Any], _: Language) -> Section:
    """What is not met and counts for nothing."""
    found = tree.get('advised', ())                # not there in a report of an older version
    rows = [[name(one['node']), name(one['requirement']),
             _('{span}, since {when}', span=figures.length(one['since'], tree['until'], _), when=when(one['since'], _)),
             *_seen(one, _)] for one in found[:MOST]]
    return _section(_, 'advised', _('Advised and not met'), len(found), rows, CSV_TOO,
                    _('It counts for nothing, and somebody may want to know; the longest first'),
                    (_('Node'), _('Requirement'), _('For'), _('Found'), _('Wanted'), _('Read in')))


def reboot(tree: Dict[str, Any], _: Language) -> Section:
    """What is met and will not be."""
    rows = [[name(one['node']), name(one['requirement']), text(one['found']), text(_.title(one['wanted'])),
             code(one['source'])] for one in tree['reboot'][:MOST]]
    return _section(_, 'reboot', _('What will break at the next reboot'), len(tree['reboot']), rows, JSON_ONLY,
                    _('Met at the end, and not so after a reboot'),
                    (_('Node'), _('Requirement'), _('Found'), _('Wanted'), _('Read in')))


def fights(tree: Dict[str, Any], _: Language) -> Section:
    """Who else changes what the agent keeps."""
    rows = [[name(one['node']), name(one['requirement']), text(one['said'])] for one in (tree['fights'] or ())[:MOST]]
    return _section(_, 'fights', _('Fights'), len(tree['fights'] or ()), rows, JSON_ONLY,
                    _('What somebody takes back again and again'),
                    (_('Node'), _('Requirement'), _('What its agent says')))


def clones(tree: Dict[str, Any], _: Language) -> Section:
    """Nodes that say that they are the same machine."""
    rows = [[_('{later} as {first}', later=text(one['later']), first=text(one['first'])),
             text(vocabulary.identity(one['kind'], _)), code(one['value']), when(one['found'], _),
             text(vocabulary.decision(one, _))]
            for one in tree['clones'][:MOST]]
    return _section(_, 'clones', _('Clones'), len(tree['clones']), rows, JSON_ONLY,
                    _('Nodes that share what makes one machine'),
                    (_('Nodes'), _('The same'), _('Value'), _('Noticed'), _('Decision')))


def silent(tree: Dict[str, Any], _: Language) -> Section:
    """Of which nothing was heard."""
    rows = [[name(one['node']), figures.length(one['since'], tree['until'], _), when(one['since'], _)]
            for one in tree['silent'][:MOST]]
    return _section(_, 'silent', _('Silent nodes'), len(tree['silent']), rows, CSV_TOO,
                    _('Nothing was heard of them at the end; what they are nobody knows'),
                    (_('Node'), _('For'), _('Since')))


def waivers(tree: Dict[str, Any], _: Language) -> Section:
    """About to end first; then those that are over."""
    last = tree['until'][:10]
    ordered = sorted(tree['waivers'], key=lambda one: bool(one['ended']) or one['until'] < last)
    rows = [[name(one['requirement']), text(one['scope']) or _('all nodes'), when(one['until'], _, day=True),
             text(one['reason']), text(one['owner']), _given(one, _), _ended(one, last, _)]
            for one in ordered[:MOST]]
    return _section(_, 'waivers', _('Waivers'), len(tree['waivers']), rows, JSON_ONLY,
                    _('The first to end first; then those that are over'),
                    (_('Requirement'), _('Of'), _('Until'), _('Why'), _('Who answers for it'), _('Given'),
                     _('At the end')))


def changes(tree: Dict[str, Any], _: Language) -> Section:
    """Decisions, and what was changed, with who allowed it."""
    rows = [[when(one['at'], _), text(one['who']), text(vocabulary.deed(one['what'], _)), name(one['node']),
             name(one['requirement']), text(vocabulary.detail(one, _))] for one in tree['changes'][:MOST]]
    return _section(_, 'changes', _('Changes and decisions'), len(tree['changes']), rows, JSON_ONLY,
                    _('The newest first'),
                    (_('When'), _('Who'), _('What'), _('Node'), _('Requirement'), _('Detail')))


def gaps(tree: Dict[str, Any], _: Language) -> Section:
    """What is missing of the reports that this is made of."""
    rows = [[name(one['node']), _numbers(one, _), text(holes.kind(one['state'], _)),
             text(holes.noted(one['said'], _)), when(one['at'], _)] for one in tree['gaps'][:MOST]]
    return _section(_, 'gaps', _('Gaps in the record'), len(tree['gaps']), rows, JSON_ONLY,
                    _('Reports of a node that are missing, or do not follow from the ones before'),
                    (_('Node'), _('Reports'), _('Kind'), _('What is known'), _('Noticed')))


def evidence(tree: Dict[str, Any], _: Language) -> Section:
    """What was seen, where that was asked for: the worst nodes first, as many as there is room for."""
    found, html, room = tree['evidence'] or {}, [], MOST_EVIDENCE     # type: Any, List[str], int
    order = [one['name'] for one in tree['nodes'] if one['name'] in found]
    shown = 0
    for node in order:
        lines = list(_node(node, found[node], _))
        room -= sum(map(len, lines))
        if room < 0:
            break
        html += lines
        shown += 1
    return Section('evidence', _('Evidence'), len(order), html + list(more(len(order) - shown, JSON_ONLY, _)))


def _node(node: str, findings: Dict[str, Any], _: Language) -> Iterator[str]:
    for requirement, finding in sorted(findings.items()):
        yield (f'<section><h3>{text(node)}{_(": ")}{text(requirement)}{_(", ")}'
               f'{word(outcome(finding), _)}</h3>')
        yield from observed_list(finding['observations'], _)
        yield '</section>'


def _section(_: Language, ident: str, head: str, count: int, rows: List[List[str]], where: str, caption: str,
             heads: Sequence[str]) -> Section:
    return Section(ident, head, count, [*table(caption, heads, rows), *more(count - len(rows), where, _)])


def _numbers(one: Dict[str, Any], _: Language) -> str:
    return f'{one["first"]}' if one['first'] == one['last'] else _(
        '{first} to {last}', first=one['first'], last=one['last'])


def _seen(one: Dict[str, Any], _: Language) -> List[str]:
    """What was found and wanted, and where it was read: nothing of it is known when its report is gone."""
    if not (one['found'] or one['wanted'] or one['source']):
        return [f'<span class="soft">{_("not kept any more")}</span>', '', '']
    return [text(one['found']), text(_.title(one['wanted'])), code(one['source'])]


def _given(one: Dict[str, Any], _: Language) -> str:
    """By whom and when; those of a node's own configuration have neither."""
    if one['kind'] == 'config':
        return _('in the configuration of the node')
    return _(', ').join(part for part in (text(one['by']), when(one['created'], _) if one['created'] else '') if part)


def _ended(one: Dict[str, Any], last: str, _: Language) -> str:
    if one['ended']:
        if one['ended_by']:
            return _('ended {when} by {name}', when=when(one['ended'], _), name=text(one['ended_by']))
        return _('ended {when}', when=when(one['ended'], _))
    return _('over') if one['until'] < last else _('holds')
