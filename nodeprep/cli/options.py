"""The options that several commands share, as CONTRACT.md lists them."""
import click

from nodeprep.output import FORMATS
from nodeprep.typed import Any, Callable

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def root_option(means: str) -> Decorator:
    """--root, with what it means to a command."""
    return click.option('--root', default='/', metavar='DIR', type=click.Path(exists=True, file_okay=False), help=means)


def change_formats(command: Callable[..., Any]) -> Callable[..., Any]:
    """--output with the formats that plans and transactions have, and how much of them."""
    for option in reversed((
            click.option('-o', '--output', 'format_name', type=click.Choice(['table', 'json', 'yaml']),
                         default='table', show_default=True, help='How to print.'),
            click.option('-q', '--quiet', is_flag=True, help='Less: no progress, no details.'),
            click.option('-v', '--verbose', is_flag=True, help='More: diffs of files.'),
            click.option('--no-color', is_flag=True, help='No colour; the variable NO_COLOR does the same.'))):
        command = option(command)
    return command


def change_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--dry-run and --yes, and how to print."""
    command = change_formats(command)
    for option in reversed((
            click.option('--dry-run', is_flag=True, help='Show what would be done, and stop.'),
            click.option('-y', '--yes', is_flag=True, help='Do not ask.'))):
        command = option(command)
    return command


def policy_options(means: str) -> Decorator:
    """--config, --root (with what it means to the command), --role and --profile."""
    def with_them(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed((
                click.option('--config', 'config_file', metavar='FILE', type=click.Path(),
                             help='Read this configuration alone instead of /etc/nodeprep.'),
                root_option(means),
                click.option('--role', type=click.Choice(['worker', 'control-plane']), help='The role of the node.'),
                click.option('--profile', metavar='NAME', default='', help='docker (the default) or containerd.'))):
            command = option(command)
        return command
    return with_them


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--output, --quiet, --verbose and --no-color."""
    for option in reversed((
            click.option('-o', '--output', 'format_name', type=click.Choice(list(FORMATS)), default='table',
                         show_default=True, help='How to print.'),
            click.option('-q', '--quiet', is_flag=True, help='Only what is not met, and the verdict.'),
            click.option('-v', '--verbose', is_flag=True, help='Every observation, with its evidence.'),
            click.option('--no-color', is_flag=True, help='No colour; the variable NO_COLOR does the same.'))):
        command = option(command)
    return command
