"""nodeprep history."""
import sys

import click

from nodeprep import lock, output
from nodeprep.cli import itself, people
from nodeprep.cli.options import change_formats, root_option
from nodeprep.cli.usage import stopping_on_bad_input, write
from nodeprep.journal import reading
from nodeprep.output import plans, transactions
from nodeprep.typed import Any


@click.command()
@root_option('Tell of an image or mounted disk instead of this host, by the journal in DIR/var/lib/nodeprep.')
@change_formats
def history(**call: Any) -> None:
    """List what was changed on this host: when, by whom, what, and whether it was taken back. Needs root.

    What `nodeprep fix --root DIR` did to an image stands in the journal of that image alone, which goes with it; --root
    tells it. --quiet leaves out what each did, --verbose adds the diffs of its files.
    """
    sys.exit(_told(**call))


@stopping_on_bad_input
def _told(root: str, format_name: str, verbose: bool, quiet: bool, no_color: bool) -> int:
    host = people.host_of(root)
    at_work = lock.held(host)         # asked first: what ends meanwhile has its end in the journal
    tree = transactions.trees(list(reading.past(host)), at_work)
    if format_name != 'table':
        write(sys.stdout, plans.machine({'format': 1, 'transactions': tree}, format_name))
    else:
        options = output.options_for(sys.stdout, quiet, verbose, no_color)._replace(
            program=itself.program(), root=itself.options(root))
        write(sys.stdout, transactions.Page(options).history(tree, 'on this host' if root == '/' else f'in {root}'))
    return 0
