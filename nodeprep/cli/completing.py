"""What may follow each command on a command line, for the scripts that complete it in a shell."""
import click

from nodeprep import catalogue
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Iterator, List, Tuple

FILES, FOLDERS, ANYTHING = 'files', 'folders', 'anything'
_ROLES = ['worker', 'control-plane']


class Value(NamedTuple):
    """What an option takes: one of `words`, or what `kind` names; `names` are '-o', '--output'."""

    names: Tuple[str, ...]
    kind: str
    words: Tuple[str, ...] = ()


class Command(NamedTuple):
    """A command by its path, ' master report' ('' is nodeprep itself): the words that may follow it, among them its
    options; which of these take a value; whether it takes a file.
    """

    path: str
    words: List[str]
    values: List[Value]
    files: bool


def commands(group: click.Group, path: str = '') -> Iterator[Command]:
    """A group and all below it, those that people call."""
    context = click.Context(group)
    # A group that names its commands does so in the order in which people need them; click would sort them.
    below = {name: group.get_command(context, name) for name in list(group.commands) or group.list_commands(context)}
    yield _command(group, path, list(below))
    for name, command in below.items():
        if isinstance(command, click.Group):
            yield from commands(command, f'{path} {name}')
        elif command is not None:
            yield _command(command, f'{path} {name}', [])


def _command(command: click.Command, path: str, words: List[str]) -> Command:
    values, files = [], False
    for one in command.params:
        if isinstance(one, click.Argument):
            words = words + _words(one)
            files = files or _kind(one) == FILES
    for one in command.params:
        if isinstance(one, click.Option):
            words = words + [name for name in one.opts if name.startswith('--')]
            if not one.is_flag:
                found = _words(one)
                values.append(Value(tuple(one.opts), '' if found else _kind(one), tuple(found)))
    if not (path and isinstance(command, click.Group)):
        words = words + ['--help']
    return Command(path, words, values, files)


def _words(one: Any) -> List[str]:
    """Those that an argument or an option takes; none where any will do."""
    named: Dict[str, List[str]] = {'ID': catalogue.ids(), 'ROLE': _ROLES}
    if isinstance(one.type, click.Choice):
        return list(one.type.choices)
    if one.opts == ['--profile']:
        return ['docker', 'containerd']
    return list(named.get((one.metavar or '').strip('[].,'), ()))


def _kind(one: Any) -> str:
    if (one.metavar or '') == 'DIR':
        return FOLDERS
    return FILES if one.metavar == 'FILE' or isinstance(one.type, click.Path) else ANYTHING
