"""Real connections: answered, refused, lost and unroutable; real names, and a registry behind a real proxy."""
import http.server
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading

import pytest

from nodeprep.engine import examine, examine_all
from nodeprep.host import Host
from nodeprep.requirements.hostname import Hostname
from nodeprep.requirements.network import Network
from nodeprep.requirements.registry import Registry
from tests.conftest import wants
from tests.tiers import need
from tests.waiting import until

HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# A neighbour that takes every packet and says nothing, and a network that the router knows to be away.
SETUP = '''ip link set lo up && ip link add near type veth peer name far && ip addr add 10.9.0.1/24 dev near &&
ip link set near up && ip link set far up && ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev near &&
ip route add unreachable 10.8.0.0/24 && exec "$@"'''
CHILD = '''
import json, socket, sys, time
from nodeprep.engine import examine_all
from nodeprep.host import Host
from nodeprep.requirements.network import Network
want = {key: option.default for key, option in Network.defaults.items()}
want.update(role='worker', kubernetes=(1, 23), profile='docker', timeout=0.5, time_limit=30.0)
want['peers'] = json.loads(sys.argv[1])
here = socket.socket()
here.bind(('127.0.0.1', 10250))
here.listen(1)
begun = time.monotonic()
found = examine_all([Network()], Host(), {'network': want})['network']
print(json.dumps([[[one.subject, one.found, one.met] for one in found.observations], time.monotonic() - begun]))
'''


def test_each_way_a_connection_can_go():
    need('root')
    need('netns')
    peers = ['127.0.0.2:10250', '127.0.0.1:22', '10.9.0.2', '10.8.0.1', '10.7.0.1', 'no-such-host.invalid']
    peers += [f'10.9.0.2:{port}' for port in range(1000, 1100)]
    done = subprocess.run(['unshare', '-n', 'sh', '-c', SETUP, 'sh', sys.executable, '-c', CHILD, json.dumps(peers)],
                          cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=90)
    assert done.returncode == 0, done.stderr
    found, took = json.loads(done.stdout)
    assert found[:5] == [
        ['127.0.0.2:10250', 'refused: it answers, nothing listens there yet', True],
        ['127.0.0.1:22', 'refused: it answers, nothing listens there yet', True],
        ['10.9.0.2:10250', 'no answer within 0.5 s', False], ['10.8.0.1:10250', 'no route', False],
        ['10.7.0.1:10250', 'no route', False]]
    assert found[5][2] is None
    assert {one[1] for one in found[6:]} == {'no answer within 0.5 s'}
    assert took < 45        # 102 silent peers, one after the other, would take 51 s


def test_a_peer_that_listens_is_reached_and_a_name_too():
    with socket.socket() as here:
        here.bind(('127.0.0.2', 0))
        here.listen(1)
        port = here.getsockname()[1]
        found = examine(Network(), Host(), wants(Network, peers=[f'127.0.0.2:{port}'], timeout='30s', time_limit='60s'))
    assert [(one.subject, one.found) for one in found.observations] == [(f'127.0.0.2:{port}', 'connected')]
    found = examine(Network(), Host(), wants(Network, peers=['no-such-host.invalid:1']))
    assert [one.met for one in found.observations] == [None]


def in_backlog(listening):
    """How many connections wait to be accepted: tcpi_unacked of struct tcp_info, as tcp_get_info() has it."""
    return struct.unpack_from('I', listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 24)[0]


def test_a_full_backlog_is_silence():
    with socket.socket() as here, socket.socket() as first, socket.socket() as second:
        here.bind(('127.0.0.2', 0))
        here.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(here.getsockname())
        until(lambda: in_backlog(here) == 1)
        want = wants(Network, peers=['127.0.0.2:%d' % here.getsockname()[1]], timeout='300ms', time_limit='60s')
        found = examine(Network(), Host(), want)
    assert [(one.found, one.met) for one in found.observations] == [('no answer within 0.3 s', False)]


def test_the_name_of_this_machine_is_judged_in_time():
    found = examine_all([Hostname()], Host(), {'hostname': wants(Hostname)})['hostname']
    assert found.observations
    assert all(one.source for one in found.observations)
    assert not any('fault in nodeprep' in one.hint for one in found.observations)
    assert found.observations[0].found.startswith(os.uname().nodename)


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers with the status in the path, or 200; remembers what was asked for."""

    def do_GET(self):
        self.server.asked.append(self.path)
        status = self.path.rstrip('/').rpartition('/')[2]
        self.send_response(int(status) if status.isdigit() else 200)
        self.send_header('Location', 'file:///etc/shadow')
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *given):
        pass


@pytest.fixture
def server():
    """An HTTP server on loopback that can also stand for a proxy: a proxy is asked for whole addresses."""
    here = http.server.HTTPServer(('127.0.0.1', 0), Answer)
    here.asked = []
    thread = threading.Thread(target=here.serve_forever, daemon=True)
    thread.start()
    yield here
    here.shutdown()
    here.server_close()
    thread.join(10)


def registry(root, time_limit='60s', **changed):
    """What is seen; not by examine_all, which gives up a fifth of a second later on its own."""
    want = wants(Registry, time_limit=time_limit, **changed)
    return examine(Registry(), Host(str(root), live=True), want).observations[0]


@pytest.mark.parametrize('status, met', [(200, True), (307, True), (401, True), (404, False), (503, False)])
def test_a_registry_answers(tmp_path, server, status, met):
    url = f'http://127.0.0.1:{server.server_port}/v2/{status}'
    found = registry(tmp_path, mirror=url)
    assert (found.found, found.met) == (f'answers {status}', met)
    assert server.asked == [f'/v2/{status}']        # a redirect is an answer; nobody goes where it points


def test_the_proxy_of_the_unit_is_really_gone_through(tmp_path, server, monkeypatch):
    monkeypatch.setenv('http_proxy', 'http://127.0.0.1:1')         # a shell's, which no engine sees
    monkeypatch.setenv('no_proxy', '*')
    folder = tmp_path / 'etc/systemd/system/docker.service.d'
    folder.mkdir(parents=True)
    (tmp_path / 'etc/systemd/system/docker.service').write_text('[Service]\nExecStart=/usr/bin/dockerd\n')
    (folder / 'proxy.conf').write_text(f'[Service]\nEnvironment=HTTP_PROXY=127.0.0.1:{server.server_port}\n')
    found = registry(tmp_path, url='http://registry.invalid/v2/')
    assert (found.found, server.asked) == ('answers 200', ['http://registry.invalid/v2/'])
    assert '/etc/systemd/system/docker.service.d/proxy.conf:2' in found.source


def test_nobody_there_and_no_such_name_are_told(tmp_path):
    with socket.socket() as here:
        here.bind(('127.0.0.1', 0))
        url = f'http://127.0.0.1:{here.getsockname()[1]}/'
        assert 'refused' in registry(tmp_path, url=url).found.lower()
    found = registry(tmp_path, url='https://registry.invalid/', time_limit='10s')
    assert found.met is False
    assert '`mirror`' in found.hint


def test_a_server_that_is_no_web_server_and_one_that_never_speaks(tmp_path):
    with socket.socket() as here:
        here.bind(('127.0.0.1', 0))
        here.listen(5)
        url = f'http://127.0.0.1:{here.getsockname()[1]}/'
        found = registry(tmp_path, url=url, time_limit='1s')
        assert found.met is False
        here.accept()[0].close()

        def rude():
            with here.accept()[0] as near:
                near.recv(1000)
                near.sendall(b'SSH-2.0-OpenSSH_8.0\r\n')
        thread = threading.Thread(target=rude, daemon=True)
        thread.start()
        found = registry(tmp_path, url=url)
        thread.join(10)
    assert found.met is False
    assert 'fault in nodeprep' not in found.hint


def test_a_certificate_that_nobody_trusts_is_told(tmp_path, server):
    need('program', 'openssl')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=127.0.0.1', '-keyout',
                    str(tmp_path / 'key'), '-out', str(tmp_path / 'crt')], check=True, stderr=subprocess.PIPE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if hasattr(ssl, 'PROTOCOL_TLS_SERVER') else ssl.PROTOCOL_TLS)
    context.load_cert_chain(str(tmp_path / 'crt'), str(tmp_path / 'key'))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = f'https://127.0.0.1:{server.server_port}/v2/'
    found = registry(tmp_path, url=url)
    assert (found.met, 'certificate' in found.found.lower()) == (False, True)
    (tmp_path / f'etc/docker/certs.d/127.0.0.1:{server.server_port}').mkdir(parents=True)
    assert registry(tmp_path, url=url).met is None
