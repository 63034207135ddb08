"""nodeprep master user: the people who may look and decide."""
import click

from nodeprep.cli.mastering import formats, opened, places, show, stamp, when
from nodeprep.cli.mastertokens import Lasting
from nodeprep.cli.usage import stopping_on_bad_input
from nodeprep.config import ConfigError
from nodeprep.typed import Optional


@click.group()
def user() -> None:
    """Make, list and delete the people who may look and decide."""


@user.command(short_help='Make a user and print the token to sign in with.')
@places
@click.argument('name')
@click.option('--role', type=click.Choice(['viewer', 'approver', 'admin']), default='viewer', show_default=True,
              help='A viewer looks; an approver also decides; an admin also reads the audit log.')
@click.option('--ttl', type=Lasting(), metavar='TIME', help='How long the token counts; default: until it is deleted.')
@stopping_on_bad_input
def create(config_file: Optional[str], data: str, name: str, role: str, ttl: Optional[float]) -> None:
    """Make a user and print the token, with which to sign in on the page and to ask the interface.

    It is shown this once: a hash of it is kept.
    """
    import re

    from nodeprep.master import secret
    from nodeprep.master.store import people
    if not re.match(r'[A-Za-z0-9][A-Za-z0-9@._-]{0,62}$', name):
        raise ConfigError(f'{name!r} is not a name of letters, digits and @._-')
    made = secret.made(secret.PERSON)
    with opened(config_file, data, make=True) as found:
        if found.store.read(lambda cursor: people.find(cursor, name)):
            raise ConfigError(f'there is a user {name}; nodeprep master user delete {name}{found.options} takes it '
                              'away')
        expires = None if ttl is None else found.now + ttl
        found.store.do(lambda cursor: people.create(cursor, people.Person(
            name, secret.hashed(made), role, found.now, expires, found.who)))
    click.echo(made)


@user.command('list')
@places
@formats
@stopping_on_bad_input
def list_(config_file: Optional[str], data: str, format_name: str) -> None:
    """List the users."""
    from nodeprep.master.store import people
    from nodeprep.master.store.ahead import so_far
    with opened(config_file, data) as found:
        every, now, options = found.store.read(people.every), found.now, found.options
    rows = [(one.name, one.role, when(one.expires) if one.expires is None else 'expired' if one.expires <= now else
             when(one.expires) if so_far(one.created, now) else 'made in the future', one.by) for one in every]
    show(format_name, 'users', ('NAME', 'ROLE', 'EXPIRES', 'MADE BY'), rows,
         [{'name': one.name, 'role': one.role, 'created': stamp(one.created), 'expires': stamp(one.expires),
           'by': one.by} for one in every],
         f'There are no users; nodeprep master user create NAME{options} makes one.')


@user.command()
@places
@click.argument('name')
@stopping_on_bad_input
def delete(config_file: Optional[str], data: str, name: str) -> None:
    """Delete a user: the token and all sessions end at once."""
    from nodeprep.master.store import people
    with opened(config_file, data) as found:
        if not found.store.do(lambda cursor: people.delete(cursor, name, found.who, found.now)):
            raise ConfigError(f'there is no user {name}; nodeprep master user list shows them')
    click.echo(f'The user {name} is deleted.')
