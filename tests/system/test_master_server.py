"""The server on a real socket with real TLS: what it bears of clients that are slow, many, wrong or hostile."""
import asyncio
import concurrent.futures
import contextlib
import errno
import re
import socket
import ssl
import threading
import time
import types

import pytest

from nodeprep.master import jobs, keys, server
from nodeprep.master.http import crowd, patience, response
from nodeprep.master.http.app import App
from nodeprep.master.http.routes import ANYBODY, Route, Table
from tests.master.small import SmallMaster


async def told(request, master):
    return response.json_({'method': request.method, 'path': request.path, 'query': request.query,
                           'length': len(request.body)})


async def long(request, master):
    return response.Response(200, b'x' * 30000000, 'text/plain')


BEGUN = threading.Event()


async def slow(request, master):
    BEGUN.set()
    await asyncio.sleep(0.5)
    return response.json_({})


ROUTES = [Route('GET', '/told', told, ANYBODY), Route('POST', '/told', told, ANYBODY),
          Route('GET', '/long', long, ANYBODY),
          Route('GET', '/slow', slow, ANYBODY),
          Route('POST', '/large', told, ANYBODY, most=8 * 2**20, inflated=32 * 2**20)]


class Running:
    """A server in a thread; `address` is where it listens."""

    def __init__(self, folder, most=None, host='127.0.0.1'):
        self.keys = keys.kept(str(folder), ['localhost', '127.0.0.1'], time.time())
        self.tls, self.lines, self.master = keys.context(self.keys), [], SmallMaster()
        self.up = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.server = server.Server(App(self.master.context, Table(ROUTES)), (host, 0), self.tls,
                                    self.lines.append, self._ready)
        if most:
            self.server.crowd.most = most
        self.thread = threading.Thread(target=self._run)

    def _ready(self, addresses):
        self.address = addresses[0]
        self.up.set()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.server.serve())
        self.loop.close()

    def __enter__(self):
        self.thread.start()
        assert self.up.wait(60)
        return self

    def __exit__(self, *what):
        self.server.should_exit = True
        self.thread.join(60)
        self.master.store.close()
        assert not self.thread.is_alive(), 'the server does not end'

    def plain(self):
        found = socket.create_connection(self.address, 10)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return found

    def connect(self):
        context = ssl.create_default_context(cadata=self.keys.ca)
        return context.wrap_socket(self.plain(), server_hostname='localhost')

    def ask(self, data):
        """All that comes back until the server closes."""
        with contextlib.closing(self.connect()) as made:
            with contextlib.suppress(OSError):
                made.sendall(data)
            return everything(made)


def everything(made):
    parts = []
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while True:
            part = made.recv(65536)
            if not part:
                break
            parts.append(part)
    return b''.join(parts)


def get(path='/told', *headers):
    return '\r\n'.join([f'GET {path} HTTP/1.1', 'Host: localhost', *headers, 'Connection: close', '', '']).encode()


@pytest.fixture
def running(tmp_path):
    with Running(tmp_path) as made:
        yield made


def status(answer):
    return int(answer.split(b' ', 2)[1]) if answer.startswith(b'HTTP/1.1 ') else 0


def test_a_request_is_answered_over_tls(running):
    answer = running.ask(get('/told?a=1'))
    assert status(answer) == 200 and b'"query":{"a":"1"}' in answer
    assert b'server:' not in answer.lower()


def test_all_addresses_of_ipv6_are_those_of_ipv4_too(tmp_path):
    with Running(tmp_path, host='::') as running:
        for host in ('127.0.0.1', '::1'):
            with contextlib.closing(socket.create_connection((host, running.address[1]), 10)) as plain:
                context = ssl.create_default_context(cadata=running.keys.ca)
                with contextlib.closing(context.wrap_socket(plain, server_hostname='localhost')) as made:
                    made.sendall(get())
                    assert status(everything(made)) == 200


def test_a_request_that_comes_byte_by_byte_is_one(running):
    with contextlib.closing(running.connect()) as made:
        for byte in get('/told?abc=def'):
            made.sendall(bytes([byte]))
        answer = everything(made)
    assert status(answer) == 200 and b'"path":"/told","query":{"abc":"def"}' in answer


@pytest.mark.parametrize('bytes_', [
    b'GET / HTTP/9.9\r\n\r\n', b'\x16\x03\x01 nonsense\r\n\r\n', b'GET /told HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    b'POST /told HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    b'POST /told HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
    b'POST /told HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n',
    b'POST /told HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
    b'POST /told HTTP/1.1\r\nHost: a\r\nContent-Length: 1_0\r\n\r\n0123456789',
    b'POST /told HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    b'GET /told HTTP/1.1\r\nHost : a\r\n\r\n',
    b'POST /told HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc', b'GET /told HTTP/1.1\r\n Host: a\r\n\r\n',
    b'GET /told\x00 HTTP/1.1\r\nHost: a\r\n\r\n', b'GET /told HTTP/1.1\r\nX: a\x00b\r\n\r\n',
    b'CONNECT localhost:22 HTTP/1.1\r\nHost: a\r\n\r\n', b'GET told HTTP/1.1\r\nHost: a\r\n\r\n',
    b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', b'GET /told HTTP/1.1\r\n\r\n', b'GET /told HTTP/1.1\r\nHost: a b\r\n\r\n',
    b'GET https://a b/told HTTP/1.1\r\nHost: a\r\n\r\n', b'GET https://a@b/told HTTP/1.1\r\nHost: a\r\n\r\n',
    b'GET /told HTTP/1.1\nHost: a\n\n', b'GET /told HTTP/1.1\r\nHost: a\r\nX: 1\n\r\n',
    b'GET /told HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n', b'GET  /told HTTP/1.1\r\nHost: a\r\n\r\n',
    b'POST /told HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n',
    b'POST /told HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz0\r\n\r\n',
    b'POST /told HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'])
def test_what_is_no_request_ends_the_connection_without_a_handler(running, bytes_):
    """Two lengths, or a length and chunks, are what requests are smuggled with (RFC 9112 11.2)."""
    with contextlib.closing(running.connect()) as made:
        made.sendall(bytes_ + get('/told?smuggled=1'))
        made.settimeout(5)
        answer = everything(made)
    assert status(answer) != 200 and b'smuggled' not in answer
    assert status(running.ask(get())) == 200


def test_a_websocket_is_not_spoken(running):
    with contextlib.closing(running.connect()) as made:
        made.sendall(get('/told', 'Upgrade: websocket', 'Sec-WebSocket-Key: x').replace(
            b'Connection: close', b'Connection: Upgrade'))
        assert status(made.recv(65536)) in (200, 400)


def test_a_head_that_is_too_long_ends_the_connection(running):
    assert running.ask(get('/told', 'X: ' + 'x' * 1000000)) == b''
    assert status(running.ask(get('/told', 'X: ' + 'x' * 30000))) == 200
    assert status(running.ask(get('/told', *(f'X{number}: 1' for number in range(100000))))) != 200


def test_a_long_body_that_is_allowed_comes_whole(running):
    body = b'x' * 8 * 2**20
    head = b'POST /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n' % len(body)
    answer = running.ask(head + body)
    assert status(answer) == 200 and b'"length":8388608' in answer


def test_a_body_of_100_mb_is_refused_before_it_comes(running):
    with contextlib.closing(running.connect()) as made:
        made.sendall(b'POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n')
        answer = everything(made)
    assert status(answer) == 413


def test_who_is_turned_away_before_all_is_sent_sees_why_and_may_ask_again(running):
    """Many a client reads no answer before it has sent all of its request."""
    with contextlib.closing(running.connect()) as made:
        for path in (b'/nowhere', b'/told'):
            made.sendall(b'POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n' % path)
            for _ in range(20):
                time.sleep(0.01)
                made.sendall(b'x' * 100000)
            assert status(made.recv(65536)) == (404 if path == b'/nowhere' else 413)
            if path == b'/nowhere':
                made.sendall(get().replace(b'Connection: close\r\n', b''))
                assert status(made.recv(65536)) == 200


def test_what_is_sent_on_after_the_answer_is_bounded(running):
    with contextlib.closing(running.connect()) as made:
        made.sendall(b'POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n')
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 100:
                made.sendall(b'x' * 10**6)
                sent += 1
        assert sent < 100
    assert status(running.ask(get())) == 200


def test_a_client_that_asks_first_whether_to_send_a_body_is_told(running):
    with contextlib.closing(running.connect()) as made:
        made.sendall(b'POST /told HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
        assert made.recv(65536) == b'HTTP/1.1 100 Continue\r\n\r\n'
        made.sendall(b'hello')
        answer = made.recv(65536)
        assert status(answer) == 200 and answer.endswith(b'"length":5}')


def test_an_old_client_and_one_that_names_the_host_in_the_address_are_answered(running):
    answer = running.ask(b'GET /told HTTP/1.0\r\n\r\n')
    assert status(answer) == 200 and b'Connection: close\r\n' in answer
    with contextlib.closing(running.connect()) as made:
        made.sendall(b'GET /told HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
        assert b'Connection: keep-alive\r\n' in made.recv(65536)
        made.sendall(get('https://localhost/told?a=b'))
        answer = everything(made)
    assert status(answer) == 200 and b'"path":"/told","query":{"a":"b"}' in answer
    assert re.search(rb'\r\nDate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\n', answer)


def test_head_is_answered_without_a_body_and_the_connection_goes_on(running):
    with contextlib.closing(running.connect()) as made:
        made.sendall(get().replace(b'GET', b'HEAD').replace(b'Connection: close\r\n', b'') + get('/told?x=1'))
        answer = everything(made)
    head, _, rest = answer.partition(b'\r\n\r\n')
    assert b'Content-Length: ' in head and rest.startswith(b'HTTP/1.1 200') and rest.count(b'HTTP/1.1') == 1


def test_a_body_of_100_mb_in_chunks_is_refused_on_the_way(running):
    with contextlib.closing(running.connect()) as made:
        made.sendall(b'POST /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
        sent, chunk = 0, b'%x\r\n' % 2**20 + b'x' * 2**20 + b'\r\n'
        with contextlib.suppress(OSError):
            while sent < 100:
                made.sendall(chunk)
                sent += 1
        assert sent < 100, 'the server stops reading'
    assert status(running.ask(get())) == 200


def test_clients_that_say_nothing_or_little_are_let_go(running, monkeypatch):
    monkeypatch.setattr(patience, 'PATIENCE', 0.5)
    begin = time.monotonic()
    with contextlib.closing(running.connect()) as silent, contextlib.closing(running.connect()) as dripping:
        silent.settimeout(8)
        assert everything(silent) == b''
        assert 0.3 < time.monotonic() - begin < 8
        with contextlib.suppress(OSError):
            for byte in get():
                dripping.sendall(bytes([byte]))
                time.sleep(0.02)
        assert status(everything(dripping)) != 200


def test_a_client_that_sends_what_begins_no_request_is_let_go_too(running, monkeypatch):
    """Empty lines before a request are skipped, and would keep a connection for ever."""
    with contextlib.closing(running.connect()) as made:
        made.sendall(get().replace(b'Connection: close\r\n', b''))
        assert status(made.recv(65536)) == 200
        monkeypatch.setattr(patience, 'PATIENCE', 0.5)
        end = time.monotonic() + 60
        with pytest.raises(OSError):
            while time.monotonic() < end:
                made.sendall(b'\r\n')
                time.sleep(0.05)


def test_among_more_idle_clients_than_it_holds_one_that_asks_is_answered(tmp_path):
    with Running(tmp_path, most=50) as running, contextlib.ExitStack() as held:
        for _ in range(150):
            held.enter_context(contextlib.closing(running.connect()))
        assert status(running.ask(get())) == 200
        assert running.server.crowd.count <= 51


def test_clients_that_begin_no_tls_do_not_hold_others_up(running):
    with contextlib.ExitStack() as held:
        for _ in range(100):
            held.enter_context(contextlib.closing(running.plain()))
        begin = time.monotonic()
        assert status(running.ask(get())) == 200
        assert time.monotonic() - begin < server.HANDSHAKE - 2


def test_clients_that_begin_no_tls_are_let_go(tmp_path, monkeypatch):
    monkeypatch.setattr(server, 'HANDSHAKE', 3.0)     # the good one needs some of it
    with Running(tmp_path) as running, contextlib.closing(running.plain()) as silent, \
            contextlib.closing(running.plain()) as half, contextlib.closing(running.connect()) as good:
        half.sendall(b'\x16\x03\x01\x02\x00\x01')
        for one in (silent, half):
            one.settimeout(8)
            assert everything(one) == b''
        good.sendall(get())
        assert status(everything(good)) == 200


def test_that_there_are_too_many_open_files_is_told_once_a_minute(running):
    for code in (errno.EMFILE, errno.EMFILE, errno.ECONNRESET, errno.ENFILE):
        error = OSError(code, 'Too many open files')
        running.server._fault(running.loop, {'message': 'socket.accept() out of system resource', 'exception': error})
    assert running.lines == ['no further connection can be taken: Too many open files; LimitNOFILE= of the service '
                             'allows more open files']


def test_http_without_tls_and_old_tls_are_not_spoken(running):
    with contextlib.closing(running.plain()) as made:
        made.sendall(get())
        assert not everything(made).startswith(b'HTTP')
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.options |= ssl.OP_NO_SSLv3       # so that there is something to change
    if hasattr(old, 'maximum_version'):
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', DeprecationWarning)
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with contextlib.closing(running.plain()) as made, pytest.raises(OSError):
            old.wrap_socket(made, server_hostname='localhost')
    assert status(running.ask(get())) == 200


def comes_to(running, count):
    """Waits until the server has so many connections. One is waited for before it asks: it is let go soon then."""
    end = time.monotonic() + 20
    while running.server.crowd.count != count:
        assert time.monotonic() < end, running.server.crowd.count
        time.sleep(0.02)


def test_a_client_that_asks_no_more_is_let_go_soon_though_it_does_not_close(running, monkeypatch):
    monkeypatch.setattr(crowd, 'KEPT', 0.3)
    monkeypatch.setattr(patience, 'LINGER', 60.0)      # which is for those that have not read their answers
    with contextlib.closing(running.connect()) as made:
        comes_to(running, 1)
        made.sendall(get().replace(b'Connection: close\r\n', b''))
        comes_to(running, 0)
        assert status(everything(made)) == 200, 'and what it was told is there all the same'


def test_a_client_that_does_not_read_its_answer_holds_nobody_up(running, monkeypatch):
    monkeypatch.setattr(crowd, 'KEPT', 0.3)
    monkeypatch.setattr(patience, 'LINGER', 0.3)
    with contextlib.closing(running.connect()) as made:
        comes_to(running, 1)
        made.sendall(get('/long').replace(b'Connection: close\r\n', b''))
        comes_to(running, 0)
        made.settimeout(5)
        assert len(everything(made)) < 30000000
        assert status(running.ask(get())) == 200


def test_a_client_that_asks_on_and_on_and_reads_nothing_is_let_go(running, monkeypatch):
    """Its answers wait for room, so that it is never idle: nothing else would end it."""
    monkeypatch.setattr(patience, 'UNREAD', 0.5)
    with contextlib.closing(running.connect()) as made:
        comes_to(running, 1)
        made.sendall(get('/long').replace(b'Connection: close\r\n', b'') * 5)
        comes_to(running, 0)


def test_a_client_that_reads_slowly_gets_all_of_its_answer(running, monkeypatch):
    monkeypatch.setattr(patience, 'UNREAD', 1.0)
    with contextlib.closing(running.connect()) as made:
        made.sendall(get('/long').replace(b'Connection: close\r\n', b'') + get('/long'))
        size, parts = 0, 0
        while size < 60000000:
            part = made.recv(2**20)
            assert part, f'cut off after {size} bytes'
            size, parts = size + len(part), parts + 1
            if parts % 64 == 0:
                time.sleep(0.1)


@pytest.mark.parametrize('rest', [b'a: b\r\n', b'x' * 1000, b'', b'1;' + b'x' * 90 + b'\r\nx\r\n'],
                         ids=['trailers', 'one trailer', 'nothing', 'extensions'])
def test_what_is_around_a_body_in_chunks_is_bounded(running, rest):
    """Trailers without end were kept, twenty times as large as they came, before anybody had shown a secret."""
    with contextlib.closing(running.connect()) as made:
        made.sendall(b'POST /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n')
        if not rest:
            made.sendall(b'0\r\nauthorization: a\r\n\r\n' + get('/told?after=1'))
            answer = everything(made)
            assert answer.count(b'HTTP/1.1 200') == 2 and b'"after":"1"' in answer
            return
        made.sendall(b'' if rest.startswith(b'1;') else b'0\r\n' + rest[:4])
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 30 * 2**20:
                made.sendall(rest * 1000)
                sent += len(rest) * 1000
        assert sent < 30 * 2**20, 'the server goes on reading'
    assert status(running.ask(get())) == 200


def test_a_connection_that_says_nothing_costs_little_memory(running):
    """asyncio since Python 3.11 keeps 256 KiB for each, also before a client has begun TLS."""
    def held():
        with open('/proc/self/statm', encoding='ascii') as file:
            return int(file.read().split()[1]) * 4
    before = held()
    with contextlib.ExitStack() as kept:
        for _ in range(300):
            kept.enter_context(contextlib.closing(running.plain()))
        assert status(running.ask(get())) == 200
        assert (held() - before) / 300 < 120, 'KiB for each'


def test_requests_in_a_row_are_answered_in_a_row(running):
    one = get().replace(b'Connection: close\r\n', b'')
    answer = running.ask(one * 99 + get('/told?last=1'))
    assert answer.count(b'HTTP/1.1 200') == 100 and answer.endswith(b'"query":{"last":"1"},"length":0}')


def test_a_new_certificate_is_shown_to_new_connections_while_old_ones_live(running, tmp_path):
    with contextlib.closing(running.connect()) as before:
        was = before.getpeercert(True)
        fresh = keys.kept(str(tmp_path), ['localhost', 'other'], time.time())
        keys.load(running.tls, fresh)
        with contextlib.closing(running.connect()) as after:
            assert after.getpeercert(True) != was
        before.sendall(get())
        assert status(everything(before)) == 200


def test_no_handshake_fails_while_the_certificate_is_exchanged(running, tmp_path):
    """OpenSSL drops the key when another certificate is set: who came just then was turned away."""
    pairs = []
    for number in range(2):
        found = keys.kept(str(tmp_path), ['localhost', f'other{number}'], time.time())
        path = tmp_path / f'{number}.pem'
        path.write_bytes((tmp_path / 'server.pem').read_bytes())
        pairs.append(found._replace(certificate=str(path), key=str(path)))
    turns, master = [], types.SimpleNamespace(keys=None, clock=time.time, log=lambda line: None)

    def load(_):
        turns.append(1)
        return pairs[len(turns) % 2]
    job = jobs.renewal(running.tls, load, running.loop)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        going = pool.submit(lambda: [job.work(master) for _ in range(400)])
        answers = []
        while not going.done():
            answers.append(status(running.ask(get())))
        going.result()
    assert len(turns) == 400 and len(answers) > 20 and set(answers) == {200}


def test_it_ends_after_what_was_asked_is_answered(tmp_path):
    with Running(tmp_path) as running, contextlib.closing(running.connect()) as made, \
            contextlib.closing(running.connect()) as idle:
        made.sendall(get('/slow'))
        assert BEGUN.wait(60)
        running.server.should_exit = True
        assert status(everything(made)) == 200
        assert everything(idle) == b''
    assert running.lines == []
