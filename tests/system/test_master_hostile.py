"""A real master that is asked by those who mean no good: it goes on, uses no memory for it, and tells no secret."""
import concurrent.futures
import contextlib
import gzip
import json
import os
import shutil
import socket
import ssl
import tempfile

import pytest

from tests.master.fleet import Host
from tests.system.masterprocess import MasterProcess, Person, nodeprep
from tests.tiers import need


@pytest.fixture(scope='module')
def master(tmp_path_factory):
    with MasterProcess(tmp_path_factory.mktemp('hostile')) as made:
        made.admin = made.person()
        yield made
        assert made.stop() == 0, made.said()
        faults = [line for line in made.lines if 'fault' in line or 'Traceback' in line]
        assert not faults


@pytest.fixture
def node(master):
    """A node of its own for each test."""
    words = master.join_words()
    number = len(master.admin.get('/v1/nodes')['nodes']) + 1
    status, tree = master.admin.ask('POST', '/v1/join', {
        'token': words[3], 'name': f'node{number}', 'request': f'{number:08x}-0000-4000-8000-000000000000'})
    assert status == 201, tree
    return Person(master, tree['credential'])


def memory(master):
    """Bytes that the master has in memory."""
    with open(f'/proc/{master.process.pid}/statm') as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def raw(master, data, patience=20):
    """What comes back for some bytes over TLS, until the master closes or has nothing more to say."""
    context = ssl.create_default_context(cadata=master.ca)
    plain = socket.create_connection(('127.0.0.1', master.port), patience)
    parts = []
    with contextlib.closing(context.wrap_socket(plain, server_hostname='localhost')) as made:
        with contextlib.suppress(OSError):
            made.sendall(data)
        with contextlib.suppress(OSError):
            while not parts or parts[-1]:
                parts.append(made.recv(65536))
    return b''.join(parts)


def post(node, body, *headers):
    """The status of reports of some bytes."""
    head = [b'POST /v1/reports HTTP/1.1', b'Host: localhost', b'Connection: close', b'Content-Type: application/json',
            b'Content-Length: %d' % len(body), b'Authorization: Bearer ' + node.token.encode(), *headers]
    answer = raw(node.master, b'\r\n'.join(head) + b'\r\n\r\n' + body)
    return int(answer.split(b' ', 2)[1]) if answer else 0


def brief(value):
    """A name for a test: pytest puts it into the environment, which has bounds."""
    return repr(value)[:40]


@pytest.mark.parametrize('body, status', [
    (b'\xff\xfe', 400), (b'{"reports": [\xc3\x28]}', 400), (b'[' * 100000, 400), (b'{"reports":' * 50000, 400),
    (b'{"reports": [NaN]}', 400), (b'{"reports": [1e999]}', 400), (b'{"reports": [' + b'9' * 5000 + b']}', 400),
    (b'{"reports": ["\\ud800"]}', 400), (b'{"reports": ["\\u0000"]}', 400), (b'null', 400), (b'', 400),
    (b'{"reports": [' + b'{},' * 999 + b'{}]}', 422), (b'{"reports": [' + b'{},' * 1000 + b'{}]}', 422)], ids=brief)
def test_a_body_that_means_no_good_is_refused(node, body, status):
    assert post(node, body) == status


def test_gzip_bombs_cost_no_memory(node):
    post(node, gzip.compress(b'{}'), b'Content-Encoding: gzip')
    before = memory(node.master)
    bomb = gzip.compress(b'{"reports": ["' + b'0' * (4 * 2**30 // 64) + b'"]}', 1)
    assert len(bomb) < 2**20
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: post(node, bomb, b'Content-Encoding: gzip'), range(16))) <= {413, 429}
    twice = gzip.compress(gzip.compress(b'0' * 2**28))
    assert post(node, twice, b'Content-Encoding: gzip') == 400
    assert memory(node.master) - before < 100 * 2**20


def test_bodies_of_100_mb_cost_no_memory(node):
    before = memory(node.master)
    assert post(node, b'x' * 100 * 2**20) in (0, 413)        # 0: it closes before all is sent
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: post(node, b' ' * 9 * 2**20), range(8))) <= {0, 413, 429}
    assert memory(node.master) - before < 60 * 2**20
    assert Person(node.master).ask('GET', '/readyz')[0] == 200


@pytest.mark.parametrize('path', [
    '/../../etc/passwd', '/static/../../../etc/passwd', '/static/..%2f..%2fsettings.py', '/static/%2e%2e%2fsession.py',
    '/static/page.css%00.html', '//etc/passwd', '/v1/nodes/..%2f..%2f', '/.git/config', '/v1/../v1/nodes',
    '/static/%252e%252e%252fsession.py', '/nodes/%2e%2e', '/\\..\\..\\windows', '/v1/nodes;x=1', '/v1//nodes',
    '/' + 'a' * 30000], ids=brief)
def test_a_path_leads_to_nothing_that_is_not_there(master, path):
    for person in (Person(master), master.admin):
        answer = raw(master, f'GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'
                             f'Authorization: Bearer {person.token or "x"}\r\n\r\n'.encode())
        assert b'root:' not in answer and b'def ' not in answer and b'200 OK' not in answer[:20], answer[:300]


EVIL = ["<script>alert(1)</script>", "'; DROP TABLE node; --", '\x1b[2J\x07', '\u202egnp.exe', '{{7*7}}', '%s%n',
        'a' * 300, '../../x', '=cmd|calc']


def test_what_a_host_calls_itself_is_shown_harmless_everywhere(master, node):
    for number, name in enumerate(EVIL, 1):
        host = Host(100 + number, name='x', start=1.6e9)
        host.about['name'] = name
        host.about['labels'] = {f'rack{number}': name}
        host.set('swap', 'drifted', found=name)
        report = host.report()
        words = master.join_words()
        status, tree = master.admin.ask('POST', '/v1/join', {
            'token': words[3], 'name': f'evil{number}', 'request': f'{number:08x}-0000-4000-9000-000000000000'})
        assert status == 201, tree
        assert Person(master, tree['credential']).ask('POST', '/v1/reports', report)[0] == 201
    session = sign_in(master)
    pages = [session.ask('GET', path)[1] for path in ('/', '/drift', '/clones', '/approvals', '/audit')] + [
        session.ask('GET', f'/nodes/evil{number}')[1] for number in range(1, len(EVIL) + 1)]
    for page in pages:
        assert '<script>alert' not in page and '\x1b' not in page and '\u202e' not in page and '\x07' not in page
    assert '&lt;script&gt;alert(1)&lt;/script&gt;' in pages[1]
    for words in (['nodes'], ['drift'], ['node', 'evil3'], ['node', 'evil4']):
        told = master.told(*words)
        assert '\x1b' not in told and '\u202e' not in told
    assert master.admin.get('/v1/nodes?per=100')['total'] >= len(EVIL)


def sign_in(master):
    """A browser with a session."""
    answer = raw(master, b'POST /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'
                         b'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\ntoken=%s' % (
                             6 + len(master.admin.token), master.admin.token.encode()))
    cookie = answer.split(b'__Host-nodeprep=')[1].split(b';')[0].decode()

    class Browser(Person):
        def ask(self, method, path):
            return super().ask(method, path, headers={'Cookie': f'__Host-nodeprep={cookie}'})
    browser = Browser(master)
    browser.cookie = cookie
    return browser


def test_no_secret_is_told_to_the_log_a_page_or_an_error(master, node):
    words = master.join_words()
    browser = sign_in(master)
    secrets = [node.token, master.admin.token, words[3], browser.cookie]
    told = []
    for one in secrets:
        for path in ('/', '/v1/nodes', '/nowhere', '/sign-in', '/v1/heartbeats'):
            for header in (f'Authorization: Bearer {one}', f'Cookie: __Host-nodeprep={one}', f'X: {one}'):
                for method in ('GET', 'POST'):
                    head = f'{method} {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n'
                    told.append(raw(master, head.encode() + b'Connection: close\r\nContent-Length: 0\r\n\r\n'))
        told.append(raw(master, f'GET / HTTP/1.1\r\nBad Header {one}\r\n\r\n'.encode()))
    pages = [browser.ask('GET', path)[1] for path in ('/', '/drift', '/approvals', '/audit', '/clones', '/waivers')]
    everything = b'\n'.join(told).decode('latin-1') + '\n'.join(pages) + master.said() + master.told(
        'token', 'list', '-o', 'json') + master.told('user', 'list', '-o', 'json')
    for one in secrets:
        assert one not in everything
    for name in os.listdir(master.data):
        if name.startswith('fleet.db'):
            with open(f'{master.data}/{name}', 'rb') as file:
                kept = file.read()
            assert not any(one.encode() in kept for one in secrets), name


def test_a_thousand_clients_that_say_nothing_do_not_keep_a_node_from_speaking(master, node):
    context = ssl.create_default_context(cadata=master.ca)
    with contextlib.ExitStack() as held:
        for number in range(1000):
            plain = held.enter_context(contextlib.closing(socket.create_connection(('127.0.0.1', master.port), 20)))
            if number % 10 == 0:
                held.enter_context(contextlib.closing(context.wrap_socket(plain, server_hostname='localhost')))
        assert node.ask('POST', '/v1/heartbeats', {})[0] == 200
        assert master.admin.ask('GET', '/v1/nodes')[0] == 200


@pytest.fixture
def data_of_nobody():
    """A data folder of user 65534, who cannot enter those of pytest."""
    need('root')
    data = tempfile.mkdtemp()
    os.chown(data, 65534, 65534)
    yield data
    shutil.rmtree(data)


def test_a_command_that_root_types_leaves_nothing_of_root_in_the_folder_of_another(data_of_nobody):
    data = data_of_nobody
    for words in (['user', 'create', 'ann'], ['token', 'create', '--print-join-command'], ['nodes']):
        code, _, err = nodeprep('master', *words, '--data', data)
        assert code == 0, err
    owners = {name: os.stat(f'{data}/{name}').st_uid for name in os.listdir(data)}
    assert set(owners.values()) == {65534} and 'fleet.db' in owners and 'ca.key' in owners
    assert json.loads(nodeprep('master', 'nodes', '-o', 'json', '--data', data)[1])['nodes'] == []
