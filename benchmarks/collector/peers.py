"""The peers of a benchmark: Debian's prometheus-pushgateway with its consistency check off, and etcd."""
import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import time

from load import request

PUSHGATEWAY, ETCD = 'prometheus-pushgateway', 'etcd'
_READY = 20.0             # seconds within which a peer answers


@contextlib.contextmanager
def pushgateway(folder):
    """Its address; None when it is not installed. It keeps what it is sent in memory."""
    port = free_port()
    with _running(PUSHGATEWAY, [f'--web.listen-address=127.0.0.1:{port}', '--push.disable-consistency-check'],
                  folder, port) as address:
        yield address


@contextlib.contextmanager
def etcd(folder, pair=None):
    """The same for etcd, which has what it is sent on the disk when it answers. `pair`: certificate and key for TLS."""
    port, other = free_port(), free_port()
    here, peer = f'http{"s" if pair else ""}://127.0.0.1:{port}', f'http://127.0.0.1:{other}'
    words = ['--cert-file', pair[0], '--key-file', pair[1]] if pair else []
    with _running(ETCD, ['--data-dir', f'{folder}/etcd{port}', '--listen-client-urls', here, '--advertise-client-urls',
                         here, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer,
                         '--initial-cluster', f'default={peer}', '--log-level', 'error', *words], folder,
                  port) as address:
        yield address


def pushes(node):
    """Endless pushes of one node's metrics, some 1.5 KB of them."""
    text = b''.join(b'# TYPE m%d gauge\nm%d{requirement="swap"} %d\n' % (one, one, one) for one in range(35))
    whole = request('PUT', f'/metrics/job/nodeprep/instance/node{node}', text)
    while True:
        yield whole


def puts(report, node):
    """Endless puts of a report under the node's key, through the JSON gateway."""
    body = json.dumps({'key': base64.b64encode(b'/reports/node%d' % node).decode(),
                       'value': base64.b64encode(report).decode()}).encode()
    whole = request('POST', '/v3/kv/put', body)
    while True:
        yield whole


def free_port():
    """A port of loopback that nobody has now."""
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def _running(program, arguments, folder, port):
    if not shutil.which(program):
        yield None
        return
    with open(f'{folder}/{program}.log', 'wb') as log:
        process = subprocess.Popen([program] + arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
                                   env=dict(os.environ, ETCD_UNSUPPORTED_ARCH='arm64'))
    try:
        _await(process, port, f'{folder}/{program}.log')
        yield '127.0.0.1', port
    finally:
        process.terminate()
        process.wait()


def _await(process, port, log):
    until = time.monotonic() + _READY
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    with open(log, encoding='utf-8', errors='replace') as said:
        raise RuntimeError(f'{process.args[0]} does not answer:\n{said.read()[-2000:]}')
