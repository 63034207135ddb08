"""A waiver of more states than one transaction changes: it is there at once and whole; what it covers follows bit by
bit, as of the time of the decision, whoever does it and whatever came between.
"""
import pytest

from nodeprep.master import chores
from nodeprep.master.store import covering, nodes, open_store, retention, settled, unsettled, waivers
from nodeprep.master.store.trouble import StoreBusy, StoreGone
from tests.master.fleet import DAY
from tests.master.store.test_short import context, counted, insert

__all__ = ['context', 'counted']
AT = 1700000000.0
COUNT = 2 * covering.SLICE + 50           # nodes


@pytest.fixture
def many(store):
    """A store with so many nodes that have drifted alike that it takes three slices."""
    store.do(fill)
    return store


def fill(cursor):
    ids = [nodes.make(cursor, f'n{number}', AT - 30 * DAY) for number in range(COUNT)]
    same = dict(requirement=['swap'] * COUNT, node=ids, state=['drifted'] * COUNT, now=['drifted'] * COUNT,
                boot=['met'] * COUNT, severity=['required'] * COUNT, outcome=['drifted'] * COUNT)
    insert(cursor, 'state', mode=['report'] * COUNT, since=[AT] * COUNT, title=['t'] * COUNT, says=['s'] * COUNT,
           seen=[1] * COUNT, told=['drifted'] * COUNT, **same)
    insert(cursor, 'transition', at=[AT - DAY] * COUNT, sequence=[1] * COUNT, **same)


def give(store, at=AT, until='2023-11-20'):
    return store.do(lambda cursor: waivers.add(cursor, 'all', '', 'swap', 'why', 'ops', until, 'ada', at))


def end(store, number, at):
    assert store.do(lambda cursor: waivers.end(cursor, number, 'ada', at))


def counts(store):
    return dict(store.read(lambda cursor: cursor.all('SELECT outcome, COUNT(*) FROM state GROUP BY outcome')))


def turns(store):
    """(when, to what) of each node's transitions since the waiver, and how many nodes have these."""
    found = {}
    for node, at, outcome in store.read(lambda cursor: cursor.all(
            'SELECT node, at, outcome FROM transition WHERE at >= ? ORDER BY id', (AT,))):
        found.setdefault(node, []).append((at - AT, outcome))
    said = [tuple(one) for one in found.values()]
    return {one: said.count(one) for one in said}


def left(store):
    return store.read(unsettled.waivers)


def test_the_waiver_is_there_at_once_and_what_it_covers_follows(many):
    number = give(many)
    assert [one['id'] for one in many.read(lambda cursor: waivers.active(cursor, AT))] == [number]
    assert (counts(many), left(many)) == ({'drifted': COUNT}, [number])
    settled.finish(many, AT + 1)
    assert (counts(many), left(many)) == ({'waived': COUNT}, [])
    end(many, number, AT + 60)
    assert (counts(many), left(many)) == ({'waived': COUNT}, [number])
    settled.finish(many, AT + 61)
    assert (counts(many), left(many)) == ({'drifted': COUNT}, [])
    assert turns(many) == {((0, 'waived'), (60, 'drifted')): COUNT}
    standings = many.read(lambda cursor: cursor.all('SELECT DISTINCT standing FROM node'))
    assert standings == [('drifted',)]


def test_each_transaction_changes_no_more_than_a_slice(many):
    give(many)
    assert list(covering.settle(many, AT)) == [covering.SLICE, covering.SLICE, 50]
    assert list(covering.settle(many, AT)) == []


def test_giving_and_ending_hold_the_writer_for_moments(store, counted):
    from tests.master.store import test_short
    store.do(lambda cursor: test_short.fill(cursor, AT), 600)
    del counted[:]
    number = give(store)
    settled.finish(store, AT)
    assert counts(store)['waived'] == test_short.COUNT and len(counted) > 5
    end(store, number, AT + 60)
    settled.finish(store, AT + 60)
    assert 'waived' not in counts(store) and len(counted) > 15
    assert max(counted) < test_short.STEPS


def test_what_was_left_when_a_master_ended_is_done_by_the_next_as_of_the_decision(many, context, url):
    give(many)
    work = covering.settle(many, AT)
    next(work)
    work.close()
    assert counts(many) == {'drifted': COUNT - covering.SLICE, 'waived': covering.SLICE}
    many.close()
    context.store, context.clock.now = open_store(url), AT + 7200
    try:
        assert len(left(context.store)) == 1
        chores.lapse(context)
        assert (counts(context.store), left(context.store)) == ({'waived': COUNT}, [])
        assert turns(context.store) == {((0, 'waived'),): COUNT}
    finally:
        context.store.close()


def test_one_that_is_ended_before_it_counts_everywhere_has_held_for_all_until_then(many):
    number = give(many)
    work = covering.settle(many, AT)
    next(work)
    end(many, number, AT + 5)
    assert left(many) == [number] and counts(many)['waived'] == covering.SLICE
    list(work)
    list(covering.settle(many, AT + 6))
    assert (counts(many), left(many)) == ({'drifted': COUNT}, [])
    assert turns(many) == {((0, 'waived'), (5, 'drifted')): COUNT}


def test_two_masters_that_do_the_rest_at_once_do_each_part_once(many):
    number = give(many)
    one, other = covering.settle(many, AT), covering.settle(many, AT)
    assert [next(work) for work in (one, other, one, other)] == [covering.SLICE, covering.SLICE, 0, 50]
    end(many, number, AT + 5)
    for work in (one, covering.settle(many, AT + 6), other):
        list(work)
    assert (counts(many), left(many)) == ({'drifted': COUNT}, [])
    assert turns(many) == {((0, 'waived'), (5, 'drifted')): COUNT}


def test_one_whose_day_is_over_before_it_counts_everywhere_held_until_then(many, context):
    midnight = 1700006400.0
    give(many, until='2023-11-14')
    context.clock.now = midnight + 3600
    chores.lapse(context)
    assert (counts(many), left(many)) == ({'drifted': COUNT}, [])
    assert turns(many) == {((0, 'waived'), (midnight - AT, 'drifted')): COUNT}


def test_a_decision_meanwhile_waits_for_its_turn_and_small_ones_are_done_at_once_otherwise(many):
    many.do(lambda cursor: nodes.make(cursor, 'other', AT))
    small = many.do(lambda cursor: waivers.add(cursor, 'node', 'n3', 'swap', 'why', 'ops', '2023-11-20', 'ada', AT))
    assert (left(many), counts(many)['waived']) == ([], 1)
    number = give(many, AT + 5)
    end(many, small, AT + 6)
    assert left(many) == [small, number] and counts(many)['waived'] == 1
    settled.finish(many, AT + 7)
    assert (counts(many), left(many)) == ({'waived': COUNT}, [])
    assert turns(many) == {((0, 'waived'),): 1, ((5, 'waived'),): COUNT - 1}


def test_what_is_to_be_true_as_a_whole_is_read_when_it_is(many, monkeypatch):
    give(many)
    assert settled.read(many, AT, lambda cursor: cursor.one(
        "SELECT COUNT(*) FROM state WHERE outcome = 'waived'")[0]) == COUNT
    monkeypatch.setattr(settled, 'finish', lambda store, at: None)
    end(many, 1, AT + 60)
    with pytest.raises(StoreBusy, match='a waiver was given or ended'):
        settled.read(many, AT, lambda cursor: 1)


def test_trouble_of_the_store_is_no_trouble_of_who_decided(many, monkeypatch):
    number = give(many)

    def gone(work):
        raise StoreGone('no disk')
    with monkeypatch.context() as broken:
        broken.setattr(many, 'do', gone)
        settled.finish(many, AT)
    assert left(many) == [number]
    settled.finish(many, AT)
    assert counts(many) == {'waived': COUNT}


def test_retention_leaves_what_is_to_be_done(many):
    number = give(many)
    list(retention.sweep(many, AT + 60, DAY, DAY, DAY))
    assert left(many) == [number]


def test_a_mark_that_is_damaged_stops_nothing(many):
    many.do(lambda cursor: cursor.many("INSERT INTO meta (key, value) VALUES (?, '')", [
        ('covering:x:given',), ('covering:9:given',), ('covering:1:lost',), ('covering:',)]))
    assert left(many) == []
    settled.finish(many, AT)
    give(many)
    settled.finish(many, AT)
    assert counts(many) == {'waived': COUNT}
