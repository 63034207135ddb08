"""A client that costs little: requests that were written beforehand, on connections that stay open, one process.

Each connection has one request under way; what is measured is from when a request was due until its answer is whole.
"""
import collections
import json
import os
import selectors
import socket
import ssl
import time

_TIMEOUT = 30.0           # seconds without any answer after which a run is given up


class Load:
    """What a run gave. `seconds` from the first request to the last answer; `waits` in seconds, sorted."""

    def __init__(self, seconds, waits, statuses):
        self.seconds, self.waits, self.statuses = seconds, waits, statuses

    @property
    def rate(self):
        """Answers a second."""
        return len(self.waits) / self.seconds

    def within(self, share):
        """Milliseconds within which that share of the answers came."""
        return self.waits[min(len(self.waits) - 1, int(share * len(self.waits)))] * 1000


def drive(address, queues, seconds, rate=None, context=None):
    """Sends what each queue has, on a connection of its own, for so many seconds or until they are empty.

    `rate`: requests a second of all connections together, due at even times; None: as fast as the answers come.
    In a process of its own, so that it shares nothing with who asks but the machine. RuntimeError when it fails.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            made = _Run(address, queues, rate, context).go(seconds)
            with os.fdopen(writer, 'w') as out:
                json.dump([made.seconds, made.waits, made.statuses], out)
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as said:
        text = said.read()
    if os.waitpid(child, 0)[1] or not text:
        raise RuntimeError('the client failed; see above')
    return Load(*json.loads(text))


class _Connection:
    """One socket and what it waits for."""

    def __init__(self, address, queue, context):
        self.queue, self.due, self.got = iter(queue), 0.0, b''
        self.socket = socket.create_connection(address, 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname='localhost')
        self.socket.setblocking(False)


class _Run:
    def __init__(self, address, queues, rate, context):
        self._open = [_Connection(address, queue, context) for queue in queues]
        self._step = len(self._open) / rate if rate else 0.0
        self._waits, self._statuses = [], collections.Counter()

    def go(self, seconds):
        with selectors.DefaultSelector() as eyes:
            begun = time.perf_counter()
            idle = []
            for number, one in enumerate(self._open):
                one.due = begun + self._step * number / len(self._open)
                eyes.register(one.socket, selectors.EVENT_READ, one)
                idle.append(one)
            end, busy, last = begun + seconds, 0, begun
            while idle or busy:
                now = time.perf_counter()
                for one in [one for one in idle if one.due <= now]:
                    idle.remove(one)
                    busy += self._send(one, now < end)
                pause = min((one.due for one in idle), default=now + 1) - now
                for key, _ in eyes.select(max(0.0, pause) if busy or idle else 0):
                    if self._take(key.data):
                        last = time.perf_counter()
                        busy -= 1
                        key.data.due = max(key.data.due + self._step, begun) if self._step else last
                        idle.append(key.data)
                if time.perf_counter() - last > _TIMEOUT:
                    raise RuntimeError(f'no answer for {_TIMEOUT:g} s')
        for one in self._open:
            one.socket.close()
        return Load(last - begun, sorted(self._waits), dict(self._statuses))

    @staticmethod
    def _send(one, more):
        request = next(one.queue, None) if more else None
        if request is None:
            return 0
        if one.socket.send(request) < len(request):      # a few KiB fit into the socket's buffer
            raise RuntimeError('the server does not read what it is sent')
        return 1

    def _take(self, one):
        """Whether its answer is whole."""
        try:
            part = one.socket.recv(65536)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        if not part:
            raise RuntimeError(f'the server closed a connection after {one.got[:300]!r}')
        one.got += part
        head, end, body = one.got.partition(b'\r\n\r\n')
        if not end:
            return False
        where = head.lower().find(b'content-length:')
        if where < 0:
            raise RuntimeError(f'an answer without a length: {head[:300]!r}')
        if len(body) < int(head[where + 15:].split(b'\r\n', 1)[0]):
            return False
        self._statuses[head[9:12].decode()] += 1
        self._waits.append(time.perf_counter() - one.due)
        one.got = b''
        return True


def request(method, path, body, headers=()):
    """The bytes of a request; `headers` are lines."""
    lines = [f'{method} {path} HTTP/1.1', 'Host: localhost', f'Content-Length: {len(body)}'] + list(headers)
    return '\r\n'.join(lines).encode('ascii') + b'\r\n\r\n' + body
