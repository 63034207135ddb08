"""What the process that serves and the one that writes say to each other: letters, each with its length before it.

Both are one program, forked: marshal, which writes plain values faster than anything else, is of one version on both
sides, and what nodes sent is in a letter as text and numbers alone.
"""
import marshal
import traceback

from nodeprep.master import prepared
from nodeprep.master.findings import Part
from nodeprep.master.ingest import Load
from nodeprep.master.store import Beat, Taken, trouble
from nodeprep.master.store.nodes import NotMember
from nodeprep.master.store.transactions import Outcome
from nodeprep.typed import Any, Callable, List, Tuple

REPORTS, BEATS = 'reports', 'beats'
_HEAD = 4                 # bytes of a length
_RESULTS = {REPORTS: Taken, BEATS: Beat}
_TROUBLES = {name: one for name, one in vars(trouble).items()
             if isinstance(one, type) and issubclass(one, trouble.StoreTrouble)}


def letter(value: Any) -> bytes:
    """The bytes of a letter, from lists, tuples, dicts, texts, bytes, numbers and None."""
    body = marshal.dumps(value)
    return len(body).to_bytes(_HEAD, 'big') + body


class Reader:
    """Takes letters out of a stream of bytes."""

    def __init__(self) -> None:
        self._held = bytearray()

    def read(self, data: bytes) -> List[Any]:
        """The letters that are whole, now that these bytes came."""
        held, at, found = self._held, 0, []
        held += data
        while len(held) - at >= _HEAD:
            end = at + _HEAD + int.from_bytes(held[at:at + _HEAD], 'big')
            if end > len(held):
                break
            found.append(marshal.loads(held[at + _HEAD:end]))      # noqa: S302  # written by letter() alone
            at = end
        del held[:at]
        return found


def of_load(load: Load) -> Tuple[Any, ...]:
    """The reports of a request, as plain values."""
    return load.node, load.received, load.refused, [
        (*one[:-1], [tuple(part) for part in one.parts]) for one in load.reports]


def load_of(plain: Tuple[Any, ...]) -> Load:
    """The same back."""
    node, received, refused, reports = plain
    # Records are tuples: made as such, since there are very many.
    return Load(node, received, tuple(tuple.__new__(prepared.Report, (
        *one[:-1], tuple(tuple.__new__(Part, part) for part in one[-1]))) for one in reports), refused)


def of_outcome(outcome: Outcome, log: Callable[[str], None]) -> Tuple[Any, ...]:
    """What became of a piece, as plain values. A fault of ours is told here, where it came from is known."""
    error = outcome.error
    if error is None:
        return None, tuple(outcome.result)
    kind = type(error).__name__
    if kind != 'NotMember' and kind not in _TROUBLES:
        places = [f'  {frame.filename}:{frame.lineno} {frame.name}' for frame in
                  traceback.extract_tb(error.__traceback__)]
        log('\n'.join([f'a fault in nodeprep, in the process that writes ({kind}: {str(error)[:300]})', *places]))
    return kind, str(error) or kind


def outcome_of(what: str, plain: Tuple[Any, ...]) -> Tuple[Any, Any]:
    """The same back: the result, and the error, one of which is None. A fault of the other process: RuntimeError."""
    kind, value = plain
    if kind is None:
        return tuple.__new__(_RESULTS[what], value), None
    made: Any = NotMember if kind == 'NotMember' else _TROUBLES.get(kind, RuntimeError)
    return None, made(value)
