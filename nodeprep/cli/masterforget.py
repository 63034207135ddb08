"""nodeprep master forget: a node is taken away."""
import sys

import click

from nodeprep.cli import people
from nodeprep.cli.mastering import opened, places
from nodeprep.cli.usage import stopping_on_bad_input, tell
from nodeprep.config import ConfigError
from nodeprep.output.words import shown, span
from nodeprep.typed import Optional


@click.command()
@places
@click.argument('node')
@click.option('-y', '--yes', is_flag=True, help='Do not ask.')
@stopping_on_bad_input
def forget(config_file: Optional[str], data: str, node: str, yes: bool) -> None:
    """Take NODE away, after asking when somebody is there: its credential ends, its name is free.

    An agent that still runs there is refused. A machine that joins again begins anew, with a new credential.

    Exit code: 0 it is forgotten; 1 the answer was no; 2 nothing could be done.
    """
    from nodeprep.master import membership
    from nodeprep.master.store import history
    from nodeprep.master.store.nodes import NotMember
    with opened(config_file, data) as found:
        lacking = ConfigError(f'there is no node {node}; nodeprep master nodes lists them')
        if not yes and sys.stdin and sys.stdin.isatty():
            one = found.store.read(lambda cursor: history.node(cursor, node))
            if one is None:
                raise lacking
            standing = one.status if one.status == 'left' else one.standing
            heard = f'heard {span(found.now - one.heard)} ago' if one.heard else 'never heard'
            people.agree(f'{shown(one.name)} is {standing}, {heard}. Forget it?')
        try:
            found.store.do(lambda cursor: membership.forget(cursor, node, found.who, found.now))
        except NotMember:
            raise lacking from None
    tell(f'{node} is forgotten.')
