"""What `nodeprep check` does, whoever read its options."""
import sys
import time

from nodeprep import output
from nodeprep.agent.supplied import load
from nodeprep.cli import ids, itself
from nodeprep.cli.usage import stopping_on_bad_input, write
from nodeprep.config import ConfigError
from nodeprep.host import Host
from nodeprep.record import NamedTuple
from nodeprep.round import Asked, examine
from nodeprep.text import UnknownName, clean
from nodeprep.typed import Optional, Tuple


class Call(NamedTuple):
    """The words and options of `nodeprep check`."""

    ids: Tuple[str, ...] = ()
    ignore: Tuple[str, ...] = ()
    config_file: Optional[str] = None
    root: str = '/'
    role: Optional[str] = None
    profile: str = ''
    format_name: str = 'table'
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False


@stopping_on_bad_input
def checking(call: Call) -> int:
    """Examines, prints, and returns the exit code."""
    try:
        return _checked(call)
    except (ConfigError, UnknownName) as error:
        if call.format_name != 'nagios':
            raise
        # To Nagios 2 is CRITICAL, and what it shows is the first line of standard output.
        write(sys.stdout, 'NODEPREP UNKNOWN - nothing was examined: ' + clean('; '.join(str(error).split('\n'))) + '\n')
        return 3


def _checked(call: Call) -> int:
    begun = time.perf_counter()
    call = call._replace(ids=ids.chosen(call.ids))
    host = Host(call.root)
    if not host.is_folder('/etc'):
        raise ConfigError(f'{call.root}: there is no etc in it; is the image mounted there?')
    policy = load(host, call.config_file, call.profile, call.role or '')
    asked = Asked(call.ids, ids.listed(call.ignore))
    diffs = call.format_name != 'table' or call.verbose
    tree = examine(host, policy, asked, diffs, begun)
    options = output.options_for(sys.stdout, call.quiet, call.verbose, call.no_color,
                                 policy.get('language', '') if call.format_name in output.TRANSLATED else None)
    options = options._replace(program=itself.program(), said=_said(call), ids=''.join(f' {one}' for one in call.ids))
    text = output.renderer(call.format_name)(tree, options)
    write(sys.stdout, text if text.endswith('\n') else text + '\n')
    return output.exit_code(tree, call.format_name)


def _said(call: Call) -> str:
    """The options that decide what is looked at and what is wanted."""
    return itself.options(call.root, call.config_file, call.role, call.profile, call.ignore)
