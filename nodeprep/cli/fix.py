"""nodeprep fix, with its options."""
import sys

import click

from nodeprep.cli.fixing import Call, fixing
from nodeprep.cli.options import change_options, policy_options
from nodeprep.typed import Any


@click.command()
@click.argument('ids', nargs=-1, metavar='[ID...]')
@click.option('--force-live', is_flag=True, help='Also what is refused on a node that runs pods, since it may hurt '
                                                 'them.')
@click.option('--ignore', metavar='ID,...', multiple=True,
              help="Leave these as they are, and do not let them decide: ids or kubeadm's names, such as Swap.")
@change_options
@policy_options('Mend an image or mounted disk instead of this host: only files below DIR are changed, for its '
                'next boot, and their journal is kept in DIR/var/lib/nodeprep.')
def fix(**call: Any) -> None:
    """Make this host fit: show the plan, ask, do it, and look again.

    Every file is shown as a diff and every command with the one that takes it back. What is only advised is done when
    its ID is named. Each change is journaled before it is made; a requirement that is not met afterwards is taken back
    at once, and `nodeprep undo` takes back the whole. Needs root; --dry-run does not.

    Exit code: that of `nodeprep check` for what was asked, afterwards (with --dry-run: now); 4 when a fix failed and
    was rolled back; 2 when nothing was begun; 75 when another nodeprep is at work; 1 when the answer was no.
    """
    sys.exit(fixing(Call(**call)))
