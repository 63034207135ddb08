"""One check for Nagios, Icinga and their kin: a line with performance data, then a line for each thing that is wrong.

Follows the Monitoring Plugins Development Guidelines: `|` only before performance data, so any other is written \\x7c.
"""
from nodeprep.model import DRIFTED, UNKNOWN
from nodeprep.output import Options
from nodeprep.output.words import ADVISED, alike, failing, outcome, shown, statement, verdict
from nodeprep.typed import Any, Dict

OK, WARNING, CRITICAL, NOT_KNOWN = range(4)
_NAMES = ('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')


def render(tree: Dict[str, Any], options: Options) -> str:
    """The output of the check; its exit code is `status`."""
    counts = ' '.join(f'{name}={count};;;0;{len(tree["findings"])}' for name, count in tree['summary'].items())
    lines = [f'NODEPREP {_NAMES[status(tree)]} - {_piped(verdict(tree))} | {counts} '
             f'time={tree["took_ms"] / 1000:.4f}s;;;0']
    for finding in tree['findings']:
        if outcome(finding) in (DRIFTED, UNKNOWN, ADVISED):
            lines.extend(_piped(f'{shown(finding["requirement"])} [{group[0]["when"]}] {statement(group)}')
                         for group in alike(failing(finding)))
    return '\n'.join(lines) + '\n'


def status(tree: Dict[str, Any]) -> int:
    """0 OK, 1 when nothing but advised things drifted, 2 when a required one did, 3 when one could not be told."""
    if tree['verdict'] != 'met':
        return CRITICAL if tree['verdict'] == DRIFTED else NOT_KNOWN
    advised = any(outcome(finding) == ADVISED and finding['state'] == DRIFTED for finding in tree['findings'])
    return WARNING if advised else OK


def _piped(text: str) -> str:
    return text.replace('|', '\\x7c')
