"""nodeprep master: the collector, and what a person on its host may ask and decide."""
import importlib
import importlib.util

import click

from nodeprep.typed import Dict, List, Optional

# command -> the file that it is in; in the order of --help
COMMANDS: Dict[str, str] = {
    'serve': 'masterserve', 'token': 'mastertokens', 'user': 'masterusers',
    'nodes': 'masternodes', 'node': 'masternodes', 'drift': 'masternodes',
    'approvals': 'masterdecide', 'approve': 'masterdecide', 'deny': 'masterdecide',
    'waivers': 'masterdecide', 'waive': 'masterdecide', 'unwaive': 'masterdecide', 'forget': 'masterforget',
    'clones': 'masterclones', 'decide': 'masterclones',
    'report': 'masterreport', 'backup': 'mastercare', 'doctor': 'mastercare'}


class Commands(click.Group):
    """Commands that are imported only when they are used."""

    def list_commands(self, ctx: click.Context) -> List[str]:
        """The names, in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        """The command, imported."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module('nodeprep.cli.' + COMMANDS[cmd_name]), cmd_name)
        return command


@click.group(cls=Commands)
def master() -> None:
    """Collect what the agents of a fleet say, and show and decide it.

    `nodeprep master serve` is the collector. The other commands work on its data directly, on its host, as root or as
    the user whose data they are; whether it runs or not does not matter.
    """
    if importlib.util.find_spec('nodeprep.master') is None:       # it has a package of its own
        raise click.UsageError('the master is not installed on this host; it is in the package nodeprep-master')
