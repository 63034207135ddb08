"""The parts of the page that list what is so, and what happened: each is cut where it would be long."""
from nodeprep.language import ENGLISH_TEXTS
from nodeprep.output.compliance import words
from nodeprep.output.compliance.pieces import CSV_TOO, JSON_ONLY, Section, code, more, name, table, text, when, word
from nodeprep.output.html_ import observed_list
from nodeprep.output.words import outcome
from nodeprep.typed import Any, Dict, Iterator, List, Sequence

MOST = 50                 # rows of a list
MOST_EVIDENCE = 600000    # letters of HTML


def open_(tree: Dict[str, Any]) -> Section:
    """What was not met at the end, the longest first."""
    rows = [[name(one['node']), name(one['requirement']),
             f'{words.length(one["since"], tree["until"])}, since {when(one["since"])}',
             word(one['state']) + (f', <span class="waived">waived</span> until {text(one["waived_until"])}'
                                   if one['waived_until'] else ''),
             text(one['found']), text(one['wanted']), code(one['source'])] for one in tree['open'][:MOST]]
    return _section('open', 'Longest open drift', len(tree['open']), rows, CSV_TOO,
                    'Not met at the end; the longest first',
                    ('Node', 'Requirement', 'For', 'State', 'Found', 'Wanted', 'Read in'))


def reboot(tree: Dict[str, Any]) -> Section:
    """What is met and will not be."""
    rows = [[name(one['node']), name(one['requirement']), text(one['found']), text(one['wanted']), code(one['source'])]
            for one in tree['reboot'][:MOST]]
    return _section('reboot', 'What will break at the next reboot', len(tree['reboot']), rows, JSON_ONLY,
                    'Met at the end, and not so after a reboot', ('Node', 'Requirement', 'Found', 'Wanted', 'Read in'))


def fights(tree: Dict[str, Any]) -> Section:
    """Who else changes what the agent keeps."""
    rows = [[name(one['node']), name(one['requirement']), text(one['said'])] for one in (tree['fights'] or ())[:MOST]]
    return _section('fights', 'Fights', len(tree['fights'] or ()), rows, JSON_ONLY,
                    'What somebody takes back again and again', ('Node', 'Requirement', 'What its agent says'))


def clones(tree: Dict[str, Any]) -> Section:
    """Nodes that say that they are the same machine."""
    rows = [[f'{text(one["later"])} as {text(one["first"])}', text(one['kind']), code(one['value']), when(one['found']),
             text(one['decision']) or 'nobody has decided'] for one in tree['clones'][:MOST]]
    return _section('clones', 'Clones', len(tree['clones']), rows, JSON_ONLY, 'Nodes that share what makes one machine',
                    ('Nodes', 'The same', 'Value', 'Noticed', 'Decision'))


def silent(tree: Dict[str, Any]) -> Section:
    """Of which nothing was heard."""
    rows = [[name(one['node']), words.length(one['since'], tree['until']), when(one['since'])]
            for one in tree['silent'][:MOST]]
    return _section('silent', 'Silent nodes', len(tree['silent']), rows, CSV_TOO,
                    'Nothing was heard of them at the end; what they are nobody knows', ('Node', 'For', 'Since'))


def waivers(tree: Dict[str, Any]) -> Section:
    """About to end first; then those that are over."""
    last = tree['until'][:10]
    ordered = sorted(tree['waivers'], key=lambda one: bool(one['ended']) or one['until'] < last)
    rows = [[name(one['requirement']), text(one['scope']) or 'all nodes', when(one['until'], day=True),
             text(one['reason']), text(one['owner']), _given(one), _ended(one, last)]
            for one in ordered[:MOST]]
    return _section('waivers', 'Waivers', len(tree['waivers']), rows, JSON_ONLY,
                    'The first to end first; then those that are over',
                    ('Requirement', 'Of', 'Until', 'Why', 'Who answers for it', 'Given', 'At the end'))


def changes(tree: Dict[str, Any]) -> Section:
    """Decisions, and what was changed, with who allowed it."""
    rows = [[when(one['at']), text(one['who']), text(one['what']), name(one['node']), name(one['requirement']),
             text(one['detail'])] for one in tree['changes'][:MOST]]
    return _section('changes', 'Changes and decisions', len(tree['changes']), rows, JSON_ONLY, 'The newest first',
                    ('When', 'Who', 'What', 'Node', 'Requirement', 'Detail'))


def gaps(tree: Dict[str, Any]) -> Section:
    """What is missing of the reports that this is made of."""
    rows = [[name(one['node']), _numbers(one), text(one['state']), text(one['said']), when(one['at'])]
            for one in tree['gaps'][:MOST]]
    return _section('gaps', 'Gaps in the record', len(tree['gaps']), rows, JSON_ONLY,
                    'Reports of a node that are missing, or do not follow from the ones before',
                    ('Node', 'Reports', 'Kind', 'What is known', 'Noticed'))


def evidence(tree: Dict[str, Any]) -> Section:
    """What was seen, where that was asked for: the worst nodes first, as many as there is room for."""
    found, html, room = tree['evidence'] or {}, [], MOST_EVIDENCE     # type: Any, List[str], int
    order = [one['name'] for one in tree['nodes'] if one['name'] in found]
    shown = 0
    for node in order:
        lines = list(_node(node, found[node]))
        room -= sum(map(len, lines))
        if room < 0:
            break
        html += lines
        shown += 1
    return Section('evidence', 'Evidence', len(order), html + list(more(len(order) - shown, JSON_ONLY)))


def _node(node: str, findings: Dict[str, Any]) -> Iterator[str]:
    for requirement, finding in sorted(findings.items()):
        yield f'<section><h3>{text(node)}: {text(requirement)}, {word(outcome(finding))}</h3>'
        yield from observed_list(finding['observations'], ENGLISH_TEXTS)
        yield '</section>'


def _section(ident: str, head: str, count: int, rows: List[List[str]], where: str, caption: str,
             heads: Sequence[str]) -> Section:
    return Section(ident, head, count, [*table(caption, heads, rows), *more(count - len(rows), where)])


def _numbers(one: Dict[str, Any]) -> str:
    return f'{one["first"]}' if one['first'] == one['last'] else f'{one["first"]} to {one["last"]}'


def _given(one: Dict[str, Any]) -> str:
    """By whom and when; those of a node's own configuration have neither."""
    return ', '.join(part for part in (text(one['by']), when(one['created']) if one['created'] else '') if part)


def _ended(one: Dict[str, Any], last: str) -> str:
    if one['ended']:
        return f'ended {when(one["ended"])}' + (f' by {text(one["ended_by"])}' if one['ended_by'] else '')
    return 'over' if one['until'] < last else 'holds'
