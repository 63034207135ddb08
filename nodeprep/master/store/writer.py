"""One thread writes, for many that wait: what waits shares a commit (see transactions.py)."""
import collections
import sys
import threading
from concurrent.futures import Future

from nodeprep.master.store.transactions import SINGLE, Bulk, Outcome, Piece, Transactions
from nodeprep.master.store.trouble import StoreGone, StoreTrouble
from nodeprep.typed import Any, Callable, List

__all__ = ['SINGLE', 'Outcome', 'Writer', 'settle']

MOST = 2000               # pieces of one commit
WAITING = 100000          # pieces that wait; more are refused


def settle(outcomes: List[Outcome]) -> None:
    """Tells concurrent futures."""
    for future, result, error in outcomes:
        if not future.set_running_or_notify_cancel():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)


class Writer:
    """The thread. `connect` and `bulk` are those of Transactions; `deliver` is called in it, once a commit."""

    def __init__(self, connect: Callable[[], Any], bulk: Bulk,
                 deliver: Callable[[List[Outcome]], None] = settle) -> None:
        self.deliver = deliver
        self._transactions = Transactions(connect, bulk)
        self._queue: Any = collections.deque()
        self._ready = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name='writer', daemon=True)
        self._thread.start()

    def put(self, what: str, load: Any, future: Any = None) -> Any:
        """Queues a piece; returns its future, a concurrent one unless another was given. StoreTrouble when no more may
        wait, or the store is closed.
        """
        future = Future() if future is None else future
        with self._ready:
            if self._ended:
                raise StoreGone('the store is closed')
            if len(self._queue) >= WAITING:
                raise StoreTrouble(f'{WAITING} things wait to be written: the disk does not keep up')
            self._queue.append(Piece(what, load, future))
            if len(self._queue) == 1:
                self._ready.notify()
        return future

    def waiting(self) -> int:
        """How many pieces wait."""
        return len(self._queue)

    def close(self) -> None:
        """Writes what waits, and ends."""
        with self._ready:
            self._ended = True
            self._ready.notify()
        self._thread.join()
        self._transactions.close()

    def _run(self) -> None:
        while True:
            with self._ready:
                while not self._queue and not self._ended:
                    self._ready.wait()
                pieces = [self._queue.popleft() for _ in range(min(len(self._queue), MOST))]
            if not pieces:
                return
            for outcomes in self._transactions.write(pieces):
                self._tell(outcomes)

    def _tell(self, outcomes: List[Outcome]) -> None:
        try:
            self.deliver(outcomes)
        except Exception:               # noqa: BLE001  # a fault of who listens: the others must be heard all the same
            sys.excepthook(*sys.exc_info())
