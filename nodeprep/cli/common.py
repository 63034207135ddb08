"""The plain ones of the options that CONTRACT.md calls common are taken by every command."""
import click

from nodeprep.cli.leading import PLAIN
from nodeprep.typed import Any


def shared(command: Any) -> Any:
    """The command, which also takes those of the plain options that would change nothing of what it does."""
    if isinstance(command, click.Group):
        if 'get_command' not in vars(command):
            found = command.get_command
            # Of this one group alone, which loads its commands when they are asked for.
            command.get_command = lambda ctx, name: shared(found(ctx, name))    # type: ignore[assignment,method-assign]
    elif command is not None:
        taken = {name for one in command.params for name in one.opts}
        for name, short in PLAIN.items():
            if name not in taken:
                names = [name] + [one for one in (short,) if one and one not in taken]
                command.params.append(click.Option(names, is_flag=True, expose_value=False, hidden=True,
                                                   callback=_uncoloured if name == '--no-color' else None))
    return command


def _uncoloured(ctx: click.Context, _option: click.Parameter, said: bool) -> None:
    if said:
        ctx.color = False
