"""nodeprep join and nodeprep leave, with their options."""
import sys

import click

from nodeprep.agent.places import HOME
from nodeprep.cli import joining
from nodeprep.typed import Any


def _places(command: Any) -> Any:
    for option in (click.option('--state-dir', metavar='DIR', default=HOME, show_default=True,
                                help='Where the agent of this host keeps what lasts.'),
                   click.option('--proxy', metavar='URL', default='',
                                help='http://[USER:PASSWORD@]HOST:PORT, instead of HTTPS_PROXY.')):
        command = option(command)
    return command


@click.command()
@click.argument('url', metavar='URL')
@click.option('--token', metavar='TOKEN', required=True,
              help='As `nodeprep master token create` printed it: abcdef.0123456789abcdef. `-` reads it from standard '
                   'input.')
@click.option('--ca-cert-hash', 'hashes', metavar='sha256:HEX', multiple=True,
              help='What `nodeprep master token create --print-join-command` printed; may be given more than once.')
@click.option('--ca-file', metavar='FILE', default='',
              help='Instead of a hash: the certificate (PEM) of the CA that signed the master\'s.')
@click.option('--node-name', metavar='NAME', default='',
              help='How this host is called there, instead of its host name.')
@_places
def join(**call: Any) -> None:
    """Enrol this host with the master at URL (https://k8s-master:9443 or k8s-master:9443), as `kubeadm join` does.

    The master is believed when its CA has the hash that is given; only then the token is sent. What the master gives
    in return lies in /var/lib/nodeprep/credential, for root alone. An agent that runs is restarted to use it.

    Exit code: 0 joined; 1 refused, by the master or because it is not the one that is meant; 2 nothing was tried.
    """
    sys.exit(joining.join(joining.Join(**call)))


@click.command()
@click.option('--force', is_flag=True, help='Also when the master cannot be told: it then takes this host for silent.')
@_places
def leave(**call: Any) -> None:
    """Take this host away from its master: it is told, and the credential is removed. An agent goes on alone.

    Exit code: 0 left, or there was no master; 1 the master could not be told; 2 nothing was tried.
    """
    sys.exit(joining.leave(joining.Leave(**call)))
