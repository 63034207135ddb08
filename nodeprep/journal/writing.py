"""A transaction that is going on: each step stands in the journal, on the disk, before it is done.

One fsync(2) before each change. A done mark needs none of its own: without it the way back finds by itself whether the
step was done.
"""
import contextlib
import json
import os
import time

from nodeprep import __version__
from nodeprep.host.files import reason
from nodeprep.host.images import Image
from nodeprep.journal import folder, reading
from nodeprep.journal.steps import DONE, FAILED, FORMAT, Step, as_line, image_line
from nodeprep.model import CannotChange, Run
from nodeprep.typed import Any, Dict, Iterable, List, Optional, Tuple


class Transaction:
    """The journal's file is made by the first step: a fix that changes nothing leaves no trace."""

    def __init__(self, host: Any, by: Dict[str, str], command: Tuple[str, ...], boot_id: str = '') -> None:
        """`by` says how it was allowed (person, policy, approval) and who did."""
        self.host = host
        now = time.gmtime(host.time())
        self.id = folder.next_id(host)
        self._head: Dict[str, Any] = {
            'journal': FORMAT, 'id': self.id, 'begun': time.strftime('%Y-%m-%dT%H:%M:%SZ', now), 'by': by,
            'command': list(command), 'boot_id': boot_id, 'version': __version__}
        self._handle: Optional[int] = None
        self.steps: List[Step] = []
        self.trouble = ''               # why marks could not be written

    def file(self, part: str, image: Image, data: Optional[bytes], mode: Optional[int]) -> Step:
        """Notes that a file is about to be changed."""
        number = len(self.steps) + 1
        name = image.real.rpartition('/')[2]
        return self._intend(Step(number, part, image.path, data, mode, f'.{name[:180]}.nodeprep-{self.id}-{number}',
                                 before=(image,)))

    def command(self, part: str, run: Run, before: Iterable[Image]) -> Step:
        """Notes that a command is about to run, with what it may touch."""
        return self._intend(Step(len(self.steps) + 1, part, run=run.argv, undo=run.undo, risk=run.risk,
                                 before=tuple(before)))

    def done(self, step: Step, changed: Tuple[Tuple[Image, Image], ...] = ()) -> None:
        """Marks a step as done."""
        self._set(step._replace(state=DONE, changed=changed))
        self._mark({'done': step.number, 'changed': _lines(changed)})

    def failed(self, step: Step, why: str, changed: Tuple[Tuple[Image, Image], ...] = ()) -> None:
        """Marks a step that may have been done in part."""
        self._set(step._replace(state=FAILED, why=why, changed=changed))
        self._mark({'failed': step.number, 'why': why, 'changed': _lines(changed)})

    def undid(self, step: Step) -> None:
        """Marks a step as taken back, or how far that is."""
        self._set(step)
        for line in _undone(step):
            self._mark(line, sync=not step.undone)

    def result(self, part: str, result: str, why: str = '') -> None:
        """What became of the part of a requirement."""
        self._mark({'part': part, 'result': result, 'why': why})

    def end(self, how: str) -> None:
        """Ends the transaction: done, failed or interrupted; and lets go of the oldest that are too many."""
        if self._handle is None:
            return
        self._mark({'end': how}, sync=True)
        os.close(self._handle)
        self._handle = None
        try:
            forget_oldest(self.host)
        except OSError as error:         # the fix itself is done
            self.trouble = f'{folder.FOLDER}: {reason(error)}; what is too old for it stays'

    def of(self, part: str) -> List[Step]:
        """The steps of a part."""
        return [step for step in self.steps if step.part == part]

    def _intend(self, step: Step) -> Step:
        lines = [as_line(step)]
        if self._handle is None:
            self._begin()
            lines.insert(0, self._head)
        self._write(*lines)
        if len(self.steps) == 0:
            folder.sync(self.host)
        self.steps.append(step)
        return step

    def _begin(self) -> None:
        folder.prepared(self.host)
        try:
            self._handle = os.open(folder.path_of(self.host, self.id),
                                   os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotChange(f'{folder.FOLDER}: {reason(error)}; without a journal nothing is changed') from None

    def _write(self, *lines: Dict[str, Any]) -> None:
        assert self._handle is not None
        append(self._handle, lines, sync=True)

    def _mark(self, line: Dict[str, Any], sync: bool = False) -> None:
        # A mark that cannot be written must not stop what takes a change back: without it the way back looks by itself.
        if self._handle is not None:
            try:
                append(self._handle, [line], sync)
            except CannotChange as error:
                self.trouble = str(error)

    def _set(self, step: Step) -> None:
        self.steps[step.number - 1] = step


class Reopened:
    """A transaction of the past, to which it is added how its steps are taken back."""

    def __init__(self, host: Any, transaction: str) -> None:
        """CannotChange when its file cannot be written."""
        self._host = host
        path = folder.path_of(host, transaction)
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
            _cut_torn_line(self._handle)
        except OSError as error:
            raise CannotChange(f'{folder.FOLDER}/{transaction}.jsonl: {reason(error)}') from None

    def undid(self, step: Step) -> None:
        """Marks a step as taken back, or how far that is."""
        for line in _undone(step):
            self._mark(line, sync=not step.undone)

    def undone(self, by: Dict[str, str], whole: bool) -> None:
        """Ends the way back."""
        when = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(self._host.time()))
        self._mark({'undone': when, 'by': by, 'whole': whole}, sync=True)

    def __enter__(self) -> 'Reopened':
        """Itself, until the block ends and its file is closed."""
        return self

    def __exit__(self, *error: Any) -> None:
        """Closes the file, whatever went wrong."""
        os.close(self._handle)

    def _mark(self, line: Dict[str, Any], sync: bool = False) -> None:
        with contextlib.suppress(CannotChange):            # as with the marks of a Transaction
            append(self._handle, [line], sync)


def _cut_torn_line(handle: int) -> None:
    size = os.fstat(handle).st_size
    end = size
    while end:
        begin = max(0, end - 65536)
        part = os.pread(handle, end - begin, begin)
        if b'\n' in part:
            end = begin + part.rindex(b'\n') + 1
            break
        end = begin
    if end < size:
        os.ftruncate(handle, end)


def append(handle: int, lines: Iterable[Dict[str, Any]], sync: bool) -> None:
    """Adds lines to a journal's file. CannotChange when they do not fit: then nothing more may be changed."""
    text = ''.join(json.dumps(line) + '\n' for line in lines).encode('ascii')
    try:
        before = os.fstat(handle).st_size
        written = os.write(handle, text)
        if written < len(text):
            os.ftruncate(handle, before)
            raise CannotChange(f'{folder.FOLDER}: no space left on device; without a journal nothing is changed')
        if sync:
            os.fdatasync(handle)
    except OSError as error:
        raise CannotChange(f'{folder.FOLDER}: {reason(error)}; without a journal nothing is changed') from None


def forget_oldest(host: Any) -> None:
    """Removes the oldest transactions that are more than is kept. One that was cut short is never removed.

    What is not removed counts as if it were: a file that stays for ever must not drive the others out. OSError.
    """
    for one in folder.excess(folder.sizes(host), folder.MOST_BYTES, folder.MOST_FILES):
        try:
            whole = reading.load(host, one)
        except CannotChange:
            continue                 # damaged: somebody must look at it
        if whole.end or whole.undone or not whole.steps:       # killed before its first step it did nothing
            os.unlink(folder.path_of(host, one))


def _undone(step: Step) -> List[Dict[str, Any]]:
    """The mark of a step that is taken back or whose inverse begins; none for one that was only refused."""
    if step.undone:
        return [{'undid': step.number, 'how': step.undone, 'why': step.said}]
    return [] if step.said else [{'undoing': step.number, 'ours': None if step.ours is None else list(step.ours)}]


def _lines(changed: Tuple[Tuple[Image, Image], ...]) -> List[List[Dict[str, Any]]]:
    return [[image_line(before), image_line(after)] for before, after in changed]
