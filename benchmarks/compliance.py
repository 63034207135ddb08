"""What a compliance report costs: `python benchmarks/compliance.py [NODES [DAYS]]`, on SQLite or NODEPREP_DATABASE.

A fleet that joined two spans ago, 21 requirements, 1 % of its nodes drifting a day for some hours. From the store to
the tree and to each form, in a process of its own: its CPU time and its peak of memory. The goal is 5 s and 300 MiB for
all of it at 10,000 nodes and 30 days, and an HTML below 3 MB.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TOP)

DAY, END = 86400.0, 1795737600.0
GOAL_SECONDS, GOAL_MEMORY, GOAL_HTML = 5.0, 300, 3.0


def main():
    """Fills a store, and prints what the report of it costs."""
    if sys.argv[1:2] == ['measure']:
        return measure(sys.argv[2], float(sys.argv[3]))
    from benchmarks.fleetrows import fill
    from nodeprep.master.store import open_store
    count, days = (int(word) for word in (sys.argv[1:] + ['10000', '30'][len(sys.argv) - 1:])[:2])
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get('NODEPREP_DATABASE') or f'sqlite://{folder}/fleet.db'
        store = open_store(url)
        try:
            fill(store, count, END, days=2 * days + 1, drifts=max(1, round(0.01 * (2 * days + 1))), wrong=0.0005)
            rows = store.read(lambda cursor: [cursor.one(f'SELECT COUNT(*) FROM {name}')[0]
                                              for name in ('node', 'state', 'transition')])
        finally:
            store.close()
        print('{:,} nodes, {:,} states, {:,} transitions\n'.format(*rows))
        told = json.loads(subprocess.run([sys.executable, __file__, 'measure', url, str(days)], check=True,
                                         stdout=subprocess.PIPE).stdout.decode())
    for name, cpu, size in told['parts']:
        print(f'{name:<8}CPU {cpu:6.2f} s' + (f'   {size / 1e6:8.2f} MB' if size else ''))
    whole = sum(cpu for _, cpu, _ in told['parts'])
    html = next(size for name, _, size in told['parts'] if name == 'html') / 1e6
    print(f'\nall     CPU {whole:6.2f} s   goal {GOAL_SECONDS:.0f} s: {_kept(whole, GOAL_SECONDS)}; peak of memory '
          f'{told["memory"]:.0f} MiB, goal {GOAL_MEMORY}: {_kept(told["memory"], GOAL_MEMORY)}; HTML {html:.2f} MB, '
          f'goal {GOAL_HTML:.0f}: {_kept(html, GOAL_HTML)}')
    return 0


def measure(url, days):
    """What each part costs, as JSON."""
    from nodeprep.compliance import seal
    from nodeprep.master import compliance
    from nodeprep.master.store import open_store
    from nodeprep.output import Options
    from nodeprep.output.compliance import FORMATS, renderer
    store, parts = open_store(url), []

    def timed(name, work):
        begun = time.process_time()
        made = work()
        parts.append((name, time.process_time() - begun, len(made.encode('utf-8')) if isinstance(made, str) else 0))
        return made
    tree = timed('tree', lambda: store.read(lambda cursor: compliance.report(cursor, END - days * DAY, END, END)))
    tree = timed('seal', lambda: seal.sealed(tree))
    for name in FORMATS:
        timed(name, lambda name=name: renderer(name)(tree, Options()))
    store.close()
    print(json.dumps({'parts': parts, 'memory': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
    return 0


def _kept(value, goal):
    return 'kept' if value <= goal else 'MISSED'


if __name__ == '__main__':
    sys.exit(main())
