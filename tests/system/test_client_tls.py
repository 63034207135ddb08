"""The client against a real HTTPS server that fails in every way a server can: each report arrives once, in order."""
import os
import random
import socket
import subprocess
import sys
import time

import pytest

from nodeprep.agent.backoff import Backoff
from nodeprep.agent.client import Client
from nodeprep.agent.credential import Credential
from nodeprep.agent.delivery import deliver
from nodeprep.agent.spool import Spool
from nodeprep.chain import GAP, NEXT
from nodeprep.host.https import Https, address
from nodeprep.model import CannotTell
from tests.system import tlsmaster
from tests.system.tlsmaster import ProxyHandler, Server
from tests.tiers import need

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOODS = ['right', 'chunked', 'closes', 'lost', 'cut', 'drip', '500', '429', 'stall', 'reset', 'garbage', 'junk', 'huge',
         'redirect']


@pytest.fixture(scope='module')
def keys(tmp_path_factory):
    """The folder of a CA and a server certificate."""
    need('program', 'openssl')
    folder = str(tmp_path_factory.mktemp('keys'))
    tlsmaster.authority(folder)
    tlsmaster.authority(folder, 'other')
    tlsmaster.certificate(folder)
    return folder


def pem(keys, name='ca'):
    with open(f'{keys}/{name}.pem', encoding='ascii') as file:
        return file.read()


def speaking(keys, server, timeout=20, proxy=''):
    """A client. `timeout` is short only where nobody will answer: server and client are of this one process, which may
    have to wait for its turn.
    """
    credential = Credential(server.url, 'node1', 's3cret-of-node1', pem(keys))
    return Client(credential, backoff=Backoff(base=0.01, cap=0.05),
                  connection=Https(address(server.url), credential.ca, proxy, timeout))


def all_of(spool, client, seconds=60):
    """Delivers until nothing waits, as the loop does."""
    end = time.monotonic() + seconds
    while deliver(spool, client):
        assert time.monotonic() < end, client.problem
        time.sleep(min(client.wait(), 1.1))


@pytest.mark.parametrize('seed', range(3))
def test_every_report_arrives_once_and_in_order(keys, tmp_path, seed):
    draw = random.Random(seed)
    moods = MOODS * 2
    draw.shuffle(moods)
    spool = Spool(str(tmp_path / 'spool'))
    with Server(f'{keys}/server-both.pem', moods=moods) as server:
        client = speaking(keys, server, 1.5)
        for number in range(60):
            spool.append({'id': f'r{number}', 'text': 'x' * draw.choice([0, 200, 20000])})
            if draw.random() < 0.5:
                deliver(spool, client)
                time.sleep(min(client.wait(), 0.05))
        all_of(spool, client)
        beats = 0
        while server.moods:
            beats += not client.beat({'verdict': 'met'}).problem
            time.sleep(min(client.wait(), 1.1))
        assert list(server.master.held) == [f'r{number}' for number in range(60)]
        assert set(server.master.links) == {NEXT}
        client.close()
    spool.close()


def test_a_report_that_is_refused_is_told_as_lost(keys, tmp_path):
    spool = Spool(str(tmp_path / 'spool'))
    with Server(f'{keys}/server-both.pem', sick=['r3']) as server:
        client = speaking(keys, server)
        for number in range(8):
            spool.append({'id': f'r{number}'})
        all_of(spool, client)
        client.close()
        assert list(server.master.held.values()) == [1, 2, 3, 5, 6, 7, 8]
        assert server.master.links == [NEXT] * 3 + [GAP] + [NEXT] * 3
    assert os.listdir(str(tmp_path / 'spool' / 'refused')) == ['0000000000000004.json']


def test_one_connection_is_kept_and_made_again_when_it_was_closed(keys):
    with Server(f'{keys}/server-both.pem', moods=['right', 'right', 'closes', 'right', 'reset', 'right']) as server:
        client = speaking(keys, server)
        for expected in (1, 1, 1, 2):
            assert client.beat({}).problem == ''
            assert server.connections == expected
        assert client.beat({}).problem == ''       # the reset one was asked again at once, on a new connection
        assert server.connections == 3
        assert client.skew is not None and abs(client.skew.offset_ms) <= client.skew.bound_ms + 1
        client.close()


@pytest.mark.parametrize('mood, said', [
    ('stall', 'no answer in time'), ('drip', 'no answer in time'), ('huge', 'the answer is too long'),
    ('garbage', 'the answer is not HTTP'), ('cut', 'the answer is cut off'), ('reset', ''),
    ('redirect', 'the master answers 307: a redirect, which is not followed'), ('500', 'database is locked')])
def test_what_a_failure_is_called(keys, mood, said):
    with Server(f'{keys}/server-both.pem', moods=[mood]) as server:
        client = speaking(keys, server, 0.4 if said == 'no answer in time' else 20)
        begun = time.monotonic()
        problem = client.beat({}).problem
        assert said in problem and problem and time.monotonic() - begun < 5
        client.close()


@pytest.mark.parametrize('ca, url, certificate, said', [
    ('other', 'https://localhost', {}, 'certificate'),
    ('ca', 'https://127.0.0.1', {'names': 'DNS:localhost', 'name': 'named'}, 'not valid for|match'),
    ('ca', 'https://localhost', {'names': 'DNS:master.example', 'name': 'elsewhere'}, 'not valid for|match'),
    ('ca', 'https://localhost', {'ca': 'other', 'name': 'foreign'}, 'certificate'),
    ('ca', 'https://localhost', {'days': '0', 'name': 'old'}, 'expired')])
def test_a_master_that_is_not_ours(keys, ca, url, certificate, said):
    path = tlsmaster.certificate(keys, **certificate) if certificate else f'{keys}/server-both.pem'
    if 'days' in certificate:
        time.sleep(1.1)
    with Server(path) as server:
        url = f'{url}:{tlsmaster.port(server.url)}'
        client = Client(Credential(url, 'node1', 's3cret-of-node1', pem(keys, ca)))
        with pytest.raises(AssertionError):
            assert not client.beat({}).problem
        import re
        assert re.search(said, client.problem), client.problem
        assert server.requests == []               # nothing was said to it, the secret least of all


def test_an_address_where_none_is_a_master(keys):
    with socket.socket() as nobody:
        nobody.bind(('127.0.0.1', 0))
        https = Https(address(f'https://127.0.0.1:{nobody.getsockname()[1]}'), pem(keys))
        with pytest.raises(CannotTell, match='connection refused'):
            https.ask('GET', '/', {})
        nobody.listen(1)                           # takes connections, and never says a word
        https = Https(address(f'https://127.0.0.1:{nobody.getsockname()[1]}'), pem(keys), timeout=0.3)
        with pytest.raises(CannotTell, match='no answer in time'):
            https.ask('GET', '/', {})
    with Server('') as server, pytest.raises(CannotTell):     # speaks HTTP without TLS
        Https(address(server.url), pem(keys), timeout=1).ask('GET', '/', {})
    with pytest.raises(CannotTell, match='localhost:443: '):
        Https(address('https://localhost'), 'not a certificate', timeout=1).ask('GET', '/', {})


def test_an_old_tls_is_not_spoken(keys):
    import ssl
    with Server(f'{keys}/server-both.pem') as server:
        if not hasattr(server.context, 'maximum_version'):
            pytest.skip('this Python cannot make a server that is so old')
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter('ignore', DeprecationWarning)
            server.context.minimum_version = server.context.maximum_version = ssl.TLSVersion.TLSv1_1
        server.context.set_ciphers('DEFAULT@SECLEVEL=0')
        assert 'localhost' in speaking(keys, server).beat({}).problem and server.requests == []


def test_through_a_proxy(keys):
    with Server(f'{keys}/server-both.pem') as server, Server('', ProxyHandler) as proxy:
        place = f'127.0.0.1:{tlsmaster.port(proxy.url)}'
        client = speaking(keys, server, proxy=f'http://user:p%40ss@{place}')
        assert client.beat({}).problem == '' and client.beat({}).problem == ''
        (path, headers), = proxy.requests          # one tunnel, kept
        assert path == f'localhost:{tlsmaster.port(server.url)}'
        assert headers['Proxy-Authorization'] == 'Basic dXNlcjpwQHNz' and 'Authorization' not in headers
        assert 'Proxy-Authorization' not in server.requests[0][1]
        client.close()


@pytest.mark.parametrize('answer, said', [
    (b'HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n', 'answers 407'), (b'', 'no answer in time'),
    (b'junk\r\n\r\n', 'not HTTP'), (b'HTTP/1.1 200 OK\r\n', 'no answer in time'), (b'x' * 2**17, 'not HTTP')])
def test_a_proxy_that_does_not_let_us_through(keys, answer, said):
    with Server(f'{keys}/server-both.pem') as server, Server('', ProxyHandler, moods=[answer]) as proxy:
        timeout = 0.5 if said == 'no answer in time' else 20
        client = speaking(keys, server, timeout, f'http://user:s3cret@127.0.0.1:{tlsmaster.port(proxy.url)}')
        problem = client.beat({}).problem
        assert said in problem and 's3cret' not in problem


MEASURED = """
import sys
from nodeprep.agent.client import Client
from nodeprep.agent.credential import Credential
from nodeprep.agent.delivery import deliver
from nodeprep.agent.spool import Spool

def anonymous():
    # Whether the kernel swapped some of it out is its own affair, and what it sums up in `status` is not exact.
    with open('/proc/self/smaps') as file:
        return sum(int(line.split()[1]) for line in file if line.startswith(('Anonymous:', 'Swap:')))

spool, client = Spool(sys.argv[1]), Client(Credential(sys.argv[2], 'n', 's3cret-of-n', open(sys.argv[3]).read()))
assert not client.beat({}).problem
figures = []
for size in (200, 20000, 20000, 20000):
    for number in range(150):
        spool.append({'id': '%d-%d-%d' % (len(figures), size, number), 'text': ['x' * 40] * (size // 44)})
    assert not deliver(spool, client), client.problem
    assert not client.beat({}).problem
    figures.append(anonymous())
assert client._transport._https.connected
print(*figures)
"""


def test_after_a_send_nothing_large_is_held(keys, tmp_path):
    with Server(f'{keys}/server-both.pem') as server:
        done = subprocess.run([sys.executable, '-c', MEASURED, str(tmp_path / 'spool'), server.url,
                               f'{keys}/ca.pem'], cwd=TOP, stdout=subprocess.PIPE, check=True, timeout=120)
        figures = [int(figure) for figure in done.stdout.split()]
        assert len(server.master.held) == 600
    # Three times 3 MB of reports went through; what a first large send leaves to the allocator does not grow.
    assert figures[1] - figures[0] < 1024 and figures[3] - figures[1] < 512, figures
