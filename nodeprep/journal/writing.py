"""A transaction that is going on: each step stands in the journal, on the disk, before it is done.

One fsync(2) before each change. A done mark needs none of its own: without it the way back finds by itself whether the
step was done.
"""
import contextlib
import os
import time

from nodeprep import __version__
from nodeprep.host.files import reason
from nodeprep.host.images import Image
from nodeprep.journal import folder, reading
from nodeprep.journal.appending import Lines
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
        self._file: Optional[Lines] = None
        self._refusal = ''              # why no step can be noted any more
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
        if self._file is None:
            return
        self._mark({'end': how}, sync=True)
        self._file.close()
        self._file = None
        try:
            forget_oldest(self.host)
        except OSError as error:         # the fix itself is done
            self.trouble = f'{folder.FOLDER}: {reason(error)}; what is too old for it stays'

    def of(self, part: str) -> List[Step]:
        """The steps of a part."""
        return [step for step in self.steps if step.part == part]

    def _intend(self, step: Step) -> Step:
        if self._refusal:
            raise CannotChange(self._refusal)
        try:
            if self._file is None:
                self._file = self._begun()
                self._file.add([self._head, as_line(step)], sync=True)
                self._last()
            else:
                self._file.add([as_line(step)], sync=True)
        except CannotChange as error:
            # What follows would have this step's number, or no first line before it: a journal that nobody reads.
            self._refusal = str(error)
            if not self.steps:
                self._abandon()
            raise
        self.steps.append(step)
        return step

    def _begun(self) -> Lines:
        folder.prepared(self.host)
        try:
            return Lines(os.open(folder.path_of(self.host, self.id),
                                 os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise CannotChange(f'{folder.FOLDER}: {reason(error)}; without a journal nothing is changed') from None

    def _last(self) -> None:
        try:
            folder.sync(self.host)
        except OSError as error:
            raise CannotChange(f'{folder.FOLDER}: {reason(error)}; without a journal nothing is changed') from None

    def _abandon(self) -> None:
        """Leaves no file of a transaction that did nothing; one that stays has no step that was done."""
        if self._file is not None:
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                os.unlink(folder.path_of(self.host, self.id))

    def _mark(self, line: Dict[str, Any], sync: bool = False) -> None:
        # A mark that cannot be written must not stop what takes a change back: without it the way back looks by itself.
        if self._file is not None:
            try:
                self._file.add([line], sync)
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
            self._file = Lines(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW))
            self._file.cut_torn_line()
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
        self._file.close()

    def _mark(self, line: Dict[str, Any], sync: bool = False) -> None:
        with contextlib.suppress(CannotChange):            # as with the marks of a Transaction
            self._file.add([line], sync)


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
