"""The list of what was fixed: which, how many, in which order."""
import pytest

from nodeprep.master import membership
from nodeprep.master.store import mended, nodes
from nodeprep.master.store.asked import Asked
from nodeprep.master.store.mended import ALL, FAILED, UNDONE, Wanted
from tests.master.fleet import DAY
from tests.master.test_fixed import fixed, host_of, tell
from tests.master.test_ingest import AT


@pytest.fixture
def told(store):
    """Two nodes that told of three fixes and of two."""
    one, two = host_of(store), host_of(store, 2, 'one-more')
    tell(store, one, fixed(AT + 10), fixed(AT + 20, '000002', 'person', 'bob', requirement='disk', result='failed'),
         fixed(AT + 30, '000003', 'person', 'bob'))
    tell(store, two, fixed(AT + 15, undone='2023-11-14T22:13:50Z', undone_by='eve'),
         fixed(AT + 25, '000002', 'approval', 'ann', result='cut short'))
    return one, two


def listed(store, kind=ALL, number=1, per=100, since=0.0, **wanted):
    return [(one.node, one.at - AT) for one in store.read(
        lambda cursor: mended.page(cursor, Wanted(since, **wanted), kind, number, per))]


def counts(store, since=0.0, **wanted):
    return list(store.read(lambda cursor: mended.counts(cursor, Wanted(since, **wanted))).values())


def test_the_newest_comes_first_page_by_page(store, told):
    everything = [('one', 30), ('one-more', 25), ('one', 20), ('one-more', 15), ('one', 10)]
    assert listed(store) == everything
    assert [row for number in (1, 2, 3) for row in listed(store, number=number, per=2)] == everything
    assert listed(store, number=4, per=2) == []


def test_those_that_were_not_done_or_taken_back_are_told_apart_and_counted(store, told):
    assert counts(store) == [5, 2, 1]
    assert listed(store, FAILED) == [('one-more', 25), ('one', 20)]
    assert listed(store, UNDONE) == [('one-more', 15)]


@pytest.mark.parametrize('wanted, found', [
    (dict(since=AT + 20), [30, 25, 20]), (dict(node='one'), [30, 20, 10]), (dict(node='on'), []),
    (dict(how='person'), [30, 20]), (dict(how='approval'), [25]),
    (dict(about=Asked(search='MORE')), [25, 15]), (dict(about=Asked(label='rack=r01')), [30, 20, 10]),
    (dict(about=Asked(requirement='disk')), [20]), (dict(about=Asked(requirement='swap', search='more')), [25, 15]),
    (dict(about=Asked(role='worker'), how='policy'), [15, 10]), (dict(node='one', about=Asked(label='rack=r02')), [])])
def test_it_is_narrowed_by_time_node_way_and_requirement(store, told, wanted, found):
    assert [at for _, at in listed(store, **wanted)] == found
    assert counts(store, **wanted)[0] == len(found)


def test_a_state_that_is_asked_for_elsewhere_narrows_nothing(store, told):
    assert counts(store, about=Asked(outcome='met', standing='silent')) == [5, 2, 1]


def test_who_left_is_listed_as_long_as_there_is_a_page_of_it(store, told):
    store.do(lambda cursor: membership.leave(cursor, told[0].id, AT + DAY))
    assert counts(store) == [5, 2, 1] and counts(store, node='one')[0] == 3
    store.do(lambda cursor: membership.forget(cursor, 'one', 'ada', AT + DAY))
    assert listed(store) == [('one-more', 25), ('one-more', 15)] and counts(store) == [2, 1, 1]
    assert counts(store, node='one') == counts(store, about=Asked(search='one#')) == [0, 0, 0]


def test_the_last_ones_of_a_node_are_its_own(store, told):
    ones = store.read(lambda cursor: mended.newest(cursor, told[0].id, 2))
    assert [(one.requirement, one.result, one.who, one.allowed) for one in ones] == [
        ('swap', 'done', 'bob', 'by hand at the host'), ('disk', 'failed', 'bob', 'by hand at the host')]


def test_nothing_is_listed_of_an_empty_fleet(store):
    assert counts(store) == [0, 0, 0] and listed(store) == []
    number = store.do(lambda cursor: nodes.make(cursor, 'one', AT))
    assert store.read(lambda cursor: mended.newest(cursor, number, 5)) == []


def test_an_index_alone_is_read_to_find_a_page(store):
    if store.dialect.name != 'sqlite':
        pytest.skip('PostgreSQL chooses by what it knows of the rows')
    where, args = mended._where(Wanted(AT, about=Asked(requirement='swap', label='rack=a1'), how='person'))
    for what in ('f.id', mended._COUNTED):
        said = store.read(lambda cursor, what=what: cursor.all(
            f'EXPLAIN QUERY PLAN SELECT {what} FROM fix f WHERE {where} AND {mended._IS[FAILED]} '
            f'{"ORDER BY f.at DESC, f.node DESC, f.requirement DESC" if what == "f.id" else ""}', args))
        assert 'COVERING INDEX fix_at' in str(said[0][-1]) and 'TEMP B-TREE' not in str(said)
