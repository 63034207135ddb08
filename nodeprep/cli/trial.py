"""nodeprep trial, which `make run` calls."""
import sys

import click

from nodeprep.cli.usage import stopping_on_bad_input


@click.command()
@click.option('--once', is_flag=True, help='One round, and the exit code of the verdict.')
@stopping_on_bad_input
def trial(once: bool) -> None:
    """Try all of it on this host: check it, with an agent and a master beside, on loopback, without root.

    Changes nothing on the host; what it needs is in a folder of its own that is removed when it ends.
    """
    from nodeprep.cli.trying import Trial
    sys.exit(Trial(once).run())
