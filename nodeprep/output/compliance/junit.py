"""JUnit XML for a pipeline: a suite for each node, a case for each requirement, as it stood at the end of the time.

failure: it had drifted; error: it could not be told, or the node was silent; skipped: it does not apply, is only
advised or ignored, somebody waived it, or the node did not count. What was met at the end and not all of the time
passes, and says so.
"""
from nodeprep.compliance.fixes import FIX, UNDO
from nodeprep.compliance.weigh import ADVISED
from nodeprep.output import Options
from nodeprep.output.compliance import figures, vocabulary, words
from nodeprep.output.junit import escaped, tag
from nodeprep.output.words import shown
from nodeprep.typed import Any, Dict, Iterator, List, Tuple

# What was none of the time that counts, and is not listed as open, since it decides nothing.
_APART = {'advised': 'only advised, and not met', 'ignored': 'left out by the configuration of the node'}
_AWAY = ('quarantined', 'gone', 'new')
_NOTHING = 'any report'   # the one case of a node that told of no requirement: a suite without any would pass


def render(tree: Dict[str, Any], options: Options) -> str:
    """The XML document."""
    opened: Dict[Tuple[str, str], Any] = {(one['node'], one['requirement']): one for one in [
        *(dict(one, severity=ADVISED, waived_until=None) for one in tree.get('advised', ())), *tree['open']]}
    titles = {one['requirement']: one['title'] for one in tree['requirements']}
    past = _past(tree)
    suites: List[str] = []
    totals: Dict[str, Any] = {'tests': 0, 'failures': 0, 'errors': 0, 'skipped': 0}
    for number, node in enumerate(tree['nodes']):
        cases = list(_cases(node, opened, titles, tree['until'], past.get(node['name'], {})))
        counts: Dict[str, Any] = {
            'tests': len(cases), 'failures': _count(cases, 'failure'), 'errors': _count(cases, 'error'),
            'skipped': _count(cases, 'skipped')}
        for key, value in counts.items():
            totals[key] += value
        suites.append(' ' + tag('testsuite', name=_suite(node), hostname=shown(node['name']),
                                timestamp=tree['until'].rstrip('Z'), id=number, package='nodeprep', time=0, **counts))
        suites += [case for _, case in cases]
        suites.append(' </testsuite>')
    # Its own figure is for who looks at the file; each reader takes of it what it knows.
    head = tag('testsuites', name=f'nodeprep: {words.headline(tree)}', time=0, **totals)
    return '\n'.join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, '</testsuites>']) + '\n'


def _suite(node: Dict[str, Any]) -> str:
    """A name without dots of its own, which readers take for packages."""
    return 'nodeprep.' + shown(node['name']).replace('.', '_')


def _count(cases: List[Tuple[str, str]], kind: str) -> int:
    return sum(one == kind for one, _ in cases)


def _cases(node: Dict[str, Any], opened: Dict[Tuple[str, str], Any], titles: Dict[str, str], until: str,
           past: Dict[str, str]) -> Iterator[Tuple[str, str]]:
    """(failure, error, skipped or '', the XML) for each requirement of a node."""
    begin = '  ' + tag('testcase', classname=_suite(node))[:-1] + ' name="'
    apart, parts = node['whole']['not-applicable'], node['requirements']
    for name in sorted([*node['whole']['met'], *apart, *parts]) or [_NOTHING]:
        kind, message, more = _result(node, name, opened.get((node['name'], name)), titles.get(name, ''), until)
        told = escaped((more + _share(parts[name]) if name in parts else more) + past.get(name, ''))
        about = escaped(shown(message))
        if kind in ('failure', 'error'):
            inside = f'<{kind} message="{about}">{told}</{kind}>'
        else:
            inside = (f'<skipped message="{about}"/>' if kind else '') + (
                f'<system-out>{told}</system-out>' if told else '')
        yield kind, f'{begin}{name}" time="0"' + (f'>{inside}</testcase>' if inside else '/>')


def _result(node: Dict[str, Any], name: str, one: Any, title: str, until: str) -> Tuple[str, str, str]:
    """The kind of its result, the message, and what more there is to say."""
    if node['standing'] == 'silent':
        return 'error', f'the node is silent since {node["silent"]}: nobody knows', ''
    if node['standing'] in _AWAY:
        return 'skipped', f'the node is {node["standing"]}', ''
    if name == _NOTHING:
        return 'error', 'the node told nothing', ''
    if one is None:
        if name in node['whole']['not-applicable']:
            return 'skipped', 'does not apply', ''
        part = node['requirements'].get(name)
        apart = [kind for kind in _APART if part['seconds'].get(kind)] if part and part['share'] is None else []
        return ('skipped', _APART[apart[0]], '') if apart else ('', '', '')
    told = f'{shown(one["found"])}; wanted: {shown(one["wanted"])} [{shown(one["source"])}]\n' \
           f'for {figures.length(one["since"], until)}, since {one["since"]}\n'
    if one['waived_until']:
        return 'skipped', f'waived until {one["waived_until"]}', told
    if one['severity'] == 'advised':
        return 'skipped', 'only advised: ' + title, told
    if one['state'] == 'drifted':
        return 'failure', 'wanted: ' + title, told
    return 'error', 'could not tell: ' + title, told


def _past(tree: Dict[str, Any]) -> Dict[str, Dict[str, str]]:
    """By node and requirement the drift that ended, and then what was fixed, the newest first: a line each."""
    found: Dict[str, Dict[str, str]] = {}
    for one in tree.get('ended', ()):              # not there in a report of an older version
        held = found.setdefault(one['node'], {})
        held[one['requirement']] = held.get(one['requirement'], '') + f'drifted {_ended(one)}\n'
    for one in tree['changes']:
        if one['what'] in (FIX, UNDO):
            held = found.setdefault(one['node'], {})
            who = f' by {shown(one["who"])}' if one['who'] else ''
            held[one['requirement']] = held.get(one['requirement'], '') + (
                f'{one["what"]} {one["at"]}{who}: {shown(vocabulary.detail(one))}\n')
    return found


def _ended(one: Dict[str, Any]) -> str:
    then = vocabulary.named(one['then']) if one['then'] else 'told no more'
    when = f'until {one["until"]}, since earlier'
    if one['since']:
        when = f'from {one["since"]} to {one["until"]} ({figures.length(one["since"], one["until"])})'
    return f'{when}, then {then}'


def _share(one: Dict[str, Any]) -> str:
    return '' if one['share'] in (None, 1.0) else f'met {figures.percent(one["share"])} of the time that counts\n'
