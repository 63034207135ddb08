"""Whoever leaves, and however: the server with all others goes on."""
import asyncio
import contextlib
import socket
import ssl
import threading
import time

import pytest

from nodeprep.master import ca
from nodeprep.master.http import crowd, response
from nodeprep.master.server import Server

ASKED = b'GET / HTTP/1.1\r\nHost: a\r\n\r\n'


class Never:
    """A quick way that nothing goes."""

    def take(self, data, connection):
        return False

    def learn(self, data, incoming):
        """Nothing is remembered."""


class Answering:
    """An application that says much."""

    quick = Never()

    async def answered(self, scope, receive):
        """60 KB."""
        return response.text('x' * 60000)


@pytest.fixture
def tls(tmp_path):
    above = ca.authority(time.time())
    pair = ca.server(above, ['127.0.0.1'], time.time())
    (tmp_path / 'own.pem').write_bytes(pair.key + pair.certificate)
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(str(tmp_path / 'own.pem'))
    return made


class Client:
    """Speaks TLS and reads nothing, so that what is sent to it waits in the server."""

    def __init__(self, address):
        asks = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        asks.check_hostname = False
        asks.verify_mode = ssl.CERT_NONE
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = asks.wrap_bio(self._in, self._out)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(10)
        self.socket.connect(address)
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                came = self.socket.recv(20000)
                assert came, 'the server left'
                self._in.write(came)
        self._flush()

    def ask(self, times):
        """Asks so often in a row."""
        for _ in range(times):
            self._tls.write(ASKED)
        self._flush()

    def say_goodbye(self):
        """close_notify (RFC 8446 6.1), and the socket stays open."""
        with pytest.raises(ssl.SSLError):
            self._tls.unwrap()
        self._flush()

    def _flush(self):
        self.socket.sendall(self._out.read())


def test_clients_that_read_nothing_and_say_goodbye_do_not_end_the_server(tls, monkeypatch):
    monkeypatch.setattr(crowd, 'CROWDED', 0)              # so each is kept for half a second only, however few they are
    told, addresses, said = [], [], []
    server = Server(Answering(), ('127.0.0.1', 0), tls, told.append, addresses.extend)

    def leave():
        while not addresses:
            time.sleep(0.01)
        clients = []
        try:
            for first in range(0, 80, 10):                # some of them fill just what takes no more
                some = [Client(addresses[0]) for _ in range(10)]
                clients.extend(some)
                for times, one in enumerate(some, first):
                    one.ask(times)
                time.sleep(0.1)
                for one in some:
                    with contextlib.suppress(ConnectionError):        # on a slow machine the server was first
                        one.say_goodbye()
                        said.append(one)
            time.sleep(2)
        finally:
            server.should_exit = True
            for one in clients:
                one.socket.close()
    thread = threading.Thread(target=leave)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    thread.start()
    try:
        loop.run_until_complete(server.serve())
        assert server.should_exit, 'it ended by itself'
    finally:
        thread.join()
        loop.close()
    assert told == [] and len(said) >= 60


def test_one_whose_socket_is_gone_and_that_does_not_know_yet_can_be_looked_at(tls):
    addresses, seen = [], []
    server = Server(Answering(), ('127.0.0.1', 0), tls, seen.append, addresses.extend)

    async def lose():
        while not server.crowd.all:
            await asyncio.sleep(0.01)
        one = next(iter(server.crowd.all))
        layer = one.transport._ssl_protocol
        usual = layer.connection_lost

        def lost(error):
            usual(error)
            one.patience.look(server_loop.time() + 1000)
            one.leave()
            seen.append('looked')
        layer.connection_lost = lost
        layer._transport.abort()
        while server.crowd.all:
            await asyncio.sleep(0.01)
        server.should_exit = True

    async def both():
        await asyncio.gather(server.serve(), asyncio.wait_for(lose(), 60))

    def come():
        while not addresses:
            time.sleep(0.01)
        client = Client(addresses[0])
        try:
            while client.socket.recv(1000):
                pass
        except ConnectionResetError:
            pass
        finally:
            client.socket.close()
    thread = threading.Thread(target=come, daemon=True)
    server_loop = asyncio.new_event_loop()
    asyncio.set_event_loop(server_loop)
    thread.start()
    try:
        server_loop.run_until_complete(both())
    finally:
        server_loop.close()
        thread.join()
    assert seen == ['looked']
