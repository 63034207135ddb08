"""What `nodeprep check` does, whoever read its options."""
import sys
import time
from typing import Optional, Tuple

from nodeprep import output
from nodeprep.cli.usage import stopping_on_bad_input, write
from nodeprep.host import Host
from nodeprep.policy import load
from nodeprep.record import NamedTuple
from nodeprep.round import Asked, examine


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
    begun = time.perf_counter()
    host = Host(call.root)
    policy = load(host, call.config_file, call.profile, call.role or '')
    asked = Asked(call.ids, tuple(word for words in call.ignore for word in words.split(',') if word.strip()))
    diffs = call.format_name != 'table' or call.verbose
    tree = examine(host, policy, asked, diffs, begun)
    text = output.renderer(call.format_name)(tree, output.options_for(sys.stdout, call.quiet, call.verbose,
                                                                       call.no_color))
    write(sys.stdout, text if text.endswith('\n') else text + '\n')
    return output.exit_code(tree, call.format_name)
