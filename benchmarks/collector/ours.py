"""A master of nodeprep for one benchmark: `nodeprep master serve` over TLS, and requests of nodes that have joined."""
import contextlib
import itertools
import json
import os
import ssl
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP)

from load import request  # noqa: E402
from peers import free_port  # noqa: E402

from nodeprep.chain import canonical  # noqa: E402  # found by the line above
from nodeprep.master import keys, secret  # noqa: E402  # found by the line above
from nodeprep.master.store import credentials, nodes, open_store  # noqa: E402
from tests.master.fleet import Host  # noqa: E402

_READY = 30.0             # seconds within which it serves
_REQUIREMENTS = ('swap',)      # of a made-up node: with it a report is of some 1.5 KB


class Master:
    """`address`, its `ca` (PEM) and a `context` for TLS, and `nodes` as (host, headers)."""

    def __init__(self, address, process, ca):
        self.address, self.process, self.nodes = address, process, []
        self.context = ssl.create_default_context(cafile=ca)
        with open(ca, encoding='ascii') as file:
            self.ca = file.read()

    def memory(self):
        """MiB that its processes hold now; what they share counts once (Pss of proc(5))."""
        with open(f'/proc/{self.process.pid}/task/{self.process.pid}/children', encoding='ascii') as file:
            processes = [self.process.pid, *map(int, file.read().split())]
        return sum(map(_held, processes)) / 1024


def _held(process):
    with open(f'/proc/{process}/smaps_rollup', encoding='ascii') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('Pss:'))


def tls(folder):
    """Certificate and key (paths) as a master makes them for loopback, and a context for who speaks to their server."""
    found = keys.kept(folder, ['localhost', '127.0.0.1'], time.time())
    return found.certificate, found.key, ssl.create_default_context(cadata=found.ca)


@contextlib.contextmanager
def serving(folder, count):
    """A master that serves `count` nodes."""
    data, port = folder + '/master', free_port()
    config = folder + '/master.yaml'
    with open(config, 'w', encoding='ascii') as file:
        file.write(f'listen: "127.0.0.1:{port}"\n')
    with open(folder + '/master.log', 'wb') as log:
        process = subprocess.Popen([sys.executable, '-m', 'nodeprep', 'master', 'serve', '--config', config, '--data',
                                    data], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=TOP)
    try:
        _await(process, folder + '/master.log')
        made = Master(('127.0.0.1', port), process, data + '/ca.crt')
        made.nodes = _join(data, count)
        yield made
    finally:
        process.terminate()
        process.wait()


def reports(nodes_, count):
    """So many reports of some nodes in turn, each node's following the one before, every one with a state that changed.

    As the agent writes them: canonical JSON, with the chain in front.
    """
    for number in range(count):
        host, headers = nodes_[number % len(nodes_)]
        host.set('swap', ('drifted', 'met', 'unknown')[number // len(nodes_) % 3])
        tree = host.report()
        text = b'{"chain":' + canonical(tree.pop('chain')) + b',' + canonical(tree)[1:]
        yield request('POST', '/v1/reports', b'{"reports":[%s]}' % text, headers)


def beats(nodes_):
    """Endless heartbeats of some nodes of which nothing changes."""
    whole = [request('POST', '/v1/heartbeats', json.dumps(host.beat(), separators=(',', ':')).encode('ascii'), headers)
             for host, headers in nodes_]
    return itertools.cycle(whole)


def _join(data, count):
    """Nodes put into the database as joining does, with their first report left to them."""
    store = open_store(f'sqlite://{data}/fleet.db')
    hosts = [Host(number, requirements=_REQUIREMENTS) for number in range(1, count + 1)]
    given = [secret.made(secret.NODE) for _ in hosts]

    def work(cursor):
        for host, shown in zip(hosts, given):
            node = nodes.make(cursor, host.about['name'], time.time())
            credentials.give(cursor, node, secret.hashed(shown), time.time())
    try:
        store.do(work, 600)
    finally:
        store.close()
    return [(host, ['Authorization: Bearer ' + shown, 'Content-Type: application/json'])
            for host, shown in zip(hosts, given)]


def _await(process, log):
    until = time.monotonic() + _READY
    said = ''
    while time.monotonic() < until and process.poll() is None:
        with open(log, encoding='utf-8') as file:
            said = file.read()
        if ' serves https://' in said:
            return
        time.sleep(0.1)
    raise RuntimeError('the master does not serve:\n' + said[-2000:])
