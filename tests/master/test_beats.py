"""What heartbeats become."""
import pytest

from nodeprep.master.store import Beat, nodes
from nodeprep.master.store.nodes import NotMember
from tests.master.fleet import Host
from tests.master.test_ingest import AT, join, rows, take


def test_a_heartbeat_is_noted_and_answered(store):
    host = Host(1, requirements=('swap',))
    node, = join(store, host)
    take(store, node, host.report())
    beat = host.beat(spool={'waiting': 3, 'trouble': 'full'}, fights=[{'requirement': 'swap'}])
    assert store.beat(node, beat, AT + 90).result(30) == Beat(1, ())
    assert rows(store, 'SELECT heard, heartbeat, skew_ms, skew_bound_ms, spooled, spool_trouble, fights '
                       'FROM pulse') == [(AT + 90, AT + 90, 1.5, 0.5, 3, 'full', '[{"requirement": "swap"}]')]


def test_what_it_says_otherwise_than_the_newest_report_is_noted(store):
    host = Host(1, requirements=('swap',))
    node, = join(store, host)
    take(store, node, host.report())
    store.beat(node, host.beat(boot_id='other', verdict='drifted'), AT).result(30)
    assert rows(store, 'SELECT note FROM pulse') == [('boot_id other; verdict drifted',)]
    assert rows(store, 'SELECT verdict FROM node') == [('met',)]


@pytest.mark.parametrize('tree', [{}, {'skew': 1, 'spool': [], 'fights': {}, 'boot_id': 5, 'verdict': None},
                                  {'skew': {'offset_ms': float('nan'), 'bound_ms': 'x'}},
                                  {'skew': {'offset_ms': 10**400},
                                   'spool': {'waiting': 10**400, 'trouble': '\x00\ud800'}}])
def test_whatever_stands_in_it_is_answered(store, tree):
    node, = join(store, Host(1))
    assert store.beat(node, tree, AT).result(30) == Beat(0, ())
    assert rows(store, 'SELECT skew_ms FROM pulse') == [(None,)]


def test_one_that_was_silent_is_heard_again(store):
    node, = join(store, Host(1))
    store.do(lambda cursor: nodes.silent(cursor, node, AT + 300))
    store.do(lambda cursor: nodes.silent(cursor, node, AT + 400))
    store.beat(node, {}, AT + 900).result(30)
    assert rows(store, 'SELECT at, what FROM presence ORDER BY id') == [
        (AT, 'joined'), (AT + 300, 'silent'), (AT + 900, 'heard')]
    assert rows(store, 'SELECT silent_since FROM node') == [(None,)]


def test_a_node_that_is_none_is_told_so(store):
    with pytest.raises(NotMember):
        store.beat(5, {}, AT).result(30)
