"""The compliance report beside a slow and obvious calculation, of fleets that lived by chance."""
import os
import random

import pytest

from nodeprep import schema
from nodeprep.compliance import rows
from nodeprep.compliance.document import stamp
from nodeprep.master import compliance
from nodeprep.master.store.asked import Asked
from tests.master import obvious
from tests.master.obvious import Obvious, share
from tests.master.world import DAY, MINUTE, NAMES, START, World

SEEDS = range(int(os.environ.get('NODEPREP_WORLDS', '24')))
ASKED = (Asked(), Asked(label='rack=a'), Asked(label='zone'), Asked(role='control-plane'))


def wanted(asked):
    name, equal, value = asked.label.partition('=')

    def fits(said):
        labels = said['labels']
        return asked.role in ('', said['role']) and (not name or name in labels and (
            not equal or labels[name] == value))
    return fits


def close(one, other):
    return (one is None) == (other is None) and (one is None or abs(one - other) <= 1.1e-6)


def same(tree, right):
    """The report says what the obvious calculation says."""
    assert schema.problem(dict(tree, digest='sha256:' + '0' * 64, signature=None), kind=schema.COMPLIANCE) == ''
    ids = {node.name: node for node in right.nodes}
    found = {one['name']: one for one in tree['nodes']}
    assert len(found) == len(tree['nodes'])
    for name, node in ids.items():
        standing = right.standing(node)
        if name not in found:
            assert standing == 'gone' and node.id not in right.here, name
            continue
        one = found[name]
        assert one['standing'] == standing, name
        assert one['here'] == dict({'heard': 0, 'silent': 0}, **right.here.get(node.id, {})), name
        told = {key: dict(row) for key, row in rows.of(one)}
        for requirement in NAMES:
            seconds, number = right.seconds.get((node.id, requirement), {}), right.drifts(node, requirement)
            row = told.pop(requirement, {'seconds': {}, 'share': None, 'drifts': 0})
            assert (row['seconds'], row['drifts']) == (seconds, number), (name, requirement)
            assert close(row['share'], share(seconds))
        assert not told
        whole = right.together([(node.id, requirement) for requirement in NAMES])
        assert one['seconds'] == whole and close(one['share'], share(whole))
        said = obvious.about(node, right.end)
        assert {key: one[key] for key in said} == said
    assert set(found) <= set(ids)
    assert [one['seconds'] for one in tree['days']] == [right.days[day] for day in sorted(right.days)
                                                        if right.days[day]]
    whole = right.together([(node.id, name) for node in right.nodes for name in NAMES])
    overall = tree['overall']
    assert overall['seconds'] == whole and close(overall['share'], share(whole))
    assert close(overall['before']['share'], share(right.earlier)) and overall['before']['seconds'] == right.earlier
    for name in ('met', 'drifted', 'unknown', 'silent', 'quarantined', 'new'):
        assert overall['nodes'][name] == sum(1 for node in right.nodes if right.standing(node) == name), name
    assert overall['nodes']['counted'] == len(right.here)
    grouped(tree, right)
    listed(tree, right)


def grouped(tree, right):
    for one in tree['requirements']:
        name = one['requirement']
        assert one['seconds'] == right.together([(node.id, name) for node in right.nodes]), name
        assert one['drifts'] == sum(right.drifts(node, name) for node in right.nodes)
        assert one['failing'] == sum(1 for _, failing, state in right.failing() if failing == name
                                     and state != 'waived')
    groups, systems = {}, {}
    for node in right.nodes:
        if node.id in right.here:
            said = obvious.about(node, right.end)
            for label in said['labels'].items():
                groups.setdefault(label, []).append(node)
            systems.setdefault(tuple(sorted(said['os'].items())), []).append(node)
    assert {(one['label'], one['value']): (one['nodes'], one['seconds']) for one in tree['groups']} == {
        key: (len(held), right.together([(node.id, name) for node in held for name in NAMES]))
        for key, held in groups.items()}
    assert {tuple(sorted({'id': one['os'], 'version': one['version'], 'name': one['name']}.items())): (
        one['nodes'], one['seconds']) for one in tree['systems']} == {
        key: (len(held), right.together([(node.id, name) for node in held for name in NAMES]))
        for key, held in systems.items()}


def listed(tree, right):
    failing = right.failing()
    assert {(one['node'], one['requirement']) for one in tree['open']} == {one[:2] for one in failing}
    waived = {one[:2] for one in failing if one[2] == 'waived'}
    assert {(one['node'], one['requirement']) for one in tree['open'] if one['waived_until']} <= waived
    assert [one['since'] for one in tree['open']] == sorted(one['since'] for one in tree['open'])
    assert {one['node'] for one in tree['silent']} == {
        node.name for node in right.nodes if right.standing(node) == 'silent'}
    for key in ('requirements', 'nodes', 'groups', 'systems'):
        shares = [one['share'] for one in tree[key]]
        assert shares == sorted(shares, key=lambda one: (one is None, one))


@pytest.mark.parametrize('seed', SEEDS)
def test_it_agrees_with_the_obvious(store, seed):
    fleet = World(seed)
    store.do(fleet.run, 600)
    luck = random.Random(seed)
    end = START + fleet.minutes * MINUTE
    spans = [(end - DAY, end)] + [
        (START + luck.randrange(0, 48 * 60) * MINUTE, luck.randrange(30, 24 * 60) * MINUTE) for _ in range(3)]
    for number, (since, until) in enumerate(spans):
        until = until if number == 0 else since + until
        asked = ASKED[number % len(ASKED)]
        tree = store.read(lambda cursor, since=since, until=until, asked=asked: compliance.report(
            cursor, since, until, end + DAY, asked))
        assert (tree['since'], tree['until']) == (stamp(since), stamp(until))
        same(tree, Obvious(fleet.nodes, since, until, wanted(asked)))
