"""nodeprep master token: what machines join with, as `kubeadm token` has it."""
import click

from nodeprep.cli.mastering import formats, opened, places, show, stamp, when
from nodeprep.cli.usage import stopping_on_bad_input
from nodeprep.config import ConfigError
from nodeprep.typed import Any, Optional
from nodeprep.wanted import read_duration


@click.group()
def token() -> None:
    """Make, list and delete the tokens that machines join with."""


class Lasting(click.ParamType):
    """A duration; 0 is for ever."""

    name = 'duration'

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Seconds."""
        try:
            return read_duration(value)
        except ValueError as error:
            return self.fail(f'{value!r} {error}', param, ctx)


@token.command()
@places
@click.option('--ttl', type=Lasting(), default='24h', show_default=True, metavar='TIME', help='How long it counts.')
@click.option('--uses', type=click.IntRange(min=1), metavar='N',
              help='How many machines may join with it; default: any number.')
@click.option('--description', default='', metavar='TEXT', help='What it is for.')
@click.option('--print-join-command', is_flag=True, help='Print the whole command for the machine that is to join.')
@stopping_on_bad_input
def create(config_file: Optional[str], data: str, ttl: float, uses: Optional[int], description: str,
           print_join_command: bool) -> None:
    """Make a token and print it. It is shown this once: a hash of it is kept."""
    from nodeprep.master import secret
    from nodeprep.master.store import tokens
    if not 60 <= ttl <= 366 * 86400:
        raise ConfigError('--ttl: a token counts for at least 1m and at most 366d')
    made = secret.join_token()
    with opened(config_file, data, make=True) as found:
        found.store.do(lambda cursor: tokens.create(cursor, tokens.Token(
            secret.token_name(made), secret.hashed(made), found.now, found.now + ttl, uses, description, found.who)))
        if not print_join_command:
            click.echo(made)
            return
        from nodeprep.master import listening, serve
        held = serve.load_keys(found.settings, found.data, found.now)
        listen = listening.told(found.data) or found.settings.listen
        url = serve.address(found.settings._replace(listen=listen), listen[1])
        click.echo(f'nodeprep join {url} --token {made} --ca-cert-hash {held.hash}')


@token.command('list')
@places
@formats
@stopping_on_bad_input
def list_(config_file: Optional[str], data: str, format_name: str) -> None:
    """List the tokens that were made, by their first six letters."""
    from nodeprep.master.store import tokens
    from nodeprep.master.store.ahead import so_far
    with opened(config_file, data) as found:
        every, now, options = found.store.read(tokens.every), found.now, found.options
    rows = [(one.id, 'made in the future' if not so_far(one.created, now) else when(one.expires) if one.expires > now
             else 'expired',
             'any' if one.uses_left is None else str(one.uses_left), one.by, one.note) for one in every]
    show(format_name, 'tokens', ('TOKEN', 'EXPIRES', 'USES LEFT', 'MADE BY', 'DESCRIPTION'), rows,
         [{'id': one.id, 'created': stamp(one.created), 'expires': stamp(one.expires), 'expired': one.expires <= now,
           'uses_left': one.uses_left, 'by': one.by, 'description': one.note} for one in every],
         f'There are no tokens; nodeprep master token create{options} makes one.')


@token.command()
@places
@click.argument('token_id', metavar='TOKEN')
@stopping_on_bad_input
def delete(config_file: Optional[str], data: str, token_id: str) -> None:
    """Delete a token, named by its first six letters or in full. Nodes that joined with it stay."""
    from nodeprep.master.store import tokens
    with opened(config_file, data) as found:
        if not found.store.do(lambda cursor: tokens.delete(cursor, token_id[:6], found.who, found.now)):
            raise ConfigError(f'there is no token {token_id[:6]}; nodeprep master token list shows them')
    click.echo(f'The token {token_id[:6]} is deleted.')
