"""nodeprep master serve."""
import sys

import click

from nodeprep.cli.mastering import places
from nodeprep.cli.usage import stopping_on_bad_input
from nodeprep.typed import Optional


@click.command()
@places
@click.option('--listen', metavar='ADDRESS:PORT', default='',
              help='Instead of what the configuration says (0.0.0.0:9443).')
@stopping_on_bad_input
def serve(config_file: Optional[str], data: str, listen: str) -> None:
    """Serve the fleet in the foreground: its interface, and the page for people.

    The first start makes the data folder, a CA, a certificate and the database. SIGHUP reads the configuration and the
    certificate again; SIGTERM ends it.
    """
    import gc

    from nodeprep.master.serve import Places, serve
    gc.enable()                 # a command needs no collector, a server does
    sys.exit(serve(Places(data, config_file, listen)))
