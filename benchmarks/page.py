"""What the page's queries cost: `python benchmarks/page.py [NODES [SHARE [URL]]]`, with 30 days of transitions and of
fixes, ten of each node.

SHARE of all states is not met (0.03). URL is of an empty database of a PostgreSQL on this machine; else it is SQLite.
The goal is 50 ms for the grid, for drift and for fixes at 10,000 nodes. Each is the work of one thread, and of the
process of the server that serves it: their CPU time is what it costs, the wall clock tells how busy the machine is
besides.
"""
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from benchmarks.fleetrows import fill  # noqa: E402
from nodeprep import catalogue  # noqa: E402
from nodeprep.master import compliance  # noqa: E402
from nodeprep.master.store import asked, drift, grid, grouping, mended, open_store, proposals  # noqa: E402

GOAL, RUNS = 50.0, 15
END = 1795737600.0
MONTH = 30 * 86400.0


def main():
    """Prints the medians of RUNS of each."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    wrong = float(sys.argv[2]) if len(sys.argv) > 2 else 0.03
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(sys.argv[3] if len(sys.argv) > 3 else f'sqlite://{folder}/fleet.db')
        try:
            fill(store, count, END, wrong=wrong, fixes=10)
            if len(sys.argv) > 3:
                _vacuum(sys.argv[3])
            rows = {name: store.read(lambda cursor, name=name: cursor.one(f'SELECT COUNT(*) FROM {name}')[0])
                    for name in ('node', 'state', 'transition', 'fix')}
            failing = store.read(lambda cursor: sum(drift.counts(cursor).values()))
            print(', '.join(f'{number:,} rows of {name}' for name, number in rows.items())
                  + f', {failing:,} not met\n')
            for name, query, goal in QUERIES:
                took = [_timed(store, query) for _ in range(RUNS)]
                cpu, wall = (sorted(one[part] for one in took)[RUNS // 2] for part in (0, 1))
                print(f'{name:<36}CPU {cpu:7.1f} ms   wall {wall:7.1f} ms'
                      + (f'   goal {GOAL:.0f} ms: {"kept" if cpu <= GOAL else "MISSED"}' if goal else ''))
        finally:
            store.close()


def _vacuum(url):
    """What the server does by itself within a minute."""
    import psycopg2
    made = psycopg2.connect(url)
    made.autocommit = True
    made.cursor().execute('VACUUM ANALYZE')
    made.close()


def _timed(store, query):
    """Milliseconds of CPU, and of wall clock."""
    def work(cursor):
        server = cursor.one('SELECT pg_backend_pid()')[0] if cursor.dialect.name == 'postgresql' else None
        begun = _spent(server), time.perf_counter()
        query(cursor)
        return (_spent(server) - begun[0]) * 1000, (time.perf_counter() - begun[1]) * 1000
    return store.read(work)


def _spent(server):
    """Seconds of CPU of this thread and of the process that serves it (proc(5), schedstat)."""
    if server is None:
        return time.thread_time()
    with open(f'/proc/{server}/schedstat') as file:
        return time.thread_time() + int(file.read().split()[0]) / 1e9


def fleet(about=asked.EVERYTHING, by='', order='worst', page=1):
    """All that the front page asks for."""
    def query(cursor):
        columns = grid.columns(cursor, catalogue.ids())
        groups = grouping.groups(cursor, about, by) if by else []
        shown = grouping.stood(groups) if by else grid.standings(cursor, about)
        shown = shown, grid.standings(cursor) if about.anything else shown, columns
        body = groups or grid.rows(cursor, about, order, page)
        totals = grouping.summed(groups) if by else grid.totals(cursor, about)
        return shown, totals, body, grid.worst(cursor, columns.names, known=None if about.anything else totals), \
            grid.choices(cursor), proposals.waiting_for(cursor)
    return query


def listed(kind='drifted', about=asked.EVERYTHING, order='longest', page=1):
    """All that the page of drift asks for."""
    return lambda cursor: (drift.counts(cursor, about), drift.rows(cursor, kind, about, order, page),
                           grid.requirements(cursor), grid.choices(cursor))


def fixed(kind='all', page=1, **wanted):
    """All that the page of fixes asks for."""
    some = mended.Wanted(END - MONTH, **wanted)
    return lambda cursor: (mended.counts(cursor, some), mended.page(cursor, some, kind, page),
                           grid.requirements(cursor), grid.choices(cursor))


Asked = asked.Asked
QUERIES = (
    ('grid, worst first', fleet(), True),
    ('grid, page 100', fleet(page=100), True),
    ('grid, by name', fleet(order='name'), True),
    ('grid, longest unheard first', fleet(order='heard'), True),
    ('grid, search in the name', fleet(Asked(search='-0099')), True),
    ('grid, of a label', fleet(Asked(label='rack=r07')), True),
    ('grid, of a verdict', fleet(Asked(standing='unknown')), True),
    ('grid, one requirement drifted', fleet(Asked(requirement='swap', outcome='drifted')), True),
    ('grid, grouped by system', fleet(by='os'), True),
    ('grid, grouped by a label', fleet(by='label:rack'), True),
    ('drift, longest first', listed(), True),
    ('drift, page 20', listed(page=20), True),
    ('drift, newest first', listed(order='newest'), True),
    ('drift, by node', listed(order='node'), True),
    ('drift, of a requirement', listed(about=Asked(requirement='swap')), True),
    ('drift, of a label', listed(about=Asked(label='rack=r07')), True),
    ('drift, could not tell', listed('unknown'), True),
    ('drift, on silent nodes', listed('silent'), True),
    ('fixes', fixed(), True),
    ('fixes, page 900', fixed(page=900), True),
    ('fixes, not done', fixed('failed'), True),
    ('fixes, of a requirement', fixed(about=Asked(requirement='swap')), True),
    ('fixes, by hand', fixed(how='person'), True),
    ('fixes, of a label', fixed(about=Asked(label='rack=r07')), True),
    ('fixes, of a role, page 50', fixed(about=Asked(role='worker'), page=50), True),
    ('fixes, search in the name', fixed(about=Asked(search='-0099')), True),
    ('fixes, of a node', fixed(node='k8s-a-00800'), True),
    ('compliance, 30 days', lambda cursor: compliance.report(cursor, END - MONTH, END, END), False),
    ('compliance, 30 days of a label', lambda cursor: compliance.report(cursor, END - MONTH, END, END,
                                                                       Asked(label='rack=r07')), False),
)

if __name__ == '__main__':
    main()
