"""The process beside the one that serves, which writes what agents say.

Python runs one thread of a process at a time: with the writer in another process, TLS and JSON go on while it writes,
and nobody hands the one lock to and fro, which costs more than the writing. It is forked before there are threads, so
that both share what they have in memory; it ends when the socket does, and the master ends when it ends.
"""
import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys

from nodeprep.master import letters
from nodeprep.master.store import bulk, database
from nodeprep.master.store.transactions import Piece, Transactions
from nodeprep.master.store.trouble import StoreGone, StoreTrouble
from nodeprep.typed import Any, Callable, Dict, List, Tuple

WAITING = 100000          # pieces that wait; more are refused
WEIGHT = 64 * 2**20       # bytes of them
MOST = 2000               # pieces of one commit
_READ = 2**18             # bytes that are read at once
_GRACE = 10.0             # seconds for what waits to be written when the master ends, and for the process to end
_STEP = 0.01


class Scribe(asyncio.Protocol):
    """The side of the process that serves. begin() forks, before there are threads and loops; attach() follows it with
    a loop.
    """

    def __init__(self, process: int, end: socket.socket) -> None:
        self.process, self._end = process, end
        self._transport: Any = None
        self._reader = letters.Reader()
        self._waiting: Dict[int, Tuple[str, int, Any]] = {}
        self._number = self._weight = 0
        self._out: List[bytes] = []
        self._lost: Callable[[str], None] = lambda said: None

    @classmethod
    def begin(cls, url: str, log: Callable[[str], None]) -> 'Scribe':
        """Forks the process that writes into the database of a URL, whose tables are there. OSError."""
        here, there = socket.socketpair()
        gc.collect()
        if hasattr(gc, 'freeze'):          # since Python 3.7: pages that nobody looks through stay shared
            gc.freeze()
        sys.stdout.flush()
        process = os.fork()
        if process == 0:
            code = 1
            try:
                _let_go(there.fileno())
                run(url, there, log)
                code = 0
            except Exception as error:         # noqa: BLE001  # nobody else says why this process ends
                log(f'the process that writes: {type(error).__name__}: {error}')
            finally:
                os._exit(code)
        there.close()
        return cls(process, here)

    async def attach(self, lost: Callable[[str], None]) -> None:
        """Goes on with the loop. `lost` is called, once, when the process ends that was not told to."""
        self._lost = lost
        self._end.setblocking(False)
        await asyncio.get_event_loop().create_unix_connection(lambda: self, None, sock=self._end)

    def put(self, what: str, load: bytes, future: Any = None) -> Any:
        """Sends a piece, whose letter was made beforehand; returns its future, the loop's unless another was given.
        StoreTrouble.
        """
        if self._transport is None:
            raise StoreGone('the process that writes is not there')
        if len(self._waiting) >= WAITING or self._weight + len(load) > WEIGHT and self._waiting:
            raise StoreTrouble(f'{len(self._waiting)} things wait to be written: the disk does not keep up')
        loop = asyncio.get_event_loop()
        future = loop.create_future() if future is None else future
        self._number += 1
        self._waiting[self._number] = what, len(load), future
        self._weight += len(load)
        if not self._out:
            loop.call_soon(self._send)       # once for all that this turn of the loop brings
        self._out += (letters.letter((self._number, what)), load)
        return future

    def waiting(self) -> int:
        """How many pieces wait."""
        return len(self._waiting)

    async def close(self) -> None:
        """Lets what waits be written, and the process end."""
        self._lost = lambda said: None
        for _ in range(int(_GRACE / _STEP)):
            if not self._waiting:
                break
            await asyncio.sleep(_STEP)
        if self._transport is not None:
            self._transport.close()
        self._end.close()
        for _ in range(int(_GRACE / _STEP)):
            if os.waitpid(self.process, os.WNOHANG)[0]:
                return
            await asyncio.sleep(_STEP)
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)

    def connection_made(self, transport: Any) -> None:
        """asyncio: the loop reads the socket."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """asyncio: outcomes came."""
        for outcomes in self._reader.read(data):
            for number, plain in outcomes:
                what, weight, future = self._waiting.pop(number)
                self._weight -= weight
                result, error = letters.outcome_of(what, plain)
                if future.done():              # who asked has gone
                    continue
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)

    def connection_lost(self, exc: Any) -> None:
        """asyncio: the process has ended."""
        self._transport = None
        waiting, self._waiting = self._waiting, {}
        for _, _, future in waiting.values():
            if not future.done():
                future.set_exception(StoreGone('the process that writes has ended'))
        self._lost('the process that writes has ended; what agents sent was not acknowledged, and they keep it')

    def _send(self) -> None:
        out, self._out = self._out, []
        if self._transport is not None:
            self._transport.write(b''.join(out))


def _let_go(mine: int) -> None:
    """Closes what was inherited, such as a pipe whose end somebody waits for; but for 0 to 2, and one's own."""
    for name in os.listdir('/proc/self/fd'):
        if int(name) > 2 and int(name) != mine:
            with contextlib.suppress(OSError):         # the folder itself is closed by now
                os.close(int(name))


def run(url: str, end: socket.socket, log: Callable[[str], None]) -> None:
    """The process that writes: until the socket ends. Signals for the master are the master's."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    found = database(url, make=False)
    transactions = Transactions(found.writer, bulk())
    inbox = Inbox()
    while True:
        data = end.recv(_READ)
        if not data:
            break
        pieces = inbox.read(data)
        for first in range(0, len(pieces), MOST):
            for outcomes in transactions.write(pieces[first:first + MOST]):
                end.sendall(letters.letter([(one.future, letters.of_outcome(one, log)) for one in outcomes]))
    transactions.close()
    found.close()


class Inbox:
    """Pieces out of a stream of bytes: of each comes a letter with its number and kind, then one with its load."""

    def __init__(self) -> None:
        self._reader = letters.Reader()
        self._head: Any = None

    def read(self, data: bytes) -> List[Piece]:
        """Those that are whole, now that these bytes came; their futures are numbers."""
        pieces = []
        for one in self._reader.read(data):
            if self._head is None:
                self._head = one
            else:
                number, what = self._head
                self._head = None
                pieces.append(Piece(what, letters.load_of(one) if what == letters.REPORTS else one, number))
        return pieces
