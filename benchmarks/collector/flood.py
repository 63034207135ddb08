"""What others notice when one node floods the master: how late their heartbeats are answered, on loopback, over TLS.

    python benchmarks/collector/flood.py [--seconds 10]

The node has a right credential and 8 connections, and sends as fast as answers come: reports of 256 requirements that
all change each time, as many of them together as are taken, or heartbeats. 20 others send 100 heartbeats a second.
"""
import argparse
import collections
import itertools
import json
import os
import sys
import tempfile
import threading
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import ours  # noqa: E402  # found by the line above
from load import drive, request  # noqa: E402
from table import goal, show  # noqa: E402

_OTHERS, _RATE = 20, 100.0
_CONNECTIONS = 8


def main():
    """Prints one table; the exit code is 0 all the same."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument('--seconds', type=float, default=10.0, help='how long each is driven (10)')
    given = words.parse_args()
    found = []
    with tempfile.TemporaryDirectory(dir='/var/tmp') as folder, ours.serving(folder, _OTHERS + 3) as master:
        others = master.nodes[:_OTHERS]
        for title, flood in (('nobody floods', None), ('one floods by large reports', large(master.nodes[-1])),
                             ('one floods by small reports', small(master.nodes[-2])),
                             ('one floods by heartbeats', [ours.beats(master.nodes[-3:-2])] * _CONNECTIONS)):
            run, bad = measured(master, others, flood, given.seconds)
            late = run.within(0.99)
            found += [(f'others, while {title}: half within', f'{run.within(0.5):.1f} ms', ''),
                      ('  99 of 100 within', f'{late:.1f} ms', goal(late, 100.0, '100 ms')),
                      ('  the last', f'{run.waits[-1] * 1000:.1f} ms', str(run.statuses))]
            found += [('  answers to the flood', f'{sum(bad.values()):,d}', str(dict(bad)))] if flood else []
    show(found)
    return 0


def measured(master, others, flood, seconds):
    """load.Load of the others, and the statuses that the flood was answered with."""
    bad = collections.Counter()

    def pour():
        bad.update(drive(master.address, flood, seconds + 1, None, master.context).statuses)
    thread = threading.Thread(target=pour)
    if flood:
        thread.start()
    run = drive(master.address, [ours.beats([one]) for one in others], seconds, _RATE, master.context)
    if flood:
        thread.join()
    return run, bad


def large(node, size=125 * 2**10, most=400):
    """Queues of requests with as many reports as go together, all states of which change."""
    host, headers = node
    names = [f'r{number}' for number in range(256)]
    host.findings = {}
    bodies = []
    for _ in range(most):
        some, long = [], 0
        while True:
            for name in names:
                host.set(name, ('drifted', 'met')[host.sequence % 2])
                host.findings[name].update(title='t', observations=[])
            some.append(host.report())
            long += len(json.dumps(some[-1], separators=(',', ':')))
            if long > size - long / len(some):
                break
        body = zlib.compressobj(6, zlib.DEFLATED, 31)
        packed = body.compress(json.dumps({'reports': some}, separators=(',', ':')).encode()) + body.flush()
        bodies.append(request('POST', '/v1/reports', packed, headers + ['Content-Encoding: gzip']))
    return _dealt(bodies)


def small(node, most=20000):
    """Queues of requests with one small report each."""
    return _dealt(list(ours.reports([node], most)))


def _dealt(bodies):
    return [itertools.cycle(bodies[number::_CONNECTIONS]) for number in range(_CONNECTIONS)]


if __name__ == '__main__':
    sys.exit(main())
