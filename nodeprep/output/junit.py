"""JUnit XML as Jenkins, GitLab and others read it: a test case for each requirement.

failure: a required one drifted; error: one could not be told; skipped: not applicable, waived, ignored, or not met but
only advised. What was seen is in the case's system-out.
"""
from nodeprep.model import DRIFTED, NOT_APPLICABLE, UNKNOWN
from nodeprep.output import Options
from nodeprep.output.words import ADVISED, IGNORED, WAIVED, change, observed, outcome, shown, statement, verdict, waiver
from nodeprep.typed import Any, Dict, Iterator, List

_SKIPPED = (NOT_APPLICABLE, WAIVED, IGNORED, ADVISED)


def render(tree: Dict[str, Any], options: Options) -> str:
    """The XML document."""
    words = [outcome(finding) for finding in tree['findings']]
    name, host = 'nodeprep.' + tree['node']['name'].replace('.', '_'), tree['node']['name']
    totals = {'tests': len(words), 'failures': words.count(DRIFTED), 'errors': words.count(UNKNOWN),
              'skipped': sum(word in _SKIPPED for word in words), 'time': _time(tree['took_ms'])}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', tag('testsuites', False, name='nodeprep', **totals),
             ' ' + tag('testsuite', False, name=name, hostname=host, timestamp=tree['taken'].rstrip('Z'), id=0,
                        package='nodeprep', **totals),
             '  <properties>']
    lines.extend('   ' + tag('property', True, name=key, value=value) for key, value in _properties(tree).items())
    lines.append('  </properties>')
    for finding, word in zip(tree['findings'], words):
        lines.extend('  ' + line for line in _case(finding, word, name))
    return '\n'.join(lines + [' </testsuite>', '</testsuites>']) + '\n'


def _properties(tree: Dict[str, Any]) -> Dict[str, str]:
    node = tree['node']
    return {'verdict': tree['verdict'], 'says': verdict(tree), 'report': tree['id'], 'taken': tree['taken'],
            'profile': tree['agent']['profile'], 'role': node['role'], 'os': node['os']['name'],
            'kernel': node['kernel'], 'arch': node['arch'], 'version': tree['agent']['version']}


def _case(finding: Dict[str, Any], word: str, name: str) -> Iterator[str]:
    yield tag('testcase', classname=name, name=finding['requirement'], time=_time(finding.get('took_ms', 0)))
    told = '\n'.join(_lines(finding))
    if word in _SKIPPED:
        yield ' ' + tag('skipped', True, message=_why(finding, word))
    elif word in (DRIFTED, UNKNOWN):
        kind, message = ('failure', 'wanted: ') if word == DRIFTED else ('error', 'could not tell: ')
        yield f' {tag(kind, type=word, message=message + finding["title"])}{escaped(told)}</{kind}>'
    yield f' <system-out>{escaped(told)}</system-out>'
    yield '</testcase>'


def _why(finding: Dict[str, Any], word: str) -> str:
    return {NOT_APPLICABLE: finding['note'] or 'not applicable', WAIVED: 'waived ' + waiver(finding),
            ADVISED: 'only advised: ' + finding['title']}.get(word, word)


def _lines(finding: Dict[str, Any]) -> Iterator[str]:
    yield f'{finding["title"]}: now {finding["now"]}, boot {finding["boot"]}'
    for seen in finding['observations']:
        yield f'{seen["when"]} {observed(seen)}: {statement([seen])}'
        for one in seen['fix']:
            yield '  fix: ' + change(one)
        if seen['hint']:
            yield '  hint: ' + seen['hint']
    if finding['note']:
        yield 'note: ' + finding['note']


def tag(_name: str, closed: bool = False, **attributes: Any) -> str:
    """A tag, with what its attributes say made harmless."""
    inside: List[str] = [f' {name}="{escaped(str(value))}"' for name, value in attributes.items()]
    return f'<{_name}{"".join(inside)}{"/" if closed else ""}>'


def escaped(text: str) -> str:
    """Text for an element or an attribute. Control characters, which XML 1.0 cannot hold at all, are written out."""
    plain = shown(text, keep='\n').replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    return plain.replace('"', '&quot;')


def _time(milliseconds: float) -> str:
    return f'{milliseconds / 1000:.6f}'
