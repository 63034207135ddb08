"""nodeprep agent, with its options."""
import sys

import click

from nodeprep.cli.agenting import Call, agenting
from nodeprep.typed import Any


@click.command()
@click.option('--config', 'config_file', metavar='FILE', type=click.Path(),
              help='Read this configuration alone instead of /etc/nodeprep.')
@click.option('--role', type=click.Choice(['worker', 'control-plane']), help='The role of the node.')
@click.option('--profile', metavar='NAME', default='', help='docker (the default) or containerd.')
@click.option('--state-dir', metavar='DIR',
              help='Keep what lasts there instead of /var/lib/nodeprep; then nothing is fixed.')
@click.option('--run-dir', metavar='DIR',
              help='Write the status there instead of /run/nodeprep; `nodeprep status` takes the same.')
def agent(**call: Any) -> None:
    """Watch this host in the foreground, and tell at once what drifts. systemd runs it as nodeprep.service.

    Looks when something changes and at each `interval`, writes what is new to the journal, to /run/nodeprep/status
    (see `nodeprep status`) and to the master, if there is one. It changes nothing by itself: what the configuration
    allows to be mended is done by nodeprep-fix@.service.

    Without root it sees what a user may see, and needs folders of its own (--state-dir, --run-dir) to keep and show
    anything.

    SIGHUP reads the configuration again; SIGTERM ends it.
    """
    sys.exit(agenting(Call(**call)))
