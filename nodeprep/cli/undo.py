"""nodeprep undo, with its options."""
import sys

import click

from nodeprep.cli.options import change_options, root_option
from nodeprep.cli.undoing import Call, undoing
from nodeprep.typed import Any


@click.command()
@click.argument('transaction', required=False)
@click.option('--force-live', is_flag=True, help='Also what is refused on a node that runs pods, since it may hurt '
                                                 'them.')
@change_options
@root_option('Take back what `nodeprep fix --root DIR` did to an image or mounted disk, by the journal in '
             'DIR/var/lib/nodeprep.')
def undo(**call: Any) -> None:
    """Take back the last fix, or the one named (see `nodeprep history`), also one that was cut short.

    A file that somebody else has changed since is left as it is, and named; the rest is taken back.

    Exit code: that of `nodeprep check` afterwards, for the requirements that were taken back; 4 when something could
    not be taken back; 2 when nothing was begun; 75 when another nodeprep is at work; 1 when the answer was no.
    """
    sys.exit(undoing(Call(**call)))
