"""nodeprep check."""
import sys
import time
from typing import Optional, Tuple

import click

from nodeprep import output
from nodeprep.cli.options import output_options, policy_options
from nodeprep.cli.usage import stopping_on_bad_input
from nodeprep.host import Host
from nodeprep.policy import load
from nodeprep.round import Asked, examine


@click.command()
@click.argument('ids', nargs=-1, metavar='[ID...]')
@click.option('--ignore', metavar='ID,...', multiple=True,
              help="Show these but do not let them decide: ids or kubeadm's names, such as Swap.")
@policy_options
@output_options
@stopping_on_bad_input
def check(ids: Tuple[str, ...], ignore: Tuple[str, ...], config_file: Optional[str], root: str, role: Optional[str],
          profile: str, format_name: str, quiet: bool, verbose: bool, no_color: bool) -> None:
    """Say what is wrong with this host, now and after a reboot.

    Looks at every requirement, or only at those named (see `nodeprep requirements`). Changes nothing, needs no root:
    what it may not read it calls unknown, by name.

    Exit code: 0 all required are met or waived, 1 a required one has drifted, 2 usage or configuration error (then
    nothing was examined), 3 none has drifted but a required one could not be told. With -o nagios: 0, 1, 2, 3 as
    Nagios has them.
    """
    begun = time.perf_counter()
    host = Host(root)
    policy = load(host, config_file, profile, role or '')
    asked = Asked(ids, tuple(word for words in ignore for word in words.split(',') if word.strip()))
    tree = examine(host, policy, asked, diffs=format_name != 'table', begun=begun)
    text = output.renderer(format_name)(tree, output.options_for(sys.stdout, quiet, verbose, no_color))
    click.echo(text, nl=not text.endswith('\n'))
    sys.exit(output.exit_code(tree, format_name))
