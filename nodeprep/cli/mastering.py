"""What all commands of the master share: where it is, who calls, and how to print."""
import contextlib
import sys
import time

import click

from nodeprep import output
from nodeprep.cli import people
from nodeprep.cli.usage import tell, write
from nodeprep.config import ConfigError
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Callable, Iterator, List, Optional, Sequence

DATA = '/var/lib/nodeprep-master'
_SETTLING = ('A waiver was given or ended a moment ago: some of what it covers is counted as before until all of it is '
             'done.')


class Opened(NamedTuple):
    """A master's data: the store, the settings, the folder; who calls, and when; what a command of it needs besides."""

    store: Any
    settings: Any
    data: str
    who: str
    now: float
    options: str


def places(command: Callable[..., Any]) -> Callable[..., Any]:
    """--config and --data."""
    for option in reversed((
            click.option('--config', 'config_file', metavar='FILE', type=click.Path(),
                         help='Instead of /etc/nodeprep/master.yaml, which need not be there; FILE must.'),
            click.option('--data', metavar='DIR', type=click.Path(file_okay=False), default=DATA, show_default=True,
                         help='Where the master keeps its data.'))):
        command = option(command)
    return command


def formats(command: Callable[..., Any]) -> Callable[..., Any]:
    """--output for a command that prints a table."""
    return click.option('-o', '--output', 'format_name', type=click.Choice(['table', 'json', 'yaml']), default='table',
                        show_default=True, help='How to print.')(command)


@contextlib.contextmanager
def opened(config_file: Optional[str], data: str, make: bool = False) -> Iterator[Opened]:
    """The data of the master on this host; `make`: also when none was here before. ConfigError."""
    from nodeprep.master import folder, hints, settings
    from nodeprep.master.store import StoreTrouble, open_store
    who = f'{people.who()["who"]} (command line)'
    found = settings.load(config_file)
    options = settings.options(data, config_file)
    try:
        folder.become_owner(data)
        folder.ready(data, make)
        store = open_store(folder.url(data, found.database), make)
        try:
            yield Opened(store, found, data, who, time.time(), options)
        finally:
            store.close()
    except ConfigError as error:
        raise ConfigError(*(hints.to_type(one, options) for one in error.problems)) from None
    except (StoreTrouble, ValueError) as error:
        raise ConfigError(hints.to_type(str(error), options)) from None


def show(format_name: str, name: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], trees: List[Any],
         nothing: str, below: Sequence[str] = (), apart: str = '', settling: Optional[bool] = None) -> None:
    """Prints rows as a table, or their trees as JSON or YAML under a name. `nothing` is said where there are
    none, `below` are texts that stand under them; `apart` is said of who is not among them, and `settling` whether
    waivers count in part as yet; None: that changes nothing of what is listed.
    """
    from nodeprep.output import plans
    if format_name != 'table':
        also = {} if settling is None else {'settling': settling}
        write(sys.stdout, plans.machine(dict({'format': 1, name: trees}, **also), format_name))
    elif rows:
        from nodeprep.output.listing import listed
        write(sys.stdout, listed(heads, rows, output.options_for(sys.stdout).width, below))
    else:
        tell(nothing)
    if apart and format_name == 'table':
        tell(apart)
    if settling and format_name == 'table':
        write(sys.stdout, said_settling())


def said_settling() -> str:
    """What is said where some of what a waiver covers is counted as before yet."""
    from nodeprep.output.columns import wrapped
    return '\n'.join(wrapped(_SETTLING, output.options_for(sys.stdout).width)) + '\n'


def set_apart(found: Opened, *about: Any) -> str:
    """What is said of nodes in quarantine where they are not counted (`about`: an Asked that narrows); '' of none."""
    from nodeprep.master.store import quarantine
    said = quarantine.said(found.store.read(lambda cursor: quarantine.count(cursor, *about)))
    return said and f'{said}; nodeprep master clones{found.options} says why'


def stamp(seconds: Optional[float]) -> Optional[str]:
    """A time as the trees of the master have it."""
    from nodeprep.master import shapes
    return shapes.stamp(seconds)


def when(seconds: Optional[float]) -> str:
    """A time for people, in UTC as reports and the page have it; 'never' of None.

    >>> when(60.0), when(None)
    ('1970-01-01 00:01 UTC', 'never')
    """
    return 'never' if seconds is None else time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime(seconds))
