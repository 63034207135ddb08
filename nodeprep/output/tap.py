"""TAP version 13, a test for each requirement, with what was seen in the YAML block below it.

A waived or merely advised one that is not met has TAP's directive TODO: told, and no failure. `#` would begin a
directive, so that one in a text is written \\x23.
"""
from nodeprep.model import DRIFTED, MET, NOT_APPLICABLE, UNKNOWN
from nodeprep.output import Options
from nodeprep.output.words import ADVISED, IGNORED, WAIVED, change, failing, observed, outcome, shown, waiver
from nodeprep.typed import Any, Dict, Iterator


def render(tree: Dict[str, Any], options: Options) -> str:
    """The TAP stream, with its plan first."""
    findings = tree['findings']
    lines = ['TAP version 13', f'1..{len(findings)}' + ('' if findings else ' # SKIP nothing was examined')]
    for number, finding in enumerate(findings, 1):
        word = outcome(finding)
        passed = word in (MET, NOT_APPLICABLE, IGNORED)
        name = f'{_text(finding["requirement"])}: {_text(finding["title"])}'
        lines.append(f'{"ok" if passed else "not ok"} {number} - {name}{_directive(finding, word)}')
        if not passed:
            lines.extend('  ' + line for line in _block(finding, word))
    return '\n'.join(lines) + '\n'


def _directive(finding: Dict[str, Any], word: str) -> str:
    # SKIP and TODO are the two directives of TAP version 13 (testanything.org): a TODO that fails is no failure.
    reasons = {NOT_APPLICABLE: ' # SKIP ' + (_text(finding['note']) or 'not applicable'), IGNORED: ' # SKIP ignored',
               WAIVED: ' # TODO waived ' + _text(waiver(finding)), ADVISED: ' # TODO only advised'}    # TAP's word
    return reasons.get(word, '')


def _text(text: str) -> str:
    # A backslash before a directive would escape it for TAP 14, and one before \x23 would be read as ours.
    return shown(text).replace('#', '\\x23')


def _block(finding: Dict[str, Any], word: str) -> Iterator[str]:
    yield '---'
    yield 'message: ' + quoted({DRIFTED: 'drifted', UNKNOWN: 'could not be told'}.get(word, word))
    yield 'severity: ' + quoted('comment' if word in (WAIVED, ADVISED) else 'fail')
    yield 'now: ' + quoted(finding['now'])
    yield 'boot: ' + quoted(finding['boot'])
    yield 'observations:'
    for seen in failing(finding):
        yield '  - when: ' + quoted(seen['when'])
        yield '    state: ' + quoted(observed(seen))
        for name in ('subject', 'found', 'wanted', 'source', 'hint'):
            if seen[name]:
                yield f'    {name}: ' + quoted(seen[name])
        if seen['fix']:
            # One text, not a list of texts: the YAML reader of Perl's TAP::Parser takes `- "a: b"` for a mapping.
            yield '    fix: ' + quoted('; '.join(change(one) for one in seen['fix']))
    yield '...'


def quoted(text: str) -> str:
    r"""A text in double quotes, as YAML and TAP's own small YAML read it.

    >>> print(quoted('say "a\\b"'))
    "say \"a\\b\""
    """
    return '"' + shown(text).replace('\\', '\\\\').replace('"', '\\"') + '"'
