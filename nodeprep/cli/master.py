"""nodeprep master: the collector, and what a person on its host may ask and decide."""
import importlib
import importlib.util

import click

from nodeprep.typed import Any, List, Optional

# command -> (the file that it is in, what it does in one line of --help); in the order of --help
COMMANDS = {
    'serve': ('masterserve', 'Serve the fleet: its interface, and the page for people.'),
    'token': ('mastertokens', 'Make, list and delete the tokens that machines join with.'),
    'user': ('masterusers', 'Make, list and delete the people who may look and decide.'),
    'nodes': ('masternodes', 'List the nodes: how each stands, and what it does not meet.'),
    'node': ('masternodes', 'Show one node: what it does not meet, and its plans.'),
    'drift': ('masternodes', 'List all that is not met, what has been so for longest first.'),
    'approvals': ('masterdecide', 'List the plans that wait for an answer.'),
    'approve': ('masterdecide', 'Approve the plan of a node: show it, ask, let the node do it.'),
    'deny': ('masterdecide', 'Deny the plan of a node.'),
    'waivers': ('masterdecide', 'List the exceptions that hold.'),
    'waive': ('masterdecide', 'Make an exception for a node, a label or all, until a day.'),
    'unwaive': ('masterdecide', 'End an exception: what it covered counts again.'),
    'forget': ('masterforget', 'Take a node away: its credential ends, its name is free.'),
    'clones': ('masterclones', 'List the nodes that cannot be told apart.'),
    'decide': ('masterclones', 'Decide about nodes that cannot be told apart.'),
    'report': ('masterreport', 'Report which nodes met which requirement for how long.'),
    'backup': ('mastercare', 'Write a tar with the database and the CA.'),
    'doctor': ('mastercare', 'Say what is wrong with the master.'),
}

_LIBRARIES = ('cryptography', 'httptools', 'jinja2')         # the extra `master` in pyproject.toml


class Commands(click.Group):
    """Commands that are imported only when they are used."""

    def list_commands(self, ctx: click.Context) -> List[str]:
        """The names, in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        """The command, imported."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module('nodeprep.cli.' + COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """As click does it; where a library of the master lacks, that is said."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if error.name not in _LIBRARIES:
                raise
            raise click.UsageError(f'the master needs the Python library {error.name}, which is not installed: in a '
                                   "checkout, pip install '.[master]' brings all that it needs") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help, whole and without importing the commands."""
        with formatter.section('Commands'):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=Commands)
def master() -> None:
    """Collect what the agents of a fleet say, and show and decide it.

    `nodeprep master serve` is the collector. The other commands work on its data directly, on its host, as root or as
    the user whose data they are; whether it runs or not does not matter.
    """
    if importlib.util.find_spec('nodeprep.master') is None:       # it has a package of its own
        raise click.UsageError('the master is not installed on this host; it is in the package nodeprep-master')
