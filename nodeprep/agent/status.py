"""/run/nodeprep/status: what the agent last saw, told and did, for `nodeprep status`. Anybody may read it."""
import os

from nodeprep import __version__
from nodeprep.agent import keep
from nodeprep.model import CannotChange
from nodeprep.output.words import span
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, Optional

FORMAT = 1
NAME = 'status'
RUN = '/run/nodeprep'
_LATE = 30.0              # seconds that a round may take, or a loaded machine may need


class Judged(NamedTuple):
    """What is to be thought of a status that was read."""

    running: bool
    stale: bool
    why: str                  # a sentence; '' when it is as fresh as it should be


NONE = Judged(False, True, 'the agent does not run: none has since the last reboot')


def write(folder: str, tree: Dict[str, Any], boot_id: str, monotonic: float, interval: float) -> str:
    """Writes the status, with what tells whether it is stale; '' or why it could not be written.

    `monotonic` is of CLOCK_MONOTONIC, which all processes of a boot share and nobody sets; `interval` seconds from one
    round to the next.
    """
    import json
    whole = dict(tree, format=FORMAT, pid=os.getpid(), version=__version__, boot_id=boot_id,
                 clock=round(monotonic, 3), good_for=round(interval + _LATE, 1))
    try:
        keep.write(f'{folder}/{NAME}', json.dumps(whole, ensure_ascii=True), 0o644, lasting=False)
    except CannotChange as error:
        return str(error)
    return ''


def read(folder: str) -> Optional[Dict[str, Any]]:
    """The status; None when no agent has written one since the boot. CannotChange when it cannot be read."""
    tree = keep.read(f'{folder}/{NAME}')
    if tree is not None and (not isinstance(tree, dict) or tree.get('format') != FORMAT):
        raise CannotChange(f'{folder}/{NAME}: is of no format that this version knows')
    return tree


def judge(tree: Dict[str, Any], boot_id: str, monotonic: float) -> Judged:
    """Whether the agent that wrote this still runs and still writes."""
    age = monotonic - float(tree['clock'])
    if tree['boot_id'] != boot_id or age < 0:
        return Judged(False, True, 'the agent does not run: this was written before the last reboot')
    if tree.get('stopped'):
        return Judged(False, True, 'the agent does not run: it was stopped')
    if not runs(int(tree['pid'])):
        return Judged(False, True, f'the agent does not run: its process {tree["pid"]} is gone, and it was not stopped')
    if age > float(tree['good_for']):
        return Judged(True, True, f'the agent runs (process {tree["pid"]}) but has not looked for {span(age)}')
    return Judged(True, False, '')


def runs(pid: int) -> bool:
    """Whether there is a process of this number. kill(2) with signal 0 sends none."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass                      # it is there, and somebody else's
    return True
