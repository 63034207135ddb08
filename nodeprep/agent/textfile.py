"""Metrics for the textfile collector of node_exporter: what `nodeprep check -o openmetrics` says, and of the agent.

The collector reads *.prom; a file is replaced whole, so that it never reads half of one.
"""
import errno
import os

from nodeprep.agent import keep
from nodeprep.model import CannotChange
from nodeprep.output import Options, openmetrics
from nodeprep.typed import Any, Dict, Mapping

NAME = 'nodeprep.prom'
_SANDBOX = ('nodeprep.service may write there when the folder is there at its start (systemctl restart nodeprep), and '
            'ReadWritePaths= names it')


def write(folder: str, tree: Dict[str, Any], since: Mapping[str, float], agent: Mapping[str, float]) -> str:
    """Writes the metrics of a report; '' or why they could not be written.

    `since`: when each requirement came into its state, in seconds since 1970. `agent`: spooled, reached (seconds since
    1970, 0: never), fights, fixing, config (1: the configuration is right).
    """
    try:
        keep.write(f'{folder}/{NAME}', render(tree, since, agent), 0o644, lasting=False)
    except CannotChange as error:
        # The sandbox opens the folders that were there when it was made.
        shut = str(error).endswith(os.strerror(errno.EROFS).lower())
        return f'{error}; {_SANDBOX}' if shut else str(error)
    return ''


def render(tree: Dict[str, Any], since: Mapping[str, float], agent: Mapping[str, float]) -> str:
    """The exposition, with `# EOF` at its end."""
    lines = [
        '# TYPE nodeprep_requirement_since_seconds gauge', '# UNIT nodeprep_requirement_since_seconds seconds',
        '# HELP nodeprep_requirement_since_seconds When a requirement came into its state, in seconds since 1970.']
    lines += [f'nodeprep_requirement_since_seconds{{requirement="{name}"}} {int(at)}' for name, at in since.items()]
    for name, unit, text, value in (
            ('nodeprep_agent_spooled_reports', '', 'Reports that wait to be delivered.', agent['spooled']),
            ('nodeprep_agent_master_reached_seconds', 'seconds',
             'When the master last answered, in seconds since 1970; 0: never.', agent['reached']),
            ('nodeprep_agent_fights', '', 'Requirements that are no longer fixed because somebody takes it back.',
             agent['fights']),
            ('nodeprep_agent_fixing', '', 'Whether a fix is going on.', agent['fixing']),
            ('nodeprep_agent_config_good', '', 'Whether the configuration on the disk is right.', agent['config'])):
        lines.append(f'# TYPE {name} gauge')
        if unit:
            lines.append(f'# UNIT {name} {unit}')
        lines += [f'# HELP {name} {text}', f'{name} {int(value)}']
    whole, end = openmetrics.render(tree, Options()), '# EOF\n'
    return whole[:-len(end)] + '\n'.join(lines) + '\n' + end
