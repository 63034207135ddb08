"""Gauges in the OpenMetrics text format 1.0, which Prometheus' older text format reads as well.

For the textfile collector of node_exporter: `nodeprep check -o openmetrics > nodeprep.prom`. An alert that waivers and
policy silence: nodeprep_requirement_state{state="drifted"} == 1 and on(requirement) nodeprep_requirement_decides == 1
"""
from nodeprep import epoch
from nodeprep.model import STATES
from nodeprep.output import Options
from nodeprep.output.words import shown
from nodeprep.report import counts
from nodeprep.typed import Any, Dict, Iterable, List, Tuple

Samples = Iterable[Tuple[Dict[str, str], Any]]
_VERDICTS = ('met', 'drifted', 'unknown')


def render(tree: Dict[str, Any], options: Options) -> str:
    """The exposition, with `# EOF` at its end."""
    node, findings = tree['node'], tree['findings']
    about = {'node': node['name'], 'role': node['role'], 'profile': tree['agent']['profile'],
             'version': tree['agent']['version'], 'os': node['os']['name'], 'kernel': node['kernel']}
    lines: List[str] = []
    family(lines, 'nodeprep_info', 'The host and what looked at it; always 1.', [(about, 1)])
    family(lines, 'nodeprep_verdict', 'Whether the verdict of this host is this one.',
           [({'verdict': word}, int(tree['verdict'] == word)) for word in _VERDICTS])
    family(lines, 'nodeprep_findings', 'How many requirements are in this state, waived and ignored ones as such.',
           [({'state': state}, count) for state, count in tree['summary'].items()])
    family(lines, 'nodeprep_requirement_state', 'Whether a requirement is in this state, now and at the next boot.',
           [({'requirement': finding['requirement'], 'when': when, 'state': state}, int(finding[when] == state))
            for finding in findings for when in ('now', 'boot') for state in STATES])
    family(lines, 'nodeprep_requirement_decides', 'Whether a requirement decides: required, not waived, not ignored.',
           [({'requirement': finding['requirement']}, int(counts(finding))) for finding in findings])
    family(lines, 'nodeprep_check_duration_seconds', 'How long the check took.',
           [({}, tree['took_ms'] / 1000)], 'seconds')
    family(lines, 'nodeprep_check_timestamp_seconds', 'When the check was made, in seconds since 1970.',
           [({}, epoch.of(tree['taken']))], 'seconds')
    return '\n'.join(lines) + '\n# EOF\n'


def family(lines: List[str], name: str, text: str, samples: Samples, unit: str = '') -> None:
    """Adds a family of gauges to the lines of an exposition."""
    lines.append(f'# TYPE {name} gauge')
    if unit:
        lines.append(f'# UNIT {name} {unit}')
    lines.append(f'# HELP {name} {text}')
    lines.extend(name + _labels(labels) + f' {value!r}' for labels, value in samples)


def _labels(labels: Dict[str, str]) -> str:
    return '{' + ','.join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + '}' if labels else ''


def _escaped(text: str) -> str:
    return shown(text).replace('\\', '\\\\').replace('"', '\\"')
