"""What `nodeprep report` does."""
import os
import sys
import time

from nodeprep import catalogue, output
from nodeprep.agent import account, chronicle, keep, processes
from nodeprep.agent.places import HOME, apart
from nodeprep.agent.remembered import remember
from nodeprep.cli.usage import complain, stopping_on_bad_input, write
from nodeprep.compliance import moments, seal
from nodeprep.config import ConfigError
from nodeprep.fixes import boot_id
from nodeprep.host import Host
from nodeprep.host.files import reason
from nodeprep.journal import reading
from nodeprep.language import chosen, speaking
from nodeprep.model import CannotChange
from nodeprep.policy import load
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional


class Call(NamedTuple):
    """The command line."""

    since: str = moments.SINCE
    until: str = ''
    form: Optional[str] = None
    target: Optional[str] = None
    verbose: bool = False
    state_dir: str = ''


@stopping_on_bad_input
def reporting(call: Call) -> None:
    """Makes the report and writes it. ConfigError when there is no history, or none of that time."""
    from nodeprep.output.compliance import of_ending, renderer
    path = os.path.abspath(call.target) if call.target else ''
    if path and os.path.lexists(path) and not os.path.isfile(path):
        raise ConfigError(f'--output-file {call.target}: is not a file')
    try:
        render = renderer(call.form or of_ending(path))
    except ValueError as error:
        raise ConfigError(f'--output-file {call.target}: {error}') from None
    tree = _tree(call)
    language = _language()
    options = output.options_for(sys.stdout, verbose=call.verbose, language=language)
    if path:
        # The file is UTF-8, whatever is printed here.
        options = options._replace(color=False, width=80, language=speaking(chosen(language, None)))
        keep.write(path, render(tree, options), 0o640, lasting=True)
    else:
        write(sys.stdout, render(tree, options))


def _tree(call: Call) -> Dict[str, Any]:
    now, host, home = time.time(), Host('/'), call.state_dir or HOME
    try:
        begin, end = moments.span(call.since, call.until, now)
    except ValueError as error:
        raise ConfigError(f'--{error}') from None
    known = remember(_lines(home), now)
    titles = {one: catalogue.load(one).title for one in known.turns if one in catalogue.ids()}
    tree = None
    if known.first is not None:
        runs = processes.runs(host, known.process, boot_id(host))
        tree = account.report(known, begin, end, now, runs, titles, _past(host) if home == HOME else ())
    if tree is None:
        held = 'nothing that can be read' if known.first is None else f'from {account.stamp(known.first)} on'
        raise ConfigError(f'{home}/{chronicle.NAME}: the history of this host holds nothing of that time, but {held}')
    return seal.sealed(tree)


def _language() -> str:
    """That of the configuration; a wrong one is no reason to make no report."""
    try:
        return str(load(Host('/')).get('language', ''))
    except ConfigError:
        return ''


def _lines(home: str) -> List[Any]:
    try:
        return chronicle.read(home)
    except FileNotFoundError:
        began = f'nodeprep agent{apart("--state-dir", home, HOME)}'
        if home == HOME:
            began = f'systemctl start nodeprep, or {began}'
        raise ConfigError(f'{home}/{chronicle.NAME}: there is no history of this host yet; the agent writes it: {began}'
                          ) from None
    except OSError as error:
        root = ('; run it as root, or name the --state-dir of an agent of your own'
                if isinstance(error, PermissionError) and os.geteuid() else '')
        raise ConfigError(f'{home}/{chronicle.NAME}: {reason(error)}{root}') from None


def _past(host: Any) -> List[Any]:
    try:
        return reading.past(host)
    except CannotChange as error:
        complain(f'{error}: the report does not tell of fixes')
        return []
