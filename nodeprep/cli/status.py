"""nodeprep status."""
import os
import sys
import time

import click

from nodeprep import output
from nodeprep.agent import status as papers
from nodeprep.agent.places import apart
from nodeprep.cli import itself
from nodeprep.cli.usage import stopping_on_bad_input, write
from nodeprep.fixes import boot_id
from nodeprep.host import Host
from nodeprep.typed import Any, Dict, Optional, Tuple

# Where a package or a person puts it.
UNITS = ('/etc/systemd/system', '/usr/local/lib/systemd/system', '/usr/lib/systemd/system')


@click.command()
@click.option('-o', '--output', 'format_name', type=click.Choice(['table', 'json', 'yaml']), default='table',
              show_default=True, help='How to print.')
@click.option('-v', '--verbose', is_flag=True, help='More: every requirement.')
@click.option('--no-color', is_flag=True, help='No colour; the variable NO_COLOR does the same.')
@click.option('--run-dir', metavar='DIR', default=papers.RUN,
              help='Where the agent writes it, instead of /run/nodeprep.')
def status(**call: Any) -> None:
    """Say what the agent on this host last saw, told and did. Needs no root, and looks at nothing itself.

    Exit code: 0 the agent runs and looks as often as it should, whatever it finds; 3 it does not, or cannot be told.
    """
    sys.exit(_told(**call))


@stopping_on_bad_input
def _told(format_name: str, verbose: bool, no_color: bool, run_dir: str) -> int:
    tree = papers.read(run_dir)
    judged = papers.judge(tree, boot_id(Host('/')), time.monotonic()) if tree else papers.NONE
    if format_name == 'table':
        from nodeprep.output.agentpage import page
        options = output.options_for(sys.stdout, False, verbose, no_color)
        write(sys.stdout, page(tree, judged.running, judged.why, time.time(), options, _start(run_dir, tree)))
    else:
        from nodeprep.output import plans
        whole = dict(tree or {'format': papers.FORMAT}, running=judged.running, stale=judged.stale, note=judged.why)
        write(sys.stdout, plans.machine(whole, format_name))
    return 3 if judged.stale else 0


def _start(run_dir: str, tree: Optional[Dict[str, Any]]) -> Tuple[str, str]:
    """What starts the agent here, behind what is said of it: its unit, where systemd has one and it writes to this
    folder. `tree` is what the one before it left, which says how that was called.
    """
    known = str((tree or {}).get('options', ''))        # not in what an older agent wrote
    if run_dir != papers.RUN:
        return 'What writes there', f'{itself.program()} agent{known or apart("--run-dir", run_dir, papers.RUN)}'
    if os.path.isdir('/run/systemd/system') and any(os.path.exists(f'{folder}/nodeprep.service') for folder in UNITS):
        return 'What starts it', 'systemctl start nodeprep'
    return ('What runs it in the foreground (nodeprep.service is not installed here)',
            f'{itself.program()} agent{known}')
