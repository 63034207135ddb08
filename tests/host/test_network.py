"""Names, peers and HTTP, against sockets that the test itself opens on loopback."""
import contextlib
import gc
import http.server
import os
import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nodeprep.host import Host
from nodeprep.host.network import MOST, REACHED, REFUSED, TIMEOUT, _parsed, _whole
from nodeprep.model import CannotTell

LONG = 30.0          # seconds, for what is there at once unless the machine is busy

# urllib before Python 3.10 leaves the socket of a tunnel that failed to the garbage collector, which says so.
pytestmark = [pytest.mark.reaches_machine,
              pytest.mark.filterwarnings('ignore::pytest.PytestUnraisableExceptionWarning')]


@pytest.fixture(autouse=True)
def _collected_here():
    yield
    gc.collect()            # so that it is said here, and not in another test


@pytest.fixture
def serve():
    """serve(reaction) -> path of a UNIX socket or port, answered by reaction(connection) once for each connection."""
    opened = []

    def start(reaction, path=None):
        server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        server.bind(path or ('127.0.0.1', 0))
        server.listen(5)
        opened.append(server)

        def loop():
            while True:
                try:
                    connection = server.accept()[0]
                except OSError:
                    return
                with connection, contextlib.suppress(ConnectionError):    # one that has heard enough goes away
                    reaction(connection)
        threading.Thread(target=loop, daemon=True).start()
        return server.getsockname()
    yield start
    for server in opened:
        server.close()


def answering(raw):
    def react(connection):
        connection.recv(65536)
        connection.sendall(raw)
    return react


def test_a_reply_over_a_unix_socket(serve, tmp_path):
    path = serve(answering(b'HTTP/1.1 200 OK\r\nServer: Docker/24\r\nContent-Length: 2\r\n\r\nOK'), str(tmp_path / 's'))
    reply = Host().unix_http(path, '/_ping', timeout=LONG)
    assert (reply.status, reply.headers['server'], reply.body) == (200, 'Docker/24', b'OK')


@pytest.mark.parametrize('raw', [b'', b'nonsense\r\n\r\n', b'HTTP/1.1 999999 x\r\n\r\n',
                                 b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc',
                                 b'\x00' * 70000, b'HTTP/1.1 200 OK\r\n' + b'a: b\r\n' * 500 + b'\r\n'])
def test_a_bad_reply_cannot_tell(serve, tmp_path, raw):
    path = serve(answering(raw), str(tmp_path / 's'))
    with pytest.raises(CannotTell, match=path):
        Host().unix_http(path, '/_ping', timeout=LONG)


def test_a_daemon_that_hangs_cannot_tell(serve, tmp_path):
    hang = threading.Event()
    path = serve(lambda connection: hang.wait(LONG) and None, str(tmp_path / 's'))
    with pytest.raises(CannotTell, match='timed out'):
        Host().unix_http(path, '/_ping', timeout=0.1)
    hang.set()


def test_a_daemon_that_drips_cannot_tell_in_time(serve, tmp_path):
    def drip(connection):
        connection.recv(65536)
        with contextlib.suppress(OSError):
            for _ in range(1500):
                connection.sendall(b'HTTP/1.0 200 OK\r\n'[:1])
                time.sleep(0.02)
    path = serve(drip, str(tmp_path / 's'))
    with pytest.raises(CannotTell, match='timed out'):
        Host().unix_http(path, '/_ping', timeout=0.2)


def test_a_daemon_that_keeps_the_connection_open_has_answered(serve, tmp_path):
    hang = threading.Event()

    def react(connection):
        connection.recv(65536)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK')
        hang.wait(2 * LONG)
    assert Host().unix_http(serve(react, str(tmp_path / 's')), '/_ping', timeout=LONG).body == b'OK'
    hang.set()


def test_an_answer_without_a_length_ends_with_the_connection_and_an_endless_one_is_cut(serve, tmp_path):
    path = serve(answering(b'HTTP/1.0 200 OK\r\n\r\n{"a": 1}'), str(tmp_path / 's'))
    assert Host().unix_http(path, '/info', timeout=LONG).body == b'{"a": 1}'
    path = serve(answering(b'HTTP/1.0 200 OK\r\n\r\n' + b'x' * (MOST + 70000)), str(tmp_path / 't'))
    assert len(Host().unix_http(path, '/info', timeout=LONG).body) == MOST


def test_chunks_are_not_guessed_at(serve, tmp_path):
    raw = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n'
    with pytest.raises(CannotTell, match='chunks'):
        Host().unix_http(serve(answering(raw), str(tmp_path / 's')), '/_ping', timeout=LONG)


@given(some.binary(max_size=200) | some.lists(some.sampled_from([
    b'HTTP/1.1 200 OK', b'HTTP/1.0', b'\r\n', b'\r\n\r\n', b'Content-Length: 3', b':', b'content-length: \xb2',
    b'abc'])).map(b''.join))
def test_any_bytes_give_a_reply_or_a_reason(raw):
    assert not _whole(raw) or b'\r\n\r\n' in raw
    with contextlib.suppress(ValueError):
        reply = _parsed(raw)
        assert raw.startswith(b'HTTP/1.') and raw.endswith(reply.body)


def test_an_absent_socket_cannot_tell(tmp_path):
    with pytest.raises(CannotTell, match='no such file'):
        Host().unix_http(str(tmp_path / 'none'), '/_ping')


def test_peers_are_reached_refused_or_silent(serve):
    _, port = serve(lambda connection: None)
    assert Host().connect('127.0.0.1', port, LONG) == REACHED
    closed = socket.socket()
    closed.bind(('127.0.0.1', 0))
    assert Host().connect('127.0.0.1', closed.getsockname()[1], LONG) == REFUSED
    full = socket.socket()
    full.bind(('127.0.0.1', 0))
    full.listen(0)
    waiting = []
    for _ in range(8):      # a full accept queue drops what comes, as a filter does
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(full.getsockname())
        waiting.append(one)
    assert Host().connect('127.0.0.1', full.getsockname()[1], 0.2) == TIMEOUT
    for one in waiting + [full, closed]:
        one.close()


def test_names_resolve_or_cannot_tell():
    assert '127.0.0.1' in Host().addresses('localhost')
    for name in ('no-such-host.invalid', 'a' * 300, '\udcff'):
        with pytest.raises(CannotTell, match='getaddrinfo|not known|name|encod|failure'):
            Host().addresses(name)


def test_any_status_is_an_answer_and_the_environments_proxy_is_not_used(monkeypatch):
    monkeypatch.setenv('http_proxy', 'http://127.0.0.1:1')

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(401 if self.path == '/v2/' else 200)
            self.send_header('Content-Length', '0')
            self.end_headers()

        def log_message(self, *args):
            pass
    server = http.server.HTTPServer(('127.0.0.1', 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f'http://127.0.0.1:{server.server_port}'
    try:
        assert Host().https(f'{here}/v2/', timeout=LONG).status == 401
        assert Host().https('http://registry.invalid/ok', proxy=here, timeout=LONG).status == 200
    finally:
        server.shutdown()
        server.server_close()
    with socket.socket() as closed, pytest.raises(CannotTell, match='refused'):
        closed.bind(('127.0.0.1', 0))           # so that nobody else can listen there
        Host().https(f'http://127.0.0.1:{closed.getsockname()[1]}/v2/', timeout=LONG)
    with pytest.raises(CannotTell):
        Host().https('file:///etc/passwd')
    assert os.path.exists('/etc/passwd')


@pytest.mark.parametrize('name', ['a..b', 'x' * 70, '.'])
def test_what_is_no_name_cannot_be_told(name):
    with pytest.raises(CannotTell):
        Host().connect(name, 1, 1.0)


def test_the_proxy_that_is_given_is_gone_through_whatever_the_environment_says(serve, monkeypatch):
    monkeypatch.setenv('no_proxy', '*')
    monkeypatch.setenv('http_proxy', 'http://127.0.0.1:1')
    asked = []

    def react(connection):
        asked.append(connection.recv(65536).decode())
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    _, port = serve(react)
    assert Host().https('http://registry.invalid/v2/', f'http://u:p%40ss@127.0.0.1:{port}', LONG).status == 200
    assert asked[0].startswith('GET http://registry.invalid/v2/ HTTP/1.1\r\n')
    assert 'Proxy-Authorization: Basic dTpwQHNz\r\n' in asked[0]         # u:p@ss
    assert Host().https(f'http://127.0.0.1:{serve(react)[1]}/v2/', timeout=LONG).status == 200
    assert asked[1].startswith('GET /v2/ HTTP/1.1\r\n')


def test_an_https_address_is_asked_for_with_connect(serve):
    asked = []

    def react(connection):
        with connection.makefile('rb') as lines:     # old http.client sends the head in pieces
            asked.append(b''.join(iter(lines.readline, b'\r\n')).decode())
        connection.sendall(b'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    _, port = serve(react)
    with pytest.raises(CannotTell) as error:
        Host().https('https://registry.invalid/v2/', f'http://u:secret@127.0.0.1:{port}', LONG)
    assert asked[0].startswith('CONNECT registry.invalid:443 HTTP/1.')
    assert 'proxy-authorization: basic' in asked[0].lower()
    assert '407' in error.value.reason
    assert 'secret' not in str(error.value)


@pytest.mark.parametrize('proxy', ['http://', 'http://:x', 'nonsense', 'http://127.0.0.1:99999', 'http://[::1'])
def test_a_proxy_that_is_none_cannot_be_told(proxy):
    with pytest.raises(CannotTell):
        Host().https('http://127.0.0.1:1/', proxy)
