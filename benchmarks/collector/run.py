"""How many reports and heartbeats a second a master takes, side by side in one run with Debian's etcd (durable too) and
prometheus-pushgateway (in memory), on loopback, with the client on the same machine. Ours speaks TLS, they do not, but
for one row. Each node has told its first report before, as each key of theirs is there after its first put.

    python benchmarks/collector/run.py [--seconds 10] [--connections 16] [--rounds 3]

Takes some two minutes. Peers that are not installed are left out by name.
"""
import argparse
import itertools
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import ours  # noqa: E402  # found by the line above
import peers  # noqa: E402
from load import drive  # noqa: E402
from table import goal, show  # noqa: E402

_NODES = 1600             # who speaks in turn: each has a budget
_FIRST = 60.0             # seconds at most for the first report of each
_SIZE = 1500              # bytes of a body, as a report of two findings has


def main():
    """Prints one table. Goals that are missed are marked; the exit code is 0 all the same."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument('--seconds', type=float, default=10.0, help='how long each is driven (10)')
    words.add_argument('--connections', type=int, default=16, help='connections at once (16)')
    words.add_argument('--rounds', type=int, default=3, help='of which the best counts, for each (3)')
    given = words.parse_args()
    best = {}
    for number in range(given.rounds):
        print(f'round {number + 1} of {given.rounds}', file=sys.stderr)
        for name, run in measured(given):
            if name not in best or run.rate > best[name].rate:
                best[name] = run
    show(list(rows(best)))
    return 0


def measured(given):
    """(name, load.Load) of each in turn, interleaved so that all have the same machine."""
    with tempfile.TemporaryDirectory(dir='/var/tmp') as folder:
        with peers.etcd(folder) as address:
            if address:
                queues = [peers.puts(b'x' * _SIZE, number) for number in range(given.connections)]
                yield 'etcd', drive(address, queues, given.seconds)
        tls = ours.tls(folder)
        with peers.etcd(folder, tls[:2]) as address:
            if address:
                queues = [peers.puts(b'x' * _SIZE, number) for number in range(given.connections)]
                yield 'etcd over TLS', drive(address, queues, given.seconds, None, tls[2])
        with peers.pushgateway(folder) as address:
            if address:
                queues = [peers.pushes(number) for number in range(given.connections)]
                yield 'pushgateway', drive(address, queues, given.seconds)
        with ours.serving(folder, _NODES) as master:
            enough = int(given.seconds * 15000 / given.connections)
            shares = [master.nodes[one::given.connections] for one in range(given.connections)]
            queues = [ours.reports(one, enough) for one in shares]
            drive(master.address, [made_before(queue, len(one)) for queue, one in zip(queues, shares)], _FIRST, None,
                  master.context)
            run = drive(master.address, [made_before(one, enough // 3) for one in queues], given.seconds, None,
                        master.context)
            yield 'reports', run
            half = [made_before(one, enough // 6) for one in queues]
            yield 'reports at half load', drive(master.address, half, given.seconds, run.rate / 2, master.context)
            beats = drive(master.address, [ours.beats(one) for one in shares], given.seconds, None, master.context)
            yield 'heartbeats', beats
            yield 'heartbeats at half load', drive(master.address, [ours.beats(one) for one in shares], given.seconds,
                                                   beats.rate / 2, master.context)


def made_before(queue, count):
    """So many of a queue, so that nothing is made while it is measured."""
    return list(itertools.islice(queue, count))


def rows(best):
    """The table: (what, figure, goal)."""
    for name, title in (('etcd', 'etcd, durable puts of 1.5 KB'), ('etcd over TLS', 'etcd over TLS, the same'),
                        ('pushgateway', 'pushgateway, in memory')):
        if name in best:
            yield from plain(title, best[name])
        else:
            yield title, 'skipped', 'not installed'
    limit = best['etcd'].rate if 'etcd' in best else 5000.0
    for name in ('reports', 'reports at half load', 'heartbeats', 'heartbeats at half load'):
        run = best[name]
        kept = {'reports': goal(-run.rate, -limit, "etcd's"), 'heartbeats': goal(-run.rate, -10000.0, '10,000')}
        yield f'nodeprep master, {name}', f'{run.rate:,.0f} /s', kept.get(name, '')
        if name == 'reports':
            beside = [f'{run.rate / best[one].rate:.2f}' for one in ('etcd', 'etcd over TLS') if one in best]
            yield '  of the figure of etcd, and of it over TLS', ' and '.join(beside) or 'skipped', ''
        late = run.within(0.99)
        yield '  99 of 100 within', f'{late:.1f} ms', goal(late, 10.0, '10 ms') if name.endswith('half load') else ''
        bad = {status: count for status, count in run.statuses.items() if status not in ('200', '201')}
        if bad:
            yield '  answered otherwise', str(bad), 'MISSED'


def plain(title, run):
    """The rows of a peer."""
    yield title, f'{run.rate:,.0f} /s', ''
    yield '  99 of 100 within', f'{run.within(0.99):.1f} ms', ''


if __name__ == '__main__':
    sys.exit(main())
