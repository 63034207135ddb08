"""A message by real HTTP to a receiver that checks the signature, and to those that are none."""
import hashlib
import hmac
import http.server
import socket
import threading

import pytest

from nodeprep.master.posting import post


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it got; answers as the path says."""

    got = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.got.append((self.path, dict(self.headers), body))
        self.send_response(int(self.path.rpartition('/')[2].partition('?')[0] or 200))
        self.send_header('Location', '/200')
        self.end_headers()

    def log_message(self, *args):
        """Says nothing."""


@pytest.fixture
def address():
    server = http.server.HTTPServer(('127.0.0.1', 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Receiver.got.clear()
    yield f'http://127.0.0.1:{server.server_port}'
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_sent_can_be_checked_by_who_knows_the_secret(address):
    assert post(f'{address}/hook/204?token=t', b'{"a": 1}', 'hush', 'ops-7', 1700000000.9).problem == ''
    (path, headers, body), = Receiver.got
    assert path == '/hook/204?token=t' and headers['Nodeprep-Delivery'] == 'ops-7' and body == b'{"a": 1}'
    time, mac = (part.partition('=')[2] for part in headers['Nodeprep-Signature'].split(','))
    assert hmac.new(b'hush', time.encode() + b'.' + body, hashlib.sha256).hexdigest() == mac and time == '1700000000'


@pytest.mark.parametrize('path, problem', [('/500', 'it answers 500'), ('/302', 'it answers 302'), ('/204', '')])
def test_an_answer_is_what_it_is_and_no_redirect_is_followed(address, path, problem):
    assert post(address + path, b'{}', '', 'x', 0).problem == problem
    assert len(Receiver.got) == 1 and 'Nodeprep-Signature' not in Receiver.got[0][1]


def test_who_is_not_there_is_told_without_the_address():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    problem = post(f'http://127.0.0.1:{port}/?token=x', b'{}', '', 'x', 0).problem
    assert problem == 'it cannot be reached: Connection refused'


def test_who_speaks_no_http_or_says_nothing_is_given_up(address, monkeypatch):
    monkeypatch.setattr('nodeprep.master.posting.TIMEOUT', 0.3)
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        server.listen(5)
        silent = post(f'http://127.0.0.1:{server.getsockname()[1]}/', b'{}', '', 'x', 0)
    other = post(address.replace('http:', 'https:'), b'{}', '', 'x', 0)
    assert silent.problem.startswith('it cannot be') and other.problem.startswith('it cannot be')
