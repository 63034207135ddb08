"""A real HTTPS master on loopback with a CA of its own, which can be made to misbehave, request by request."""
import contextlib
import http.server
import json
import os
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time
import urllib.parse

from tests.agent.master import Master, unpacked

PROCESSED = {'right', 'lost', 'cut', 'closes', 'chunked', 'drip'}       # what keeps the reports before it misbehaves


def openssl(folder, *arguments):
    """Runs openssl there."""
    subprocess.run(['openssl'] + list(arguments), cwd=folder, check=True, stdout=subprocess.PIPE,
                   stderr=subprocess.PIPE)


def authority(folder, name='ca'):
    """A CA; its certificate as PEM."""
    openssl(folder, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
            '-subj', f'/CN={name}', '-keyout', f'{name}.key', '-out', f'{name}.pem')
    with open(os.path.join(folder, f'{name}.pem'), encoding='ascii') as file:
        return file.read()


def certificate(folder, names='DNS:localhost,IP:127.0.0.1', ca='ca', days='30', name='server'):
    """A certificate of that CA with its key; the path of both in one file."""
    with open(os.path.join(folder, 'names'), 'w', encoding='ascii') as file:
        file.write(f'subjectAltName={names}\n')
    openssl(folder, 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=master',
            '-keyout', f'{name}.key', '-out', f'{name}.csr')
    openssl(folder, 'x509', '-req', '-in', f'{name}.csr', '-CA', f'{ca}.pem', '-CAkey', f'{ca}.key', '-CAcreateserial',
            '-days', days, '-extfile', 'names', '-out', f'{name}.pem')
    path = os.path.join(folder, f'{name}-both.pem')
    with open(path, 'w', encoding='ascii') as file:
        for part in ('key', 'pem'):
            with open(os.path.join(folder, f'{name}.{part}'), encoding='ascii') as one:
                file.write(one.read())
    return path


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = 'HTTP/1.1'
    timeout = 30

    def setup(self):
        self.server.connections += 1
        if self.server.context:
            self.request.settimeout(10)
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.server.open.append(self.request)
        super().setup()

    def finish(self):
        with contextlib.suppress(OSError):
            super().finish()
        with contextlib.suppress(OSError):
            self.request.close()

    def do_POST(self):
        mood = self.server.moods.pop(0) if self.server.moods else 'right'
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.requests.append((self.path, dict(self.headers)))
        status, tree = 200, {}
        if mood in PROCESSED:
            with self.server.lock:
                asked = unpacked({name.lower(): value for name, value in self.headers.items()}, body)
                status, tree = (self.server.master.take(asked['reports']) if self.path.endswith('/v1/reports')
                                else self.server.master.beat(asked, time.time()))
        getattr(self, 'mood_' + mood)(status, json.dumps(tree).encode())

    def mood_right(self, status, body):
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def mood_chunked(self, status, body):
        self.send_response(status)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        for part in (body[:3], body[3:]):
            self.wfile.write(b'%x\r\n%s\r\n' % (len(part), part))
        self.wfile.write(b'0\r\n\r\n')

    def mood_closes(self, status, body):
        self.mood_right(status, body)          # and closes, without having said so
        self.close_connection = True

    def mood_drip(self, status, body):
        answer = b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(body) + body
        for position in range(len(answer)):
            self.wfile.write(answer[position:position + 1])
            time.sleep(0.05)

    def mood_cut(self, status, body):
        self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"seq')
        self.close_connection = True

    def mood_500(self, status, body):
        self.mood_right(500, b'{"title": "database is locked"}')

    def mood_429(self, status, body):
        self.wfile.write(b'HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n')

    def mood_stall(self, status, body):
        self.server.over.wait(5)
        self.close_connection = True

    def mood_reset(self, status, body):
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.close_connection = True

    mood_lost = mood_reset

    def mood_garbage(self, status, body):
        self.wfile.write(os.urandom(300) + b'\r\n\r\n')
        self.close_connection = True

    def mood_junk(self, status, body):
        self.mood_right(200, b'<html>Welcome to our hotel</html>')

    def mood_huge(self, status, body):
        self.wfile.write(b'HTTP/1.1 200 OK\r\n\r\n')
        with contextlib.suppress(OSError):     # the client goes away, which is right
            for _ in range(2000):
                self.wfile.write(b'x' * 2**16)
        self.close_connection = True

    def mood_redirect(self, status, body):
        self.wfile.write(b'HTTP/1.1 307 There\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n')

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Use as `with Server(...) as server`; `url` is where it is."""

    def __init__(self, certificate, handler=Handler, moods=(), sick=()):
        super().__init__(('127.0.0.1', 0), handler)
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        self.master, self.moods, self.requests, self.connections = Master(sick), list(moods), [], 0
        self.lock, self.over, self.open = threading.Lock(), threading.Event(), []
        self.url = f'https://localhost:{self.server_address[1]}'

    def handle_error(self, request, client_address):
        pass                                   # clients that go away are what is tested

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.shutdown()
        self.thread.join()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class ProxyHandler(http.server.BaseHTTPRequestHandler):
    """CONNECT, for a user with a password when the server has one."""

    def do_CONNECT(self):
        self.server.requests.append((self.path, dict(self.headers)))
        if self.server.moods:
            self.wfile.write(self.server.moods.pop(0))
            self.server.over.wait(20)
            return
        name, _, port = self.path.rpartition(':')
        with socket.create_connection((name, int(port)), 5) as there:
            self.wfile.write(b'HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n')
            back = threading.Thread(target=self.carry, args=(there, self.connection))
            back.start()
            self.carry(self.connection, there)
            back.join()

    @staticmethod
    def carry(one, other):
        with contextlib.suppress(OSError):
            part = one.recv(65536)
            while part:
                other.sendall(part)
                part = one.recv(65536)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args):
        pass


def port(url):
    """Of an address."""
    return urllib.parse.urlsplit(url).port
