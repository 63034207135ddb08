"""A fleet of thousands with its history, for benchmarks: each node tells its first and its last report through the real
ingest; what came between them is written straight into the tables, as the ingest would have written it.
"""
import json
import random

from nodeprep.master import findings, ingest, prepared
from nodeprep.master.store import approvals, covering, nodes, states, waivers
from nodeprep.master.store.states import State
from tests.master.fleet import DAY, TITLES, Host, finding, plan

_AT_ONCE = 500
_KINDS = [(state, now, mode) for state, now, mode in (
    ('met', 'met', 'report'), ('drifted', 'drifted', 'report'), ('drifted', 'met', 'report'),
    ('drifted', 'drifted', 'approve'), ('unknown', 'unknown', 'report'),
    ('not-applicable', 'not-applicable', 'report'))]
_WEIGHTS = [60, 14, 8, 4, 10, 4]


def fill_quickly(store, count, days=30, changes=30, seed=1, end=1700000000.0, silent=0.01):
    """`count` nodes that joined `days` before `end`, with about `changes` transitions each since then; most are met in
    the end. Returns the Hosts, whose next report is number 3.
    """
    luck = random.Random(seed)
    start = int(end - days * DAY)
    parts = {(name, kind): _part(name, *kind) for name in TITLES for kind in _KINDS}
    hosts = [Host(number, start=start) for number in range(1, count + 1)]
    for begin in range(0, count, _AT_ONCE):
        some = hosts[begin:begin + _AT_ONCE]
        store.do(lambda cursor, some=some: _some(cursor, some, parts, luck, start, end, changes, silent), 600)
    store.do(lambda cursor: waivers.add(cursor, 'label', 'rack=r07', 'disk', 'lab rack', 'ops@example.com',
                                        '2099-12-31', 'ada', end))
    store.do(lambda cursor: waivers.add(cursor, 'node', hosts[0].about['name'], 'swap', 'moves soon',
                                        'ops@example.com', '2099-12-31', 'ada', end))
    store.do(lambda cursor: covering.reapply(cursor, end), 600)
    return hosts


def _some(cursor, hosts, parts, luck, start, end, changes, silent):
    ids = [nodes.make(cursor, host.about['name'], start) for host in hosts]
    ingest.take(cursor, [ingest.prepare(node, [host.report()], start + 60.0) for node, host in zip(ids, hosts)])
    puts, told, transitions, proposals, rows = {}, [], [], [], []
    for node, host in zip(ids, hosts):
        last = _history(node, luck, start, end, changes, transitions, host.findings)
        for name, (kind, since) in last.items():
            part = parts[name, kind]
            says = '' if kind[0] in ('met', 'not-applicable') else f'/etc/{name}:1: {kind[0]} here; wanted: as wanted'
            puts[node, name] = State(kind[0], kind[1], kind[0], 'required', kind[2], since, TITLES[name], says, None,
                                     part.digest, part.seen, kind[0], kind[0])
            host.findings[name] = part.tree
            if part.digest:
                proposals.append((node, name, part, since))
        found = [one['state'] for one in host.findings.values()]
        summary = dict({word: found.count(word) for word in ('met', 'drifted', 'unknown', 'not-applicable')}, waived=0,
                       ignored=0)
        verdict = 'drifted' if summary['drifted'] else 'unknown' if summary['unknown'] else 'met'
        taken = max([since for _, since in last.values()] + [start])
        host.now = int(taken)
        told.append(ingest.prepare(node, [host.report(after=0)], taken))
        quiet = luck.random() < silent
        rows.append((verdict, verdict, json.dumps(summary), taken, taken, end - 7200 if quiet else None, node))
        cursor.run('UPDATE pulse SET heard = ?, heartbeat = ?, skew_ms = ?, skew_bound_ms = ? WHERE node = ?',
                   (end - 10800 if quiet else end - luck.random() * 60, end, luck.gauss(0, 20), 2.0, node))
        if quiet:
            nodes.present(cursor, node, end - 7200, nodes.SILENT)
    states.put(cursor, puts, states.of(cursor, ids))
    ingest.take(cursor, told)          # which changes no state, and is what holds their findings
    states.add(cursor, sorted(transitions, key=lambda row: row[2]))
    cursor.many('UPDATE node SET verdict = ?, standing = ?, summary = ?, taken = ?, received = ?, silent_since = ? '
                'WHERE id = ?', rows)
    for node, name, part, at in proposals:
        approvals.propose(cursor, node, name, part.digest, part.tree, at)


def _history(node, luck, start, end, changes, transitions, known):
    """The transitions of a node; returns of each requirement that had one the last kind, and since when."""
    was, last = dict.fromkeys(known, 'met'), {}
    for number, at in enumerate(sorted(luck.uniform(start + 120, end) for _ in range(changes)), 2):
        name = luck.choice(list(TITLES))
        kind = luck.choices(_KINDS, _WEIGHTS)[0]
        if kind[0] == was[name]:
            kind = _KINDS[0] if kind[0] != 'met' else _KINDS[1]
        if kind[0] == was[name]:
            continue
        transitions.append((node, name, float(int(at)), was[name], kind[0], kind[1], kind[0], 'required', number,
                            was[name], kind[0]))
        was[name] = kind[0]
        last[name] = (kind, float(int(at)))
    return last


def _part(name, state, now, mode):
    tree = finding(name, state, mode=mode, now=now, changes=plan(f'mend-{name}') if mode == 'approve' else ())
    made = findings.part(tree, prepared.canonical(tree))
    assert made is not None
    return made
