"""The store when every waiver counts everywhere: what who decided waits for, and what is to be true as a whole."""
import contextlib

from nodeprep.master.store import covering, unsettled
from nodeprep.master.store.slices import gently
from nodeprep.master.store.trouble import StoreBusy, StoreTrouble
from nodeprep.typed import Any, Callable

_TRIES, _LONGEST = 3, 20.0                # seconds


def finish(store: Any, at: float) -> None:
    """Does what is left of waivers that were given or ended, for so many seconds at most. Of what then is left the next
    job does the rest: the decision itself is on the disk, so no trouble of the store is one of who decided.
    """
    with contextlib.suppress(StoreTrouble):
        if store.read(unsettled.there):
            gently(covering.settle(store, at), _LONGEST)


def read(store: Any, at: float, query: Callable[[Any], Any]) -> Any:
    """What a query gives of a store in which no waiver counts in part. StoreTrouble, also when that takes too long."""
    for _ in range(_TRIES):
        found = store.read(lambda cursor: () if unsettled.there(cursor) else (query(cursor),))
        if found:
            return found[0]
        finish(store, at)
    raise StoreBusy('a waiver was given or ended, and what it covers is not all counted so yet')
