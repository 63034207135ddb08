"""The page's queries beside slow and obvious ones, over fleets that chance made."""
import collections
import random

import pytest

from nodeprep.master.store import asked, drift, grid, grouping, nodes, states, tally
from nodeprep.master.store.asked import Asked
from nodeprep.master.store.states import State

DAY = 86400.0
BEGIN, END = 1699920000.0, 1699920000.0 + 5 * DAY + 7000.0
NAMES = ('bridge', 'disk', 'swap')
OUTCOMES = ('met', 'drifted', 'unknown', 'waived', 'advised', 'not-applicable', 'ignored')


class Random:
    """A fleet, and what is known of it in plain lists."""

    def __init__(self, store, seed, count=12):
        self.luck, self.store = random.Random(seed), store
        self.nodes, self.states, self.events, self.turns = {}, {}, collections.defaultdict(list), {}
        store.do(lambda cursor: [self._node(cursor, number) for number in range(count)])

    def _node(self, cursor, number):
        luck = self.luck
        name = f'n{number:02}' + luck.choice(('', '%', '_', "'", '\\'))
        joined = BEGIN + luck.choice((-3, 0.5, 2)) * DAY
        node = nodes.make(cursor, name, joined)
        role, rack = luck.choice(('worker', 'control-plane')), luck.choice(('a', 'b', ''))
        if rack:
            cursor.run('INSERT INTO label (node, name, value) VALUES (?, ?, ?)', (node, 'rack', rack))
        self.events[node].append((joined, 'joined'))
        outcomes = []
        for requirement in NAMES:
            outcomes.append(self._past(cursor, node, requirement, joined))
        found = set(outcomes)
        standing = 'drifted' if 'drifted' in found else 'unknown' if 'unknown' in found else 'met'
        cursor.run('UPDATE node SET role = ?, standing = ?, os_name = ?, os_version = ? WHERE id = ?',
                   (role, standing, 'CentOS', luck.choice('78'), node))
        self._presence(cursor, node, joined)
        row = cursor.one('SELECT status, silent_since FROM node WHERE id = ?', (node,))
        self.nodes[node] = {'name': name, 'role': role, 'rack': rack, 'status': row[0], 'silent': row[1] is not None,
                            'standing': 'quarantined' if row[0] == 'quarantined' else
                            'silent' if row[1] is not None else standing}

    def _past(self, cursor, node, requirement, joined):
        at, before, rows = joined + self.luck.random() * 1000, None, []
        turns = self.turns[node, requirement] = []
        while at < END + DAY / 2:
            outcome = self.luck.choice([one for one in OUTCOMES if one != before])
            rows.append((node, requirement, at, None, 'met', 'met', 'met', 'required', 1, before, outcome))
            turns.append((at, outcome))
            before = outcome
            at += self.luck.expovariate(1 / (0.8 * DAY)) + self.luck.choice((0.0, 1.0))
        states.add(cursor, rows)
        now, boot = self.luck.choice((('drifted', 'met'), ('met', 'drifted')))
        since = self.luck.randrange(1000)
        states.put(cursor, {(node, requirement): State('drifted', now, boot, 'required', 'report', since, 'title',
                                                       'says', None, None, 1, before, before)}, {})
        self.states[node, requirement] = before, since
        return before

    def _presence(self, cursor, node, joined):
        at = joined
        for what, back in self.luck.sample([('silent', 'heard'), ('quarantined', 'released'), ('silent', '')], 2):
            at += (0.1 + self.luck.random()) * DAY
            for one in (what, back):
                if one and at < END:
                    nodes.present(cursor, node, at, one)
                    self.events[node].append((at, one))
                    cursor.run('UPDATE node SET status = ?, silent_since = ? WHERE id = ?',
                               ('quarantined' if one == 'quarantined' else 'member',
                                at if one == 'silent' else None, node))
                at += (0.1 + self.luck.random()) * DAY

    def chosen(self, about):
        """The nodes that are asked for, slowly."""
        return [node for node, one in self.nodes.items()
                if about.search.lower() in one['name'].lower()
                and (not about.label or about.label in ('rack=' + one['rack'], 'rack' if one['rack'] else ''))
                and (not about.role or one['role'] == about.role)
                and (not about.standing or one['standing'] == about.standing)
                and (not about.requirement or self._has(node, about.requirement, about.outcome))
                and (not about.outcome or about.requirement or any(self._has(node, name, about.outcome)
                                                                   for name in NAMES))]

    def _has(self, node, requirement, outcome):
        return self.states[node, requirement][0] in ((outcome,) if outcome else ('drifted', 'unknown'))

    def speaks(self, node):
        return self.nodes[node]['status'] == 'member' and not self.nodes[node]['silent']


ABOUTS = (asked.EVERYTHING, Asked(search='N0'), Asked(search='%'), Asked(search='_'), Asked(search="'"),
          Asked(search='\\'), Asked(label='rack=a'), Asked(label='rack'), Asked(role='worker'),
          Asked(standing='silent'), Asked(standing='drifted', role='worker'), Asked(requirement='swap'),
          Asked(requirement='disk', outcome='waived'), Asked(outcome='advised'), Asked(search="x' OR '1'='1"))


@pytest.fixture(params=range(4))
def fleet(request, store):
    return Random(store, request.param)


def read(store, query, *args, **more):
    return store.read(lambda cursor: query(cursor, *args, **more))


def not_met(fleet, within, requirement):
    return collections.Counter(fleet.states[node, requirement][0] for node in within if fleet.speaks(node)
                               and fleet.states[node, requirement][0] in tally.NOT_MET)


def test_the_grid_counts_and_lists_whom_it_is_asked_for(store, fleet):
    for about in ABOUTS:
        within = fleet.chosen(about)
        assert read(store, grid.standings, about) == collections.Counter(
            fleet.nodes[node]['standing'] for node in within)
        rows = read(store, grid.rows, about, 'name', per=100)
        assert [row.id for row in rows] == sorted(within, key=lambda node: fleet.nodes[node]['name'])
        assert all(row.cells[name].outcome == fleet.states[row.id, name][0] for row in rows for name in NAMES)
        totals = read(store, grid.totals, about)
        assert all(totals.get(name, {}) == not_met(fleet, within, name) for name in NAMES)


def test_the_worst_come_first_and_pages_join_without_a_gap(store, fleet):
    whole = [row.id for row in read(store, grid.rows, asked.EVERYTHING, 'worst', per=100)]
    ranks = [asked.STANDINGS.index(fleet.nodes[node]['standing']) for node in whole]
    assert ranks == sorted(ranks) and len(whole) == 12
    parts = [read(store, grid.rows, asked.EVERYTHING, 'worst', page, 5) for page in (1, 2, 3, 4)]
    assert [row.id for part in parts for row in part] == whole


@pytest.mark.parametrize('by, key', [('role', 'role'), ('label:rack', 'rack'), ('standing', 'standing')])
def test_groups_have_their_nodes_and_what_these_do_not_meet(store, fleet, by, key):
    for about in ABOUTS[:9]:
        within = fleet.chosen(about)
        groups = {group.key: group for group in read(store, grouping.groups, about, by)}
        assert set(groups) == {fleet.nodes[node][key] for node in within}
        for name, group in groups.items():
            own = [node for node in within if fleet.nodes[node][key] == name]
            assert group.nodes == len(own)
            assert group.standings == collections.Counter(fleet.nodes[node]['standing'] for node in own)
            assert all(group.cells.get(one, {}) == not_met(fleet, own, one) for one in NAMES)
        assert grouping.summed(list(groups.values())) == read(store, grid.totals, about)
        assert grouping.stood(list(groups.values())) == read(store, grid.standings, about)


def test_drift_lists_what_is_of_each_kind_the_longest_first(store, fleet):
    for about in ABOUTS[:9] + (Asked(requirement='disk'), Asked(requirement='disk', label='rack=b')):
        within = fleet.chosen(about._replace(requirement=''))
        mine = [(fleet.states[node, name][1], node, name) for node in within for name in NAMES
                if not about.requirement or name == about.requirement]
        for kind in drift.KINDS:
            wanted = [one for one in mine if (
                fleet.nodes[one[1]]['standing'] == 'silent' and fleet.states[one[1:]][0] in ('drifted', 'unknown')
                if kind == 'silent' else fleet.speaks(one[1]) and fleet.states[one[1:]][0] == kind)]
            rows = read(store, drift.rows, kind, about)
            assert [(row.since, row.id, row.requirement) for row in rows] == sorted(wanted)
            assert read(store, drift.counts, about)[kind] == len(wanted)
    assert read(store, drift.drifted) == read(store, drift.counts)['drifted']


@pytest.mark.parametrize('order', sorted(drift.ORDERS))
def test_drift_in_each_order_has_pages_that_join_without_a_gap(store, fleet, order, monkeypatch):
    monkeypatch.setattr(drift, '_AT_FIRST', 4)
    for about in (asked.EVERYTHING, Asked(label='rack=a'), Asked(requirement='disk')):
        for kind in drift.KINDS:
            parts = [read(store, drift.rows, kind, about, order, page, 3) for page in range(1, 14)]
            assert [len(part) for part in parts] == sorted((len(part) for part in parts), reverse=True)
            found = [(row.since, row.id, row.requirement) for part in parts for row in part]
            key = {'longest': None, 'newest': lambda one: (-one[0], *one[1:]),
                   'node': lambda one: (fleet.nodes[one[1]]['name'], one[2]),
                   'requirement': lambda one: (one[2], one[0], one[1])}[order]
            assert found == sorted(found, key=key)
            assert sorted(found) == [(row.since, row.id, row.requirement)
                                     for row in read(store, drift.rows, kind, about, per=1000)]


def test_drift_since_the_same_moment_is_on_one_page_alone(store, fleet):
    store.do(lambda cursor: cursor.run('UPDATE state SET since = CASE WHEN since < 500 THEN 1 ELSE 2 END'))
    for order in drift.ORDERS:
        whole = read(store, drift.rows, 'drifted', order=order, per=1000)
        assert [row for page in range(1, 19) for row in read(store, drift.rows, 'drifted', asked.EVERYTHING, order,
                                                             page, 2)] == whole


def test_many_nodes_that_do_not_speak_are_counted_as_few_are(store, fleet, monkeypatch):
    few = [read(store, query) for query in (grid.totals, drift.counts, drift.drifted)]
    monkeypatch.setattr(tally, '_MANY', -1)
    assert [read(store, query) for query in (grid.totals, drift.counts, drift.drifted)] == few


def test_what_is_wrong_with_most_nodes(store, fleet):
    wanted = []
    for name in NAMES:
        own = [(fleet.states[node, name][1], node) for node in fleet.nodes
               if fleet.speaks(node) and fleet.states[node, name][0] == 'drifted']
        if own:
            wanted.append((name, len(own), min(own)[0]))
    everything = read(store, grid.requirements)
    found = read(store, grid.worst, everything)
    assert read(store, grid.worst, everything, known=read(store, grid.totals)) == found
    assert sorted((one.requirement, one.nodes, one.since) for one in found) == sorted(wanted)
    assert [one.nodes for one in found] == sorted((one.nodes for one in found), reverse=True)
    assert [one.requirement for one in read(store, grid.worst, {'swap'})] == ['swap'] * bool(
        [one for one in wanted if one[0] == 'swap'])
    assert read(store, grid.requirements) == sorted({name for _, name in fleet.states})
