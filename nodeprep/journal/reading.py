"""Transactions of the past, as their files tell."""
import errno
import json
import os
import stat

from nodeprep.host.files import reason, text_of
from nodeprep.journal import folder
from nodeprep.journal.steps import DONE, FAILED, FORMAT, Step, from_line, pairs_from, words_from
from nodeprep.model import CannotChange
from nodeprep.record import NamedTuple
from nodeprep.typed import Any, Dict, List, Optional, Tuple

_MOST = 256 * 2**20


class Past(NamedTuple):
    """One transaction. `results`: requirement -> (what became of its part, why)."""

    id: str
    begun: str                       # YYYY-MM-DDTHH:MM:SSZ
    by: Dict[str, str]               # how: person, policy or approval; and who
    command: Tuple[str, ...]
    boot_id: str
    steps: Tuple[Step, ...]
    results: Dict[str, Tuple[str, str]]
    end: str                         # done, failed, interrupted; '' when it was cut short
    undone: str                      # when it was taken back as far as it could be; ''
    size: int = 0                    # bytes
    returning: bool = False          # an undo of it was cut short
    undone_by: Dict[str, str] = {}   # who took it back, as `by`

    @property
    def open(self) -> Tuple[Step, ...]:
        """The steps that are not taken back."""
        return tuple(step for step in self.steps if not step.undone)


def load(host: Any, transaction: str) -> Past:
    """A transaction. CannotChange naming file and line when its file is damaged; a torn last line is a crash's."""
    path = folder.path_of(host, transaction)
    name = text_of(path)
    try:
        raw = _content(path)
    except PermissionError as error:
        raise CannotChange(f'{name}: {reason(error)}') from None
    except OSError as error:
        raise CannotChange(f'{name}: {reason(error)}. {_way_on(name)}') from None
    lines = raw.split(b'\n')
    lines.pop()                       # what follows the last line end: nothing, or a line that a crash tore
    state = _Reader(transaction)
    for number, line in enumerate(lines, 1):
        try:
            state.take(json.loads(text_of(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CannotChange(f'{name}:{number}: the journal is damaged ({error}); nothing of it is taken back. '
                               f'{_way_on(name)}') from None
    return state.past(len(raw))


def _way_on(name: str) -> str:
    """What a person does about a file that stops fix, undo and history, and what that costs."""
    import shlex  # a journal is seldom damaged
    file = shlex.quote(name)
    return (f'Until it is moved away there is no fix, undo or history: mv {file} {file}.damaged. What that fix did can '
            'then be taken back by hand only: the files as they were stand in it, base64, under "before", the commands '
            'that take others back under "undo"')


def _content(path: bytes) -> bytes:
    """In an image a link may lead out of it, a FIFO has no end, and to open a device does something."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, 'is not a regular file')
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(handle, 'rb') as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST:
            raise OSError(errno.EINVAL, f'is not a regular file of at most {_MOST >> 20} MiB')
        return file.read()


def past(host: Any) -> List[Past]:
    """Every transaction with at least a first line, the oldest first."""
    found = (load(host, one) for one in folder.transactions(host))
    return [one for one in found if one.begun]


def unfinished(host: Any) -> List[Past]:
    """Those that a crash or a kill cut short and that were not taken back since."""
    return [one for one in past(host) if not one.end and not one.undone and one.open]


def half_done(host: Any) -> List[Past]:
    """Those that are neither done nor taken back, since the fix was cut short, or the undo."""
    return [one for one in past(host) if one.open and (one.returning or not one.end and not one.undone)]


class _Reader:
    def __init__(self, transaction: str) -> None:
        self.id = transaction
        self.head: Dict[str, Any] = {}
        self.steps: Dict[int, Step] = {}
        self.results: Dict[str, Tuple[str, str]] = {}
        self.end = self.undone = ''
        self.undone_by: Dict[str, str] = {}
        self.returning = False

    def take(self, line: Dict[str, Any]) -> None:
        """One line. ValueError, KeyError or TypeError when it is not understood."""
        if not isinstance(line, dict):
            raise ValueError('not an object')
        if not self.head:
            if line['journal'] != FORMAT or line['id'] != self.id:
                raise ValueError('not a journal of this format and name')
            if not isinstance(line.get('by'), dict) or not isinstance(line.get('command'), list) or \
                    not isinstance(line.get('begun'), str):
                raise ValueError('a first line that is not understood')
            self.head = line
        elif 'step' in line:
            if line['step'] in self.steps:
                raise ValueError('a second step of this number')
            self.steps[line['step']] = from_line(line)
        elif not self._of_a_step(line):
            self._of_all(line)

    def _of_a_step(self, line: Dict[str, Any]) -> bool:
        if 'done' in line:
            self._set(line['done'], state=DONE, changed=pairs_from(line))
        elif 'failed' in line:
            self._set(line['failed'], state=FAILED, why=str(line['why']), changed=pairs_from(line))
        elif 'undid' in line:
            self._set(line['undid'], undone=str(line['how']), said=str(line['why']))
        elif 'undoing' in line:
            self._set(line['undoing'], ours=None if line['ours'] is None else words_from(line, 'ours'))
        else:
            return False
        self.returning = bool(self.end) and ('undid' in line or 'undoing' in line)
        return True

    def _of_all(self, line: Dict[str, Any]) -> None:
        if 'result' in line:
            self.results[str(line['part'])] = (str(line['result']), str(line['why']))
        elif 'end' in line:
            self.end = str(line['end'])
        elif 'undone' in line:
            self.undone, self.returning = str(line['undone']), False
            self.undone_by = _words(line.get('by', {}))
        else:
            raise ValueError('neither a step nor a mark')

    def _set(self, number: Any, **fields: Any) -> None:
        self.steps[number] = self.steps[number]._replace(**fields)

    def past(self, size: int) -> Past:
        """What was read."""
        return Past(self.id, str(self.head.get('begun', '')), _words(self.head.get('by', {})),
                    tuple(str(word) for word in self.head.get('command', ())), str(self.head.get('boot_id', '')),
                    tuple(self.steps[number] for number in sorted(self.steps)), self.results, self.end, self.undone,
                    size, self.returning, self.undone_by)


def _words(by: Dict[str, Any]) -> Dict[str, str]:
    return {str(key): str(value) for key, value in by.items()}


def newest(host: Any, transaction: Optional[str] = None) -> Optional[Past]:
    """The transaction of that id, else the last one of which something stands; None when there is none.

    One that was taken back in part is still the last as long as the rest can be: whoever asks once more means that, not
    an older fix.
    """
    if transaction is not None:
        return load(host, transaction) if transaction in folder.transactions(host) else None
    for one in reversed(folder.transactions(host)):
        found = load(host, one)
        if any(step.write or step.undo or not found.undone for step in found.open):
            return found
    return None
