"""nodeprep report, with its options."""
import sys

import click

from nodeprep.typed import Any


@click.group(invoke_without_command=True)
@click.option('--since', default='30d', show_default=True, metavar='TIME',
              help='A day, a time such as 2027-01-31T22:00:00Z, or 30d: so long ago.')
@click.option('--until', default='', metavar='TIME', help='The same; now when it is left out.')
@click.option('-o', '--output', 'form', type=click.Choice(['table', 'html', 'csv', 'json', 'junit']),
              help='How to print; by the ending of --output-file, or as a table, when it is left out.')
@click.option('--output-file', 'target', metavar='FILE', type=click.Path(dir_okay=False),
              help='Write it there, whole or not at all.')
@click.option('-v', '--verbose', is_flag=True, help='In the table: all of each list.')
@click.option('--state-dir', metavar='DIR', default='',
              help='Where the agent keeps its history, instead of /var/lib/nodeprep; as `nodeprep agent` takes it.')
@click.pass_context
def report(context: click.Context, **call: Any) -> None:
    """Report what this host met for how long, what drifted, what was fixed and who allowed it, what is waived.

    It is made of what the agent of this host wrote down; a fleet's is `nodeprep master report`. Time in which the
    agent did not run is silent, and never met. /var/lib/nodeprep is root's; --state-dir needs none.

    `nodeprep report verify FILE` says whether a report is whole, and who signed it.
    """
    if context.invoked_subcommand is not None:
        given = [option.opts[-1] for option in context.command.params if
                 context.get_parameter_source(option.name or '') is not click.core.ParameterSource.DEFAULT]
        if given:
            raise click.UsageError(f'{", ".join(given)}: before `verify` it is of a report to be made, and verify '
                                   'makes none; what verify takes stands behind it: nodeprep report verify --help')
    else:
        from nodeprep.cli import hostreport
        hostreport.reporting(hostreport.Call(**call))


@report.command(short_help='Say whether a compliance report is whole, and whose it is.')
@click.argument('file', metavar='FILE')
@click.option('--ca-cert', 'ca_files', metavar='FILE', multiple=True,
              help='The certificate (PEM) of the CA of the master that should have signed it, such as ca.crt.')
@click.option('--ca-cert-hash', 'hashes', metavar='sha256:HEX', multiple=True,
              help='Instead: the hash of its key, as `nodeprep join` takes it.')
@click.option('-o', '--output', 'format_name', type=click.Choice(['table', 'json']), default='table', show_default=True,
              help='How to print.')
def verify(**call: Any) -> None:
    """Say whether the compliance report in FILE (JSON; - is standard input) is whole, and who signed it.

    It is held against the CA that is named, or that of the master that this host has joined. Without one nobody can say
    who made a report: whoever changes it can sign it anew.

    Exit code: 0 whole, and signed under that CA; 1 changed, signed under another CA, or not signed; 2 not a compliance
    report, or it cannot be read; 3 cannot be told, for want of a CA to hold it against, or of something to verify with.
    """
    from nodeprep.cli import verifying
    sys.exit(verifying.verifying(verifying.Call(**call)))
