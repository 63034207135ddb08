"""The commands. Each lives in a file of its own, which is loaded when it is called for."""
import importlib

import click

from nodeprep import __version__
from nodeprep.cli import end
from nodeprep.cli.common import shared
from nodeprep.typed import Any, List, Optional

# command -> (module, what it does), in the order of `nodeprep --help`
COMMANDS = {
    'check': ('check', 'Say what is wrong with this host, now and after a reboot.'),
    'fix': ('fix', 'Show what would make it fit, ask, and do it.'),
    'undo': ('undo', 'Take back the last fix, or the one named.'),
    'history': ('history', 'List what was changed on this host, and by whom.'),
    'explain': ('explain', 'Say why a requirement exists, what is read and what a fix does.'),
    'requirements': ('explain', 'List the requirements.'),
    'config': ('config', 'Show, check or write the configuration.'),
    'agent': ('agent', 'Watch this host and tell at once what drifts.'),
    'status': ('status', 'Say what the agent last saw, told and did.'),
    'join': ('join', 'Enrol this host with a master.'),
    'leave': ('join', 'Take this host away from its master.'),
    'master': ('master', 'Collect what the agents of a fleet say, and show and decide it.'),
    'report': ('report', 'Report what this host met for how long; verify a report.'),
    'completion': ('completion', 'Print the completion script for a shell.'),
}
# Those that a person does not call: in no list, and all the same a command.
HIDDEN = {'hand': 'hand', 'trial': 'trial'}
# What other programs have in place of ours.
OTHERS = {'help': '; nodeprep --help, or nodeprep COMMAND --help', 'version': '; nodeprep --version',
          'list': '; did you mean requirements?'}


class Commands(click.Group):
    """Commands that are imported only when they are used: importing all costs more than the checks."""

    def list_commands(self, ctx: click.Context) -> List[str]:
        """The names, in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        """The command, imported."""
        name = HIDDEN.get(cmd_name) or COMMANDS.get(cmd_name, ('',))[0]
        if not name:
            return None
        module = importlib.import_module('nodeprep.cli.' + name)
        command: click.Command = shared(getattr(module, cmd_name))
        return command

    def resolve_command(self, ctx: click.Context, args: List[str]) -> Any:
        """As click does it, with the nearest right name for a wrong one."""
        if args and args[0] not in COMMANDS and args[0] not in HIDDEN and not args[0].startswith('-'):
            from nodeprep.text import clean, nearest
            said = OTHERS.get(args[0]) or nearest(args[0], COMMANDS)
            ctx.fail(f'No such command {clean(args[0])!r}' + said)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does it, which ends a command whose reader has gone with code 1, that of a drifted host."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return end('', 74)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help, without importing the commands."""
        with formatter.section('Commands'):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


if hasattr(click.core, '_verify_python_env'):
    # click below 8.1 refuses the C locale on Python 3.6, which is cron's on CentOS 7, where C.UTF-8 does not exist.
    click.core._verify_python_env = lambda: None


@click.group(cls=Commands, context_settings={'help_option_names': ['-h', '--help'], 'max_content_width': 80})
@click.version_option(__version__, prog_name='nodeprep', message='%(prog)s %(version)s')
def cli() -> None:
    """Say whether this machine is fit to be a Kubernetes node, and make it so.

    `nodeprep check` says what is wrong now, what would be wrong after a reboot, why, and what would mend it; it changes
    nothing. `nodeprep fix` shows a plan, asks, and does it; `nodeprep undo` takes it back.
    """


def run(words: List[str]) -> None:
    """Does what the words after `nodeprep` say. Raises click.ClickException for what is wrong with it."""
    cli.main(args=words, prog_name='nodeprep', standalone_mode=False)
