"""nodeprep report, with its options."""
import sys

import click

from nodeprep.typed import Any


@click.group()
def report() -> None:
    """Compliance reports: proof over time."""


@report.command()
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
