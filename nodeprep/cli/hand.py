"""nodeprep hand: one fix for the agent. Started by nodeprep-fix@ID.service, and not in the list of --help."""
import sys

import click

from nodeprep.cli import people
from nodeprep.cli.usage import stopping_on_bad_input, write_along
from nodeprep.typed import Any


@click.command()
@click.argument('requirement')
@click.option('--config', 'config_file', metavar='FILE', type=click.Path(),
              help='Read this configuration alone instead of /etc/nodeprep.')
@click.option('--root', default='/', metavar='DIR', type=click.Path(exists=True, file_okay=False),
              help='An image or mounted disk, with its own journal.')
def hand(**call: Any) -> None:
    """Fix REQUIREMENT as far as the configuration or an approval allows it now, without asking.

    The agent starts it, by nodeprep-fix@REQUIREMENT.service. Needs root.

    Exit code: 0 met, or nothing to do; 1 still not met, or refused (it says why); 2 the configuration is wrong and
    nothing was begun; 4 the fix failed and was rolled back; 75 another nodeprep is at work.
    """
    sys.exit(_handing(**call))


@stopping_on_bad_input
def _handing(requirement: str, config_file: Any, root: str) -> int:
    from nodeprep.agent.hand import act
    from nodeprep.agent.supplied import load
    from nodeprep.host.changing import Changing
    from nodeprep.text import clean
    host = people.host_of(root)
    policy = load(host, config_file)
    people.must_be_root('hand', root, 'it is for nodeprep-fix@.service, which is root\'s')
    return act(lambda: Changing(root), policy, requirement, lambda said: write_along(sys.stdout, clean(said) + '\n'))
