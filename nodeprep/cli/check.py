"""nodeprep check, with its options."""
import sys

import click

from nodeprep.cli.checking import Call, checking
from nodeprep.cli.options import output_options, policy_options
from nodeprep.typed import Any


@click.command()
@click.argument('ids', nargs=-1, metavar='[ID...]')
@click.option('--ignore', metavar='ID,...', multiple=True,
              help="Show these but do not let them decide: ids or kubeadm's names, such as Swap.")
@policy_options('Look at an image or mounted disk: only what its next boot would bring.')
@output_options
def check(**call: Any) -> None:
    """Say what is wrong with this host, now and after a reboot.

    Looks at every requirement, or only at those named (see `nodeprep requirements`). Changes nothing, needs no root:
    what it may not read it calls unknown, by name.

    Exit code: 0 all required are met or waived, 1 a required one has drifted, 2 usage or configuration error (then
    nothing was examined), 3 none has drifted but a required one could not be told. With -o nagios: 0, 1, 2, 3 as
    Nagios has them.
    """
    sys.exit(checking(Call(**call)))
