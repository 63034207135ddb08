"""A balancer that passes TCP through, as stands before several masters: connections go to them in turn.

    python -m tests.system.tcpproxy HOST:PORT HOST:PORT ...

Prints the port of 127.0.0.1 where it listens, and goes on until it is killed. Who does not take a connection is passed
over for a second; what it has broken off is broken off on the other side, too. When nobody takes one it is closed.
"""
import asyncio
import contextlib
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_DEAD = 1.0               # seconds for which nobody is sent to one that took no connection
_CONNECTING = 2.0
_PART = 65536


class Proxy:
    """`backends` are (host, port)."""

    def __init__(self, backends):
        self._turns = list(backends)
        self._dead = {}           # backend -> until when, by the loop's clock

    async def serve(self, reader, writer):
        """One connection of a client, until both sides have said all or either is gone."""
        there = await self._reached()
        if there is None:
            writer.transport.abort()
            return
        ways = [asyncio.ensure_future(_pass(reader, there[1])), asyncio.ensure_future(_pass(there[0], writer))]
        try:
            await asyncio.gather(*ways)
        except OSError:
            for way in ways:
                way.cancel()
        finally:
            writer.transport.abort()
            there[1].transport.abort()

    async def _reached(self):
        """A connection to the next one that takes it; None when none does."""
        clock = asyncio.get_event_loop().time
        for backend in sorted(self._turns, key=lambda one: self._dead.get(one, 0) > clock()):
            self._turns.remove(backend)
            self._turns.append(backend)
            try:
                return await asyncio.wait_for(asyncio.open_connection(*backend), _CONNECTING)
            except (OSError, asyncio.TimeoutError):
                self._dead[backend] = clock() + _DEAD
        return None


async def _pass(reader, writer):
    while True:
        part = await reader.read(_PART)
        if not part:
            break
        writer.write(part)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def _main(backends):
    server = await asyncio.start_server(Proxy(backends).serve, '127.0.0.1', 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_event_loop().create_future()


@contextlib.contextmanager
def balancing(backends):
    """The port of one that runs while the block lasts."""
    process = subprocess.Popen([sys.executable, '-m', 'tests.system.tcpproxy',
                                *(f'{host}:{port}' for host, port in backends)], cwd=TOP, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, universal_newlines=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == '__main__':
    _loop = asyncio.new_event_loop()
    asyncio.set_event_loop(_loop)
    _loop.run_until_complete(_main([(one.rpartition(':')[0], int(one.rpartition(':')[2])) for one in sys.argv[1:]]))
